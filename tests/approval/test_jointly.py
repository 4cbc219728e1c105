# SPDX-License-Identifier: Apache-2.0
"""One limit over all permits of a bundle: reckoned from theirs, extended once with leave, told before it breaks."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

import notices
from approval import afterwards, jointly, memos, people
from approval.application import Application
from approval.calendar import load_calendar, publish_year, seed_calendar
from approval.deadlines import Clock, Tick, WorkingCalendar, reckon
from approval.decision import ReasonRequired
from approval.sweeping import sweep
from approval.together import Bundle
from audit import of_subject
from identity import Account, Role
from kit.clock import office_day
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.inprocess import staff_member
from tests.office import HOLDER, TestOffice, a_submitted_case, in_review

REASON = "两项许可的现场核查需要与消防部门会商确定"
MONDAY = date(2026, 11, 23)
PLAIN = WorkingCalendar(frozenset({2026, 2027, 2028}), {})


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


def a_bundle(office: TestOffice) -> tuple[str, list[str], Account]:
    """A registration with two permits that are looked at, and a supervisor."""
    lead = a_submitted_case(office)
    permits = [in_review(office, item="public-venue") for _ in range(2)]
    with office.database.writing() as session:
        applicant = session.get_one(Application, lead).applicant_id
        bundle = Bundle(applicant_id=applicant, lead_id=lead, created_at=NOON)
        session.add(bundle)
        session.flush()
        for case in (lead, *permits):
            session.get_one(Application, case).bundle_id = bundle.id
        return bundle.id, sorted(permits), staff_member(session, "zheng", Role.SUPERVISOR)


def clock(office: TestOffice, bundle: str) -> Clock:
    with office.database.reading() as session:
        found = jointly.clock_of(session, office.office, session.get_one(Bundle, bundle), load_calendar(session))
        assert found is not None
        return found


def extend(office: TestOffice, bundle: str, supervisor: Account, now: datetime, reason: str = REASON) -> None:
    with office.database.writing() as session:
        jointly.extend(session, office.office, bundle, reason, "样例区长", supervisor, now)


def publish(office: TestOffice, year: int) -> None:
    with office.database.writing() as session:
        publish_year(session, year)


def test_the_joint_limit_is_extended_once_with_leave_and_told_for_every_open_permit(office: TestOffice) -> None:
    bundle, permits, supervisor = a_bundle(office)
    publish(office, 2027)
    before = clock(office, bundle)
    assert (before.allowed, before.state) == (45, "running")
    with pytest.raises(ReasonRequired):
        extend(office, bundle, supervisor, NOON, "忙")
    extend(office, bundle, supervisor, NOON)
    after = clock(office, bundle)
    assert after.allowed == 60
    assert after.due_on is not None
    assert before.due_on is not None
    assert after.due_on > before.due_on
    with pytest.raises(jointly.CannotExtendJointly):
        extend(office, bundle, supervisor, NOON)
    with office.database.reading() as session:
        for case in permits:
            kinds = [notice.kind for notice in notices.of_application(session, case)]
            assert kinds.count("joint_extension") == 1
            number = session.get_one(Application, case).number or ""
            assert "joint.extended" in [entry.event for entry in of_subject(session, number)]


def test_a_relative_does_not_extend_and_an_approver_is_named(office: TestOffice) -> None:
    bundle, _permits, supervisor = a_bundle(office)
    with pytest.raises(jointly.ApproverRequired), office.database.writing() as session:
        jointly.extend(session, office.office, bundle, REASON, " ", supervisor, NOON)
    with office.database.writing() as session:
        people.declare_kin(session, supervisor, HOLDER, "relative", NOON)
    with pytest.raises(people.ConflictOfInterest):
        extend(office, bundle, supervisor, NOON)


def test_while_one_permit_stands_still_all_of_them_do(office: TestOffice) -> None:
    bundle, permits, supervisor = a_bundle(office)
    publish(office, 2027)
    first = clock(office, bundle).due_on
    with office.database.writing() as session:
        afterwards.suspend(session, office.office, permits[0], "hearing", REASON, supervisor, NOON)
    assert clock(office, bundle).suspended_on == MONDAY
    with pytest.raises(jointly.CannotExtendJointly):
        extend(office, bundle, supervisor, NOON)
    later = NOON + timedelta(days=7)
    with office.database.writing() as session:
        afterwards.go_on(session, office.office, permits[0], REASON, supervisor, later)
    assert first is not None
    assert clock(office, bundle).due_on == first + timedelta(days=7)


def test_the_supervisor_is_told_once_for_all_before_and_every_day_after_the_joint_limit(office: TestOffice) -> None:
    bundle, permits, supervisor = a_bundle(office)
    publish(office, 2027)
    due = clock(office, bundle).due_on
    assert due is not None
    for days in (-3, -3, -3, 0, 1, 1):  # at first timers run out and cases move
        sweep(office.office, datetime.combine(due + timedelta(days=days), NOON.timetz()))
    with office.database.reading() as session:
        query = select(memos.Memo).where(memos.Memo.kind.startswith("joint_")).order_by(memos.Memo.id)
        told = [(memo.kind, memo.application_id) for memo in session.scalars(query)]
        assert told == [(kind, permits[0]) for kind in ("joint_soon", "joint_today", "joint_overdue")]
        assert supervisor.role == Role.SUPERVISOR


STOP = st.tuples(st.integers(0, 30), st.integers(0, 20))


@given(st.lists(st.lists(STOP, max_size=2), min_size=1, max_size=3))
def test_a_day_on_which_any_permit_stood_still_is_not_counted(stops: list[list[tuple[int, int]]]) -> None:
    histories, still = [], set[int]()
    for of_one in stops:
        ticks, free_from = [Tick("started", MONDAY)], 0
        for start, length in sorted(of_one):
            since = max(start, free_from)
            ticks += [Tick("suspended", MONDAY + timedelta(since)), Tick("resumed", MONDAY + timedelta(since + length))]
            still |= set(range(since + 1, since + length + 1))
            free_from = since + length
        histories.append(ticks)
    due = reckon(45, jointly.merged(histories), PLAIN).due_on
    day, left = 0, 45
    while left:
        day += 1
        left -= day not in still and (MONDAY + timedelta(day)).weekday() < 5
    assert due == MONDAY + timedelta(day)
    assert office_day(NOON) == MONDAY
