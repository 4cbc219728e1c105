# SPDX-License-Identifier: Apache-2.0
"""People at work (人员): who may take which case, who is away, and who must keep off. I/O: database.

全科: every window takes every item it is authorised for. Nobody works on a case of their own or of relatives they
have declared (行政许可法第72条、公职人员回避); a person is known by a keyed hash of the number and never by name.
"""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import JSON, ColumnElement, ForeignKey, String, and_, exists, or_, select, true
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import Application
from identity import Account, Role, jurisdiction
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.numbers import is_id_number
from kit.sealing import fingerprint

MOST_HELD = 20  # cases that one person may hold at once: load is shared


class ConflictOfInterest(DomainError):
    """The case is the person's own, or names a relative they declared."""


class OutsideJurisdiction(DomainError):
    """The case is of a street that the person's office does not see to."""


class NotAuthorised(DomainError):
    """The item or the area is not among those that this desk takes, or another desk has the skill it demands."""


class NumberMalformed(DomainError):
    """Not an identity number."""


class Posting(Base):
    """What a person's desk takes; an empty list means everything. Experts answer for a department."""

    __tablename__ = "posting"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    items: Mapped[list[str]] = mapped_column(JSON, default=list)
    areas: Mapped[list[str]] = mapped_column(JSON, default=list)
    skills: Mapped[list[str]] = mapped_column(JSON, default=list)
    department: Mapped[str | None] = mapped_column(String(40))


class Absence(Base):
    """Days on which a person is away (both included), and who sees to what they hold."""

    __tablename__ = "absence"

    id: Mapped[int] = mapped_column(primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    since: Mapped[date]
    until: Mapped[date]
    deputy_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)


class Kinship(Base):
    """A relative, or the person themself, by declaration: only the keyed hash of the number is kept."""

    __tablename__ = "kinship"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    relation: Mapped[str] = mapped_column(String(20))
    declared_at: Mapped[datetime] = mapped_column(Moment)


class Involved(Base):
    """A person whom a submitted application names, by keyed hash."""

    __tablename__ = "involved"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)


def posting_of(session: Session, account_id: str) -> Posting:
    """The posting; without one the desk takes everything."""
    found = session.get(Posting, account_id)
    return found or Posting(account_id=account_id, items=[], areas=[], skills=[], department=None)


def post(
    session: Session,
    account_id: str,
    items: Iterable[str],
    areas: Iterable[str],
    department: str | None = None,
    skills: Iterable[str] = (),
) -> None:
    """Say what the desk takes from now on."""
    session.merge(
        Posting(
            account_id=account_id,
            items=sorted(items),
            areas=sorted(areas),
            skills=sorted(skills),
            department=department or None,
        )
    )


def skills_elsewhere(session: Session, account_id: str) -> set[str]:
    """Skills that somebody at work has and this person lacks. Supervisors lack none: nothing waits for want of a desk.

    A skill that nobody has is asked of nobody.
    """
    person = session.get(Account, account_id)
    if person is None or person.role != Role.CLERK:
        return set()
    query = select(Posting.skills).join(Account, Account.id == Posting.account_id)
    rows = session.scalars(query.where(Account.is_active.is_(True), Account.role == Role.CLERK))
    return {skill for skills in rows for skill in skills} - set(posting_of(session, account_id).skills)


def declare_kin(session: Session, account: Account, number: str, relation: str, now: datetime) -> None:
    """Declare oneself or a relative. Raises NumberMalformed."""
    if not is_id_number(number, office_day(now)):
        raise NumberMalformed()
    key = fingerprint(number.upper(), "person")
    session.merge(Kinship(account_id=account.id, key=key, relation=relation[:20], declared_at=now))


def involve(session: Session, application_id: str, numbers: Iterable[str]) -> None:
    """Keep whom the application names."""
    for number in {n.upper() for n in numbers}:
        session.merge(Involved(application_id=application_id, key=fingerprint(number, "person")))


