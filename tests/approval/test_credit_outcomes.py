# SPDX-License-Identifier: Apache-2.0
"""The worked outcomes (a)–(j) of credit, each through the real chain: submitted, asked and weighed."""

from datetime import date
from typing import Any

import pytest

from approval import proofs
from approval.application import Application, State
from credit import Record
from tests.approval.registering import NEW, a_business, a_staffed_house, about, waiting
from tests.filling import PEOPLE
from tests.journeys.inprocess import House
from tests.office import CATALOGUE, HOLDER

__all__ = ["a_staffed_house"]

COURT, REGULATOR = "样例人民法院", "样例市场监督管理局"
DEBT = Record("dishonest_judgment_debtor", COURT, date(2025, 4, 18))
UNREACHABLE = Record("abnormal_operations_unreachable", REGULATOR, date(2026, 7, 2))


def said(house: House, case: str) -> dict[str, tuple[str, str]]:
    """Effect and Chinese message of every rule of credit that found something."""
    with house.database.reading() as session:
        found = session.get_one(Application, case).findings
        return {f.rule: (f.effect, f.message["zh"]) for f in found if f.rule.startswith("CR-") and f.rule != "CR-00"}


def effects(house: House, case: str) -> dict[str, str]:
    return {rule: effect for rule, (effect, _words) in said(house, case).items()}


def recorded(house: House, number: str, *records: Record) -> None:
    house.office.bureau.records[number] = records


def shop(house: House, *records: Record) -> str:
    recorded(house, HOLDER, *records)
    return waiting(house, "sole-trader", operator_id=HOLDER)


def listed_business(house: House, item: str, *records: Record, **changed: Any) -> str:
    """A company that is registered, and then stands recorded when it files for `item`."""
    licence = a_business(house)
    recorded(house, licence.credit_code or "", *records)
    return waiting(house, item, **about(licence), **changed)


def test_a_a_listed_debtor_proposed_as_supervisor_is_the_single_defect(house: House) -> None:
    recorded(house, PEOPLE[2], DEBT)
    case = waiting(house, "company")
    assert effects(house, case) == {"CR-01": "refuse_role"}
    words = said(house, case)["CR-01"][1]
    for part in ("拟任监事", COURT, "第一百七十八条", "一、改由他人担任", "二、"):
        assert part in words
    assert house.read(case).state == State.IN_REVIEW, "only a person turns it down"


def test_b_the_same_person_as_a_mere_shareholder_is_allowed_with_a_notice(house: House) -> None:
    recorded(house, PEOPLE[1], DEBT)
    assert effects(house, waiting(house, "company")) == {"CR-02": "allow_notice"}


def test_c_a_listed_operator_of_a_shop_is_allowed_with_a_notice_and_not_by_the_machine(house: House) -> None:
    case = shop(house, DEBT)
    assert effects(house, case) == {"CR-02": "allow_notice"}
    assert house.read(case).state == State.IN_REVIEW


def test_d_an_unreachable_company_that_changes_its_scope_must_change_its_address_with_it(house: House) -> None:
    case = listed_business(house, "company-change", UNREACHABLE, changes=["name"], company_name=NEW)
    assert effects(house, case) == {"CR-06": "linked_required"}
    assert "在本申请中一并变更住所" in said(house, case)["CR-06"][1]


def test_d_with_the_address_in_the_same_filing_nothing_stands_against_it(house: House) -> None:
    case = listed_business(house, "company-change", UNREACHABLE, changes=["name", "premises"], company_name=NEW)
    assert effects(house, case) == {}


@pytest.mark.parametrize(
    ("kind", "rule"),
    [
        ("equity_pledged", "CR-09B"),
        ("abnormal_operations_unreachable", "CR-06B"),
        ("severely_dishonest_list", "CR-07B"),
    ],
)
def test_e_the_simple_end_is_closed_and_the_general_one_offered(house: House, kind: str, rule: str) -> None:
    case = listed_business(house, "simple-deregistration", Record(kind, REGULATOR, date(2026, 3, 1)))
    assert effects(house, case) == {rule: "refuse"}
    assert "一、改走一般注销程序" in said(house, case)[rule][1]


def test_e_the_general_end_asks_a_person_and_refuses_nobody(house: House) -> None:
    case = listed_business(house, "deregistration", Record("equity_pledged", REGULATOR, date(2026, 3, 1)))
    assert effects(house, case) == {"CR-09D": "manual"}


