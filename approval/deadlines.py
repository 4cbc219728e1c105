# SPDX-License-Identifier: Apache-2.0
"""Deadlines (法定期限): statutory limits in working days, with make-up days (调休). Pure: no session, no clock.

The clock of a case is a function of what happened to it: started, suspended, resumed, extended, ended. A year whose
holidays the State Council has not published has no working days that could be counted: fails closed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from kit.errors import DomainError

SATURDAY = 5
Kind = Literal["started", "suspended", "resumed", "extended", "ended"]


class YearUnpublished(DomainError):
    """The holidays of this year are not in the table yet; an administrator enters them when they are published."""


class ClockRefused(DomainError):
    """This cannot happen to the clock now: `why` is a stable code."""


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


@dataclass(frozen=True, slots=True)
class Tick:
    """One thing that happened to a clock. `working_days` is what an extension adds."""

    kind: Kind
    day: date
    working_days: int = 0


@dataclass(frozen=True, slots=True)
class Clock:
    """Where a clock stands. `due_on` is None while it is stopped, or while a year on the way is unpublished."""

    state: Literal["running", "suspended", "unknown", "ended"]
    due_on: date | None
    allowed: int
    suspended_on: date | None = None
    is_extended: bool = False


def due_on(start: date, working_days: int, calendar: WorkingCalendar) -> date:
    """The last day of a period that begins the day after `start` (民法典第201条). Raises YearUnpublished."""
    return _last_day(start, working_days, (), calendar)


def reckon(working_days: int, ticks: Iterable[Tick], calendar: WorkingCalendar) -> Clock:
    """The clock of a case from its ticks, in order (行政许可法第42、45条；登记管理条例第19条).

    Suspended days are not counted: neither the day after a suspension up to the day of its end, nor any day between.
    Raises ClockRefused for an order of ticks that cannot be.
    """
    start: date | None = None
    last: date | None = None
    allowed, extended = working_days, False
    stops: list[tuple[date, date]] = []
    stopped: date | None = None
    for tick in ticks:
        if last is not None and tick.day < last:
            raise ClockRefused(why="backwards")
        last = tick.day
        match tick.kind:
            case "started" if start is None:
                start = tick.day
            case "suspended" if start is not None and stopped is None:
                stopped = tick.day
            case "resumed" if stopped is not None:
                stops.append((stopped, tick.day))
                stopped = None
            case "extended" if start is not None and stopped is None and not extended and tick.working_days > 0:
                allowed, extended = allowed + tick.working_days, True
            case "ended" if start is not None:
                return Clock("ended", _or_none(start, allowed, stops, calendar), allowed, None, extended)
            case _:
                raise ClockRefused(why=f"not_{tick.kind}")
    if start is None:
        raise ClockRefused(why="not_started")
    if stopped is not None:
        return Clock("suspended", None, allowed, stopped, extended)
    due = _or_none(start, allowed, stops, calendar)
    return Clock("running" if due else "unknown", due, allowed, None, extended)


def _or_none(start: date, days: int, stops: list[tuple[date, date]], calendar: WorkingCalendar) -> date | None:
    try:
        return _last_day(start, days, stops, calendar)
    except YearUnpublished:
        return None


def _last_day(start: date, days: int, stops: Iterable[tuple[date, date]], calendar: WorkingCalendar) -> date:
    day, left, stopped = start, days, tuple(stops)
    while left:
        day += timedelta(days=1)
        if not any(since < day <= until for since, until in stopped):
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
