# SPDX-License-Identifier: Apache-2.0
"""Filings (申报留痕): which person filed from which device, by keyed hashes, so that many behind one show.

I/O: database. A person is the holder's number, a device the random name that a browser keeps; neither can be read out
of the table. What is counted is a lead for a clerk and never a fact against anybody.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application
from approval.casefile import item_of
from approval.inquiries import FILINGS, Inquiry
from approval.leads import Filed, load_leads
from approval.office import Office
from catalogue import LicenceResult
from forms import Values
from kit.database import Base, Moment
from kit.sealing import fingerprint


class Filing(Base):
    """One submission. `is_new` where a business is begun, and not a correction of an earlier submission."""

    __tablename__ = "filing"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    person_key: Mapped[str | None] = mapped_column(String(64), index=True)
    device_key: Mapped[str | None] = mapped_column(String(64), index=True)
    is_new: Mapped[bool] = mapped_column(default=False)
    filed_at: Mapped[datetime] = mapped_column(Moment, index=True)


def note_device(session: Session, application_id: str, browser: str, now: datetime) -> None:
    """From which browser the case is being submitted."""
    session.merge(Filing(application_id=application_id, device_key=fingerprint(browser, "device"), filed_at=now))
    session.flush()


def keep_filing(session: Session, office: Office, application: Application, values: Values, now: datetime) -> None:
    """Who files, with the submission."""
    item = item_of(office, application)
    filing = session.get(Filing, application.id)
    if filing is None:
        filing = Filing(application_id=application.id)
        session.add(filing)
    number = str(values.get(item.holder.number) or "").upper()
    filing.person_key = fingerprint(number, "person") if number else None
    begins = isinstance(item.result, LicenceResult) and item.moved is None
    filing.is_new = begins and application.predecessor_id is None
    filing.filed_at = now
    session.flush()


def forget_filing(session: Session, application_id: str) -> None:
    """With a draft that is thrown away."""
    session.execute(delete(Filing).where(Filing.application_id == application_id))


def count_filings(session: Session, application: Application, now: datetime) -> Filed | None:
    """This case among those before it: new businesses of its person, and persons of its device. None if unknown."""
    filing = session.get(Filing, application.id)
    if filing is None:
        return None
    since = filing.filed_at - timedelta(days=load_leads().filings.days)
    recent = (Filing.filed_at > since, Filing.filed_at <= filing.filed_at)
    by_person = select(func.count()).where(Filing.person_key == filing.person_key, Filing.is_new, *recent)
    by_device = select(func.count(Filing.person_key.distinct())).where(Filing.device_key == filing.device_key, *recent)
    return Filed(
        businesses=(session.scalar(by_person) or 0) if filing.person_key and filing.is_new else 0,
        persons=(session.scalar(by_device) or 0) if filing.device_key else 0,
    )


def keep_counted(session: Session, application: Application, counted: Filed | None, now: datetime) -> None:
    """Keep what was counted with the case, for the proof of its decision."""
    if counted is not None:
        answer = counted.model_dump(mode="json")
        session.add(Inquiry(application_id=application.id, purpose=FILINGS, label="", answer=answer, asked_at=now))


def counted_of(session: Session, application_id: str) -> Filed | None:
    """What was counted; None if it never was."""
    query = select(Inquiry).where(Inquiry.application_id == application_id, Inquiry.purpose == FILINGS)
    row = session.scalar(query.order_by(Inquiry.id.desc()).limit(1))
    return Filed.model_validate(row.answer) if row else None
