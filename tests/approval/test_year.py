# SPDX-License-Identifier: Apache-2.0
"""A year of limits: every day of 2026 as the day of filing, against counting on the printed calendar with a finger."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import select

from approval import afterwards, cases
from approval.application import Application
from approval.calendar import load_calendar, seed_calendar
from approval.deadlines import Tick, WorkingCalendar, YearUnpublished, due_on, reckon
from approval.memos import Memo
from approval.running import Runner
from approval.sweeping import sweep
from kit.clock import office_day
from kit.database import Database
from tests.office import TestOffice, a_submitted_case

# The printed calendar of 2026 (国办发明电〔2025〕7号), a line a month and a group a week: w is worked, a point is off.
PRINTED = (
    "...w wwwww.. wwwww.. wwwww.. wwwww.",
    ". wwwww.. wwwwww. ....... .wwwww",
    ". wwwww.. wwwww.. wwwww.. wwwww.. ww",
    "www.. .wwww.. wwwww.. wwwww.. wwww",
    "... ..wwww. wwwww.. wwwww.. wwwww..",
    "wwwww.. wwwww.. wwww... wwwww.. ww",
    "www.. wwwww.. wwwww.. wwwww.. wwwww",
    ".. wwwww.. wwwww.. wwwww.. wwwww.. w",
    "wwww.. wwwww.. wwwww.w wwww... www",
    ".... ...www. wwwww.. wwwww.. wwwww.",
    ". wwwww.. wwwww.. wwwww.. wwwww.. w",
    "wwww.. wwwww.. wwwww.. wwwww.. wwww",
)
MARKS = "".join(PRINTED).replace(" ", "")
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(len(MARKS))]
WORKED = [day for day, mark in zip(DAYS, MARKS, strict=True) if mark == "w"]
# What the law gives: registration 3 and 3 more, a permit 20 and 10 more, permits handled together 45 and 15 more.
LIMITS = ((3, 3), (20, 10), (45, 15))

# Counted by hand: filed, then due after 3, 3+3, 20, 20+10, 45 and 45+15 working days.
BY_HAND = [
    ("01-05", "01-08", "01-13", "02-02", "02-14", "03-13", "04-03"),
    ("01-30", "02-04", "02-09", "03-05", "03-19", "04-10", "05-06"),
    ("02-11", "02-14", "02-26", "03-17", "03-31", "04-22", "05-15"),
    ("02-13", "02-25", "02-28", "03-19", "04-02", "04-24", "05-19"),
    ("02-14", "02-26", "03-02", "03-20", "04-03", "04-27", "05-20"),
    ("02-27", "03-03", "03-06", "03-26", "04-10", "05-06", "05-26"),
    ("03-31", "04-03", "04-09", "04-29", "05-15", "06-05", "06-29"),
    ("04-03", "04-09", "04-14", "05-07", "05-20", "06-10", "07-02"),
    ("04-29", "05-07", "05-11", "05-29", "06-12", "07-06", "07-27"),
    ("05-08", "05-12", "05-15", "06-04", "06-18", "07-10", "07-31"),
    ("05-09", "05-13", "05-18", "06-05", "06-22", "07-13", "08-03"),
    ("06-17", "06-23", "06-26", "07-16", "07-30", "08-20", "09-10"),
    ("06-18", "06-24", "06-29", "07-17", "07-31", "08-21", "09-11"),
    ("07-31", "08-05", "08-10", "08-28", "09-11", "10-09", "10-29"),
    ("08-14", "08-19", "08-24", "09-11", "09-24", "10-22", "11-12"),
    ("09-18", "09-22", "09-28", "10-22", "11-05", "11-26", "12-17"),
    ("09-24", "09-30", "10-10", "10-29", "11-12", "12-03", "12-24"),
    ("09-30", "10-10", "10-14", "11-03", "11-17", "12-08", "12-29"),
]


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    off = {day: False for day in DAYS if day not in WORKED and day.weekday() < 5}
    up = {day: True for day in WORKED if day.weekday() >= 5}
    return WorkingCalendar(frozenset({2026}), off | up)


def counted(filed: date, working_days: int) -> date | None:
    """The day on which the finger stops; None where the calendar has no more pages."""
    after = [day for day in WORKED if day > filed]
    return after[working_days - 1] if len(after) >= working_days else None


def reckoned(filed: date, given: int, more: int, calendar: WorkingCalendar) -> date | None:
    """As the clock of a case reckons it; the extension is granted on the day of filing."""
    ticks = [Tick("started", filed), *([Tick("extended", filed, more)] if more else [])]
    return reckon(given, ticks, calendar).due_on


def test_the_printed_calendar_has_all_days_and_the_seeded_one_agrees(database: Database) -> None:
    assert (len(DAYS), DAYS[-1], len(WORKED)) == (365, date(2026, 12, 31), 248)
    with database.writing() as session:
        seed_calendar(session)
        seeded = load_calendar(session)
    assert [day for day in DAYS if seeded.is_working(day)] == WORKED


@pytest.mark.parametrize("row", BY_HAND, ids=lambda row: row[0])
def test_limits_and_extensions_agree_with_those_counted_by_hand(
    row: tuple[str, ...], calendar: WorkingCalendar
) -> None:
    filed, *due = (date.fromisoformat(f"2026-{day}") for day in row)
    found = [reckoned(filed, given, more, calendar) for given, longer in LIMITS for more in (0, longer)]
    assert found == due
    assert [counted(filed, days) for days in (3, 6, 20, 30, 45, 60)] == due  # the finger counts as the hand did


def test_filed_on_any_day_of_the_year_every_limit_is_where_the_finger_stops(calendar: WorkingCalendar) -> None:
    unknown = 0
    for filed in DAYS:
        for given, longer in LIMITS:
            for more in (0, longer):
                due = counted(filed, given + more)
                assert reckoned(filed, given, more, calendar) == due, (filed, given, more)
                if due is None:
                    unknown += 1
                    with pytest.raises(YearUnpublished):
                        due_on(filed, given + more, calendar)
    assert unknown > 100  # so many would be due in a year that is not published: no date is made up for them


# Every day of the year somebody looks.

TRICKY = ("2026-05-08", "2026-06-17", "2026-07-31", "2026-09-18", "2026-09-24", "2026-09-30", "2026-12-24")
STAYS_OPEN = 12  # days after its limit until the applicant gives up


def noon(day: date) -> datetime:
    return datetime.fromisoformat(f"{day.isoformat()}T12:00:00+08:00")


def filed_on(office: TestOffice, day: date, number: int) -> str:
    office.at(noon(day))
    case = a_submitted_case(office, f"1380000{number:04d}", submit=False)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        cases.sign(session, application, "phone-code", "statement-1", noon(day))
        cases.submit(session, office.office, application, noon(day))
    Runner(office.office).carry_on(case)
    return case


def test_looked_at_day_by_day_everybody_is_told_on_the_right_day_and_on_no_other(database: Database) -> None:
    with database.writing() as session:
        seed_calendar(session)
    office = TestOffice(database)
    office.allow_machine(False)
    begun = {date.fromisoformat(day): number for number, day in enumerate(TRICKY)}
    open_cases: dict[str, date] = {}
    limits: dict[str, date] = {}
    for day in DAYS[120:]:  # the item is offered from May on
        if day in begun:
            case = filed_on(office, day, begun[day])
            open_cases[case], limits[case] = day, counted(day, 3) or date.max
        if not open_cases:
            continue
        sweep(office.office, noon(day))
        for case in [case for case in open_cases if day >= limits[case] + timedelta(days=STAYS_OPEN)]:
            with database.writing() as session:
                afterwards.withdraw(session, office.office, session.get_one(Application, case), noon(day))
            del open_cases[case]
    with database.reading() as session:
        told = [(memo.application_id, memo.kind, office_day(memo.written_at)) for memo in session.scalars(select(Memo))]
        told.sort(key=lambda one: one[2])
    for case, limit in limits.items():
        at = WORKED.index(limit)
        last = limit + timedelta(days=STAYS_OPEN)
        assert [day for c, kind, day in told if (c, kind) == (case, "due_soon")] == [WORKED[at - 1]]
        assert [day for c, kind, day in told if (c, kind) == (case, "due_today")] == [limit]
        late = [day for day in WORKED if limit < day <= last]
        assert [day for c, kind, day in told if (c, kind) == (case, "overdue")] == late
