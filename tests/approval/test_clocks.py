# SPDX-License-Identifier: Apache-2.0
"""The statutory clock: as a function of what happened, and on a case."""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from approval import afterwards, clocks, memos
from approval.application import LOOK_NOW, SUSPENDED_LAST, UNKNOWN_FIRST, Application
from approval.calendar import CalendarDay, CalendarYear, load_calendar, publish_year, seed_calendar
from approval.deadlines import Clock, ClockRefused, Tick, WorkingCalendar, due_on, reckon, working_days_left
from approval.decision import ReasonRequired
from approval.sweeping import sweep
from identity import Role
from kit.database import Database
from notices import Notice
from tests.conftest import NOON
from tests.office import TestOffice, a_supervisor, in_review

# The whole arrangement of 2026 as the State Council published it (国办发明电〔2025〕7号).
OFF = {
    *(date(2026, 1, d) for d in (1, 2)),
    *(date(2026, 2, d) for d in (16, 17, 18, 19, 20, 23)),
    date(2026, 4, 6),
    *(date(2026, 5, d) for d in (1, 4, 5)),
    date(2026, 6, 19),
    date(2026, 9, 25),
    *(date(2026, 10, d) for d in (1, 2, 5, 6, 7)),
}
MAKE_UP = {
    date(2026, 1, 4),
    date(2026, 2, 14),
    date(2026, 2, 28),
    date(2026, 5, 9),
    date(2026, 9, 20),
    date(2026, 10, 10),
}
CALENDAR = WorkingCalendar(frozenset({2026}), dict.fromkeys(OFF, False) | dict.fromkeys(MAKE_UP, True))
REASON = "申请人股东之间的股权纠纷正在法院审理"

# A year of deadlines, computed by hand on the printed calendar: submitted, and due after 3 and after 20 working days.
BY_HAND = [
    ("2026-01-05", "2026-01-08", "2026-02-02"),
    ("2026-01-30", "2026-02-04", "2026-03-05"),
    ("2026-02-13", "2026-02-25", "2026-03-19"),
    ("2026-02-27", "2026-03-03", "2026-03-26"),
    ("2026-03-31", "2026-04-03", "2026-04-29"),
    ("2026-04-03", "2026-04-09", "2026-05-07"),
    ("2026-04-29", "2026-05-07", "2026-05-29"),
    ("2026-05-08", "2026-05-12", "2026-06-04"),
    ("2026-06-17", "2026-06-23", "2026-07-16"),
    ("2026-07-31", "2026-08-05", "2026-08-28"),
    ("2026-09-18", "2026-09-22", "2026-10-22"),
    ("2026-09-24", "2026-09-30", "2026-10-29"),
    ("2026-09-30", "2026-10-10", "2026-11-03"),
    ("2026-10-09", "2026-10-13", "2026-11-05"),
    ("2026-11-20", "2026-11-25", "2026-12-18"),
]


@pytest.mark.parametrize(("submitted", "three", "twenty"), BY_HAND)
def test_a_year_of_deadlines_agrees_with_the_printed_calendar(submitted: str, three: str, twenty: str) -> None:
    start = date.fromisoformat(submitted)
    assert due_on(start, 3, CALENDAR) == date.fromisoformat(three)
    assert due_on(start, 20, CALENDAR) == date.fromisoformat(twenty)


def test_the_seeded_calendar_is_the_printed_one(database: Database) -> None:
    with database.writing() as session:
        seed_calendar(session)
        seeded = load_calendar(session)
    day = date(2026, 1, 1)
    while day.year == 2026:
        assert seeded.is_working(day) == CALENDAR.is_working(day), day
        day += timedelta(days=1)


START = date(2026, 3, 2)
days = st.integers(0, 40).map(lambda n: START + timedelta(days=n))


@st.composite
def suspensions(draw: st.DrawFn) -> list[tuple[date, date]]:
    """Up to three, in order, each beginning no earlier than the one before ended."""
    marks = sorted(draw(st.lists(days, max_size=6)))
    return list(zip(marks[::2], marks[1::2], strict=False))


def ticks(stops: list[tuple[date, date]]) -> list[Tick]:
    told = [Tick("started", START)]
    for since, until in stops:
        told += [Tick("suspended", since), Tick("resumed", until)]
    return told


@given(suspensions(), st.integers(1, 20))
def test_suspended_days_are_given_back_to_the_day(stops: list[tuple[date, date]], allowed: int) -> None:
    due = reckon(allowed, ticks(stops), CALENDAR).due_on
    assert due is not None
    counted = sum(
        CALENDAR.is_working(START + timedelta(days=n))
        for n in range(1, (due - START).days + 1)
        if not any(since < START + timedelta(days=n) <= until for since, until in stops)
    )
    assert counted == allowed
    assert due >= due_on(START, allowed, CALENDAR)
    assert CALENDAR.is_working(due)


