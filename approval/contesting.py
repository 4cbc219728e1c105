# SPDX-License-Identifier: Apache-2.0
"""Contesting (信用结论异议): the applicant says that a record is wrong; whoever holds the case asks the source again.

What the source does not say any more is taken away; what it still says stands, with a reason. No clock stands still for
it, and nobody is refused while an answer is owed (个人信息保护法 第24条、第46条). I/O: database.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from sqlalchemy import ForeignKey, String, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import memos, people
from approval.application import Application, Finding, State
from approval.casefile import item_of, locked, record
from approval.claims import NotHeld, held_now
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.office import Office
from approval.rechecking import CREDIT, lift
from approval.registered import SELF
from approval.weighing import Inquired
from catalogue import Item
from credit import Effect
from credit import Role as CreditRole
from identity import Account, Role
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.random import new_id

OPEN = (State.CHECKING, State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)


class NothingToContest(DomainError):
    """There is no such finding of credit for this applicant, it was contested before, or the case is decided."""


class ContestUnanswered(DomainError):
    """The source gave no usable answer: the contest stays open and is tried again."""


class ContestOpen(DomainError):
    """The applicant contests a record and has no answer yet: nobody is refused before."""


class Answered(StrEnum):
    """What became of a contest."""

    LIFTED = "lifted"
    STANDS = "stands"


class Contest(Base):
    """One finding that is contested, once. `subject` names the person by role."""

    __tablename__ = "contest"
    __table_args__ = (UniqueConstraint("application_id", "rule", "effect", "subject"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    rule: Mapped[str] = mapped_column(String(30))
    effect: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(60))
    source: Mapped[str] = mapped_column(String(120))
    words: Mapped[str] = mapped_column(SealedWith("contest", gone=""))
    contested_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    contested_at: Mapped[datetime] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(10))
    reason: Mapped[str | None] = mapped_column(SealedWith("contest"))
    answered_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    answered_at: Mapped[datetime | None] = mapped_column(Moment)

    def is_about(self, finding: Finding) -> bool:
        return (self.rule, self.effect, self.subject) == (finding.rule, finding.effect, finding.subject)


def contests(session: Session, application_id: str) -> list[Contest]:
    """All of a case, the oldest first."""
    query = select(Contest).where(Contest.application_id == application_id)
    return list(session.scalars(query.order_by(Contest.contested_at, Contest.id)))


def findings_told(application: Application, item: Item) -> list[Finding]:
    """What the machine found, for the person it is about (个人信息保护法第24条); of others' credit nothing is shown.

    That of the business is told to whoever the register has in charge of it, and to nobody who only wants to be.
    """
    told = {item.holder.label.zh, ""}
    if _speaks_for_business(application):
        told |= {person.label.zh for person in item.persons if person.role == CreditRole.ENTITY}
    return [
        f
        for f in application.findings
        if not f.rule.startswith("GATE") and (not f.rule.startswith(CREDIT) or f.subject in told)
    ]


def _speaks_for_business(application: Application) -> bool:
    found = {finding.rule for finding in application.findings}
    changes = application.answers.get("changes")
    replaces_who_speaks = isinstance(changes, list) and bool(SELF & {str(change) for change in changes})
    return "REG-01" in found and not found & {"REG-03", "REG-04", "REG-07"} and not replaces_who_speaks


def contestable(session: Session, office: Office, application: Application) -> list[Finding]:
    """What the applicant may contest now: findings of credit that they are shown, each once."""
    if application.state not in OPEN or application.decision is not None:
        return []
    told = findings_told(application, item_of(office, application))
    before = contests(session, application.id)
    return [f for f in told if _is_of_credit(f) and not any(contest.is_about(f) for contest in before)]


def _is_of_credit(finding: Finding) -> bool:
    return finding.rule.startswith(CREDIT) and finding.effect != Effect.ALLOW


def contest(
    session: Session, office: Office, application: Application, finding: int, words: str, now: datetime
) -> Contest:
    """Say what is wrong with a finding; clerks are told. Raises NothingToContest, ReasonRequired."""
    if not is_sentence(words):
        raise ReasonRequired(least=SHORTEST_REASON)
    application = locked(session, application.id)
    found = next((f for f in contestable(session, office, application) if f.id == finding), None)
    if found is None:
        raise NothingToContest()
    account = application.applicant_id
    made = Contest(
        application_id=application.id,
        rule=found.rule,
        effect=found.effect,
        subject=found.subject,
        source=found.source,
        words=words.strip(),
        contested_by=account,
        contested_at=now,
    )
    session.add(made)
    session.flush()
    facts = {"rule": found.rule, "subject": found.subject}
    record(session, application, "credit.contested", f"account:{account}", now, facts)
    for role in (Role.CLERK, Role.SUPERVISOR):
        memos.tell(session, application, "contested", f"account:{account}", now, role=role, occasion=made.id)
    return made


def answer(
    session: Session,
    office: Office,
    application_id: str,
    contest_id: str,
    reason: str,
    officer: Account,
    asked: Iterable[Inquired],
    now: datetime,
) -> Contest:
    """Answer by what the source says now (`asked`).

    Raises NothingToContest, ReasonRequired, ContestUnanswered, NotHeld, ConflictOfInterest, NotAuthorised.
    """
    application = locked(session, application_id)
    people.must_keep_to(session, application, officer.id)
    if application.held_by != officer.id or not held_now(application, now):
        raise NotHeld()
    if not is_sentence(reason):
        raise ReasonRequired(least=SHORTEST_REASON)
    owed = next((c for c in contests(session, application.id) if c.id == contest_id and c.outcome is None), None)
    if owed is None:
        raise NothingToContest()
    answers = list(asked)
    heard = {inquired.label[:60] for inquired in answers if inquired.report["status"] == "answered"}
    stood = any(owed.is_about(finding) for finding in application.findings)
    if stood and not heard >= {owed.subject}:
        raise ContestUnanswered()
    lift(session, office, application, answers, now)
    stands = any(owed.is_about(finding) for finding in application.findings)
    owed.outcome = Answered.STANDS if stands else Answered.LIFTED
    owed.reason, owed.answered_by, owed.answered_at = reason.strip(), officer.id, now
    session.flush()
    facts = {"rule": owed.rule, "subject": owed.subject, "outcome": str(owed.outcome)}
    record(session, application, "credit.contest_answered", f"account:{officer.id}", now, facts)
    return owed


def must_be_answered(session: Session, application: Application) -> None:
    """Before a refusal. Raises ContestOpen."""
    if any(contest.outcome is None for contest in contests(session, application.id)):
        raise ContestOpen()
