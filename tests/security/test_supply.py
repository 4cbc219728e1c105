# SPDX-License-Identifier: Apache-2.0
"""What the service is made of: no library below the version that mended it, every file pinned, a whole bill."""

import importlib.metadata
import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from kit.database import may_use_wal, sqlite_module
from scripts.sbom import bill_of, files_of, purl

LOCK = Path("uv.lock").read_text("utf-8")
PACKAGES: list[dict[str, Any]] = [p for p in tomllib.loads(LOCK)["package"] if "registry" in p["source"]]
# From which version a library is free of what it was known for, and why that matters here.
FLOORS = {
    "pillow": ("13.0.0", "GHSA-5x8w-8jj5-q52h: heap overflows of the JPEG decoder, which every upload reaches"),
    "starlette": ("1.3.1", "CVE-2025-54121, CVE-2025-62727: uploads and ranges that keep the event loop busy"),
    "python-multipart": ("0.0.18", "CVE-2024-24762, CVE-2024-53981: forms that keep the processor busy"),
    "jinja2": ("3.1.6", "CVE-2025-27516: a way out of the sandbox"),
    "cryptography": ("44.0.1", "CVE-2024-12797: the OpenSSL that comes with it"),
    "h11": ("0.16.0", "CVE-2025-43859: chunks whose end is not looked at hide a second request"),
    "certifi": ("2024.7.4", "CVE-2024-39689: a root that is trusted no more"),
    "requests": ("2.32.4", "CVE-2024-47081: passwords of .netrc sent elsewhere"),
    "urllib3": ("2.5.0", "CVE-2025-50181: redirects that were switched off"),
    "setuptools": ("78.1.1", "CVE-2025-47273: a path out of the folder"),
    "lxml": ("5.0.0", "CVE-2022-2309: a null that is followed"),
    "pyhanko": ("0.38.0", "limits on what a file may inflate to"),
}


def numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version)[:4])


@pytest.mark.parametrize("name", FLOORS)
def test_no_library_is_older_than_its_mending(name: str) -> None:
    floor, why = FLOORS[name]
    locked = [package["version"] for package in PACKAGES if package["name"] == name]
    for version in locked:
        assert numbers(version) >= numbers(floor), why
    if name in {"pillow", "starlette", "python-multipart"}:
        assert locked
        assert numbers(importlib.metadata.version(name)) >= numbers(floor), "the environment is older than the lock"


def test_the_database_library_is_free_of_the_lost_write_or_writes_ahead_not_at_all() -> None:
    assert may_use_wal(sqlite_module().sqlite_version_info)
    assert not may_use_wal((3, 51, 2))


def test_every_file_is_pinned_by_its_hash_and_comes_from_one_index() -> None:
    assert len(PACKAGES) > 50
    assert {package["source"]["registry"] for package in PACKAGES} == {"https://pypi.org/simple"}
    for package in PACKAGES:
        assert files_of(package), package["name"]
        for file in files_of(package):
            assert re.fullmatch(r"sha256:[0-9a-f]{64}", file["hash"])
            assert file["url"].startswith("https://files.pythonhosted.org/")


def test_the_bill_names_every_library_with_its_hashes_and_its_needs() -> None:
    bill = bill_of(LOCK)
    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.6")
    assert [part["purl"] for part in bill["components"]] == sorted(purl(p) for p in PACKAGES) or {
        part["purl"] for part in bill["components"]
    } == {purl(p) for p in PACKAGES}
    refs = {part["bom-ref"] for part in bill["components"]}
    assert len(refs) == len(PACKAGES)
    for part in bill["components"]:
        assert all(len(ref["hashes"][0]["content"]) == 64 for ref in part["externalReferences"])
        assert part["externalReferences"]
    told = {one["ref"]: one["dependsOn"] for one in bill["dependencies"]}
    assert set(told) == refs | {"bujianmian"}
    assert all(set(needed) <= refs for needed in told.values())
    assert any(ref.startswith("pkg:pypi/fastapi@") for ref in told["bujianmian"])
    assert bill == bill_of(LOCK)


def test_a_library_from_elsewhere_is_not_billed_but_refused() -> None:
    elsewhere = LOCK.replace('source = { registry = "https://pypi.org/simple" }', 'source = { git = "x" }', 1)
    with pytest.raises(ValueError, match="does not come from"):
        bill_of(elsewhere)
