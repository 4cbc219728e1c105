# SPDX-License-Identifier: Apache-2.0
"""Unmasking (显示完整信息): whoever holds a case sees a person's numbers in full for a reason, for half an hour.

The words of the reason lie sealed here for the auditor's question; the log, which is kept for ever, has what was opened
and a
salted commitment to the reason, by which nobody can say later that it read otherwise. I/O: database.
"""

import re
from datetime import datetime, timedelta

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import people
from approval.application import Application, State
from approval.casefile import item_of, locked, record
from approval.claims import NotHeld, held_now
from approval.decision import ReasonRequired
from approval.office import Office
from approval.viewers import asked_of_people
from identity import Account
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith

EVENT = "personal.unmasked"
LASTS = timedelta(minutes=30)
SHORTEST = 4  # characters: "核对签名" says it


class StillMasked(DomainError):
    """The page has numbers in full, and the person has not said why they need them."""


class Unmasking(Base):
    """One person, one case, one reason; over when the time is, or when the case is no longer the person's."""

    __tablename__ = "unmasking"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), index=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    fields: Mapped[list[str]] = mapped_column(JSON)
    reason: Mapped[str] = mapped_column(SealedWith("unmasking", gone=""))
    at: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    role: Mapped[str] = mapped_column(String(20))


def unmask(
    session: Session, office: Office, application_id: str, person: Account, reason: str, now: datetime
) -> Unmasking:
    """Open the numbers of the case to this person.

    Raises ReasonRequired, NotHeld, ConflictOfInterest, NotAuthorised.
    """
    application = locked(session, application_id)
    people.must_keep_to(session, application, person.id)
    if not is_mine(application, person, now):
        raise NotHeld()
    if len(re.findall(r"\w", reason)) < SHORTEST:
        raise ReasonRequired(least=SHORTEST)
    form = office.catalogue.form_of(item_of(office, application))
    opened = Unmasking(
        application_id=application.id,
        account_id=person.id,
        fields=asked_of_people(form, application.answers),
        reason=reason.strip(),
        at=now,
        until=now + LASTS,
        role=person.role,
    )
    session.add(opened)
    session.flush()
    facts = {
        "fields": opened.fields,
        "minutes": int(LASTS.total_seconds() // 60),
        "role": person.role,
    }
    record(session, application, EVENT, f"account:{person.id}", now, facts, personal={"reason": opened.reason})
    return opened


def is_mine(application: Application, person: Account, now: datetime) -> bool:
    """Whether the person holds the case, which is in review."""
    return application.held_by == person.id and held_now(application, now) and application.state == State.IN_REVIEW


def open_until(session: Session, application: Application, person: Account, now: datetime) -> datetime | None:
    """Until when this person sees the numbers of the case in full; None: they are masked."""
    if not is_mine(application, person, now):
        return None
    query = select(Unmasking.until).where(
        Unmasking.application_id == application.id, Unmasking.account_id == person.id, Unmasking.until > now
    )
    return session.scalar(query.order_by(Unmasking.until.desc()).limit(1))


def openings(session: Session, application_id: str) -> list[tuple[Unmasking, Account]]:
    """What was opened of the case, by whom and why, the oldest first: for the auditor."""
    query = select(Unmasking, Account).join(Account, Account.id == Unmasking.account_id)
    rows = session.execute(query.where(Unmasking.application_id == application_id).order_by(Unmasking.id))
    return list(rows.tuples())