@given(suspensions(), st.integers(1, 20), st.integers(1, 10))
def test_an_extension_is_as_if_more_days_had_been_given(
    stops: list[tuple[date, date]], allowed: int, more: int
) -> None:
    last = stops[-1][1] if stops else START
    extended = reckon(allowed, [*ticks(stops), Tick("extended", last, more)], CALENDAR)
    assert extended.due_on == reckon(allowed + more, ticks(stops), CALENDAR).due_on
    assert extended.is_extended


KINDS = st.sampled_from(["started", "suspended", "resumed", "extended", "ended"])


@given(st.lists(st.tuples(KINDS, days, st.integers(0, 5)), max_size=8))
def test_whatever_happens_is_a_clock_or_is_refused(happened: list[tuple[str, date, int]]) -> None:
    told = [Tick(kind, day, more) for kind, day, more in happened]  # type: ignore[arg-type]
    try:
        clock = reckon(5, told, CALENDAR)
    except ClockRefused:
        return
    assert (clock.state == "suspended") == (clock.suspended_on is not None)
    assert (clock.due_on is None) == (clock.state == "suspended")
    assert clock == reckon(5, told, CALENDAR)


@pytest.mark.parametrize(
    "happened",
    [
        [],
        [Tick("suspended", START)],
        [Tick("started", START), Tick("started", START)],
        [Tick("started", START), Tick("resumed", START)],
        [Tick("started", START), Tick("extended", START, 3), Tick("extended", START, 3)],
        [Tick("started", START), Tick("suspended", START), Tick("extended", START, 3)],
        [Tick("started", START), Tick("suspended", START - timedelta(days=1))],
    ],
)
def test_what_cannot_happen_to_a_clock_is_refused(happened: list[Tick]) -> None:
    with pytest.raises(ClockRefused):
        reckon(5, happened, CALENDAR)


def test_a_clock_that_runs_into_an_unpublished_year_has_no_deadline_and_says_so() -> None:
    assert reckon(3, [Tick("started", date(2026, 12, 30))], CALENDAR).state == "unknown"
    assert working_days_left(date(2026, 12, 30), date(2027, 1, 5), CALENDAR) is None


# On a case.


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


def the_case(office: TestOffice, case: str) -> Application:
    with office.database.reading() as session:
        return session.get_one(Application, case)


def test_a_case_has_the_laws_limit_and_the_promise_beside_it(office: TestOffice) -> None:
    case = the_case(office, in_review(office))
    assert (case.due_on, case.promised_on, case.order_on) == (
        date(2026, 11, 26),
        date(2026, 11, 24),
        date(2026, 11, 26),
    )


def test_a_lawsuit_stops_the_clock_and_each_turn_is_told_in_writing(office: TestOffice) -> None:
    name = in_review(office)
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
        afterwards.suspend(session, office.office, name, "litigation", REASON, supervisor, NOON)
    stopped = the_case(office, name)
    assert (stopped.due_on, stopped.suspended_on, stopped.order_on) == (None, date(2026, 11, 23), SUSPENDED_LAST)
    later = NOON + timedelta(days=7)
    with office.database.writing() as session:
        afterwards.go_on(session, office.office, name, REASON, supervisor, later)
    assert the_case(office, name).due_on == date(2026, 12, 3)
    with office.database.reading() as session:
        kinds = {notice.kind for notice in session.scalars(select(Notice))}
    assert {"suspended", "resumed"} <= kinds


def test_only_grounds_of_the_item_stop_the_clock_and_only_with_a_reason(office: TestOffice) -> None:
    name = in_review(office)
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
    with office.database.writing() as session, pytest.raises(clocks.GroundUnknown):
        afterwards.suspend(session, office.office, name, "hearing", REASON, supervisor, NOON)
    with office.database.writing() as session, pytest.raises(ReasonRequired):
        afterwards.suspend(session, office.office, name, "litigation", "忙", supervisor, NOON)
    assert the_case(office, name).suspended_on is None


def test_the_limit_is_extended_once_and_not_after_it_has_run_out(office: TestOffice) -> None:
    name, late = in_review(office), in_review(office, "13800000002")
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
        afterwards.extend(session, office.office, name, REASON, supervisor, NOON)
    assert the_case(office, name).due_on == date(2026, 12, 1)
    with office.database.writing() as session, pytest.raises(clocks.CannotExtend):
        afterwards.extend(session, office.office, name, REASON, supervisor, NOON)
    with office.database.writing() as session, pytest.raises(clocks.CannotExtend):
        afterwards.extend(session, office.office, late, REASON, supervisor, NOON + timedelta(days=9))


