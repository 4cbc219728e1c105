# SPDX-License-Identifier: Apache-2.0
"""Routing by skill and load: who knows the matter gets it, nothing waits for want of a desk, load is shared."""

from datetime import timedelta

import pytest

from approval import claims, people
from approval.application import Application
from approval.calendar import seed_calendar
from identity import Account, Role
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.inprocess import staff_member
from tests.office import TestOffice, in_review


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


def a_desk(office: TestOffice, name: str, *skills: str, role: Role = Role.CLERK) -> Account:
    with office.database.writing() as session:
        person = staff_member(session, name, role)
        people.post(session, person.id, [], [], skills=skills)
        return person


def a_company(office: TestOffice, phone: str) -> str:
    case = in_review(office, phone, item="company")
    with office.database.reading() as session:
        assert session.get_one(Application, case).skill == "company_law"
    return case


def next_of(office: TestOffice, person: Account) -> str | None:
    with office.database.writing() as session:
        taken = claims.claim_next(session, person, NOON)
        return taken.id if taken else None


def test_of_what_is_as_urgent_a_desk_gets_what_it_knows_and_others_do_not_get_it(office: TestOffice) -> None:
    plain, company = in_review(office, "13800000001"), a_company(office, "13800000002")
    zhou, wu = a_desk(office, "zhou"), a_desk(office, "wu", "company_law")
    with office.database.writing() as session, pytest.raises(people.NotAuthorised):
        claims.claim(session, company, zhou, NOON)
    assert next_of(office, wu) == company
    assert next_of(office, zhou) == plain
    assert next_of(office, zhou) is None


def test_what_is_more_urgent_goes_before_what_is_known(office: TestOffice) -> None:
    plain, company = in_review(office, "13800000001"), a_company(office, "13800000002")
    wu = a_desk(office, "wu", "company_law")
    with office.database.writing() as session:
        session.get_one(Application, plain).order_on -= timedelta(days=1)
    assert [next_of(office, wu), next_of(office, wu)] == [plain, company]


def test_a_skill_that_nobody_has_is_asked_of_nobody_and_a_supervisor_takes_everything(office: TestOffice) -> None:
    company = a_company(office, "13800000002")
    zhou, zheng = a_desk(office, "zhou"), a_desk(office, "zheng", role=Role.SUPERVISOR)
    with office.database.writing() as session:
        assert claims.claim(session, company, zhou, NOON).held_by == zhou.id
        claims.release(session, company, zhou, NOON)
    a_desk(office, "wu", "company_law")
    assert next_of(office, zhou) is None
    assert next_of(office, zheng) == company


def test_a_case_given_to_nobody_in_particular_goes_to_the_skill_then_to_whoever_has_least(office: TestOffice) -> None:
    first, second, company = in_review(office), in_review(office, "13800000003"), a_company(office, "13800000002")
    zhou, wu, sun = a_desk(office, "zhou"), a_desk(office, "wu"), a_desk(office, "sun", "company_law")
    with office.database.writing() as session:
        claims.claim(session, first, wu, NOON)
        claims.claim(session, second, zhou, NOON)
        claims.hand_over(session, second, zhou, None, "", NOON)
        assert session.get_one(Application, second).assigned_to == sun.id
        assert claims.in_hand(session, NOON) == {wu.id: 1, sun.id: 1}
        head = staff_member(session, "zheng", Role.SUPERVISOR)
        claims.hand_over(session, company, head, None, "", NOON)
        assert session.get_one(Application, company).assigned_to == sun.id
        claims.hand_over(session, first, head, None, "", NOON)
        assert session.get_one(Application, first).assigned_to == zhou.id
