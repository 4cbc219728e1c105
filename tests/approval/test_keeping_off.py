# SPDX-License-Identifier: Apache-2.0
"""Conflict of interest: relatives and unauthorised desks do nothing to a case, not only not decide it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from approval import afterwards, claims, deciding, people, revocation
from approval.application import Application
from approval.people import ConflictOfInterest, NotAuthorised
from identity import Account, Role
from kit.database import Database
from tests.approval.test_people import SENTENCE, office
from tests.conftest import NOON
from tests.journeys.inprocess import staff_member
from tests.office import HOLDER, TestOffice, in_review

__all__ = ["office"]
Act = Callable[[Session, TestOffice, str, Account, Account], object]


def _file(session: Session, _house: TestOffice, case: str, person: Account, _other: Account) -> object:
    application = session.get_one(Application, case)
    return revocation.file(session, application, SENTENCE, person, NOON, by_victim=False, is_identified=False)


ACTS: dict[str, Act] = {
    "claim": lambda s, _h, case, who, _o: claims.claim(s, case, who, NOON),
    "take_over": lambda s, _h, case, who, _o: claims.take_over(s, case, who, SENTENCE, NOON),
    "hand_over": lambda s, _h, case, who, other: claims.hand_over(s, case, who, other, "", NOON),
    "release": lambda s, _h, case, who, _o: claims.release(s, case, who, NOON),
    "suspend": lambda s, h, case, who, _o: afterwards.suspend(s, h.office, case, "litigation", SENTENCE, who, NOON),
    "go_on": lambda s, h, case, who, _o: afterwards.go_on(s, h.office, case, SENTENCE, who, NOON),
    "extend": lambda s, h, case, who, _o: afterwards.extend(s, h.office, case, SENTENCE, who, NOON),
    "reopen": lambda s, h, case, who, _o: afterwards.reopen(s, h.office, case, SENTENCE, who, NOON),
    "accept": lambda s, h, case, who, _o: _accept(s, h, case, who),
    "file a revocation": _file,
}


def _accept(session: Session, house: TestOffice, case: str, who: Account) -> object:
    return deciding.accept(session, house.office, case, 1, who, NOON)


def held_by_zhou(office: TestOffice) -> tuple[str, Account, Account]:
    case = in_review(office)
    with office.database.writing() as session:
        supervisor = staff_member(session, "zheng", Role.SUPERVISOR)
        zhou, wu = (staff_member(session, name, Role.CLERK) for name in ("zhou", "wu"))
        claims.claim(session, case, zhou, NOON)
    return case, supervisor, wu


def test_a_supervisor_does_nothing_to_the_case_of_a_relative(office: TestOffice, database: Database) -> None:
    case, supervisor, wu = held_by_zhou(office)
    with database.writing() as session:
        people.declare_kin(session, supervisor, HOLDER, "relative", NOON)
    for act in ACTS.values():
        with pytest.raises(ConflictOfInterest), database.writing() as session:
            act(session, office, case, supervisor, wu)


def test_a_desk_that_does_not_take_the_item_does_nothing_to_its_cases(office: TestOffice, database: Database) -> None:
    case, supervisor, wu = held_by_zhou(office)
    with database.writing() as session:
        people.post(session, supervisor.id, ["company"], [])
    for act in ACTS.values():
        with pytest.raises(NotAuthorised), database.writing() as session:
            act(session, office, case, supervisor, wu)


def test_a_case_that_was_set_aside_is_sent_on_by_others_than_relatives(office: TestOffice, database: Database) -> None:
    case = in_review(office)
    with database.writing() as session:
        supervisor = staff_member(session, "zheng", Role.SUPERVISOR)
        people.declare_kin(session, supervisor, HOLDER, "relative", NOON)
        session.get_one(Application, case).state = "set_aside"
    with database.writing() as session, pytest.raises(ConflictOfInterest):
        deciding.resume(session, office.office, case, supervisor, NOON)


def test_a_clerk_stops_the_clock_of_a_case_in_review_only_while_holding_it(
    office: TestOffice, database: Database
) -> None:
    case = in_review(office)
    with database.writing() as session:
        zhou, wu = (staff_member(session, name, Role.CLERK) for name in ("zhou", "wu"))
        claims.claim(session, case, zhou, NOON)
    with database.writing() as session, pytest.raises(claims.NotHeld):
        afterwards.suspend(session, office.office, case, "litigation", SENTENCE, wu, NOON)
    with database.writing() as session:
        afterwards.suspend(session, office.office, case, "litigation", SENTENCE, zhou, NOON)
        assert session.get_one(Application, case).suspended_on is not None


def test_who_declares_a_relative_while_holding_the_case_can_only_put_it_back(
    office: TestOffice, database: Database
) -> None:
    case = in_review(office)
    with database.writing() as session:
        zhou = staff_member(session, "zhou", Role.CLERK)
        claims.claim(session, case, zhou, NOON)
        people.declare_kin(session, zhou, HOLDER, "relative", NOON)
    with database.writing() as session, pytest.raises(ConflictOfInterest):
        claims.keep(session, case, zhou, NOON)
    with database.writing() as session:
        claims.release(session, case, zhou, NOON)
        assert session.get_one(Application, case).held_by is None
