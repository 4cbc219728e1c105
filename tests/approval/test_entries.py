# SPDX-License-Identifier: Apache-2.0
"""Entries in the register from the whole way of a case: what follows of them, and what stands against them."""

from datetime import date, timedelta
from typing import Any

import pytest

from approval import cases, participants, signers
from approval.application import Application, State
from approval.cases import AnswersIncomplete
from approval.registered import Registered, of_entity
from catalogue import EntryResult
from kit.clock import office_day
from licences import Status
from register import Standing
from tests.approval.registering import (
    CONTACT,
    NEW,
    a_business,
    a_staffed_house,
    about,
    alter,
    found,
    item_of,
    licence_of,
    papers_of,
    registered,
    status_of,
    waiting,
    walked,
)
from tests.conftest import NOON
from tests.filling import PEOPLE, a_credit_code
from tests.journeys.inprocess import House
from tests.journeys.walking import drafted
from tests.office import an_applicant

__all__ = ["a_staffed_house"]


def test_another_name_gives_another_licence_with_the_same_code_and_the_old_one_is_replaced(house: House) -> None:
    old = a_business(house)
    case = walked(house, "company-change", changes=["name"], company_name=NEW, **about(old))
    new = licence_of(house, case)
    assert new is not None
    assert (new.credit_code, new.name, new.status) == (old.credit_code, NEW, Status.IN_FORCE)
    assert new.number != old.number
    assert new.established_on == old.established_on
    assert (new.capital, new.premises, new.scope, new.holder) == (old.capital, old.premises, old.scope, old.holder)
    assert status_of(house, old) == Status.REPLACED
    assert registered(house, old).name == NEW
    assert "changed" in papers_of(house, case)
    assert "filed" not in papers_of(house, case)


def test_another_contact_is_filed_and_gives_no_licence(house: House) -> None:
    old = a_business(house)
    case = walked(house, "company-change", **CONTACT, **about(old))
    assert licence_of(house, case) is None
    assert status_of(house, old) == Status.IN_FORCE
    assert "filed" in papers_of(house, case)
    assert "changed" not in papers_of(house, case)
    facts = registered(house, old).facts
    assert facts["contact_phone"] == "13800000002"
    assert facts["company_name"] == old.name
    assert "changes" not in facts


def test_what_was_answered_but_is_not_changed_stays_as_it_is_registered(house: House) -> None:
    old = a_business(house)
    walked(house, "company-change", **CONTACT, company_name=NEW, **about(old))
    assert registered(house, old).facts["company_name"] == old.name
    assert registered(house, old).name == old.name


def test_deregistration_cancels_the_licence_and_ends_the_business(house: House) -> None:
    licence = a_business(house)
    case = walked(house, "simple-deregistration", **about(licence))
    assert status_of(house, licence) == Status.CANCELLED
    assert registered(house, licence).standing == Standing.ENDED
    assert registered(house, licence).ended_on == office_day(NOON)
    assert licence_of(house, case) is None
    assert "deregistered" in papers_of(house, case)


def test_a_lost_licence_is_replaced_by_one_that_says_the_same(house: House) -> None:
    old = a_business(house)
    case = walked(house, "licence-replacement", business_kind="company", **about(old))
    new = licence_of(house, case)
    assert new is not None
    assert (new.credit_code, new.name, new.holder) == (old.credit_code, old.name, old.holder)
    assert (new.status, status_of(house, old)) == (Status.IN_FORCE, Status.REPLACED)


# What the register says against a case.


def test_a_business_of_elsewhere_is_a_question_and_cannot_be_approved(house: House) -> None:
    case = waiting(house, "company-change", business_code=a_credit_code())
    assert "REG-02" in found(house, case)
    answer = house.decide("zhou", case, "approve")
    assert answer.status_code == 409
    assert house.read(case).state == State.IN_REVIEW
    assert licence_of(house, case) is None
    assert house.decide("zhou", case, "return").status_code == 303


def test_another_kind_of_business_is_a_question_and_cannot_be_approved(house: House) -> None:
    licence = a_business(house, "sole-proprietorship")
    case = waiting(house, "company-change", **about(licence))
    assert "REG-07" in found(house, case)
    assert house.decide("zhou", case, "approve").status_code == 409
    assert registered(house, licence).name == licence.name


def test_the_wrong_kind_named_for_the_right_business_is_a_question(house: House) -> None:
    licence = a_business(house)
    case = waiting(house, "simple-deregistration", business_kind="partnership", **about(licence))
    assert "REG-07" in found(house, case)


def test_a_business_that_has_ended_cannot_be_changed(house: House) -> None:
    licence = a_business(house)
    walked(house, "simple-deregistration", **about(licence))
    case = waiting(house, "company-change", **about(licence))
    assert "REG-06" in found(house, case)
    assert house.decide("zhou", case, "approve").status_code == 409
    assert registered(house, licence).standing == Standing.ENDED


