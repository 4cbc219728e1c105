# SPDX-License-Identifier: Apache-2.0
"""ASVS (安全核验标准): which requirements of OWASP ASVS 5.0 are met, by what, and which are open. I/O: files.

    python -m scripts.asvs        # prints the counts and writes the table into docs/security.md

`docs/asvs.yaml` names each requirement of levels 1 and 2, and those of level 3 that this service takes on: its
title in our words, and exactly one of `test` (node ids), `evidence` (a path and a sentence), `na` (a reason) and
`open` (why it is not met).
"""

import ast
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

BOOK = Path("docs/asvs.yaml")
PAGE = Path("docs/security.md")
BEGIN, END = "<!-- asvs: written by scripts/asvs.py -->", "<!-- asvs: end -->"
KINDS = ("test", "evidence", "na", "open")
# How many requirements each section of levels 1 and 2 has (OWASP/ASVS 5.0.0, the CSV of the standard): 253 in all.
LEVELS_1_AND_2 = {
    "1.1": 2, "1.2": 9, "1.3": 11, "1.4": 3, "1.5": 2,
    "2.1": 3, "2.2": 3, "2.3": 4, "2.4": 1,
    "3.2": 2, "3.3": 4, "3.4": 6, "3.5": 5, "3.7": 2,
    "4.1": 3, "4.2": 1, "4.3": 2, "4.4": 4,
    "5.1": 1, "5.2": 3, "5.3": 2, "5.4": 3,
    "6.1": 3, "6.2": 12, "6.3": 4, "6.4": 4, "6.5": 5, "6.6": 3, "6.8": 4,
    "7.1": 3, "7.2": 4, "7.3": 2, "7.4": 5, "7.5": 2, "7.6": 2,
    "8.1": 2, "8.2": 3, "8.3": 1, "8.4": 1,
    "9.1": 3, "9.2": 4,
    "10.1": 2, "10.2": 2, "10.3": 4, "10.4": 11, "10.5": 5, "10.6": 2, "10.7": 3,
    "11.1": 2, "11.2": 3, "11.3": 3, "11.4": 4, "11.5": 1, "11.6": 1,
    "12.1": 3, "12.2": 2, "12.3": 4,
    "13.1": 1, "13.2": 5, "13.3": 2, "13.4": 5,
    "14.1": 2, "14.2": 4, "14.3": 3,
    "15.1": 3, "15.2": 3, "15.3": 7,
    "16.1": 1, "16.2": 5, "16.3": 4, "16.4": 3, "16.5": 3,
    "17.1": 1, "17.2": 4, "17.3": 2,
}  # fmt: skip
Requirement = Mapping[str, Any]


def requirements() -> list[Requirement]:
    """All that the book holds, in its order."""
    held: list[Requirement] = yaml.safe_load(BOOK.read_text("utf-8"))
    return held


def kind_of(requirement: Requirement) -> str:
    """Raises ValueError unless it has exactly one answer."""
    answers = [kind for kind in KINDS if requirement.get(kind)]
    if len(answers) != 1:
        raise ValueError(f"{requirement['id']} needs one of {', '.join(KINDS)}")
    return answers[0]


def faults_of(requirement: Requirement) -> list[str]:
    """What the answer names and is not there."""
    kind = kind_of(requirement)
    if kind == "test":
        return [f"{requirement['id']}: no {node}" for node in requirement["test"] if not is_test(node)]
    if kind == "evidence":
        path, _, sentence = str(requirement["evidence"]).partition(": ")
        return [] if Path(path).exists() and len(sentence) > 15 else [f"{requirement['id']}: no {path}, or no sentence"]
    return [] if len(str(requirement[kind])) > 8 else [f"{requirement['id']}: says too little"]


def is_test(node: str) -> bool:
    """Whether there is a test function of this name in that file; parameters in brackets are not looked at."""
    path, _, name = node.partition("::")
    if not Path(path).is_file():
        return False
    tree = ast.parse(Path(path).read_text("utf-8"))
    wanted = name.partition("[")[0]
    functions = {part.name for part in tree.body if isinstance(part, ast.FunctionDef)}
    return wanted in functions and wanted.startswith("test_")


def counts() -> dict[int, Counter[str]]:
    """By level, how many requirements have which answer."""
    told: dict[int, Counter[str]] = {1: Counter(), 2: Counter(), 3: Counter()}
    for requirement in requirements():
        told[requirement["level"]][kind_of(requirement)] += 1
    return told


def table() -> str:
    """The counts, and every requirement that is open, with the reason."""
    lines = ["| level | with a test | with evidence | does not apply | open | all |", "|---|---|---|---|---|---|"]
    sums: Counter[str] = Counter()
    for level, told in counts().items():
        sums += told
        lines.append(f"| {level} | {' | '.join(str(told[kind]) for kind in KINDS)} | {told.total()} |")
    lines.append(f"| **all** | {' | '.join(str(sums[kind]) for kind in KINDS)} | {sums.total()} |")
    lines += ["", "Open, with the reason:", "", "| id | level | what | why it is open |", "|---|---|---|---|"]
    for one in requirements():
        if kind_of(one) == "open":
            lines.append(f"| {one['id']} | {one['level']} | {one['title']} | {one['open']} |")
    return "\n".join(lines)


def main() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(BEGIN)
    after = rest.partition(END)[2]
    PAGE.write_text(f"{before}{BEGIN}\n\n{table()}\n\n{END}{after}", "utf-8")
    for level, told in counts().items():
        print(f"level {level}: " + ", ".join(f"{told[kind]} {kind}" for kind in KINDS) + f", {told.total()} in all")


if __name__ == "__main__":
    main()
