# SPDX-License-Identifier: Apache-2.0
"""Visits (现场核查): what two officers saw at the place. I/O: database.

行政许可法第34条: what has to be checked in substance is looked at by two or more officers. Both are named, the record
is a sentence and not a tick, and whoever must keep off the case does not go either.
"""

from datetime import date, datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import memos, people
from approval.application import State
from approval.casefile import item_of, locked, record
from approval.decision import ReasonRequired, is_sentence
from approval.office import Office
from identity import Account, Role
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith


class NoVisitHere(DomainError):
    """The item needs no look at the place, or the case is not with people."""


class TwoOfficersRequired(DomainError):
    """A visit is made by two different officers who work here and may see the case."""


class VisitDateWrong(DomainError):
    """The day of the visit lies before the application or in the future."""


class ConclusionRequired(DomainError):
    """The record of a visit says whether the place meets the conditions."""


class Visit(Base):
    """One look at the place; a later one replaces the conclusion of an earlier one, never its record."""

    __tablename__ = "visit"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    visited_on: Mapped[date]
    officer_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    second_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    conforms: Mapped[bool]
    words: Mapped[str] = mapped_column(SealedWith("visit", gone=""))
    recorded_at: Mapped[datetime] = mapped_column(Moment)


def of_application(session: Session, application_id: str) -> list[Visit]:
    return list(session.scalars(select(Visit).where(Visit.application_id == application_id).order_by(Visit.id)))


def conforms(session: Session, application_id: str) -> bool:
    """Whether the latest visit found that the place meets the conditions."""
    found = of_application(session, application_id)
    return bool(found) and found[-1].conforms


def record_visit(
    session: Session,
    office: Office,
    application_id: str,
    officer: Account,
    second: Account | None,
    visited_on: date | None,
    is_conforming: bool | None,
    words: str,
    now: datetime,
) -> Visit:
    """Keep what was seen.

    None for the day or the conclusion: not said. Raises NoVisitHere, TwoOfficersRequired, VisitDateWrong,
    ConclusionRequired, ReasonRequired, ConflictOfInterest, NotAuthorised.
    """
    application = locked(session, application_id)
    with_people = State(application.state) in (State.IN_REVIEW, State.WITH_DEPARTMENTS)
    if not item_of(office, application).on_site or not with_people:
        raise NoVisitHere()
    if second is None or second.id == officer.id or second.role not in (Role.CLERK, Role.SUPERVISOR):
        raise TwoOfficersRequired()
    if not second.is_active:
        raise TwoOfficersRequired()
    for person in (officer, second):
        people.must_keep_to(session, application, person.id)
    first = office_day(application.submitted_at or application.created_at)
    if visited_on is None or not first <= visited_on <= office_day(now):
        raise VisitDateWrong(since=first.isoformat())
    if is_conforming is None:
        raise ConclusionRequired()
    if not is_sentence(words):
        raise ReasonRequired()
    visit = Visit(
        application_id=application.id,
        visited_on=visited_on,
        officer_id=officer.id,
        second_id=second.id,
        conforms=is_conforming,
        words=words,
        recorded_at=now,
    )
    session.add(visit)
    session.flush()
    facts = {"on": visited_on.isoformat(), "conforms": is_conforming, "second": f"account:{second.id}"}
    actor = f"account:{officer.id}"
    record(session, application, "visit.recorded", actor, now, facts)
    # Nobody is put on record as a witness without being told.
    memos.tell(session, application, "visit_named", actor, now, to=second.id, words=words, occasion=str(visit.id))
    return visit
