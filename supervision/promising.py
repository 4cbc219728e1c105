# SPDX-License-Identifier: Apache-2.0
"""Promising (双告知承诺): what permits follow a registration, as its applicant was told and promised to obtain.

优化营商环境条例第19条. Nothing depends on the promise: who does not give it was told all the same. I/O: database.
"""

from datetime import datetime

from sqlalchemy import JSON, String
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from kit.database import Base, Moment

TEXT_VERSION = 1  # of the words on the page


class PermitPromise(Base):
    """Which permits the promise was about, and when it was given."""

    __tablename__ = "permit_promise"

    application_id: Mapped[str] = mapped_column(String(32), primary_key=True)
    permits: Mapped[list[str]] = mapped_column(JSON)
    text_version: Mapped[int]
    promised_at: Mapped[datetime] = mapped_column(Moment)


def promise_of(session: Session, application_id: str) -> PermitPromise | None:
    return session.get(PermitPromise, application_id)


def promise(
    session: Session, application_id: str, number: str, permits: list[str], actor: str, now: datetime
) -> PermitPromise:
    """Once; again changes nothing."""
    known = promise_of(session, application_id)
    if known is not None:
        return known
    made = PermitPromise(application_id=application_id, permits=permits, text_version=TEXT_VERSION, promised_at=now)
    session.add(made)
    facts: dict[str, audit.JSON] = {"permits": list(permits), "text": TEXT_VERSION}
    audit.append(session, event="supervision.promised", subject=number, actor=actor, facts=facts, now=now)
    return made
