# SPDX-License-Identifier: Apache-2.0
"""Clock (时钟): the only place that reads it; everything else takes `now` as an argument. I/O: the clock."""

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
