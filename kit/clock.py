# SPDX-License-Identifier: Apache-2.0
"""Clock (时钟): the only place that reads it; everything else takes `now` as an argument. I/O: the clock."""

from calendar import monthrange
from collections.abc import Callable
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

BEIJING = ZoneInfo("Asia/Shanghai")

Clock = Callable[[], datetime]


def now() -> datetime:
    """The present moment, aware, in UTC: what the database and the log keep."""
    return datetime.now(UTC)  # noqa: TID251


def beijing(moment: datetime) -> datetime:
    """The same moment as the wall clock of the office shows it (北京时间)."""
    return moment.astimezone(BEIJING)


def office_day(moment: datetime) -> date:
    """The calendar day of `moment` at the office: statutory periods count these."""
    return beijing(moment).date()


def three_months_on(day: date) -> date:
    """The same day three months later, or the last of a shorter month (民法典第202条)."""
    month = day.month + 2
    year, month = day.year + month // 12, month % 12 + 1
    return date(year, month, min(day.day, monthrange(year, month)[1]))
