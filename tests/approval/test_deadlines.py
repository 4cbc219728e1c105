# SPDX-License-Identifier: Apache-2.0
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from approval.calendar import load_calendar, publish_year, seed_calendar, set_day
from approval.deadlines import WorkingCalendar, YearUnpublished, due_on, working_days_left

# National Day 2026 with its make-up days, from the State Council's arrangement.
OFF = {date(2026, 10, day): False for day in (1, 2, 5, 6, 7)}
CALENDAR = WorkingCalendar(frozenset({2026}), OFF | {date(2026, 9, 20): True, date(2026, 10, 10): True})
days_of_2026 = st.dates(date(2026, 1, 1), date(2026, 11, 30))


@pytest.mark.parametrize(
    ("start", "due"),
    [
        (date(2026, 11, 23), date(2026, 11, 26)),  # Monday → Thursday
        (date(2026, 11, 20), date(2026, 11, 25)),  # over a weekend
        (date(2026, 9, 29), date(2026, 10, 9)),  # over the holiday
        (date(2026, 10, 8), date(2026, 10, 12)),  # the Saturday of 10 October is worked
    ],
)
def test_three_working_days(start: date, due: date) -> None:
    assert due_on(start, 3, CALENDAR) == due


def test_an_unpublished_year_has_no_deadline() -> None:
    with pytest.raises(YearUnpublished) as refused:
        due_on(date(2026, 12, 30), 3, CALENDAR)
    assert refused.value.facts == {"year": 2027}


@given(days_of_2026, st.integers(1, 15))
def test_a_deadline_is_a_working_day_and_leaves_as_many_as_were_given(start: date, days: int) -> None:
    due = due_on(start, days, CALENDAR)
    assert CALENDAR.is_working(due)
    assert working_days_left(start, due, CALENDAR) == days


@given(days_of_2026, st.integers(1, 14))
def test_a_day_later_never_brings_an_earlier_deadline(start: date, days: int) -> None:
    assert due_on(start + timedelta(days=1), days, CALENDAR) >= due_on(start, days, CALENDAR)


def test_overdue_counts_working_days_only() -> None:
    assert working_days_left(date(2026, 11, 30), date(2026, 11, 26), CALENDAR) == -2


def test_the_table_knows_make_up_days_and_can_be_changed(session: Session) -> None:
    seed_calendar(session)
    session.flush()
    calendar = load_calendar(session)
    assert calendar.is_working(date(2026, 10, 10))
    assert not calendar.is_working(date(2026, 10, 1))
    set_day(session, date(2026, 11, 24), False, "storm")
    publish_year(session, 2027)
    session.flush()
    changed = load_calendar(session)
    assert due_on(date(2026, 11, 23), 3, changed) == date(2026, 11, 27)
    assert 2027 in changed.published
