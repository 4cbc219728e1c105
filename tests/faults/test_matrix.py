# SPDX-License-Identifier: Apache-2.0
"""Each of the 48 faults has a test that exists, or says why it has none."""

import ast
from functools import cache
from pathlib import Path

import pytest

from tests.faults.matrix import Row, rows

ON_EVERY_CHANGE = {1, 5, 8, *range(15, 19), *range(21, 32), 40, 44}
WITHOUT = {21, 34, 35, 36, 45}  # grows smaller only


@cache
def names_in(path: str) -> frozenset[str]:
    tree = ast.parse(Path(path).read_text("utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def test_all_rows_are_there_in_order() -> None:
    assert [row.number for row in rows()] == list(range(1, 49))


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row.number))
def test_a_row_has_tests_that_exist_or_a_reason(row: Row) -> None:
    assert bool(row.tests) == (row.runs != "no")
    assert row.tests or row.note
    for test in row.tests:
        path, name = test.split("::")
        assert name in names_in(path), test


def test_no_row_loses_its_test() -> None:
    assert {row.number for row in rows() if row.runs == "no"} == WITHOUT


def test_what_must_hold_on_every_change_runs_on_every_change() -> None:
    late = {row.number for row in rows() if row.runs == "nightly"}
    assert late & ON_EVERY_CHANGE == {22}  # faketime is not on every machine
