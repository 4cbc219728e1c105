# SPDX-License-Identifier: Apache-2.0
"""公司法 (2023) on what is registered of a limited company, at its boundaries."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from forms.rules import apply_rule
from forms.rules.company import five_years_on
from tests.forms.rules.judging import FIRM, TODAY, A, B, C, Case, D, fails, ids, passes

MANY = Decimal(100_000)


def holders(count: int) -> list[dict[str, Any]]:
    return [{"number": number} for number in ids(count)]


def people(*numbers: str, employees: int = 0) -> list[dict[str, Any]]:
    """Directors or supervisors, of whom the last ones represent the employees."""
    first = len(numbers) - employees
    return [{"id_number": n, "is_employee": "yes" if i >= first else "no"} for i, n in enumerate(numbers)]


def paid(*amounts: str) -> list[dict[str, Any]]:
    return [{"amount": Decimal(amount)} for amount in amounts]


def other(note: str) -> list[dict[str, Any]]:
    return [{"method": "other", "method_note": note}]


def voted(votes: str, *changes: str, **more: Any) -> dict[str, Any]:
    return {"votes_for": Decimal(votes), "changes": changes, **more}


CASES = [
    passes("LLC-01", "one shareholder is enough", shareholders=holders(1)),
    passes("LLC-01", "fifty shareholders are not too many", shareholders=holders(50)),
    fails("LLC-01", "fifty-one shareholders are too many", "shareholders", shareholders=holders(51)),
    fails(
        "LLC-01",
        "a shareholder stands in the list once",
        "shareholders.2.number",
        shareholders=[{"number": A}, {"number": B}, {"number": A}],
    ),
    passes("LLC-01", "numbers that could not be read are not taken for the same", shareholders=[{}, {}]),
    passes("LLC-02", "a name may end in 有限公司", company_name="南京栖云科技有限公司"),
    passes("LLC-02", "a name may end in 有限责任公司", company_name="南京栖云科技有限责任公司"),
    passes("LLC-02", "a name that was not given is not judged", company_name=""),
    fails("LLC-02", "a name does not end in 公司 alone", "company_name", company_name="南京栖云科技公司"),
    fails("LLC-02", "a share company is no limited one", "company_name", company_name="南京栖云股份公司"),
    passes("LLC-03-SUM", "shares add up", capital=Decimal(100), shareholders=paid("60", "40")),
    passes("LLC-03-SUM", "shares add up to the yuan", capital=Decimal("0.0003"), shareholders=paid("0.0001", "0.0002")),
    passes("LLC-03-SUM", "an unreadable share is not judged twice", capital=Decimal(9), shareholders=[*paid("1"), {}]),
    fails("LLC-03-SUM", "shares fall short", "shareholders", capital=Decimal(100), shareholders=paid("60", "39.5")),
    fails("LLC-03-SUM", "shares are one yuan over", "shareholders", capital=Decimal(1), shareholders=paid("1.0001")),
    passes("LLC-03-TERM", "due after five years to the day", shareholders=[{"due_on": date(2031, 11, 23)}]),
    fails(
        "LLC-03-TERM",
        "not a day after five years",
        "shareholders.1.due_on",
        shareholders=[{"due_on": date(2031, 11, 23)}, {"due_on": date(2031, 11, 24)}],
    ),
    passes(
        "LLC-03-TERM",
        "a change without an increase is compared with the register",
        changes=("shareholders",),
        shareholders=[{"due_on": date(2031, 11, 24)}],
    ),
    fails(
        "LLC-03-TERM",
        "an increase is due within five years of it",
        "shareholders.0.due_on",
        changes=("capital", "shareholders"),
        capital_change="increase",
        shareholders=[{"due_on": date(2031, 11, 24)}],
    ),
    passes("LLC-04", "labour dispatch with exactly 200", capital=Decimal(200), scope=("L-7263",)),
    passes("LLC-04", "any capital without labour dispatch", capital=Decimal("0.1"), scope=("I-6513",)),
    fails("LLC-04", "labour dispatch with less", "capital", capital=Decimal("199.9999"), scope=("I-6513", "L-7263")),
    passes("LLC-05", "money, goods and claims are lawful", shareholders=[{"method": m} for m in ("money", "claims")]),
    passes("LLC-05", "other property is named", shareholders=other("碳排放权")),
    fails("LLC-05", "other property must be named", "shareholders.0.method_note", shareholders=[{"method": "other"}]),
    passes("LLC-05", "property that is not pledged", shareholders=other("生产设备（未设定担保）")),
    *(
        fails("LLC-05", f"{word} is no contribution", "shareholders.0.method_note", shareholders=other(f"以{word}出资"))
        for word in ("劳务", "信用", "自然人姓名", "商誉", "特许经营权", "设定担保的财产")
    ),
    passes(
        "LLC-06",
        "a director represents the company",
        legal_representative_id=A,
        legal_representative_post="director",
        directors=people(B, A, C),
    ),
    passes(
        "LLC-06",
        "the manager represents the company",
        legal_representative_id=A,
        legal_representative_post="manager",
        manager_id=A,
        directors=people(B),
    ),
    fails(
        "LLC-06",
        "somebody who is not a director",
        "legal_representative_id",
        legal_representative_id=D,
        legal_representative_post="director",
        directors=people(A, B, C),
    ),
    fails(
        "LLC-06",
        "somebody who is not the manager",
        "legal_representative_id",
        legal_representative_id=A,
        legal_representative_post="manager",
        manager_id=B,
        directors=people(A),
    ),
    passes("LLC-07", "one director", directors=people(A)),
    fails("LLC-07", "two directors are no board", "directors", directors=people(A, B)),
    passes("LLC-07", "a board of three", directors=people(A, B, C)),
    fails("LLC-07", "a director stands there once", "directors.2.id_number", directors=people(A, B, A)),
    passes("LLC-08", "one supervisor", supervision="one", supervisors=people(A)),
    fails("LLC-08", "one supervisor is not two", "supervisors", supervision="one", supervisors=people(A, B)),
    fails("LLC-08", "a board of two", "supervisors", supervision="board", supervisors=people(A, B, employees=1)),
    passes("LLC-08", "a third exactly", supervision="board", supervisors=people(A, B, C, employees=1)),
    fails("LLC-08", "nobody of the employees", "supervisors", supervision="board", supervisors=people(A, B, C)),
    fails("LLC-08", "one of four", "supervisors", supervision="board", supervisors=people(A, B, C, D, employees=1)),
    passes("LLC-08", "a committee of a board of three", supervision="committee", directors=people(A, B, C)),
    fails("LLC-08", "a committee without a board", "supervision", supervision="committee", directors=people(A)),
    passes("LLC-08", "none, by consent of all", supervision="none", directors=people(A)),
    passes("LLC-09", "others supervise", directors=people(A), manager_id=B, supervisors=people(C)),
    passes("LLC-09", "numbers that could not be read", directors=[{}], supervisors=[{}]),
    fails(
        "LLC-09",
        "neither director nor manager supervises",
        "supervisors.0.id_number",
        "supervisors.1.id_number",
        directors=people(A),
        manager_id=B,
        supervisors=people(A, B, C),
    ),
    passes("LLC-10", "three years", director_term=3),
    fails("LLC-10", "four years", "director_term", director_term=4),
    passes("LLC-10", "299 employees", employees=299, directors=people(A, B, C)),
    fails("LLC-10", "300 employees without a voice", "directors", employees=300, directors=people(A, B, C)),
    passes("LLC-10", "300 with an employee on the board", employees=300, directors=people(A, B, C, employees=1)),
    passes(
        "LLC-10",
        "300 with an employee on the supervisory board",
        employees=300,
        directors=people(A, B, C),
        supervision="board",
        supervisors=people(*ids(3), employees=1),
    ),
    fails(
        "LLC-10",
        "one supervisor is no supervisory board",
        "directors",
        employees=300,
        directors=people(A, B, C),
        supervision="one",
        supervisors=people(D, employees=1),
    ),
    fails("LLC-12", "two thirds but for a hair", "votes_for", **voted("66.6666", "name")),
    passes("LLC-11", "the articles as they are written", articles="template"),
    fails("LLC-11", "a clause of their own", "own_clauses", articles="own", own_clauses=[{"text": "另有约定"}]),
    fails("LLC-12", "articles with half of the votes", "votes_for", changes=("articles",), votes_for=Decimal(60)),
    passes("LLC-17", "a company that is not of the State", state_owned="none", shareholders=[{"number": A}]),
    passes("LLC-17", "nothing is said of it", shareholders=[{"number": FIRM}]),
    fails("LLC-17", "the State owns it alone", "state_owned", state_owned="sole", shareholders=[{"number": FIRM}]),
    fails(
        "LLC-17", "a person owns what the State owns", "state_owned", state_owned="sole", shareholders=[{"number": A}]
    ),
    fails("LLC-17", "the State controls it", "state_owned", state_owned="controlled"),
    passes("LLC-12", "two thirds, rounded up", **voted("66.6667", "capital", "scope")),
    *(
        fails("LLC-12", f"{change} stands in the articles", "votes_for", **voted("66", change))
        for change in ("name", "premises", "scope", "capital", "term")
    ),
    passes("LLC-12", "more than half for directors", **voted("50.0001", "organs", "representative")),
    fails("LLC-12", "half exactly is not more than half", "votes_for", **voted("50", "organs")),
    fails("LLC-12", "a company ends itself with two thirds", "votes_for", cause="decision", votes_for=Decimal("66")),
    passes("LLC-12", "so it does with three quarters", cause="decision", votes_for=Decimal("75")),
    passes("LLC-12", "when its term is over nobody votes", cause="term", votes_for=Decimal("10")),
    passes("LLC-12", "one shareholder does not vote", changes=("name",)),
    passes("LLC-12", "a transfer is not voted on (art. 87)", **voted("10", "shareholders", transfer="outside")),
    passes("LLC-12", "nor is one between shareholders", **voted("10", "shareholders", transfer="within")),
    fails("LLC-12", "contributions are, without one", "votes_for", **voted("60", "shareholders", transfer="none")),
    fails(
        "LLC-12",
        "what is changed beside a transfer is voted on",
        "votes_for",
        **voted("60", "shareholders", "name", transfer="outside"),
    ),
    passes("LLC-13", "the others were told", transfer="outside", transfer_notified=True),
    passes("LLC-13", "between shareholders nobody is asked", transfer="within"),
    fails("LLC-13", "the others were not told", "transfer_notified", transfer="outside"),
    passes("LLC-15", "large, but not plainly abnormal", capital=MANY - 1),
    fails("LLC-15", "so large that somebody looks", "capital", capital=MANY),
    passes("LLC-16", "nothing of contributions changes", changes=("name",)),
    fails("LLC-16", "changed contributions are published", "shareholders", changes=("capital", "name")),
    fails("LLC-16", "so are changed shareholders", "shareholders", changes=("shareholders",)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_company_is_judged_by_the_company_law(case: Case) -> None:
    assert case.judged() == case.wrong


def test_shares_that_do_not_add_up_say_by_how_much() -> None:
    values = {"capital": Decimal(100), "shareholders": paid("60", "39.5")}
    [problem] = apply_rule("LLC-03-SUM", values, TODAY)
    assert "99.5" in problem.message.zh
    assert "少 0.5 万元" in problem.message.zh
    assert problem.basis is not None
    assert problem.basis.zh == "公司法第47条"


def test_shares_over_the_capital_say_so() -> None:
    [problem] = apply_rule("LLC-03-SUM", {"capital": Decimal(1), "shareholders": paid("1.5")}, TODAY)
    assert "多 0.5 万元" in problem.message.zh
    assert "0.5 over" in problem.message.en


def test_five_years_from_a_leap_day_end_on_the_last_of_february() -> None:
    assert five_years_on(date(2028, 2, 29)) == date(2033, 2, 28)
    assert five_years_on(date(2027, 2, 28)) == date(2032, 2, 28)
