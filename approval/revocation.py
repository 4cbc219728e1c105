# SPDX-License-Identifier: Apache-2.0
"""Revocation (撤销登记): a registration obtained by fraud is looked into and revoked, or kept (条例第40至42条).

Every turn is a person's, in writing, inside the law's times: taken up or declined within three working days,
investigated within three months and once three more, announced for 45 days where nobody can be reached. I/O: database.
"""

from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

import licences
import register
from approval import memos, papers
from approval.application import Application, State
from approval.calendar import load_calendar
from approval.casefile import record
from approval.deadlines import YearUnpublished, due_on, working_days_left
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.office import Office
from approval.people import must_keep_to, seen_by
from identity import Account, Role
from kit.clock import office_day, three_months_on
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.random import new_id
from kit.text import Text
from licences import Status
from notices import Kind

TAKE_UP_WITHIN = 3  # working days (实施细则第52条)
NEAR = 5  # working days before the end of an investigation
ANNOUNCED_FOR = timedelta(days=45)


class Stage(StrEnum):
    FILED = "filed"
    DECLINED = "declined"
    INVESTIGATED = "investigated"
    REVOKED = "revoked"
    KEPT = "kept"

    @property
    def is_final(self) -> bool:
        return self in (Stage.DECLINED, Stage.REVOKED, Stage.KEPT)


GROUNDS: dict[str, Text] = {
    "SAMR-40": Text(
        zh="市场主体登记管理条例第40条：提交虚假材料或者采取其他欺诈手段隐瞒重要事实取得登记",
        en="Registration Regulation art. 40: false documents or other fraud",
    ),
    "SAMR-41": Text(
        zh="市场主体登记管理条例第41条：撤销可能对社会公共利益造成重大损害，或者无法恢复到登记前状态",
        en="Registration Regulation art. 41: revoking would gravely harm the public, or cannot undo it",
    ),
}
"""On what a registration is revoked, and on what it may be kept all the same."""


class NotRegistered(DomainError):
    """Only a registration that stands can be revoked."""


class AlreadyLookedInto(DomainError):
    """A revocation of this registration is under way, or it was revoked."""


class WrongStage(DomainError):
    """This does not belong to the stage at which the revocation stands."""


class IdentityUnproven(DomainError):
    """Whoever says that their name was used must prove who they are first (实施细则第51条)."""


class StillAnnounced(DomainError):
    """The public notice has not run its 45 days."""


class Revocation(Base):
    """One look into one registration."""

    __tablename__ = "revocation"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    by_victim: Mapped[bool]
    words: Mapped[str] = mapped_column(SealedWith("revocation", gone=""))
    stage: Mapped[str] = mapped_column(String(14), default=Stage.FILED)
    filed_at: Mapped[datetime] = mapped_column(Moment)
    take_up_by: Mapped[date | None]
    finish_by: Mapped[date | None]
    is_extended: Mapped[bool] = mapped_column(default=False)
    announced_until: Mapped[date | None]
    reason: Mapped[str] = mapped_column(SealedWith("revocation", gone=""))
    basis: Mapped[str] = mapped_column(String(20), default="")
    decided_by: Mapped[str | None] = mapped_column(String(60))
    decided_at: Mapped[datetime | None] = mapped_column(Moment)


def file(
    session: Session,
    application: Application,
    words: str,
    person: Account,
    now: datetime,
    *,
    by_victim: bool,
    is_identified: bool,
) -> Revocation:
    """Open a look into a registration: for a person whose name was used, or by the office itself.

    Raises NotRegistered, AlreadyLookedInto, IdentityUnproven, ReasonRequired, ConflictOfInterest, NotAuthorised.
    """
    must_keep_to(session, application, person.id)
    licence = licences.of_application(session, application.id)
    is_entry = register.act_of(session, application.id) not in (None, "registration", "move_in")
    if application.state != State.REGISTERED or licence is None or is_entry:
        raise NotRegistered()  # a change is put right by another change, not by ending the licence that followed it
    earlier = session.scalars(select(Revocation).where(Revocation.application_id == application.id)).all()
    if any(not Stage(r.stage).is_final or r.stage == Stage.REVOKED for r in earlier):
        raise AlreadyLookedInto()
    if by_victim and not is_identified:
        raise IdentityUnproven()
    _must_explain(words)
    try:
        take_up_by = due_on(office_day(now), TAKE_UP_WITHIN, load_calendar(session))
    except YearUnpublished:
        take_up_by = None
    opened = Revocation(
        application_id=application.id,
        by_victim=by_victim,
        words=words,
        filed_at=now,
        take_up_by=take_up_by,
        reason="",
    )
    session.add(opened)
    session.flush()
    _log(session, opened, "revocation.filed", person, now, {"by_victim": by_victim})
    return opened