def test_when_a_year_is_published_open_clocks_are_reckoned_again(office: TestOffice) -> None:
    office.at(datetime.fromisoformat("2026-12-31T12:00:00+08:00"))
    name = in_review(office)
    with office.database.writing() as session:
        case = session.get_one(Application, name)
        ticks_kept = clocks.ticks_of(session, name)
        ticks_kept[0].day = date(2026, 12, 31)
        session.flush()
        clocks.show(case, Clock("unknown", None, 3))
    assert the_case(office, name).order_on == UNKNOWN_FIRST
    with office.database.writing() as session:
        publish_year(session, 2027)
        session.flush()
        assert clocks.reckon_again(session, office.office) == 1
    assert the_case(office, name).due_on == date(2027, 1, 5)


def test_a_year_that_a_new_release_knows_sets_the_clocks_that_waited_for_it_going(office: TestOffice) -> None:
    name = in_review(office)
    with office.database.writing() as session:
        session.execute(delete(CalendarDay))
        session.execute(delete(CalendarYear))
        session.flush()
        clocks.reckon_again(session, office.office)
    assert the_case(office, name).order_on == UNKNOWN_FIRST
    with office.database.writing() as session:
        assert clocks.publish_known_years(session, office.office) == 1
        assert clocks.publish_known_years(session, office.office) == 0
    assert the_case(office, name).due_on == date(2026, 11, 26)


def test_a_machine_whose_clock_is_set_back_does_not_turn_back_time_in_law(office: TestOffice) -> None:
    name = in_review(office)
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
        afterwards.suspend(session, office.office, name, "litigation", REASON, supervisor, NOON + timedelta(days=2))
        afterwards.go_on(session, office.office, name, REASON, supervisor, NOON - timedelta(days=30))
        days_kept = [tick.day for tick in clocks.ticks_of(session, name)]
    assert days_kept == sorted(days_kept)


def test_reminders_come_in_time_and_escalate_every_working_day(office: TestOffice) -> None:
    in_review(office)
    with office.database.writing() as session:
        supervisor = a_supervisor(session)

    def told(day: int) -> list[str]:
        moment = NOON + timedelta(days=day)
        for _ in range(2):  # looking twice says nothing twice
            sweep(office.office, moment)
        with office.database.reading() as session:
            return [memo.kind for memo in reversed(memos.unseen(session, supervisor))]

    assert supervisor.role == Role.SUPERVISOR
    assert told(0) == []
    assert told(2) == ["promise_broken", "due_soon"]
    assert told(3) == ["promise_broken", "due_soon", "due_today"]
    assert told(4)[3:] == ["overdue"]
    assert told(5)[3:] == ["overdue"]  # a Saturday
    assert told(7)[3:] == ["overdue", "overdue"]


def test_a_case_is_looked_at_when_its_day_comes_and_no_reader_is_disturbed(office: TestOffice) -> None:
    name = in_review(office)
    before = the_case(office, name)
    assert before.look_on == LOOK_NOW
    sweep(office.office, NOON)
    looked = the_case(office, name)
    assert (looked.look_on, looked.version) == (date(2026, 11, 24), before.version)
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
        afterwards.suspend(session, office.office, name, "litigation", REASON, supervisor, NOON)
    assert the_case(office, name).look_on is None


def test_one_odd_case_keeps_nobody_from_being_reminded_of_the_others(
    office: TestOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = sorted(in_review(office, f"1380000041{number}") for number in range(3))
    tell = memos.tell

    def odd(session: Session, application: Application, *given: Any, **named: Any) -> bool:
        if application.id == names[0]:
            raise RuntimeError("odd")
        return tell(session, application, *given, **named)

    monkeypatch.setattr(memos, "tell", odd)
    sweep(office.office, NOON + timedelta(days=4))
    assert [the_case(office, name).look_on for name in names] == [LOOK_NOW, *[date(2026, 11, 28)] * 2]


def test_looking_at_the_clocks_at_the_same_moment_tells_everybody_once(office: TestOffice) -> None:
    for number in range(3):
        in_review(office, f"1380000040{number}")
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
    start = threading.Barrier(6)

    def look(_number: int) -> None:
        start.wait()
        sweep(office.office, NOON + timedelta(days=4))

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(look, range(6)))
    with office.database.reading() as session:
        kinds = [memo.kind for memo in memos.unseen(session, supervisor, 50)]
    assert sorted(kinds) == ["overdue"] * 3 + ["promise_broken"] * 3
