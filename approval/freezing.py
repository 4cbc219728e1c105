# SPDX-License-Identifier: Apache-2.0
"""Freezing (冻结): somebody whom a case names says "that is not me". I/O: database.

Nothing of the case is approved or issued until a clerk has looked. No clock stands still for it: to look is the
office's work. The claim alone refuses nobody; a clerk lifts the freeze or keeps it, with a reason, and both are logged.
市场主体登记管理条例第40条 (冒用他人身份).
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import memos, people
from approval.application import Application, State
from approval.casefile import item_of, locked, record
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.filings import Filing
from approval.office import Office
from identity import HOLDER, Account, Role, lock_account
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.numbers import is_id_number
from kit.random import new_id
from kit.sealing import Sealed, fingerprint

MOST_CLAIMS, A_DAY = 3, timedelta(days=1)  # by one account, about cases that it is not a part of


class CaseFrozen(DomainError):
    """Somebody named in the case says that it is not them: nothing is approved before a clerk has looked."""


class NotFrozen(DomainError):
    """The case is not frozen, or was freed meanwhile."""


class TooManyClaims(DomainError):
    """More such claims than one person makes in a day."""


class Freeze(Base):
    """One claim. `case_froze` is false where nothing was left to stop; `outcome` is "lifted" or "kept"."""

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
    reason: Mapped[str | None] = mapped_column(Sealed("freeze"))


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
    said_before = _of(session, application.id, account.id)
    session.add(Freeze(application_id=application.id, person=person, said_by=account.id, said_at=now))
    is_new = not said_before and application.state != State.REGISTERED
    if is_new and application.frozen_at is None:
        application.frozen_at = now
    session.flush()
    actor = f"account:{account.id}"
    facts = {"person": person.split(".")[0], "froze": application.frozen_at is not None}
    record(session, application, "case.disputed", actor, now, facts)
    for role in (Role.CLERK, Role.SUPERVISOR):
        memos.tell(session, application, "not_me", actor, now, role=role, occasion=f"{now:%d%H%M%S%f}")
    return application.frozen_at is not None


def _of(session: Session, application_id: str, account_id: str) -> bool:
    query = select(Freeze.id).where(Freeze.application_id == application_id, Freeze.said_by == account_id)
    return session.scalar(query.limit(1)) is not None


def say_number_is_used(session: Session, account: Account, number: str, now: datetime) -> None:
    """Whoever fears that their number was used says so; every case under way of others that names it is frozen.

    The answer is the same whether there is such a case: nobody learns from it who files what. Raises
    people.NumberMalformed, TooManyClaims.
    """
    if not is_id_number(number.strip().upper(), office_day(now)):
        raise people.NumberMalformed()
    lock_account(session, account.id)
    recent = select(func.count()).where(
        Freeze.said_by == account.id, Freeze.person == HOLDER, Freeze.said_at > now - A_DAY
    )
    none_found = Freeze(application_id=None, person=HOLDER, said_by=account.id, said_at=now, is_open=False)
    if (session.scalar(recent.where(Freeze.application_id.is_(None))) or 0) >= MOST_CLAIMS:
        raise TooManyClaims(most=MOST_CLAIMS)
    session.add(none_found)  # counts the question, found or not
    key = fingerprint(number.strip().upper(), "person")
    named = select(people.Involved.application_id).where(people.Involved.key == key)
    filed = select(Filing.application_id).where(Filing.person_key == key)
    over = [State.REFUSED, State.RETURNED, State.WITHDRAWN]
    cases = select(Application.id).where(
        or_(Application.id.in_(named), Application.id.in_(filed)),
        Application.applicant_id != account.id,
        Application.state.not_in(over),
    )
    for application_id in session.scalars(cases.order_by(Application.id).limit(50)).all():
        say_not_me(session, application_id, HOLDER, account, now)


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
    application.frozen_at = None
    session.flush()
    record(session, application, "case.freed", f"account:{officer.id}", now, {})
    step = office.catalogue.process_of(item_of(office, application)).steps.get(application.step or "")
    if application.state == State.CHECKING and step is not None:
        office.kick(session, application.id, f"{application.seq}:freed:{now:%d%H%M%S}", 0.0)
    return application


def keep_frozen(session: Session, application_id: str, officer: Account, reason: str, now: datetime) -> Application:
    """The claim holds for now: the case stays as it is, for a person to return or refuse."""
    application = _settled(session, application_id, officer, "kept", reason, now)
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
