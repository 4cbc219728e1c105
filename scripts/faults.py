# SPDX-License-Identifier: Apache-2.0
"""Run every test of the fault matrix and write down what came of each row. `make faults`. Exits 1 if any failed.

With `--list` nothing is run: the report then says so.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from pathlib import Path
from xml.etree import ElementTree

from tests.faults.matrix import Row, rows

REPORT = Path("docs/faults.md")
HEAD = """# What may break 故障矩阵

Made by `make faults`; declared in `tests/faults/faults.toml`. *passed*: every test of the row. *not here*: this machine
lacks what the test needs. *open*: no test yet, and why.

{summary}

| # | fault | what must hold | outcome | tests | note |
|---|---|---|---|---|---|
"""


def outcomes(selected: list[str]) -> dict[str, set[str]]:
    """By "path::name": what came of its variants."""
    with tempfile.TemporaryDirectory() as folder:
        report = Path(folder) / "report.xml"
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", f"--junitxml={report}", *selected]
        subprocess.run(command, env={**os.environ, "FAULTS": "1"}, check=False)
        found: dict[str, set[str]] = defaultdict(set)
        for case in ElementTree.parse(report).iter("testcase"):  # noqa: S314
            path = str(case.get("classname")).replace(".", "/") + ".py"
            name = str(case.get("name")).split("[")[0]
            kinds = {child.tag for child in case}
            bad = kinds & {"failure", "error"}
            found[f"{path}::{name}"].add("failed" if bad else "skipped" if "skipped" in kinds else "passed")
    return found


def outcome_of(row: Row, found: dict[str, set[str]]) -> str:
    if row.runs == "no":
        return "open"
    said = [found.get(test, {"failed"}) for test in row.tests]
    if any("failed" in one for one in said):
        return "**failed**"
    return "passed" if all("passed" in one for one in said) else "not here"


def main() -> None:
    declared = rows()
    begun = time.monotonic()
    only_list = "--list" in sys.argv
    found = {} if only_list else outcomes(sorted({test for row in declared for test in row.tests}))
    minutes = (time.monotonic() - begun) / 60
    lines, counted = [], Counter[str]()
    for row in declared:
        outcome = "not run" if only_list and row.tests else outcome_of(row, found)
        counted[outcome] += 1
        names = "<br>".join(f"`{test.removeprefix('tests/')}`" for test in row.tests)
        lines.append(f"| {row.number} | {row.title} | {row.promise} | {outcome} | {names} | {row.note} |")
    summary = ", ".join(f"{count} {name}" for name, count in sorted(counted.items())) + f"; {minutes:.0f} minutes."
    REPORT.write_text(HEAD.format(summary=summary) + "\n".join(lines) + "\n", "utf-8")
    print(summary)
    sys.exit(1 if counted["**failed**"] else 0)


if __name__ == "__main__":
    main()
