# SPDX-License-Identifier: Apache-2.0
"""Application (申请): the case from its first answer to its end, and the rows that record what happened to it.

Hides nothing but the mapping: no query, no session. Every change raises `version`; a change made on a stale copy fails.
"""

from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, LargeBinary, String, UniqueConstraint
from sqlalchemy.orm import Mapped, Session, mapped_column, relationship

from approval.decision import Outcome
from forms import Answers
from identity.vault import holds_keys
from kit.database import Base, Moment
from kit.inherited import SealedWith, owners
from kit.owned import MARK, Owned
from kit.random import new_id
from kit.resealing import NOT_FROM, SEALED_FOR
from workflows import Move, Position


class State(StrEnum):
    DRAFT = "draft"
    CHECKING = "checking"  # the machine is at work
    IN_REVIEW = "in_review"
    WITH_DEPARTMENTS = "with_departments"  # their opinions are awaited
    SET_ASIDE = "set_aside"
    REGISTERED = "registered"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def is_final(self) -> bool:
        return self in (State.REGISTERED, State.RETURNED, State.REFUSED, State.WITHDRAWN)


# Where a case stands in the queue: one without a deadline before all others, one whose clock is stopped after them.
UNKNOWN_FIRST, SUSPENDED_LAST = date(1, 1, 1), date(9999, 12, 31)
LOOK_NOW = date(1, 1, 1)


PANEL = "panel"  # the role of a step that several clerks decide
SET_ASIDE = "set_aside"  # the step of every process that a case enters which the machine cannot carry on with


class Application(Base):
    """One row says all: what was answered, where the case stands, who holds it and until when."""

    __tablename__ = "application"
    __table_args__ = (
        Index("ix_application_queue", "state", "order_on", "submitted_at", "id"),
        Index("ix_application_look", "state", "look_on", "id"),
        Index("ix_application_fresh", "state", "updated_at"),
    )

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    number: Mapped[str | None] = mapped_column(String(20), unique=True)
    item_code: Mapped[str] = mapped_column(String(40))
    item_version: Mapped[int]
    applicant_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    channel: Mapped[str] = mapped_column(String(20), default="remote")
    predecessor_id: Mapped[str | None] = mapped_column(ForeignKey("application.id"))
    own_key: Mapped[str | None] = mapped_column(String(32), index=True)  # in the ring: what the case dies by
    answers_sealed: Mapped[bytes] = mapped_column("answers", LargeBinary, info={SEALED_FOR: "answers", NOT_FROM: MARK})
    answers = Owned[Answers]("answers_sealed", "own_key", "answers")
    visited: Mapped[list[Any]] = mapped_column(JSON, default=list)
    label_sealed: Mapped[bytes] = mapped_column("label", LargeBinary, info={SEALED_FOR: "label", NOT_FROM: MARK})
    label = Owned[str]("label_sealed", "own_key", "label", gone="")
    state: Mapped[str] = mapped_column(String(20), default=State.DRAFT)
    step: Mapped[str | None] = mapped_column(String(40))
    seq: Mapped[int] = mapped_column(default=0)
    attempts: Mapped[int] = mapped_column(default=0)
    given: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    role: Mapped[str | None] = mapped_column(String(20))
    run_at: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)
    updated_at: Mapped[datetime] = mapped_column(Moment)
    submitted_at: Mapped[datetime | None] = mapped_column(Moment)
    name_key: Mapped[str | None] = mapped_column(String(64), index=True)
    entity_code: Mapped[str | None] = mapped_column(String(18), index=True)  # of the business that an entry is about
    place_key: Mapped[str | None] = mapped_column(String(64), index=True)
    area: Mapped[str] = mapped_column(String(12), default="")
    skill: Mapped[str] = mapped_column(String(40), default="")  # that its item demands of a desk
    due_on: Mapped[date | None]
    promised_on: Mapped[date | None]
    order_on: Mapped[date] = mapped_column(default=UNKNOWN_FIRST)
    timer_on: Mapped[date | None]
    look_on: Mapped[date | None]  # the day on which sweeping looks at it next
    suspended_on: Mapped[date | None]
    frozen_at: Mapped[datetime | None] = mapped_column(Moment)  # somebody named in it says "that is not me"
    ended_at: Mapped[datetime | None] = mapped_column(Moment)
    erased_at: Mapped[datetime | None] = mapped_column(Moment)  # nothing is left of it but that there was a case
    assigned_to: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    held_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"), index=True)
    held_until: Mapped[datetime | None] = mapped_column(Moment)
    prefilled: Mapped[dict[str, Any] | None] = mapped_column(JSON)  # by field: the source it was taken over from
    others_sealed: Mapped[bytes | None] = mapped_column(
        "others_wrote", LargeBinary, info={SEALED_FOR: "application", NOT_FROM: MARK}
    )
    others_wrote = Owned[dict[str, str] | None]("others_sealed", "own_key", "application")  # by field: a mark of it
    open_fields: Mapped[list[str] | None] = mapped_column(JSON)  # by path: a correction may change these only
    signature: Mapped[dict[str, Any] | None] = mapped_column(JSON)
    bundle_id: Mapped[str | None] = mapped_column(ForeignKey("bundle.id"), index=True)
    consent_at: Mapped[datetime | None] = mapped_column(Moment)  # when its applicant agreed to this item of a bundle
    version: Mapped[int] = mapped_column(default=1)

    findings: Mapped[list["Finding"]] = relationship(order_by="Finding.id")
    decision: Mapped["DecisionRow | None"] = relationship()
    transitions: Mapped[list["Transition"]] = relationship(order_by="Transition.seq")

    __mapper_args__ = {"version_id_col": version}  # noqa: RUF012

    @property
    def position(self) -> Position:
        return Position(step=self.step or "", seq=self.seq, attempts=self.attempts, given=self.given)

    def enter(self, move: Move, now: datetime) -> None:
        """Take the new position; a human step is open to be claimed, an end closes the case."""
        is_elsewhere = move.position.step != self.step
        self.step, self.seq, self.attempts = move.position.step, move.position.seq, move.position.attempts
        self.given = dict(move.position.given)
        self.role, self.held_by, self.held_until = move.role, None, None
        self.look_on = LOOK_NOW if move.role else None
        if is_elsewhere:
            self.assigned_to = self.timer_on = None
        self.updated_at = now
        if move.ended:
            self.state, self.ended_at = State(move.ended), now
        elif move.role == "expert":
            self.state = State.WITH_DEPARTMENTS
        elif move.role:
            self.state = State.SET_ASIDE if move.position.step == SET_ASIDE else State.IN_REVIEW
        else:
            self.state = State.CHECKING


