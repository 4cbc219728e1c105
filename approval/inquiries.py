# SPDX-License-Identifier: Apache-2.0
"""Inquiries (查询留痕): what was asked of others about a case, and what they answered, for the proof of a decision.

I/O: the bureau, database.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application, State
from approval.casefile import item_of
from approval.office import Office
from approval.persons import persons_of
from approval.registered import Looked
from approval.weighing import Inquired, as_json
from forms import check
from kit.clock import office_day
from kit.database import Base, Moment
from kit.inherited import SealedWith
from kit.sealing import fingerprint

NAMES, PLACE, REGISTER, FILINGS = "names", "place", "register", "filings"  # asked of our own tables, not of the bureau
SIGNATURES = "signatures"
OWN = (NAMES, PLACE, REGISTER, FILINGS, SIGNATURES)


class Inquiry(Base):
    """One question and its answer. Asked again for the same purpose, the latest counts."""

    __tablename__ = "inquiry"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    purpose: Mapped[str] = mapped_column(String(20))
    label: Mapped[str] = mapped_column(String(60))
    answer: Mapped[dict[str, Any]] = mapped_column(SealedWith("inquiry", gone={}))
    asked_at: Mapped[datetime] = mapped_column(Moment)


def ask_bureau(office: Office, application: Application, purpose: str, now: datetime) -> list[Inquired]:
    """Query the bureau for each person whom the form names."""
    item = item_of(office, application)
    values = check(office.catalogue.form_of(item), application.answers, office_day(now)).values
    asked = []
    for person in persons_of(item, values):
        report = office.bureau.query(
            person.subject, person.name, person.number, purpose=f"{purpose}:{item.code}", case=application.number or ""
        )
        roles = tuple(str(role) for role in person.roles)
        asked.append(
            Inquired(purpose=purpose, label=person.label, roles=roles, day=office_day(now), report=as_json(report))
        )
    return asked


def keep_inquiries(session: Session, application: Application, asked: Iterable[Inquired], now: datetime) -> None:
    """Keep the answers with the case."""
    for inquired in asked:
        session.add(
            Inquiry(
                application_id=application.id,
                purpose=inquired.purpose,
                label=inquired.label[:60],
                answer=inquired.model_dump(mode="json"),
                asked_at=now,
            )
        )
    session.flush()


def inquiries_of(session: Session, application_id: str) -> tuple[Inquired, ...]:
    """The latest answer for each purpose and person."""
    query = select(Inquiry).where(Inquiry.application_id == application_id).order_by(Inquiry.id)
    latest = {(row.purpose, row.label): row for row in session.scalars(query)}
    kept = [row for row in latest.values() if row.purpose not in OWN]
    return tuple(Inquired.model_validate(row.answer) for row in sorted(kept, key=lambda row: row.id))


def name_key(name: str) -> str:
    return fingerprint(name.strip().upper(), "name")


def count_namesakes(session: Session, application: Application) -> int:
    """Licences in force, and cases under way, of the same name (名称规定第17条): the district's own register only."""
    if application.name_key is None:
        return 0
    under_way = select(func.count()).where(
        Application.name_key == application.name_key,
        Application.id != application.id,
        Application.id != (application.predecessor_id or ""),
        Application.state.in_([State.CHECKING, State.IN_REVIEW, State.SET_ASIDE, State.REGISTERED]),
    )
    return session.scalar(under_way) or 0


def keep_namesakes(session: Session, application: Application, count: int, now: datetime) -> None:
    session.add(
        Inquiry(application_id=application.id, purpose=NAMES, label="", answer={"namesakes": count}, asked_at=now)
    )


def namesakes_of(session: Session, application_id: str) -> int | None:
    """What was counted; None if it never was."""
    query = select(Inquiry).where(Inquiry.application_id == application_id, Inquiry.purpose == NAMES)
    row = session.scalar(query.order_by(Inquiry.id.desc()).limit(1))
    return int(row.answer["namesakes"]) if row else None


def keep_unsigned(session: Session, application: Application, count: int, now: datetime) -> None:
    """Keep how many of those who must sign have not, at submission: later nobody could tell any more."""
    answer = {"unsigned": count}
    session.add(Inquiry(application_id=application.id, purpose=SIGNATURES, label="", answer=answer, asked_at=now))


def unsigned_of(session: Session, application_id: str) -> int | None:
    """What was counted; None if it never was."""
    query = select(Inquiry).where(Inquiry.application_id == application_id, Inquiry.purpose == SIGNATURES)
    row = session.scalar(query.order_by(Inquiry.id.desc()).limit(1))
    return int(row.answer["unsigned"]) if row else None


def keep_looked(session: Session, application: Application, looked: Looked, now: datetime) -> None:
    """Keep what the register answered, for the proof of the decision."""
    answer = looked.model_dump(mode="json")
    session.add(Inquiry(application_id=application.id, purpose=REGISTER, label="", answer=answer, asked_at=now))


def looked_of(session: Session, application_id: str) -> Looked | None:
    """What the register answered; None if it was not asked."""
    query = select(Inquiry).where(Inquiry.application_id == application_id, Inquiry.purpose == REGISTER)
    row = session.scalar(query.order_by(Inquiry.id.desc()).limit(1))
    return Looked.model_validate(row.answer) if row else None
