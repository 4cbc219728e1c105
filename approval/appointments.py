# SPDX-License-Identifier: Apache-2.0
"""Appointments (核验预约): the row of a meeting at a window or by video, and which is open. I/O: database."""

from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Moment
from kit.inherited import SealedWith
from kit.random import new_id

OPEN, MET, GIVEN_UP = "open", "met", "given_up"


class Meeting(Base):
    """One appointment of one person. `code_key` finds it again at the window; `slot_at` is None for the queue."""

    __tablename__ = "meeting"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    person: Mapped[str] = mapped_column(String(60))
    way: Mapped[str] = mapped_column(String(10))
    code: Mapped[str] = mapped_column(SealedWith("meeting", gone=""))
    code_key: Mapped[str] = mapped_column(String(64), unique=True)
    asked_at: Mapped[datetime] = mapped_column(Moment)
    slot_at: Mapped[datetime | None] = mapped_column(Moment)
    state: Mapped[str] = mapped_column(String(10), default=OPEN, index=True)
    taken_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    taken_at: Mapped[datetime | None] = mapped_column(Moment)
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    is_same: Mapped[bool | None]
    ticked: Mapped[list[str]] = mapped_column(JSON, default=list)
    note: Mapped[str] = mapped_column(SealedWith("meeting", gone=""), default="")


def open_of(session: Session, application_id: str, person: str) -> Meeting | None:
    query = select(Meeting).where(
        Meeting.application_id == application_id, Meeting.person == person, Meeting.state == OPEN
    )
    return session.scalar(query.order_by(Meeting.asked_at.desc()).limit(1))


def give_up(session: Session, application_id: str, person: str, now: datetime) -> None:
    """Nobody is waited for who has proved themselves by another way."""
    theirs = Meeting.application_id == application_id, Meeting.person == person, Meeting.state == OPEN
    session.execute(update(Meeting).where(*theirs).values(state=GIVEN_UP, ended_at=now))
