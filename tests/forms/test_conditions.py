# SPDX-License-Identifier: Apache-2.0
"""Conditions look back, never in circles; what is not asked decides nothing and keeps its answer."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from forms import Form, When, load_forms, take
from forms.conditions import scaled
from kit.declared import Refused

FORM = """
code = "shop"
version = 1
title = { zh = "表", en = "Form" }
source = { zh = "法", en = "Law" }
rules = []
[[pages]]
name = "one"
title = { zh = "一", en = "One" }
[[pages.fields]]
name = "kind"
kind = "choice"
label = { zh = "类别", en = "Kind" }
options = [{ value = "a", label = { zh = "甲", en = "A" } }, { value = "b", label = { zh = "乙", en = "B" } }]
[[pages.fields]]
name = "seats"
kind = "whole"
label = { zh = "座位", en = "Seats" }
when = { field = "kind", among = ["a"] }
[[pages.fields]]
name = "plan"
kind = "text"
label = { zh = "平面图", en = "Plan" }
when = { all_of = [{ field = "kind", among = ["a"] }, { field = "seats", least = 50 }] }
[[pages]]
name = "two"
title = { zh = "二", en = "Two" }
when = { any_of = [{ field = "kind", among = ["b"] }, { field = "seats", least = 100, most = 500 }] }
[[pages.fields]]
name = "more"
kind = "text"
label = { zh = "其他", en = "More" }
"""


def a_form(folder: Path, old: str = "", new: str = "") -> Form:
    assert old in FORM
    (folder / "shop.toml").write_text(FORM.replace(old, new, 1) if old else FORM, "utf-8")
    return load_forms(folder)["shop", 1]


@pytest.mark.parametrize(
    ("answers", "asked"),
    [
        ({}, ["kind"]),
        ({"kind": "a"}, ["kind", "seats"]),
        ({"kind": "a", "seats": "49"}, ["kind", "seats"]),
        ({"kind": "a", "seats": "５０"}, ["kind", "seats", "plan"]),
        ({"kind": "a", "seats": "100"}, ["kind", "seats", "plan", "more"]),
        ({"kind": "a", "seats": "501"}, ["kind", "seats", "plan"]),
        ({"kind": "b", "seats": "300"}, ["kind", "more"]),  # seats is not asked: what was typed decides nothing
        ({"kind": "c", "seats": "300"}, ["kind"]),
    ],
)
def test_what_is_asked_follows_from_what_was_asked(tmp_path: Path, answers: dict[str, str], asked: list[str]) -> None:
    form = a_form(tmp_path)
    assert [field.name for _page, fields in form.asked(dict(answers)) for field in fields] == asked


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            'field = "kind", among = ["a"] }\n',
            'field = "more", among = ["a"] }\n',
            "seats depends on more, which is not",
        ),
        ('field = "kind", among = ["a"] }\n', 'field = "seats", least = 1 }\n', "seats depends on seats, which is not"),
        ('field = "kind", among = ["a"] }\n', 'field = "x", among = ["a"] }\n', "seats depends on x"),
        ('field = "kind", among = ["b"]', 'field = "plan", among = ["b"]', "page two cannot depend on plan"),
        ('field = "seats", least = 50', 'field = "kind", least = 50', "plan cannot depend on kind"),
        ('field = "kind", among = ["a"] }\n', 'field = "kind" }\n', "a condition names a field"),
        ('field = "kind", among = ["a"] }\n', 'field = "kind", among = ["a"], least = 1 }\n', "a condition names"),
        ('field = "kind", among = ["a"] }\n', "any_of = [] }\n", "a condition names a field"),
    ],
)
def test_a_condition_that_cannot_be_is_refused_when_read(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(Refused, match=rf"(?s)shop\.toml.*{said}"):
        a_form(tmp_path, old, new)


def test_what_the_page_did_not_show_keeps_its_answer(tmp_path: Path) -> None:
    form = a_form(tmp_path)
    page = form.pages[0]
    assert take(form, page, {"kind": ["b"], "asked-kind": ["1"]}) == {"kind": "b"}
    assert take(form, page, {"asked-kind": ["1"], "asked-seats": ["1"]}) == {"kind": "", "seats": ""}


LEAVES = st.builds(lambda name, value: When(field=name, among=(value,)), st.sampled_from("pqr"), st.sampled_from("ab"))
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, min_size=1, max_size=3).flatmap(
        lambda parts: st.sampled_from([When(all_of=tuple(parts)), When(any_of=tuple(parts))])
    ),
)


@given(TREES, st.dictionaries(st.sampled_from("pqr"), st.sampled_from("abc")), st.sets(st.sampled_from("pqr")))
def test_what_is_left_for_the_browser_decides_as_the_whole(when: When, answers: dict[str, str], here: set[str]) -> None:
    before = {name: value for name, value in answers.items() if name not in here}
    left = when.left(before, here)
    assert (left if isinstance(left, bool) else left.holds(answers)) == when.holds(answers)
    if isinstance(left, When):
        assert left.names <= here


@pytest.mark.parametrize(
    ("typed", "number"),
    [
        ("0", 0),
        ("12.5", 125000),
        (" １，０００ ", 10000000),
        ("1.00001", None),
        ("５０ ％", 500000),
        ("50%%", None),
        ("-1", None),
        ("", None),
        (None, None),
    ],
)
def test_numbers_are_counted_in_ten_thousandths(typed: str | None, number: int | None) -> None:
    assert scaled(typed) == number


def test_a_condition_says_one_thing() -> None:
    with pytest.raises(ValidationError):
        When()
