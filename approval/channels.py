# SPDX-License-Identifier: Apache-2.0
"""Channels (办件渠道): a partner begins an application at its counter and is told how it goes on. I/O: database.

What a partner may do ends there: the draft is empty and lies with the customer's own account, which opens with a code
to the customer's telephone; answers, proof and signature are the customer's. A partner is told of its own cases only,
and of them the state and nothing of the person.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from approval import cases
from approval.application import Application
from approval.office import Office
from approval.participants import PhoneMalformed
from identity import applicant_with_phone
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.numbers import is_mobile


class NotOfThisChannel(DomainError):
    """The partner began no such application; whether there is one it is not told."""


class BegunElsewhere(Base):
    """Through whom an application was begun."""

    __tablename__ = "begun_elsewhere"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id", ondelete="CASCADE"), primary_key=True)
    partner: Mapped[str] = mapped_column(String(40), index=True)
    begun_at: Mapped[datetime] = mapped_column(Moment)


def begin_for_customer(
    session: Session, office: Office, partner: str, phone: str, item: str, now: datetime
) -> Application:
    """An empty draft of this telephone's account. Raises PhoneMalformed, UnknownItem, TooManyDrafts."""
    if not is_mobile(phone):
        raise PhoneMalformed()
    application = cases.start(session, office, applicant_with_phone(session, phone, now), item, now)
    session.add(BegunElsewhere(application_id=application.id, partner=partner, begun_at=now))
    audit.append(
        session,
        event="application.begun_elsewhere",
        subject=f"draft:{application.id}",
        actor=f"partner:{partner}",
        facts={"item": application.item_code},
        now=now,
    )
    return application


def of_partner(session: Session, partner: str, id: str) -> Application:
    """Raises NotOfThisChannel."""
    begun = session.get(BegunElsewhere, id)
    if begun is None or begun.partner != partner:
        raise NotOfThisChannel()
    return session.get_one(Application, id)
