# SPDX-License-Identifier: Apache-2.0
"""Drafting (文书签署): what the applicant reads and signs, and what was signed, kept as it was. I/O: database.

Before submission the texts follow the answers; what is submitted is kept, sealed, whatever the templates say later.
"""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

import instruments
from approval import concerned
from approval.application import Application
from approval.casefile import checked, item_of
from approval.grant import premises_in_words
from approval.office import Office
from forms import Values
from instruments import Block, Instrument, Unwritable
from kit.clock import office_day
from kit.database import Base, Moment
from kit.inherited import SealedWith

PERSONAL = "personal-page"


class SignedInstrument(Base):
    """One instrument as it was signed."""

    __tablename__ = "signed_instrument"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    code: Mapped[str] = mapped_column(String(40), primary_key=True)
    place: Mapped[int]
    title: Mapped[str] = mapped_column(SealedWith("instrument", gone=""))
    blocks: Mapped[list[list[str]]] = mapped_column(SealedWith("instrument", gone=[]))
    sha256: Mapped[str] = mapped_column(String(64))
    signed_at: Mapped[datetime] = mapped_column(Moment)


def drafts(session: Session, office: Office, application: Application, now: datetime) -> list[Instrument]:
    """What is to be signed now: form, personal page and the item's own texts. Raises Unwritable while answers lack."""
    item = item_of(office, application)
    form = office.catalogue.form_of(item)
    found = checked(office, application, now)
    if any(problem.blocks for problem in found.problems):
        raise Unwritable()
    values = found.values
    number = application.number or ""
    known: dict[str, Any] = {"item": item.title.zh, "holder": str(values.get(item.holder.name) or "")}
    if "street" in values and "address" in values:
        known["premises"] = premises_in_words(form, values)
    known |= _of_business(session, office, application, values, known, now)
    answers = application.answers
    written = [instruments.write(code, form, values, known) for code in needed(office, application)]
    return [
        instruments.application_form(form, answers, number),
        *written,
        instruments.personal_page(form, answers, number),
    ]


def needed(office: Office, application: Application) -> list[str]:
    """The item's own texts that are signed for what was answered."""
    item = item_of(office, application)
    return [code for code in item.instruments if instruments.is_needed(code, application.answers)]


def _of_business(
    session: Session, office: Office, application: Application, values: Values, known: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """What the register adds: who owns the business, and how its articles read before and after."""
    form = office.catalogue.form_of(item_of(office, application))
    entity = concerned.fitting(session, office, application)
    business = concerned.business_of(office, application, entity, office_day(now)) if entity else None
    return dict(instruments.told(form, values, known, business))


def digest(read: list[Instrument]) -> str:
    """SHA-256 over everything that was shown to be signed, whatever the number that the case gets."""
    own = [instrument.sha256 for instrument in read if instrument.code not in ("application", "personal-page")]
    return hashlib.sha256("".join(own).encode()).hexdigest()


def keep(session: Session, office: Office, application: Application, now: datetime) -> dict[str, str]:
    """Keep what was signed with the case; gives the hashes for the log. Raises Unwritable."""
    read = drafts(session, office, application, now)
    for place, instrument in enumerate(read):
        row = SignedInstrument(
            application_id=application.id,
            code=instrument.code,
            place=place,
            title=instrument.title,
            blocks=[[block.kind, block.text] for block in instrument.blocks],
            sha256=instrument.sha256,
            signed_at=now,
        )
        session.add(row)
    session.flush()
    return {instrument.code: instrument.sha256 for instrument in read}


def signed(session: Session, application_id: str) -> list[Instrument]:
    """What was signed, in its order."""
    query = select(SignedInstrument).where(SignedInstrument.application_id == application_id)
    return [_read(row) for row in session.scalars(query.order_by(SignedInstrument.place))]


def _read(row: SignedInstrument) -> Instrument:
    blocks: list[Any] = row.blocks
    return Instrument(row.code, row.title, tuple(Block(kind, text) for kind, text in blocks))