def conflicts_with(account_id: str) -> ColumnElement[bool]:
    """Condition on Application: this person must keep off."""
    related = exists().where(
        Involved.application_id == Application.id, Involved.key == Kinship.key, Kinship.account_id == account_id
    )
    return or_(Application.applicant_id == account_id, related)


def keep_off(session: Session, application_id: str, account_id: str) -> None:
    """What every look at a case begins with. Raises ConflictOfInterest, OutsideJurisdiction."""
    query = select(Application.id).where(Application.id == application_id, conflicts_with(account_id))
    if session.scalar(query) is not None:
        raise ConflictOfInterest()
    areas = jurisdiction(session, account_id)
    if areas is None:
        return
    if session.scalar(select(Application.area).where(Application.id == application_id)) not in areas:
        raise OutsideJurisdiction()


def in_reach(session: Session, account_id: str) -> ColumnElement[bool]:
    """Condition on Application: its item and area are among those of the person's desk, which may look at it."""
    posting = posting_of(session, account_id)
    conditions: list[ColumnElement[bool]] = []
    areas = jurisdiction(session, account_id)
    if areas is not None:
        conditions.append(Application.area.in_(areas))
    if posting.items:
        conditions.append(Application.item_code.in_(posting.items))
    if posting.areas:
        conditions.append(Application.area.in_(posting.areas))
    return and_(true(), *conditions)


def authorised(session: Session, account_id: str) -> ColumnElement[bool]:
    """Condition on Application: the person's desk takes it."""
    if elsewhere := skills_elsewhere(session, account_id):
        return and_(in_reach(session, account_id), Application.skill.not_in(elsewhere))
    return in_reach(session, account_id)


def seen_by(session: Session, account_id: str) -> ColumnElement[bool]:
    """Condition on Application, of one that was submitted: the person may see it (`approval.looking`)."""
    return and_(in_reach(session, account_id), ~conflicts_with(account_id))


def must_be_in_reach(session: Session, application: Application, account_id: str) -> None:
    """Raises NotAuthorised."""
    posting = posting_of(session, account_id)
    if posting.items and application.item_code not in posting.items:
        raise NotAuthorised(what="item")
    if posting.areas and application.area not in posting.areas:
        raise NotAuthorised(what="area")


def must_be_authorised(session: Session, application: Application, account_id: str) -> None:
    """Raises NotAuthorised."""
    must_be_in_reach(session, application, account_id)
    if application.skill and application.skill in skills_elsewhere(session, account_id):
        raise NotAuthorised(what="skill")


def must_keep_to(session: Session, application: Application, account_id: str) -> None:
    """What every act of staff on a case begins with. Raises ConflictOfInterest, NotAuthorised."""
    keep_off(session, application.id, account_id)
    must_be_authorised(session, application, account_id)


def be_away(session: Session, account_id: str, since: date, until: date, deputy_id: str) -> None:
    """Enter an absence. Raises ValueError if it ends before it begins or the deputy is the person."""
    if until < since or deputy_id == account_id:
        raise ValueError("an absence ends after it begins, and somebody else deputises")
    session.add(Absence(account_id=account_id, since=since, until=until, deputy_id=deputy_id))


def represented_by(session: Session, account_id: str, today: date) -> list[str]:
    """The colleagues whose cases this person sees to today."""
    query = select(Absence.account_id).where(
        Absence.deputy_id == account_id, Absence.since <= today, Absence.until >= today
    )
    return list(session.scalars(query))


def is_away(session: Session, account_id: str, today: date) -> bool:
    query = select(Absence.id).where(Absence.account_id == account_id, Absence.since <= today, Absence.until >= today)
    return session.scalar(query.limit(1)) is not None


def absences(session: Session, account_id: str, today: date) -> list[Absence]:
    """Present and coming ones."""
    query = select(Absence).where(Absence.account_id == account_id, Absence.until >= today)
    return list(session.scalars(query.order_by(Absence.since)))


def kin_of(session: Session, account_id: str) -> list[str]:
    """The declared relations; whom they mean is not kept."""
    query = select(Kinship.relation).where(Kinship.account_id == account_id).order_by(Kinship.declared_at)
    return list(session.scalars(query))
