# SPDX-License-Identifier: Apache-2.0
"""Asserting (合作方断言): asking a partner to vouch for a person of a case, once, and taking its word. I/O: database.

A question is bound to the case, the person, the account and the browser; it lives ten minutes and is used once,
whatever comes of it. Fetching and checking happen between two transactions, so that nobody waits for a partner.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, UniqueConstraint, delete, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import proving
from approval.application import Application
from approval.casefile import locked, record
from approval.office import Office
from identity import Account, AssertionRefused, Partner, Way, assuring, evidence_of
from identity.assertions import Assertion, Expected
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.random import new_id
from kit.sealing import fingerprint

LIVES = timedelta(minutes=10)


class QuestionStale(DomainError):
    """The question to the partner was used, has run out, or was asked in another browser or by somebody else."""


class Question(Base):
    """One question to a partner. `transaction_key` is the partner's own number of its answer: the same one, once."""

    __tablename__ = "partner_question"
    __table_args__ = (UniqueConstraint("partner", "transaction_key"),)

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    person: Mapped[str] = mapped_column(String(60))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"))
    browser_key: Mapped[str] = mapped_column(String(64))
    partner: Mapped[str] = mapped_column(String(32))
    state_key: Mapped[str] = mapped_column(String(64), unique=True)
    nonce: Mapped[str] = mapped_column(String(64))
    secret: Mapped[str] = mapped_column(SealedWith("question", gone=""))
    asked_at: Mapped[datetime] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)
    outcome: Mapped[str | None] = mapped_column(String(30))
    transaction_key: Mapped[str | None] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Asked:
    """What the browser takes along to the partner; `secret` stays here."""

    state: str
    nonce: str
    secret: str


@dataclass(frozen=True, slots=True)
class Claimed:
    """A question that came back, taken out of use: what to fetch and what to expect."""

    question_id: str
    application_id: str
    person: str
    partner: str
    nonce: str
    secret: str
    name: str
    number: str


def ask(
    session: Session,
    office: Office,
    application: Application,
    person: str,
    partner: Partner,
    account: Account,
    browser: str,
    now: datetime,
) -> Asked:
    """A question to this partner. Raises PersonUnnamed, CaseClosed, AlreadyAssured, NotInvited."""
    who = proving.named_at(session, office, application, person).who
    proving.must_be_under_way(application)
    evidence = evidence_of(session, application.id, person)
    if evidence.assured_at is not None and not assuring.is_for_another(evidence, who):
        raise assuring.AlreadyAssured()
    asked = Asked(secrets.token_urlsafe(24), secrets.token_urlsafe(24), secrets.token_urlsafe(48))
    session.add(
        Question(
            application_id=application.id,
            person=person,
            account_id=account.id,
            browser_key=fingerprint(browser, "question"),
            partner=partner.code,
            state_key=fingerprint(asked.state, "question"),
            nonce=asked.nonce,
            secret=asked.secret,
            asked_at=now,
        )
    )
    session.flush()
    facts = {"person": person.split(".")[0], "partner": partner.code}
    record(session, application, "partner.asked", f"account:{account.id}", now, facts)
    return asked


def claim(session: Session, office: Office, state: str, account: Account, browser: str, now: datetime) -> Claimed:
    """The question that comes back, used up by this. Raises QuestionStale; the caller commits what was used up."""
    query = select(Question).where(Question.state_key == fingerprint(state, "question")).with_for_update()
    question = session.scalar(query.execution_options(populate_existing=True))
    if question is None or question.used_at is not None or now - question.asked_at > LIVES:
        raise QuestionStale()
    is_same_browser = hmac.compare_digest(question.browser_key, fingerprint(browser, "question"))
    if question.account_id != account.id or not is_same_browser:
        raise QuestionStale()
    question.used_at = now
    application = session.get_one(Application, question.application_id)
    named = proving.named_at(session, office, application, question.person)
    return Claimed(
        question.id,
        question.application_id,
        question.person,
        question.partner,
        question.nonce,
        question.secret,
        named.name,
        named.number,
    )


def expected(claimed: Claimed, partner: Partner, audience: str) -> Expected:
    """What the partner's word must say."""
    return Expected(partner.issuer, partner.pinned, audience, claimed.nonce, claimed.name, claimed.number)


def accept(session: Session, office: Office, claimed: Claimed, assertion: Assertion, now: datetime) -> None:
    """The partner's word is good: the person has reached the level.

    Raises AssertionRefused if this answer was used before or the form names somebody else by now, CaseClosed.
    """
    application = locked(session, claimed.application_id)
    proving.must_be_under_way(application)
    named = proving.named_at(session, office, application, claimed.person)
    if (named.name, named.number) != (claimed.name, claimed.number):
        raise AssertionRefused("changed")
    question = session.get_one(Question, claimed.question_id)
    question.outcome = "accepted"
    try:
        with session.begin_nested():
            question.transaction_key = fingerprint(assertion.claims.transaction, "transaction")
    except IntegrityError:
        raise AssertionRefused("used") from None
    by = f"partner:{claimed.partner}"
    how = {
        "partner": claimed.partner,
        "level": assertion.claims.assurance,
        "transaction": assertion.claims.transaction,
        "kid": assertion.kid,
        "token_sha256": assertion.sha256,
        "said_at": assertion.claims.iat,
    }
    evidence = evidence_of(session, claimed.application_id, claimed.person)
    assuring.assure(evidence, Way.PARTNER, by, named.who, now, how)
    proving.note_assured(session, office, application, evidence, Way.PARTNER, by, now)


def note_outcome(session: Session, claimed: Claimed, outcome: str, now: datetime) -> None:
    """Why it came to nothing, in one word, for the log: nothing of the person."""
    question = session.get_one(Question, claimed.question_id)
    question.outcome = outcome[:30]
    application = session.get_one(Application, claimed.application_id)
    facts = {"person": claimed.person.split(".")[0], "partner": claimed.partner, "why": outcome}
    record(session, application, "partner.unused", "system:identity", now, facts)


def forget_all(session: Session, application_id: str) -> None:
    """With a draft that is thrown away."""
    session.execute(delete(Question).where(Question.application_id == application_id))