def test_a_business_that_ends_while_a_case_is_open_cannot_be_changed_either(house: House) -> None:
    licence = a_business(house)
    case = waiting(house, "company-change", **about(licence))
    walked(house, "simple-deregistration", **about(licence))
    assert house.decide("zhou", case, "approve").status_code == 409


def test_a_second_open_case_of_the_same_business_is_told(house: House) -> None:
    licence = a_business(house)
    first = waiting(house, "company-change", **about(licence))
    second = waiting(house, "company-change", **CONTACT, **about(licence))
    assert "REG-05" not in found(house, first)
    assert "REG-05" in found(house, second)


def test_a_case_that_is_decided_is_no_open_one(house: House) -> None:
    licence = a_business(house)
    walked(house, "company-change", **CONTACT, **about(licence))
    assert "REG-05" not in found(house, waiting(house, "company-change", **about(licence)))


def test_somebody_else_who_signs_is_a_question(house: House) -> None:
    licence = a_business(house)
    other = {"responsible_name": "陈其美", "responsible_id": PEOPLE[1]}
    assert "REG-04" in found(house, waiting(house, "company-change", **other, **about(licence)))


def test_the_person_registered_who_signs_is_none(house: House) -> None:
    licence = a_business(house)
    rules = found(house, waiting(house, "company-change", **about(licence)))
    assert "REG-01" in rules
    assert not {"REG-02", "REG-03", "REG-04", "REG-05", "REG-06", "REG-07", "REG-08"} & rules


def test_another_name_than_the_registered_one_is_a_question(house: House) -> None:
    licence = a_business(house)
    case = waiting(house, "company-change", **{**about(licence), "business_name": "南京别家有限公司"})
    assert "REG-03" in found(house, case)


def test_a_business_that_pauses_is_told_and_after_its_pause_it_is_not(house: House) -> None:
    licence = a_business(house)
    alter(house, licence, standing=Standing.PAUSED, paused_until=office_day(NOON))
    assert "REG-08" in found(house, waiting(house, "company-change", **about(licence)))
    alter(house, licence, paused_until=date(2026, 11, 22))
    assert "REG-08" not in found(house, waiting(house, "company-change", **CONTACT, **about(licence)))


# LLC-14, and the five years of a company of after.


def shares(due: str) -> dict[str, Any]:
    names = ("林清和", "陈其美")
    rows = [
        {"name": name, "number": number, "amount": amount, "method": "money", "due_on": due}
        for name, number, amount in zip(names, PEOPLE, ("60", "40"), strict=False)
    ]
    filed = {"beneficial_owners": "exempt"}
    return {"changes": ["shareholders"], "capital": "100", "shareholders": rows, "transfer": "none", **filed}


@pytest.mark.parametrize(
    ("established", "due", "rule"),
    [
        (date(2024, 6, 30), "2032-07-01", "LLC-14"),
        (date(2024, 6, 30), "2032-06-30", None),
        (date(2024, 7, 1), "2029-07-01", None),
        (date(2024, 7, 1), "2029-07-02", "LLC-03-TERM"),
        (date(2024, 7, 1), "2032-07-01", "LLC-03-TERM"),
    ],
)
def test_what_is_due_late_is_asked_about_by_when_the_company_began(
    house: House, established: date, due: str, rule: str | None
) -> None:
    licence = a_business(house)
    alter(house, licence, established_on=established)
    case = waiting(house, "company-change", votes_for="100", **shares(due), **about(licence))
    assert found(house, case) & {"LLC-14", "LLC-03-TERM"} == ({rule} if rule else set())


# Whether what changes fits what stays.

OTHERS = {"directors": [{"name": "吴样例", "id_number": PEOPLE[3]}], "manager_name": "郑样例", "manager_id": PEOPLE[4]}
SUPERVISED = {"supervision": "one", "supervisors": [{"name": "周样例", "id_number": PEOPLE[2]}]}
UNFIT = [
    ("company", {"changes": ["organs"], **OTHERS, **SUPERVISED}, "LLC-06", "directors"),
    ("company", {"changes": ["scope"], "scope": ["L-7263"]}, "LLC-04", "business"),
    ("partnership", {"changes": ["name"], "enterprise_name": "南京栖云样例咨询中心"}, "PTN-03", "name"),
    ("limited-partnership", {"changes": ["name"], "enterprise_name": "南京栖云样例中心"}, "PTN-03", "name"),
]


