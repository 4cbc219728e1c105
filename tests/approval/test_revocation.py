# SPDX-License-Identifier: Apache-2.0
"""A registration obtained by fraud is looked into, in writing and within the law's times."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

import licences
from approval import memos, people, revocation
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.decision import ReasonRequired
from approval.revocation import Stage
from approval.running import Runner
from approval.sweeping import sweep
from identity import Account
from kit.clock import three_months_on
from kit.database import Database
from licences import Status, Template, fictitious_codes, fill_pool
from notices import Notice
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.office import TestOffice, a_submitted_case, a_supervisor, in_review

WORDS = "身份证遗失后被他人冒用办理登记，已报案"


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 200))
    return TestOffice(database)


@pytest.fixture
def head(office: TestOffice) -> Account:
    with office.database.writing() as session:
        return a_supervisor(session)


def registered(office: TestOffice) -> str:
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    return case


def filed(office: TestOffice, case: str, head: Account) -> str:
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        return revocation.file(session, application, WORDS, head, NOON, by_victim=True, is_identified=True).id


def kinds(office: TestOffice) -> set[str]:
    with office.database.reading() as session:
        return set(session.scalars(select(Notice.kind)))


def test_a_fraud_is_revoked_and_the_licence_is_void_for_everybody(office: TestOffice, head: Account) -> None:
    case = registered(office)
    opened = filed(office, case, head)
    with office.database.writing() as session:
        taken = revocation.take_up(session, office.office, opened, head, NOON)
        assert taken.finish_by == date(2027, 2, 23)
    with office.database.writing() as session:
        revocation.revoke(session, office.office, opened, WORDS, head, NOON)
        licence = licences.of_application(session, case)
        assert licence is not None
        assert licence.status == Status.REVOKED
        assert session.get_one(Application, case).state == State.REGISTERED
    assert {"revocation_accepted", "revoked", "licence_void"} <= kinds(office)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
    with office.database.writing() as session, pytest.raises(revocation.AlreadyLookedInto):
        revocation.file(session, application, WORDS, head, NOON, by_victim=False, is_identified=False)


def test_it_is_declined_or_kept_with_reasons_only(office: TestOffice, head: Account) -> None:
    case = registered(office)
    opened = filed(office, case, head)
    with office.database.writing() as session, pytest.raises(ReasonRequired):
        revocation.decline(session, office.office, opened, "不办", head, NOON)
    with office.database.writing() as session:
        revocation.decline(session, office.office, opened, WORDS, head, NOON)
    again = filed(office, case, head)
    with office.database.writing() as session:
        revocation.take_up(session, office.office, again, head, NOON)
        revocation.keep(session, office.office, again, WORDS, "SAMR-41", head, NOON)
        licence = licences.of_application(session, case)
        assert licence is not None
        assert licence.status == Status.IN_FORCE
    assert {"revocation_declined", "kept"} <= kinds(office)


def test_the_investigation_is_prolonged_once_and_a_public_notice_runs_its_45_days(
    office: TestOffice, head: Account
) -> None:
    opened = filed(office, registered(office), head)
    with office.database.writing() as session:
        revocation.take_up(session, office.office, opened, head, NOON)
        assert revocation.prolong(session, opened, WORDS, head, NOON).finish_by == date(2027, 5, 23)
    with office.database.writing() as session, pytest.raises(revocation.WrongStage):
        revocation.prolong(session, opened, WORDS, head, NOON)
    with office.database.writing() as session:
        revocation.announce(session, opened, head, NOON)
    with office.database.writing() as session, pytest.raises(revocation.StillAnnounced):
        revocation.revoke(session, office.office, opened, WORDS, head, NOON + timedelta(days=45))
    with office.database.writing() as session:
        revoked = revocation.revoke(session, office.office, opened, WORDS, head, NOON + timedelta(days=46))
        assert revoked.stage == Stage.REVOKED


def test_who_says_their_name_was_used_proves_who_they_are_and_only_what_stands_is_revoked(
    office: TestOffice, head: Account
) -> None:
    case, other = registered(office), in_review(office, "13800000009")
    with office.database.writing() as session:
        application, open_case = session.get_one(Application, case), session.get_one(Application, other)
        with pytest.raises(revocation.IdentityUnproven):
            revocation.file(session, application, WORDS, head, NOON, by_victim=True, is_identified=False)
        with pytest.raises(revocation.NotRegistered):
            revocation.file(session, open_case, WORDS, head, NOON, by_victim=False, is_identified=False)


def test_whoever_is_related_keeps_off(office: TestOffice, head: Account) -> None:
    opened = filed(office, registered(office), head)
    with office.database.writing() as session:
        people.declare_kin(session, head, fictitious_id("19900307", 1), "sibling", NOON)
    with office.database.writing() as session, pytest.raises(people.ConflictOfInterest):
        revocation.take_up(session, office.office, opened, head, NOON)


def test_three_months_from_the_end_of_november_is_the_end_of_february() -> None:
    assert three_months_on(date(2026, 11, 30)) == date(2027, 2, 28)


def test_limits_of_a_revocation_are_told_before_and_after(office: TestOffice, head: Account) -> None:
    opened = filed(office, registered(office), head)
    with office.database.writing() as session:
        first = session.get_one(revocation.Revocation, opened).take_up_by
    assert first == date(2026, 11, 26)
    for days in (0, 2, 2, 3, 4, 4, 5):  # Monday; Wednesday is the last but one day
        sweep(office.office, NOON + timedelta(days=days))
    with office.database.reading() as session:
        told = [memo.kind for memo in memos.unseen(session, head) if memo.kind.startswith("revocation")]
    assert told == ["revocation_late", "revocation_soon"]
    with office.database.writing() as session:
        revocation.take_up(session, office.office, opened, head, NOON + timedelta(days=4))
        session.get_one(revocation.Revocation, opened).finish_by = date(2026, 12, 4)
    sweep(office.office, NOON + timedelta(days=5))
    with office.database.reading() as session:
        told = [memo.kind for memo in memos.unseen(session, head) if memo.kind.startswith("revocation")]
    assert told.count("revocation_soon") == 2
