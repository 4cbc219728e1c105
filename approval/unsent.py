# SPDX-License-Identifier: Apache-2.0
"""Unsent (未提交的审查意见): what a clerk has typed for a decision and not sent yet, so that no browser has to keep it.

One text for each clerk and case, under the key of the case; it goes with the decision. I/O: database.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application
from approval.claims import NotHeld, held_now
from kit.database import Base, Moment
from kit.inherited import SealedWith


class Unsent(Base):
    """The fields of the form by name, as typed."""

    __tablename__ = "unsent"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    words: Mapped[dict[str, Any]] = mapped_column(SealedWith("unsent", gone={}))
    kept_at: Mapped[datetime] = mapped_column(Moment)


def keep(session: Session, application: Application, account_id: str, words: dict[str, Any], now: datetime) -> None:
    """In place of what was kept before. Raises NotHeld for whoever does not work on the case."""
    if application.held_by != account_id or not held_now(application, now):
        raise NotHeld()
    row = session.get(Unsent, (application.id, account_id))
    if row is None:
        session.add(Unsent(application_id=application.id, account_id=account_id, words=words, kept_at=now))
    else:
        row.words, row.kept_at = words, now


def kept(session: Session, application_id: str, account_id: str) -> dict[str, Any] | None:
    row = session.get(Unsent, (application_id, account_id))
    return (row.words or None) if row else None


def forget(session: Session, application_id: str) -> None:
    """The decision was made: nobody's words are needed any more."""
    session.execute(delete(Unsent).where(Unsent.application_id == application_id))