@pytest.mark.parametrize(("kind", "changed", "rule", "page"), UNFIT, ids=lambda given: str(given)[:12])
def test_a_change_that_does_not_fit_what_stays_is_told_before_it_is_submitted(
    house: House, kind: str, changed: dict[str, Any], rule: str, page: str
) -> None:
    licence = a_business(house, kind)
    case = drafted(house, item_of(f"{kind}-change"), **changed, **about(licence))
    shown = house.ask("applicant", "GET", f"/apply/{case}/check").text
    assert "变更后：" in shown
    assert f"/apply/{case}/form/{page}?review=1" in shown
    with house.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        with pytest.raises(AnswersIncomplete):
            cases.submit(session, house.office.office, draft, NOON)


@pytest.mark.parametrize(("kind", "changed", "rule", "page"), UNFIT, ids=lambda given: str(given)[:12])
def test_of_a_business_of_others_it_is_told_to_the_clerk_alone(
    house: House, kind: str, changed: dict[str, Any], rule: str, page: str
) -> None:
    licence = a_business(house, kind)
    alter(house, licence, filed_by="somebody else")
    signer = {"responsible_name": "陈其美", "responsible_id": PEOPLE[1]}
    case = drafted(house, item_of(f"{kind}-change"), **changed, **signer, **about(licence))
    assert "变更后：" not in house.ask("applicant", "GET", f"/apply/{case}/check").text
    house.sign_and_submit(case)
    house.follow_all()
    assert rule in found(house, case)


def test_one_of_several_shareholders_does_not_decide_alone(house: House) -> None:
    licence = a_business(house)
    given = {"changes": ["name"], "company_name": NEW, "resolution": "sole"}
    case = drafted(house, item_of("company-change"), **given, **about(licence))
    assert "应当由股东会决议" in house.ask("applicant", "GET", f"/apply/{case}/check").text
    with pytest.raises(AnswersIncomplete):
        house.sign_and_submit(case)


def signers_of(house: House, case: str) -> list[str]:
    with house.database.reading() as session:
        wanted = signers.wanted(session, house.office.office, session.get_one(Application, case))
    return [one.name for one in wanted if one.need.signs]


def test_the_shareholders_of_the_register_are_asked_to_sign_what_they_decide(house: House) -> None:
    licence = a_business(house)
    case = drafted(house, item_of("company-change"), changes=["name"], company_name=NEW, **about(licence))
    assert signers_of(house, case) == ["陈其美"]
    shown = house.ask("applicant", "GET", f"/apply/{case}/people").text
    assert "陈其美" in shown
    assert "登记的出资人" in shown
    with house.database.writing() as session:
        draft, other = session.get_one(Application, case), an_applicant(session, "13800000002")
        participants.invite(session, house.office.office, draft, "register.shareholders.1", "13800000002", NOON)
        (part,) = participants.of_account(session, other)
        assert participants.part_of(session, house.office.office, draft, part) == []
        read = participants.digest_for(session, house.office.office, draft, part, NOON)
        participants.sign(session, house.office.office, part, read, NOON)
        assert participants.has_signed(session, house.office.office, draft, part, NOON)
        house.people["other"] = other
    page = house.ask("other", "GET", f"/parts/{part.id}").text
    assert "股东会决议" in page
    assert "我的资料" not in page
    assert PEOPLE[1] not in page


def test_nobody_else_signs_what_is_only_filed(house: House) -> None:
    licence = a_business(house)
    case = drafted(house, item_of("company-change"), **CONTACT, **about(licence))
    assert signers_of(house, case) == []
    assert "股东" not in house.ask("applicant", "GET", f"/apply/{case}/check").text


def test_all_partners_of_the_register_are_asked_to_sign_the_end(house: House) -> None:
    licence = a_business(house, "partnership")
    case = drafted(house, item_of("simple-deregistration"), business_kind="partnership", **about(licence))
    assert signers_of(house, case) == ["陈其美"]


def test_what_was_wrong_before_the_change_is_no_matter_of_the_change(house: House) -> None:
    licence = a_business(house)
    facts = {**registered(house, licence).facts, "scope": ["L-7263"]}
    alter(house, licence, facts=facts)
    case = waiting(house, "company-change", **CONTACT, **about(licence))
    assert "LLC-04" not in found(house, case)


def test_all_pauses_of_a_business_together_last_three_years() -> None:
    result = EntryResult(template="entry", act="suspension", kinds=("sole_trader",))
    known = Registered("sole_trader", "sole-trader", "", "", Standing.EXISTING, date(2020, 1, 1), 0, paused_days=1000)
    values = {"pause_from": date(2026, 12, 1), "pause_until": date(2026, 12, 1) + timedelta(days=96)}
    assert "PAUSE-02" not in {found.rule for found in of_entity(known, result, values)}
    values["pause_until"] += timedelta(days=1)
    assert "PAUSE-02" in {found.rule for found in of_entity(known, result, values)}