def find(session: Session, revocation_id: str) -> Revocation | None:
    return session.get(Revocation, revocation_id)


def listed(session: Session, person: Account) -> list[tuple[Revocation, Application]]:
    """Those that the person may see: open ones first, then the latest."""
    query = select(Revocation, Application).join(Application, Application.id == Revocation.application_id)
    query = query.where(seen_by(session, person.id))
    rows = list(session.execute(query.order_by(Revocation.filed_at.desc()).limit(100)).tuples())
    return sorted(rows, key=lambda row: Stage(row[0].stage).is_final)


def take_up(session: Session, office: Office, revocation_id: str, person: Account, now: datetime) -> Revocation:
    """Investigate (受理): three months from today."""
    opened, application = _at(session, revocation_id, person, Stage.FILED)
    opened.stage, opened.finish_by = Stage.INVESTIGATED, three_months_on(office_day(now))
    facts = {"subject": _subject(session, opened), "accepted": papers.in_words(office_day(now))}
    papers.write(session, office, application, Kind.REVOCATION_ACCEPTED, facts, now, opened.id)
    _log(session, opened, "revocation.taken_up", person, now, {"finish_by": opened.finish_by.isoformat()})
    return opened


def remind(session: Session, now: datetime) -> int:
    """Tell the supervisor of limits that are near or broken (实施细则第52、53条). Gives how many were told anew.

    Near: once. Broken: every working day anew, and logged.
    """
    today, calendar, told = office_day(now), load_calendar(session), 0
    query = select(Revocation).where(Revocation.stage.in_([Stage.FILED, Stage.INVESTIGATED])).order_by(Revocation.id)
    for opened in session.scalars(query):
        by = opened.take_up_by if opened.stage == Stage.FILED else opened.finish_by
        near = 1 if opened.stage == Stage.FILED else NEAR
        left = working_days_left(today, by, calendar) if by is not None else None
        if by is None or left is None or left > near or (left < 0 and not calendar.is_working(today)):
            continue
        kind = "revocation_late" if left < 0 else "revocation_soon"
        occasion = f"{opened.id}:{today if left < 0 else opened.stage}"
        application = session.get_one(Application, opened.application_id)
        is_new = memos.tell(session, application, kind, "system:clock", now, role=Role.SUPERVISOR, occasion=occasion)
        told += is_new
        if is_new and left < 0:
            facts = {"revocation": opened.id, "by": by.isoformat(), "on": today.isoformat()}
            record(session, application, "revocation.late", "system:clock", now, facts)
    return told


def decline(
    session: Session, office: Office, revocation_id: str, reason: str, person: Account, now: datetime
) -> Revocation:
    """Not look into it, with reasons and remedies in writing."""
    opened, application = _at(session, revocation_id, person, Stage.FILED)
    _must_explain(reason)
    _end(opened, Stage.DECLINED, reason, "", person, now)
    facts = {"subject": _subject(session, opened), "reason": reason}
    papers.write(session, office, application, Kind.REVOCATION_DECLINED, facts, now, opened.id)
    _log(session, opened, "revocation.declined", person, now, {})
    return opened


def prolong(session: Session, revocation_id: str, reason: str, person: Account, now: datetime) -> Revocation:
    """Three months more, once. Raises WrongStage the second time."""
    opened, _application = _at(session, revocation_id, person, Stage.INVESTIGATED)
    _must_explain(reason)
    if opened.is_extended or opened.finish_by is None:
        raise WrongStage()
    opened.is_extended, opened.finish_by = True, three_months_on(opened.finish_by)
    _log(session, opened, "revocation.prolonged", person, now, {"finish_by": opened.finish_by.isoformat()})
    return opened


