# SPDX-License-Identifier: Apache-2.0
"""Opinions (部门意见): what other departments say on a case, each with a deadline of its own. I/O: database."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application
from kit.database import Base, Moment
from kit.inherited import SealedWith


class View(StrEnum):
    """What a department may say; it advises and decides nothing."""

    AGREE = "agree"
    CONDITIONS = "conditions"
    OBJECT = "object"


class Opinion(Base):
    """One department's opinion; unanswered until `given_at`."""

    __tablename__ = "opinion"
    __table_args__ = (UniqueConstraint("application_id", "round", "department"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    round: Mapped[int]  # the seq at which it was asked: a case that comes again is asked about again
    department: Mapped[str] = mapped_column(String(40), index=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    due_on: Mapped[date | None]
    view: Mapped[str | None] = mapped_column(String(12))
    words: Mapped[str] = mapped_column(SealedWith("opinion", gone=""))
    given_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    given_at: Mapped[datetime | None] = mapped_column(Moment)


def ask(session: Session, application: Application, departments: Iterable[str], now: datetime) -> None:
    """Ask all at once; the deadline is the timer of the step."""
    for department in departments:
        session.add(
            Opinion(
                application_id=application.id,
                round=application.seq,
                department=department,
                asked_at=now,
                due_on=application.timer_on,
                words="",
            )
        )
    session.flush()


def of_application(session: Session, application_id: str) -> list[Opinion]:
    query = select(Opinion).where(Opinion.application_id == application_id).order_by(Opinion.id)
    return list(session.scalars(query))


def open_opinion(session: Session, application_id: str, department: str) -> Opinion | None:
    """The question that this department has not answered, if there is one."""
    query = select(Opinion).where(
        Opinion.application_id == application_id, Opinion.department == department, Opinion.given_at.is_(None)
    )
    return session.scalar(query.order_by(Opinion.id.desc()).limit(1))


def awaited_from(session: Session, department: str) -> list[tuple[Opinion, Application]]:
    """What a department is asked now, the most urgent first."""
    query = (
        select(Opinion, Application)
        .join(Application, Application.id == Opinion.application_id)
        .where(Opinion.department == department, Opinion.given_at.is_(None), Application.state == "with_departments")
        .order_by(Opinion.due_on, Opinion.id)
        .limit(100)
    )
    return [(opinion, application) for opinion, application in session.execute(query).tuples()]
