# SPDX-License-Identifier: Apache-2.0
"""The worked outcomes (a)–(j) of credit, each through the real chain: submitted, asked, weighed, waiting or approved."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest

from approval.application import Application, State
from credit import Record
from tests.approval.registering import a_business, about, house, waiting, walked
from tests.conftest import NOON
from tests.filling import PEOPLE
from tests.journeys.inprocess import House
from tests.office import HOLDER

__all__ = ["house"]

TODAY = NOON.date()
COURT, REGULATOR = "样例人民法院", "样例市场监督管理局"
DEBT = Record("dishonest_judgment_debtor", COURT, date(2025, 4, 18))
Said = dict[str, tuple[str, str]]


def said(house: House, case: str) -> Said:
    """Effect and Chinese message of every rule of credit that found something."""
    with house.database.reading() as session:
        found = session.get_one(Application, case).findings
        return {f.rule: (f.effect, f.message["zh"]) for f in found if f.rule.startswith("CR-") and f.rule != "CR-00"}


def effects(house: House, case: str) -> dict[str, str]:
    return {rule: effect for rule, (effect, _words) in said(house, case).items()}


def people_only(house: House) -> None:
    house.use(straight_through=False)


def company(house: House, **changed: object) -> str:
    people_only(house)
    return waiting(house, "company", **changed)


def a_shop(house: House) -> str:
    return waiting(house, "sole-trader", operator_id=HOLDER)


def test_a_a_listed_debtor_proposed_as_supervisor_is_the_single_defect(house: House) -> None:
    supervisor = {"name": "陈其美", "id_number": PEOPLE[2]}
    house.office.bureau.records[PEOPLE[2]] = [DEBT]
    case = company(house, supervisors=[supervisor])
    assert {rule: e for rule, e in effects(house, case).items() if e == "refuse_role"} == {"CR-01": "refuse_role"}
    words = said(house, case)["CR-01"][1]
    assert "拟任监事" in words
    assert "第一百七十八条" in words
