# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from bench.__main__ import OUT, PARTS
from bench.sections import marks, replaced

REPORT = """# Benchmarks

By hand.

## One

said before
<!-- bench.one -->
| old |
<!-- /bench.one -->
said after

## Two

<!-- bench.two -->
| two |
<!-- /bench.two -->

## A storm, by hand

| never touched |
"""


def test_a_table_is_replaced_and_nothing_else() -> None:
    assert replaced(REPORT, "one", "One", "| new |\n") == REPORT.replace("| old |", "| new |")
    assert replaced(replaced(REPORT, "one", "One", "| new |"), "one", "One", "| old |") == REPORT


def test_a_table_that_was_never_made_gets_a_section_at_the_end() -> None:
    added = replaced(REPORT, "three", "Three", "| three |")
    assert added.startswith(REPORT)
    assert added.endswith(
        "## Three\n\n`python -m bench.three`\n\n<!-- bench.three -->\n| three |\n<!-- /bench.three -->\n"
    )
    assert replaced("", "one", "One", "| 1 |").startswith("# Benchmarks\n\n## One\n")


@pytest.mark.parametrize("lost", marks("one"))
def test_a_mark_that_stands_alone_is_not_written_over(lost: str) -> None:
    with pytest.raises(ValueError, match="not closed"):
        replaced(REPORT.replace(lost, ""), "one", "One", "| new |")


def test_the_report_has_marks_for_every_table_that_is_made() -> None:
    report = Path(OUT).read_text("utf-8")
    for name in PARTS:
        assert all(report.count(mark) == 1 for mark in marks(name)), name