def test_f_a_source_that_does_not_answer_leaves_it_to_a_person_and_the_clock_running(house: House) -> None:
    house.office.bureau.is_away = True
    case = waiting(house, "sole-trader", operator_id=HOLDER)
    assert effects(house, case) == {"CR-15": "manual"}
    application = house.read(case)
    assert (application.state, application.suspended_on) == (State.IN_REVIEW, None)


def test_g_a_record_repaired_yesterday_is_neither_used_nor_shown(house: House) -> None:
    case = shop(house, Record(DEBT.kind, COURT, DEBT.since, repaired=True))
    assert effects(house, case) == {}


@pytest.mark.parametrize("kind", ["risk_class_d", "risk_class_a", "minor_dishonesty"])
def test_h_the_worst_class_of_risk_changes_nothing_here(house: House, kind: str) -> None:
    assert effects(house, shop(house, Record(kind, REGULATOR, date(2026, 1, 1)))) == {}


@pytest.mark.parametrize(("since", "found"), [(date(2023, 11, 23), {"CR-05": "refuse"}), (date(2023, 11, 22), {})])
def test_i_a_ban_that_ends_today_still_holds_today_and_not_tomorrow(
    house: House, since: date, found: dict[str, str]
) -> None:
    assert effects(house, shop(house, Record("false_registration_responsible", REGULATOR, since))) == found


def test_j_a_namesake_with_another_number_leaves_no_trace(house: House) -> None:
    recorded(house, PEOPLE[5], DEBT)
    case = waiting(house, "sole-trader", operator_id=HOLDER)
    assert effects(house, case) == {}


@pytest.mark.parametrize(
    ("changes", "found"),
    [(["shareholders"], {"CR-09": "refuse"}), (["contact"], {})],
    ids=["share", "contact"],
)
def test_a_frozen_share_stops_the_change_that_would_move_it_and_no_other(
    house: House, changes: list[str], found: dict[str, str]
) -> None:
    frozen = Record("equity_frozen", COURT, date(2026, 3, 1))
    assert effects(house, listed_business(house, "company-change", frozen, changes=changes)) == found


@pytest.mark.parametrize(
    ("kind", "found"), [("tax_abnormal", {"CR-11": "refuse"}), ("major_tax_violation", {"CR-11B": "manual"})]
)
def test_without_tax_clearance_nothing_is_deregistered(house: House, kind: str, found: dict[str, str]) -> None:
    assert effects(house, listed_business(house, "deregistration", Record(kind, REGULATOR, date(2026, 3, 1)))) == found


def decided(house: House, case: str, outcome: str) -> int:
    return int(house.decide("zhou", case, outcome).status_code)


def test_a_record_that_is_repaired_before_the_decision_stands_in_nobodys_way(house: House) -> None:
    case = shop(house, Record("false_registration_responsible", REGULATOR, date(2026, 1, 5)))
    assert effects(house, case) == {"CR-05": "refuse"}
    recorded(house, HOLDER)
    assert decided(house, case, "approve") == 303
    assert effects(house, case) == {}
    with house.database.reading() as session:
        kept = proofs.of_number(session, session.get_one(Application, case).number or "")
    barring = [line for line in kept.trace if line["rule"] in ("CR-05", "no_bar")]
    assert {(line["rule"], line["outcome"]) for line in barring} == {("CR-05", True), ("no_bar", True)}
    assert proofs.replay(CATALOGUE, house.office.office.gates, kept).agrees


def test_nobody_is_refused_because_of_a_record_that_was_repaired_meanwhile(house: House) -> None:
    case = shop(house, Record("false_registration_responsible", REGULATOR, date(2026, 1, 5)))
    recorded(house, HOLDER)
    assert decided(house, case, "refuse") == 409, "the clerk looks again"
    assert effects(house, case) == {}
    assert house.read(case).state == State.IN_REVIEW


def test_a_source_that_falls_silent_takes_nothing_away(house: House) -> None:
    case = shop(house, Record("false_registration_responsible", REGULATOR, date(2026, 1, 5)))
    house.office.bureau.is_away = True
    assert decided(house, case, "approve") == 409, "that nobody answered is news"
    assert effects(house, case) == {"CR-05": "refuse", "CR-15": "manual"}
    barred = house.decide("zhou", case, "approve")
    assert (barred.status_code, "有变化" in barred.text) == (409, False)
    assert house.read(case).state == State.IN_REVIEW
