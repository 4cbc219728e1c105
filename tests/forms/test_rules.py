# SPDX-License-Identifier: Apache-2.0
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from forms.rules import apply_rule
from forms.rules.company import five_years_on
from tests.builders import fictitious_id

TODAY = date(2026, 11, 23)
A, B, C = (fictitious_id("19800101", serial) for serial in (1, 2, 3))


def found(rule: str, **values: Any) -> list[str]:
    return [problem.path for problem in apply_rule(rule, values, TODAY)]


def test_shares_that_add_up_are_no_problem() -> None:
    rows = [{"amount": Decimal(60)}, {"amount": Decimal(40)}]
    assert found("LLC-03-SUM", capital=Decimal(100), shareholders=rows) == []


def test_shares_that_do_not_add_up_say_by_how_much() -> None:
    rows = [{"amount": Decimal(60)}, {"amount": Decimal("39.5")}]
    [problem] = apply_rule("LLC-03-SUM", {"capital": Decimal(100), "shareholders": rows}, TODAY)
    assert "99.5" in problem.message.zh
    assert "少 0.5 万元" in problem.message.zh
    assert problem.basis is not None
    assert problem.basis.zh == "公司法第47条"


def test_an_unreadable_share_is_not_judged_twice() -> None:
    assert found("LLC-03-SUM", capital=Decimal(100), shareholders=[{"amount": Decimal(60)}, {}]) == []


@pytest.mark.parametrize(("due", "wrong"), [(date(2031, 11, 23), False), (date(2031, 11, 24), True)])
def test_contributions_are_due_within_five_years(due: date, wrong: bool) -> None:
    assert bool(found("LLC-03-TERM", shareholders=[{"due_on": due}])) == wrong


def test_five_years_from_a_leap_day() -> None:
    assert five_years_on(date(2028, 2, 29)) == date(2033, 2, 28)


@pytest.mark.parametrize(("name", "wrong"), [("南京栖云科技有限公司", False), ("南京栖云科技公司", True), ("", False)])
def test_a_company_says_that_it_is_limited(name: str, wrong: bool) -> None:
    assert bool(found("LLC-02", company_name=name)) == wrong


def test_a_shareholder_stands_in_the_list_once() -> None:
    assert found("LLC-01", shareholders=[{"number": A}, {"number": B}, {"number": A}]) == ["shareholders.2.number"]


def test_the_legal_representative_holds_the_post_that_is_named() -> None:
    directors = [{"id_number": A}]
    assert found("LLC-06", legal_representative_id=B, legal_representative_post="director", directors=directors)
    assert not found("LLC-06", legal_representative_id=A, legal_representative_post="director", directors=directors)
    assert found("LLC-06", legal_representative_id=A, legal_representative_post="manager", manager_id=B)


@pytest.mark.parametrize(("count", "wrong"), [(1, False), (2, True), (3, False)])
def test_there_is_one_director_or_a_board_of_three(count: int, wrong: bool) -> None:
    assert bool(found("LLC-07", directors=[{"id_number": n} for n in (A, B, C)[:count]])) == wrong


def test_nobody_supervises_themselves() -> None:
    values = {"directors": [{"id_number": A}], "manager_id": B, "supervisors": [{"id_number": A}, {"id_number": B}]}
    assert found("LLC-09", **values) == ["supervisors.0.id_number", "supervisors.1.id_number"]
    assert found("LLC-09", directors=[{}], supervisors=[{}]) == []


def test_a_rule_without_certain_basis_does_not_hold_anybody_up() -> None:
    child = fictitious_id("20150101", 1)
    [problem] = apply_rule("IND-01", {"operator_id": child}, TODAY)
    assert not problem.blocks
