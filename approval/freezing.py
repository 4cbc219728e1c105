# SPDX-License-Identifier: Apache-2.0
"""Freezing (冻结): somebody whom a case names says "that is not me". I/O: database.

Nothing of the case is approved or issued until a clerk has looked. No clock stands still for it: to look is the
office's work. It refuses nobody; a clerk lifts the freeze or keeps it, with a reason, and both are logged. Whoever has
not proved who they are stops nothing: clerks are told (`approval.claimed`). 市场主体登记管理条例第40条 (冒用他人身份).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import memos, people
from approval.application import Application, State
from approval.casefile import item_of, locked, record
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.office import Office
from identity import HOLDER, Account, Role
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.random import new_id


class CaseFrozen(DomainError):
    """Somebody named in the case says that it is not them: nothing is approved before a clerk has looked."""


class NotFrozen(DomainError):
    """The case is not frozen, or was freed meanwhile."""


class Freeze(Base):
    """One claim about a case, or, without a case, that a number is used (`number_key`). `outcome`: "lifted" or "kept".

    `is_proven`: whoever said it is the person; `proven_by` tells how, of a number. `code` is shown at a window.
    """

    __tablename__ = "freeze"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"), index=True)
    person: Mapped[str] = mapped_column(String(60))
    said_by: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    said_at: Mapped[datetime] = mapped_column(Moment)
    is_open: Mapped[bool] = mapped_column(default=True)
    outcome: Mapped[str | None] = mapped_column(String(10))
    settled_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    settled_at: Mapped[datetime | None] = mapped_column(Moment)
    reason: Mapped[str | None] = mapped_column(SealedWith("freeze"))
    is_proven: Mapped[bool] = mapped_column(default=True)
    number_key: Mapped[str | None] = mapped_column(String(64), index=True)
    code: Mapped[str | None] = mapped_column(SealedWith("freeze"))
    code_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    proven_by: Mapped[str | None] = mapped_column(String(80))
    proven_at: Mapped[datetime | None] = mapped_column(Moment)


def must_be_free(application: Application) -> None:
    """Raises CaseFrozen."""
    if application.frozen_at is not None:
        raise CaseFrozen()


def say_not_me(session: Session, application_id: str, person: str, account: Account, now: datetime) -> bool:
    """Freeze the case; whoever says it again, about a case that a clerk freed, is heard but stops nothing twice.

    Gives whether the case is frozen. The caller knows that the account is the person's own or says why it may speak.
    """
    application = locked(session, application_id)
    if State(application.state).is_final and application.state != State.REGISTERED:
        return False
    said_before = _of(session, application.id, account.id, is_proven=True) is not None
    claim = _of(session, application.id, account.id, is_proven=False, is_open=True)
    if claim is None:
        claim = Freeze(application_id=application.id, person=person, said_by=account.id, said_at=now)
        session.add(claim)
    claim.is_proven = True
    is_new = not said_before and application.state != State.REGISTERED
    if is_new and application.frozen_at is None:
        application.frozen_at = now
    session.flush()
    actor = f"account:{account.id}"
    facts = {"person": person.split(".")[0], "proven": True, "froze": application.frozen_at is not None}
    record(session, application, "case.disputed", actor, now, facts)
    for role in (Role.CLERK, Role.SUPERVISOR):
        memos.tell(session, application, "not_me", actor, now, role=role, occasion=f"{now:%d%H%M%S%f}")
    return application.frozen_at is not None


def note_claim(session: Session, application_id: str, account: Account, now: datetime) -> None:
    """Somebody who has not proved it says that they are a person of the case: clerks are told, nothing stops.

    Once of each account; all of a day about one case are one memo.
    """
    application = locked(session, application_id)
    is_over = State(application.state).is_final and application.state != State.REGISTERED
    if is_over or _of(session, application.id, account.id) is not None:
        return
    unproven = Freeze(application_id=application.id, person=HOLDER, said_by=account.id, said_at=now, is_proven=False)
    session.add(unproven)
    session.flush()
    actor, facts = f"account:{account.id}", {"person": HOLDER, "proven": False, "froze": False}
    record(session, application, "case.disputed", actor, now, facts)
    for role in (Role.CLERK, Role.SUPERVISOR):
        memos.tell(session, application, "not_me_claimed", actor, now, role=role, occasion=f"{now:%Y%m%d}")


def _of(session: Session, application_id: str, account_id: str, **asked: bool) -> Freeze | None:
    """What this account has said of the case."""
    query = select(Freeze).where(Freeze.application_id == application_id, Freeze.said_by == account_id)
    return session.scalar(query.filter_by(**asked).limit(1))


def claims(session: Session, application_id: str) -> list[Freeze]:
    """What was claimed about the case, the latest first."""
    query = select(Freeze).where(Freeze.application_id == application_id)
    return list(session.scalars(query.order_by(Freeze.said_at.desc(), Freeze.id)))


def frozen_cases(session: Session) -> list[Application]:
    """Cases about which a claim waits for a clerk, the oldest claim first."""
    waiting = select(Freeze.application_id).where(Freeze.is_open)
    query = select(Application).where(Application.id.in_(waiting)).order_by(Application.frozen_at, Application.id)
    return list(session.scalars(query.limit(100)))


def lift(
    session: Session, office: Office, application_id: str, officer: Account, reason: str, now: datetime
) -> Application:
    """The claim did not hold, or is settled: the case goes on where it stood. Raises what `_settled` raises."""
    application = _settled(session, application_id, officer, "lifted", reason, now)
    was_frozen, application.frozen_at = application.frozen_at is not None, None
    session.flush()
    record(session, application, "case.freed", f"account:{officer.id}", now, {})
    step = office.catalogue.process_of(item_of(office, application)).steps.get(application.step or "")
    if was_frozen and application.state == State.CHECKING and step is not None:
        office.kick(session, application.id, f"{application.seq}:freed:{now:%d%H%M%S}", 0.0)
    return application


def keep_frozen(session: Session, application_id: str, officer: Account, reason: str, now: datetime) -> Application:
    """The claim holds for now: the case stays as it is, for a person to return or refuse.

    A clerk may so stop a case of which somebody only claims something.
    """
    application = _settled(session, application_id, officer, "kept", reason, now)
    if application.frozen_at is None and not State(application.state).is_final:
        application.frozen_at = now
        session.flush()
    record(session, application, "case.kept_frozen", f"account:{officer.id}", now, {})
    return application


def _settled(
    session: Session, application_id: str, officer: Account, outcome: str, reason: str, now: datetime
) -> Application:
    """Raises ReasonRequired, NotFrozen, ConflictOfInterest."""
    if not is_sentence(reason):
        raise ReasonRequired(least=SHORTEST_REASON)
    application = locked(session, application_id)
    people.keep_off(session, application.id, officer.id)
    open_claims = [claim for claim in claims(session, application.id) if claim.is_open]
    if application.frozen_at is None and not open_claims:
        raise NotFrozen()
    for claim in open_claims:
        claim.is_open, claim.outcome, claim.reason = False, outcome, reason.strip()
        claim.settled_by, claim.settled_at = officer.id, now
    return application


def forget_claims(session: Session, application_id: str) -> None:
    """With a draft that is thrown away; what was claimed stays, without the case. Raises CaseFrozen."""
    must_be_free(session.get_one(Application, application_id))
    session.execute(update(Freeze).where(Freeze.application_id == application_id).values(application_id=None))
    session.execute(delete(memos.Memo).where(memos.Memo.application_id == application_id))