holds_keys(Application.own_key)


def _own_key(session: Session, application_id: str) -> str | None:
    application = session.get(Application, application_id)
    return application.own_key if application else None


owners("application_id", _own_key)


class Transition(Base):
    """One move of the process. The key makes a second move from the same position impossible."""

    __tablename__ = "transition"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    seq: Mapped[int] = mapped_column(primary_key=True)
    step: Mapped[str] = mapped_column(String(40))
    event: Mapped[dict[str, Any]] = mapped_column(JSON)
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(Moment)


class Finding(Base):
    """What a rule found (自动核查结论), its legal basis and how sure that is: V verified, M memory, D design."""

    __tablename__ = "finding"
    __table_args__ = (UniqueConstraint("application_id", "rule", "subject", "effect"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), index=True)
    step: Mapped[str] = mapped_column(String(40))
    rule: Mapped[str] = mapped_column(String(30))
    effect: Mapped[str] = mapped_column(String(20))
    subject: Mapped[str] = mapped_column(String(60), default="")
    message: Mapped[dict[str, str]] = mapped_column(SealedWith("finding", gone={}))
    basis: Mapped[dict[str, str]] = mapped_column(JSON)
    confidence: Mapped[str] = mapped_column(String(1))
    source: Mapped[str] = mapped_column(String(120), default="")
    found_at: Mapped[datetime] = mapped_column(Moment)


class DecisionRow(Base):
    """The decision on one submission: never edited, at most one for each."""

    __tablename__ = "decision"

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), unique=True)
    outcome: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(SealedWith("decision", gone=""))
    basis: Mapped[str] = mapped_column(String(20), default="")
    corrections: Mapped[list[dict[str, Any]]] = mapped_column(SealedWith("decision", gone=[]))
    decided_by: Mapped[str] = mapped_column(String(60))
    cosigned_by: Mapped[list[str]] = mapped_column(JSON, default=list)
    is_by_machine: Mapped[bool]
    evidence_digest: Mapped[str] = mapped_column(String(64))
    decided_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def is_approval(self) -> bool:
        return self.outcome == Outcome.APPROVE
