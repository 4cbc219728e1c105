# SPDX-License-Identifier: Apache-2.0
import pytest
from sqlalchemy.orm import Session

from approval import queue
from approval.application import Application
from approval.calendar import seed_calendar
from approval.claims import claim
from approval.people import OutsideJurisdiction, keep_off
from identity import (
    Account,
    OfficeKind,
    OfficeUnknown,
    Role,
    enrol_staff,
    jurisdiction,
    offices,
    place_in_office,
    seed_offices,
)
from identity.offices import Office
from kit.database import Database
from tests.conftest import NOON
from tests.office import TestOffice, in_review


@pytest.fixture
def office(database: Database) -> TestOffice:
    made = TestOffice(database)
    with database.writing() as session:
        seed_calendar(session)
    return made


HERE, ELSEWHERE = "320113007", "320113001"


def a_clerk(session: Session, office: str = "") -> Account:
    clerk = enrol_staff(session, "clerk", "周审查", Role.CLERK, "a long password", NOON)
    if office:
        place_in_office(session, clerk, office)
    return clerk


def test_every_kind_of_office_is_there_from_the_start(session: Session) -> None:
    seed_offices(session)
    seed_offices(session)
    assert {office.kind for office in offices(session)} == set(OfficeKind)


def test_what_the_table_says_is_not_seeded_over(session: Session) -> None:
    seed_offices(session)
    session.get_one(Office, "xianlin").areas = [ELSEWHERE]
    session.flush()
    seed_offices(session)
    assert session.get_one(Office, "xianlin").areas == [ELSEWHERE]


def test_staff_see_to_the_streets_of_their_office(session: Session) -> None:
    seed_offices(session)
    assert jurisdiction(session, a_clerk(session).id) is None, "the district's own people see to all of it"
    assert jurisdiction(session, a_clerk(session, "xianlin").id) == [HERE]
    assert jurisdiction(session, a_clerk(session, "hall").id) is None


def test_without_an_office_that_is_open_nothing_is_seen_to(session: Session) -> None:
    seed_offices(session)
    clerk = a_clerk(session, "xianlin")
    session.get_one(Office, "xianlin").is_open = False
    session.flush()
    assert jurisdiction(session, clerk.id) == []
    for office in ("abolished", None):
        clerk.office = office
        session.flush()
        assert jurisdiction(session, clerk.id) == []
    assert jurisdiction(session, "nobody") == []
    with pytest.raises(OfficeUnknown):
        place_in_office(session, clerk, "xianlin")


def test_a_case_of_another_street_is_neither_listed_nor_opened_nor_claimed(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        seed_offices(session)
        clerk = a_clerk(session, "xianlin")
        session.get_one(Application, case).area = HERE
        session.flush()
        assert queue.count(session, clerk, NOON).open == 1
        keep_off(session, case, clerk.id)
        session.get_one(Application, case).area = ELSEWHERE
        session.flush()
        assert queue.count(session, clerk, NOON).open == 0
        with pytest.raises(OutsideJurisdiction):
            keep_off(session, case, clerk.id)
        with pytest.raises(OutsideJurisdiction):
            claim(session, case, clerk, NOON)
