# SPDX-License-Identifier: Apache-2.0
"""The table of attacks in docs/identity.md: none that must be known is missing, each names a test that is there."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
KNOWN = {
    *("print", "moved print", "screen replay", "replayed session", "wrong order", "other person's frames"),
    *("swapped mid-session", "still frame", "two faces", "ID image as selfie", "virtual camera loop", "puppet"),
}


def rows() -> list[list[str]]:
    text = (ROOT / "docs" / "identity.md").read_text("utf-8")
    table = text.split("<!-- corpus -->")[1].split("<!-- /corpus -->")[0]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table.strip().splitlines()[2:]]


@cache
def named_in(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}


def test_every_attack_that_must_be_known_has_a_row_and_every_row_says_what_is_expected() -> None:
    found = rows()
    assert KNOWN - {row[0] for row in found} == set()
    assert [row[0] for row in found if len(row) != 4 or not all(row)] == []


def test_every_row_names_a_test_that_is_there() -> None:
    named = [row[3].strip("`").split("::") for row in rows()]
    assert [name for file, name in named if name not in named_in(file)] == []
