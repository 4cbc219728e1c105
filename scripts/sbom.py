# SPDX-License-Identifier: Apache-2.0
"""Bill of materials (物料清单): what the service is made of, as CycloneDX 1.6 from the lock file. I/O: files.

    python -m scripts.sbom [OUT]        # by default dist/sbom.cdx.json

Of every library: name, version, purl, where it comes from, the SHA-256 of each file that may be installed, and what
it needs in turn. Two runs over one lock file give the same bytes.
"""

import hashlib
import json
import sys
import tomllib
import uuid
from pathlib import Path
from typing import Any

LOCK = Path("uv.lock")
OUT = Path("dist/sbom.cdx.json")
INDEX = "https://pypi.org/simple"
Package = dict[str, Any]


def purl(package: Package) -> str:
    return f"pkg:pypi/{package['name']}@{package['version']}"


def files_of(package: Package) -> list[Package]:
    """Every file that the lock file allows to be installed."""
    return [*([package["sdist"]] if "sdist" in package else []), *package.get("wheels", [])]


def component(package: Package) -> dict[str, Any]:
    """The library, and each of its files as a reference with its hash."""
    return {
        "type": "library",
        "bom-ref": purl(package),
        "name": package["name"],
        "version": package["version"],
        "purl": purl(package),
        "externalReferences": [
            {
                "type": "distribution",
                "url": file["url"],
                "hashes": [{"alg": "SHA-256", "content": file["hash"].removeprefix("sha256:")}],
            }
            for file in files_of(package)
        ],
    }


def bill_of(lock: str) -> dict[str, Any]:
    """The bill of a lock file's text. Raises ValueError for a library that is not from the one index we use."""
    packages: list[Package] = tomllib.loads(lock)["package"]
    ours = next(package for package in packages if "virtual" in package["source"])
    theirs = sorted((p for p in packages if p is not ours), key=lambda p: (p["name"], p["version"]))
    for package in theirs:
        if package["source"] != {"registry": INDEX}:
            raise ValueError(f"{package['name']} does not come from {INDEX}")
    refs: dict[str, list[str]] = {}
    for package in theirs:
        refs.setdefault(package["name"], []).append(purl(package))
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.UUID(bytes=hashlib.sha256(lock.encode()).digest()[:16], version=4)}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": ours["name"], **named(ours)}},
        "components": [component(package) for package in theirs],
        "dependencies": [
            {"ref": ours["name"], "dependsOn": needs(ours, refs)},
            *({"ref": purl(package), "dependsOn": needs(package, refs)} for package in theirs),
        ],
    }


def named(package: Package) -> dict[str, str]:
    return {"name": package["name"], "version": package["version"]}


def needs(package: Package, refs: dict[str, list[str]]) -> list[str]:
    """What it needs in any environment; of a library in two versions both. What is overridden away is not there."""
    groups = [*package.get("optional-dependencies", {}).values(), *package.get("dev-dependencies", {}).values()]
    wanted = [*package.get("dependencies", []), *(one for group in groups for one in group)]
    return sorted({ref for one in wanted for ref in refs.get(one["name"], [])})


def main(out: Path) -> None:
    bill = bill_of(LOCK.read_text("utf-8"))
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(json.dumps(bill, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(f"{out}: {len(bill['components'])} libraries")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
