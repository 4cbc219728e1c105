# SPDX-License-Identifier: Apache-2.0
"""Benchmarks, each written into its own table of docs/benchmarks.md: `make bench`, `python -m bench engine queue`."""

import os
import platform
import subprocess
import sys
from datetime import date
from pathlib import Path

from bench.sections import replaced

OUT = Path("docs/benchmarks.md")
PARTS = {
    "journey": "Submit to signed licence",
    "engine": "Cases through the automatic chain",
    "queue": "Queue page and next case",
    "waiting": "Waiting cases, and a crash",
    "faces": "Face comparison",
    "cards": "Identity cards",
    "liveness": "Liveness",
    "licences": "Licence: render, sign, check",
    "storm": "A crowd of visitors while a clerk works",
    "drill": "Backup and restore",
    "hooks": "Departments told",
    "lists": "Published lists of credit",
    "log": "Decision log",
    "signin": "Signing in and sessions",
    "pages": "Applicant's pages",
    "forms": "Forms: a page saved, and what an applicant has to do",
}


def measured(module: str) -> str:
    """The table, and under which circumstances it was made."""
    busy = os.getloadavg()[0]
    command = [sys.executable, "-W", "ignore", "-m", f"bench.{module}"]
    table = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout
    on = f"{date.today():%Y-%m-%d}, {os.cpu_count()} cores, {platform.machine()}"  # noqa: DTZ011
    return f"{table.strip()}\n\n{on}, Python {platform.python_version()}, load {busy:.1f} at the start."


def main() -> None:
    asked = sys.argv[1:] or list(PARTS)
    if strangers := set(asked) - set(PARTS):
        sys.exit(f"no table {', '.join(sorted(strangers))}; there are: {', '.join(PARTS)}")
    for module in asked:
        print(f"{PARTS[module]} …", flush=True)
        report = OUT.read_text("utf-8") if OUT.is_file() else ""
        OUT.write_text(replaced(report, module, PARTS[module], measured(module)), "utf-8")
    print(f"written: {OUT}")


if __name__ == "__main__":
    main()
