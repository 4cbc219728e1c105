# SPDX-License-Identifier: Apache-2.0
"""All benchmarks, written to docs/benchmarks.md with the commands that make them. `make bench`."""

import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

OUT = Path("docs/benchmarks.md")
PARTS = {
    "journey": "Submit to signed licence",
    "engine": "Cases through the automatic chain",
    "queue": "Queue page and next case",
    "waiting": "Waiting cases, and a crash",
    "faces": "Face comparison",
    "liveness": "Liveness",
    "licences": "Licence: render, sign, check",
    "log": "Decision log",
    "pages": "Applicant's pages",
    "forms": "Forms: a page saved, and what an applicant has to do",
}


def main() -> None:
    text = [
        "# Benchmarks",
        "",
        f"Made by `make bench` on {date.today():%Y-%m-%d}: {os.cpu_count()} cores, {platform.machine()}, "  # noqa: DTZ011
        f"Python {platform.python_version()}. Ratios are against a baseline in the same run; no test asserts a time.",
    ]
    for module, title in PARTS.items():
        print(f"{title} …", flush=True)
        command = [sys.executable, "-W", "ignore", "-m", f"bench.{module}"]
        table = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        text += ["", f"## {title}", "", f"`python -m bench.{module}`", "", table.strip()]
    OUT.write_text("\n".join(text) + "\n", "utf-8")
    print(f"written: {OUT}")


if __name__ == "__main__":
    main()
