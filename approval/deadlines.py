# SPDX-License-Identifier: Apache-2.0
"""Deadlines (法定期限): statutory limits in working days, with make-up days (调休). Pure: no session, no clock.

A year whose holidays the State Council has not published has no working days that could be counted: fails closed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from kit.errors import DomainError

SATURDAY = 5


class YearUnpublished(DomainError):
    """The holidays of this year are not in the table yet; an administrator enters them when they are published."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Published years, and their days that differ from Monday–Friday (True: worked, False: off)."""

    published: frozenset[int]
    exceptions: Mapping[date, bool]

    def is_working(self, day: date) -> bool:
        """Raises YearUnpublished."""
        if day.year not in self.published:
            raise YearUnpublished(year=day.year)
        return self.exceptions.get(day, day.weekday() < SATURDAY)


def due_on(start: date, working_days: int, calendar: WorkingCalendar) -> date:
    """The last day of a period that begins the day after `start` (民法典第201条). Raises YearUnpublished."""
    day, left = start, working_days
    while left:
        day += timedelta(days=1)
        left -= calendar.is_working(day)
    return day


def working_days_left(today: date, due: date, calendar: WorkingCalendar) -> int | None:
    """Working days from tomorrow to `due`; negative when overdue; None if a year on the way is unpublished."""
    step = 1 if due >= today else -1
    day, count = today, 0
    try:
        while day != due:
            day += timedelta(days=step)
            counted = day if step == 1 else day + timedelta(days=1)
            count += step * calendar.is_working(counted)
    except YearUnpublished:
        return None
    return count
