# SPDX-License-Identifier: Apache-2.0
"""Working calendar (工作日历): the editable table behind the statutory clock. I/O: database.

Seeded from a library for the years it knows; an administrator publishes the next one.
"""

from datetime import date

import chinese_calendar
from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.deadlines import SATURDAY, WorkingCalendar
from kit.database import Base


class CalendarYear(Base):
    """A year whose holiday arrangement is published."""

    __tablename__ = "calendar_year"

    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    is_published: Mapped[bool] = mapped_column(default=True)


class CalendarDay(Base):
    """A day that differs from Monday–Friday."""

    __tablename__ = "calendar_day"

    day: Mapped[date] = mapped_column(primary_key=True)
    is_working: Mapped[bool]
    note: Mapped[str] = mapped_column(String(80), default="")


def load_calendar(session: Session) -> WorkingCalendar:
    years = session.scalars(select(CalendarYear.year).where(CalendarYear.is_published))
    days = session.execute(select(CalendarDay.day, CalendarDay.is_working)).tuples()
    return WorkingCalendar(frozenset(years), dict(days.all()))


def seed_calendar(session: Session) -> list[int]:
    """Enter the years that the library knows from 2025 on and that are not in the table; gives them."""
    present = set(session.scalars(select(CalendarYear.year)))
    names = chinese_calendar.constants.holidays
    make_up = chinese_calendar.constants.workdays
    fresh = sorted(year for year in {day.year for day in names} - present if year >= 2025)
    for year in fresh:
        session.add(CalendarYear(year=year, is_published=True))
        for day, name in names.items():
            if day.year == year and day.weekday() < SATURDAY:
                session.add(CalendarDay(day=day, is_working=False, note=_note(name)))
        for day, name in make_up.items():
            if day.year == year:
                session.add(CalendarDay(day=day, is_working=True, note=f"{_note(name)}调休上班"))
    return fresh


def set_day(session: Session, day: date, is_working: bool, note: str) -> None:
    """Change one day of the table."""
    session.merge(CalendarDay(day=day, is_working=is_working, note=note[:80]))


def publish_year(session: Session, year: int) -> None:
    session.merge(CalendarYear(year=year, is_published=True))


def _note(name: str) -> str:
    return str(chinese_calendar.constants.Holiday(name).chinese)
