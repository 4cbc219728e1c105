# SPDX-License-Identifier: Apache-2.0
"""Sections (测量报告的分节): tables of docs/benchmarks.md between marks; all else is written by hand. Pure.

A table is replaced by the command that makes it and by no other: what was said beside it stays.
"""

HEAD = "# Benchmarks\n"


def marks(name: str) -> tuple[str, str]:
    """The lines around the table that `python -m bench.NAME` makes."""
    return f"<!-- bench.{name} -->", f"<!-- /bench.{name} -->"


def replaced(report: str, name: str, title: str, table: str) -> str:
    """The report with this table, in a section of its own at the end if it had none.

    Raises ValueError for a mark that is not closed.
    """
    first, last = marks(name)
    block = f"{first}\n{table.strip()}\n{last}"
    if first not in report and last not in report:
        return f"{(report or HEAD).rstrip()}\n\n## {title}\n\n`python -m bench.{name}`\n\n{block}\n"
    before, _, rest = report.partition(first)
    _, closed, after = rest.partition(last)
    if not closed:
        raise ValueError(f"{first} is not closed")
    return f"{before}{block}{after}"