def announce(session: Session, revocation_id: str, person: Account, now: datetime) -> Revocation:
    """Those concerned cannot be reached: 45 days of public notice (calendar days)."""
    opened, _application = _at(session, revocation_id, person, Stage.INVESTIGATED)
    if opened.announced_until is not None:
        raise WrongStage()
    opened.announced_until = office_day(now) + ANNOUNCED_FOR
    _log(session, opened, "revocation.announced", person, now, {"until": opened.announced_until.isoformat()})
    return opened


def revoke(
    session: Session, office: Office, revocation_id: str, reason: str, person: Account, now: datetime
) -> Revocation:
    """Revoke the registration: from this moment its licence is void. Raises StillAnnounced."""
    opened, application = _at(session, revocation_id, person, Stage.INVESTIGATED)
    _must_explain(reason)
    if opened.announced_until is not None and office_day(now) <= opened.announced_until:
        raise StillAnnounced(until=opened.announced_until.isoformat())
    subject = _subject(session, opened)
    _end(opened, Stage.REVOKED, reason, "SAMR-40", person, now)
    licence = licences.revoke(session, application.id)
    if register.set_aside(session, application.id, now) is not None and licence.credit_code:
        licences.end(session, licence.credit_code, Status.REVOKED)  # and those that followed changes
    facts = {"subject": subject, "reason": reason, "clause": GROUNDS["SAMR-40"].zh}
    papers.write(session, office, application, Kind.REVOKED, facts, now, opened.id)
    void = {
        "subject": subject,
        "licence": licence.number,
        "since": papers.in_words(office_day(now)),
        "reason": "登记被撤销。",
    }
    papers.write(session, office, application, Kind.LICENCE_VOID, void, now, opened.id)
    _log(session, opened, "revocation.revoked", person, now, {"licence": licence.number, "basis": "SAMR-40"})
    return opened


def keep(
    session: Session, office: Office, revocation_id: str, reason: str, basis: str, person: Account, now: datetime
) -> Revocation:
    """Leave the registration as it is. Raises WrongStage for an unknown basis."""
    opened, application = _at(session, revocation_id, person, Stage.INVESTIGATED)
    _must_explain(reason)
    clause = GROUNDS[basis].zh if basis in GROUNDS else "市场主体登记管理条例第40条：经调查，撤销的事由不成立"
    _end(opened, Stage.KEPT, reason, basis, person, now)
    facts = {"subject": _subject(session, opened), "reason": reason, "clause": clause}
    papers.write(session, office, application, Kind.KEPT, facts, now, opened.id)
    _log(session, opened, "revocation.kept", person, now, {"basis": basis})
    return opened


def _at(session: Session, revocation_id: str, person: Account, stage: Stage) -> tuple[Revocation, Application]:
    query = select(Revocation).where(Revocation.id == revocation_id).with_for_update()
    opened = session.scalar(query.execution_options(populate_existing=True))
    if opened is None:
        raise WrongStage()
    application = session.get_one(Application, opened.application_id)
    must_keep_to(session, application, person.id)
    if opened.stage != stage:
        raise WrongStage()
    return opened, application


def _must_explain(words: str) -> None:
    if not is_sentence(words):
        raise ReasonRequired(least=SHORTEST_REASON)


def _end(opened: Revocation, stage: Stage, reason: str, basis: str, person: Account, now: datetime) -> None:
    opened.stage, opened.reason, opened.basis = stage, reason, basis
    opened.decided_by, opened.decided_at = f"account:{person.id}", now


def _subject(session: Session, opened: Revocation) -> str:
    licence = licences.of_application(session, opened.application_id)
    return (licence.name or licence.holder) if licence else ""


def _log(
    session: Session, opened: Revocation, event: str, person: Account, now: datetime, facts: dict[str, object]
) -> None:
    application = session.get_one(Application, opened.application_id)
    record(session, application, event, f"account:{person.id}", now, {"revocation": opened.id, **facts})
