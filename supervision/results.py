# SPDX-License-Identifier: Apache-2.0
"""Results (监管结果): what departments found at a business, kept beside what was approved; nothing is taken back.

An inspection that went wrong was right to be recorded: a later one says what has changed. I/O: database.
"""

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.random import new_id
from kit.sealing import Sealed

LONGEST = 2000  # characters of the words


class ResultMalformed(DomainError):
    """A day to come, or no words where something was found."""


class Found(StrEnum):
    """What an inspection found."""

    PASSED = "passed"
    PROBLEM = "problem"  # to be mended
    ABNORMAL = "abnormal"  # not there, not reachable, or something else than registered


class SupervisionResult(Base):
    """One inspection. `words` may name people and are sealed."""

    __tablename__ = "supervision_result"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    credit_code: Mapped[str] = mapped_column(String(18), index=True)
    department: Mapped[str] = mapped_column(String(40))
    notification_id: Mapped[int | None]
    found: Mapped[str] = mapped_column(String(20))
    on: Mapped[date]
    words: Mapped[str] = mapped_column(Sealed("supervision"))
    recorded_by: Mapped[str] = mapped_column(String(60))
    recorded_at: Mapped[datetime] = mapped_column(Moment)


def record_result(
    session: Session,
    credit_code: str,
    department: str,
    found: Found,
    on: date,
    words: str,
    by: str,
    now: datetime,
    notification: int | None = None,
) -> SupervisionResult:
    """Raises ResultMalformed. The log holds no words."""
    words = words.strip()
    if on > office_day(now) or (found is not Found.PASSED and len(words) < 4) or len(words) > LONGEST:
        raise ResultMalformed()
    made = SupervisionResult(
        credit_code=credit_code,
        department=department,
        notification_id=notification,
        found=found,
        on=on,
        words=words,
        recorded_by=by,
        recorded_at=now,
    )
    session.add(made)
    session.flush()
    facts: dict[str, audit.JSON] = {
        "department": department,
        "found": str(found),
        "on": on.isoformat(),
        "result": made.id,
    }
    audit.append(session, event="supervision.found", subject=credit_code, actor=by, facts=facts, now=now)
    return made


def results_of(session: Session, credit_code: str) -> list[SupervisionResult]:
    """Of one business, the newest first."""
    query = select(SupervisionResult).where(SupervisionResult.credit_code == credit_code)
    return list(session.scalars(query.order_by(SupervisionResult.on.desc(), SupervisionResult.recorded_at.desc())))
