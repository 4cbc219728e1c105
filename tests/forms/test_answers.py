# SPDX-License-Identifier: Apache-2.0
from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from forms import Form, Kind, check, load_forms, take
from tests.builders import company_answers, sole_trader_answers
from tests.filling import filled

TODAY = date(2026, 11, 23)
FORMS = load_forms()
SOLE_TRADER, COMPANY = FORMS["sole-trader", 1], FORMS["company", 1]


def test_a_complete_form_has_no_problem() -> None:
    assert check(SOLE_TRADER, sole_trader_answers(), TODAY).problems == ()
    assert check(COMPANY, company_answers(), TODAY).problems == ()


def test_every_problem_is_told_at_once_and_by_field() -> None:
    answers = sole_trader_answers() | {"operator_id": "99999919900307001", "contact_phone": "123", "address": ""}
    problems = {p.path: p.message for p in check(SOLE_TRADER, answers, TODAY).problems}
    assert set(problems) == {"operator_id", "contact_phone", "address"}
    assert "17 位" in problems["operator_id"].zh
    assert "详细地址" in problems["address"].zh


def test_one_wrong_digit_of_an_identity_number_is_found() -> None:
    number = str(sole_trader_answers()["operator_id"])
    wrong = number[:10] + ("1" if number[10] == "0" else "0") + number[11:]
    [problem] = check(SOLE_TRADER, sole_trader_answers() | {"operator_id": wrong}, TODAY).problems
    assert problem.path == "operator_id"


def test_full_width_digits_are_read_as_meant() -> None:
    answers = sole_trader_answers() | {"contact_phone": "１３８００００００００"}
    assert check(SOLE_TRADER, answers, TODAY).values["contact_phone"] == "13800000000"


def test_what_is_not_asked_is_not_required() -> None:
    answers = sole_trader_answers() | {"uses_name": "no", "trade_name": ""}
    assert check(SOLE_TRADER, answers, TODAY).problems == ()
    asked = check(SOLE_TRADER, answers | {"uses_name": "yes"}, TODAY).problems
    assert [p.path for p in asked] == ["trade_name"]


def test_problems_of_a_table_name_the_row() -> None:
    answers = company_answers()
    rows = [dict(row) for row in answers["shareholders"]]  # type: ignore[arg-type]
    rows[1]["amount"] = "many"
    problems = check(COMPANY, answers | {"shareholders": rows}, TODAY).problems
    assert [p.path for p in problems] == ["shareholders.1.amount"]


def test_rows_are_taken_from_a_posted_page_as_typed() -> None:
    page = next(page for page in COMPANY.pages if page.name == "shareholders")
    posted = {"shareholders-0-name": ["甲"], "shareholders-0-amount": ["x"], "shareholders-1-name": [""], "evil": ["1"]}
    rows = take(COMPANY, page, posted)["shareholders"]
    assert [row["name"] for row in rows] == ["甲", ""]  # type: ignore[index]
    assert rows[0]["amount"] == "x"  # type: ignore[index]


@pytest.mark.parametrize(
    "typed", ["0", "-1", "1.00001", "1e30", "1e-3", "1_000", "١٢٣", "NaN", "Infinity", "十", "9" * 40]
)
def test_sums_that_are_none_are_refused(typed: str) -> None:
    problems = check(COMPANY, company_answers() | {"capital": typed}, TODAY).problems
    assert "capital" in {p.path for p in problems}


NASTY = st.one_of(
    st.sampled_from(
        [
            *("", "9999-12-31", "9999-01-01", "0001-01-01", "1900-01-01", "2200-12-31", "2026-W45-1", "20261123"),
            *("2028-02-29", "1_000", "1e-3", "١٢٣", "0", "-1", "9" * 30, "none", "yes", "no", "\x00", "其他"),
        ]
    ),
    st.text(max_size=20),
    st.lists(st.text(max_size=5), max_size=3),
    st.lists(st.dictionaries(st.sampled_from(["name", "amount", "due_on"]), st.text(max_size=9)), max_size=3),
)
EVERY = sorted(FORMS.values(), key=lambda form: form.code)


@pytest.mark.parametrize("form", EVERY, ids=lambda form: form.code)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_no_answers_break_the_check_of_any_form(form: Form, data: st.DataObject) -> None:
    """Right answers, of which some were replaced by anything; and each choice as it comes."""
    names = [field.name for page in form.pages for field in page.fields]
    answers: dict[str, object] = dict(filled(form, TODAY, choose=data.draw(st.integers(0, 3))))
    answers |= data.draw(st.dictionaries(st.sampled_from(names), NASTY, max_size=8))
    checked = check(form, answers, TODAY)  # type: ignore[arg-type]
    assert all(problem.message.zh and problem.message.en for problem in checked.problems)


DATES = [
    (form, field.name) for form in EVERY for page in form.pages for field in page.fields if field.kind is Kind.DATE
]


@pytest.mark.parametrize(("form", "name"), DATES, ids=lambda given: getattr(given, "code", given))
@pytest.mark.parametrize(
    "day", ["1900-01-01", "2200-12-31", "9999-12-31", "2026-W45-1", "0001-01-01", "２０３０-01-01"]
)
def test_no_day_breaks_a_rule(form: Form, name: str, day: str) -> None:
    for choose in range(3):
        check(form, {**filled(form, TODAY, choose=choose), name: day}, TODAY)


@pytest.mark.parametrize(
    ("code", "answers", "path"),
    [
        ("deregistration", {"business_kind": "company", "cause": "decision", "decided_on": "2030-01-01"}, "decided_on"),
        (
            "deregistration",
            {"business_kind": "company", "cause": "term", "liquidation_ended_on": "2031-01-01"},
            "liquidation_ended_on",
        ),
        ("branch", {"branch_decided_on": "2030-01-01"}, "branch_decided_on"),
        ("company-change", {"changes": ["term"], "decided_on": "2030-01-01"}, "decided_on"),
        ("business-suspension", {"pause_act": "begin", "pause_from": "2020-01-01"}, "pause_from"),
    ],
)
def test_what_has_happened_lies_not_in_the_future_nor_what_will_in_the_past(
    code: str, answers: dict[str, Any], path: str
) -> None:
    form = next(form for form in EVERY if form.code == code)
    typed = filled(form, TODAY, given=answers)
    assert path in {problem.path for problem in check(form, typed, TODAY).problems if problem.blocks}
    assert not [p for p in check(form, filled(form, TODAY), TODAY).problems if p.blocks]
