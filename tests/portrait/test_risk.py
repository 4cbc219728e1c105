# SPDX-License-Identifier: Apache-2.0
"""The class follows from its reasons, each is told, and no rule of approval can know it."""

import ast
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portrait import Facts, Shared, drawn, load_risk_table, risk_of

TABLE = load_risk_table()
COUNTS = st.builds(Facts, **{one.name: st.integers(0, 9) for one in fields(Facts)})


@pytest.mark.parametrize(
    ("facts", "letter", "reasons"),
    [
        (Facts(), "A", 0),
        (Facts(permits_not_promised=1), "A", 1),
        (Facts(problem_inspections=1), "B", 1),
        (Facts(abnormal_inspections=1), "C", 1),
        (Facts(abnormal_inspections=2), "D", 1),
        (Facts(abnormal_inspections=1, problem_inspections=2), "D", 2),
    ],
)
def test_the_class_is_that_of_its_reasons(facts: Facts, letter: str, reasons: int) -> None:
    risk = risk_of(facts, TABLE)
    assert (risk.letter, len(risk.reasons)) == (letter, reasons)
    assert "不予许可" in risk.note.zh


@given(COUNTS)
def test_points_are_the_sum_of_what_is_told_and_more_never_lowers_the_class(facts: Facts) -> None:
    risk = risk_of(facts, TABLE)
    assert risk.points == sum(one.points for one in risk.reasons)
    assert len(risk.reasons) == sum(bool(getattr(facts, one.name)) for one in fields(Facts))
    for one in fields(Facts):
        more = Facts(**{other.name: getattr(facts, other.name) + (other is one) for other in fields(Facts)})
        assert risk_of(more, TABLE).letter >= risk.letter


def test_nothing_that_decides_imports_the_class() -> None:
    for package in ("approval", "credit", "workflows", "forms", "catalogue", "instruments", "notices", "supervision"):
        for path in Path(package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text("utf-8"))):
                names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
                names += [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
                assert not any(name.split(".")[0] == "portrait" for name in names), path


@given(st.lists(st.integers(1, 60), min_size=1, max_size=4))
def test_the_picture_shows_every_lead_inside_its_square_and_counts_what_it_leaves_out(counts: list[int]) -> None:
    shared = [
        Shared(TABLE.leads[n], tuple((f"{n}-{k}", f"商户{k}") for k in range(min(count, 24))), count)
        for n, count in enumerate(counts)
    ]
    picture = drawn("样例", shared)
    left, top, width, height = picture.box
    assert all(left < dot.x < left + width and top < dot.y < top + height for dot in picture.dots)
    assert sum(dot.kind == "other" for dot in picture.dots) + sum(
        int(dot.label) for dot in picture.dots if dot.kind == "more"
    ) == sum(counts)
    assert len(picture.lines) == len(picture.dots) - 1
