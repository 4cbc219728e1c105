# SPDX-License-Identifier: Apache-2.0
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licences import DoesNotFit
from licences.typeface import typeface
from licences.typesetting import LEADING, NO_END, NO_START, SMALLEST, fitted, width_of, wrapped

WORDS = st.text(alphabet="甲乙丙丁A1", min_size=1, max_size=9)
MARKS = st.sampled_from(
    ["，", "。", "；", "、", "）", "”", "）、", "）；", "”，", "（", "“", ""]
)  # as scopes are written
PROSE = st.lists(st.tuples(WORDS, MARKS), min_size=1, max_size=14).map(lambda parts: "".join(w + m for w, m in parts))


@pytest.fixture(autouse=True, scope="module")
def _typeface() -> None:
    typeface()


@settings(max_examples=150, deadline=None)
@given(PROSE, st.sampled_from([90.0, 150.0, 243.0]))
def test_no_line_begins_with_a_closing_mark_or_ends_with_an_opening_one(text: str, width: float) -> None:
    lines = wrapped(text, 12, width)
    assert not any(line[0] in NO_START for line in lines[1:])
    assert not any(line[-1] in NO_END for line in lines[:-1])


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet="甲乙丙（）、；。，“”A1", min_size=1, max_size=80))
def test_breaking_lines_loses_nothing_and_no_line_is_too_wide(text: str) -> None:
    lines = wrapped(text, 12, 150)
    assert "".join(lines) == text
    assert all(width_of(line, 12) <= 150 for line in lines)


def test_a_mark_that_would_begin_a_line_takes_the_character_before_it_along() -> None:
    assert wrapped("甲" * 12 + "。乙", 12, 12 * 12.0) == ["甲" * 11, "甲。乙"]
    assert wrapped("甲" * 11 + "（乙）", 12, 12 * 12.0) == ["甲" * 11, "（乙）"]


@settings(max_examples=40, deadline=None)
@given(PROSE)
def test_what_is_fitted_stands_inside_its_box_at_the_largest_size_that_does(text: str) -> None:
    size, lines = fitted(text, 120, 60, 17)
    assert SMALLEST <= size <= 17
    assert len(lines) * size * LEADING <= 60 + size * (LEADING - 1)
    if size < 17:
        larger = size + 0.5
        assert len(wrapped(text, larger, 120)) * larger * LEADING > 60 + larger * (LEADING - 1)


def test_text_without_end_is_refused_with_its_length() -> None:
    with pytest.raises(DoesNotFit) as refused:
        fitted("甲" * 3000, 120, 60, 17)
    assert refused.value.facts == {"length": 3000}
