# SPDX-License-Identifier: Apache-2.0
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from forms import check, load_forms, take
from tests.builders import company_answers, sole_trader_answers

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


@pytest.mark.parametrize("typed", ["0", "-1", "1.00001", "1e30", "NaN", "Infinity", "十"])
def test_sums_that_are_none_are_refused(typed: str) -> None:
    problems = check(COMPANY, company_answers() | {"capital": typed}, TODAY).problems
    assert "capital" in {p.path for p in problems}


@given(
    st.dictionaries(
        st.sampled_from([field.name for page in COMPANY.pages for field in page.fields]),
        st.one_of(
            st.text(max_size=20),
            st.lists(st.text(max_size=5), max_size=3),
            st.lists(st.dictionaries(st.sampled_from(["name", "amount", "due_on"]), st.text(max_size=9)), max_size=3),
        ),
    )
)
def test_no_answers_break_the_check(answers: dict[str, object]) -> None:
    checked = check(COMPANY, answers, TODAY)  # type: ignore[arg-type]
    assert all(problem.message.zh and problem.message.en for problem in checked.problems)
