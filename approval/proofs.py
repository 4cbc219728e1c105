# SPDX-License-Identifier: Apache-2.0
"""Proofs (决定依据): on what a decision rests, kept so that it can be run again and comes out the same. I/O: database.

Sealed: it holds the answers. The log holds the digests only.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from approval.application import Application
from approval.filings import counted_of
from approval.gate import Gate
from approval.inquiries import inquiries_of, namesakes_of
from approval.neighbours import neighbours_of
from approval.office import Office
from approval.proving import evidence_facts, unproven_others
from approval.sampling import is_open, keep_verdict
from approval.weighing import Snapshot, Weighed, digest_of_json, ruleset, weigh
from catalogue import Catalogue
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.sealing import Sealed
from kit.text import Frozen


class NoProof(DomainError):
    """No decision of this number was made here."""


class Proof(Base):
    """One for each decision. Never changed."""

    __tablename__ = "proof"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    ruleset: Mapped[str] = mapped_column(String(16))
    snapshot: Mapped[dict[str, Any]] = mapped_column(Sealed("proof"))
    snapshot_digest: Mapped[str] = mapped_column(String(64))
    trace: Mapped[list[dict[str, Any]]] = mapped_column(Sealed("proof"))
    trace_digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of running a decision again. `differences` names each rule that said something else."""

    number: str
    outcome: str
    is_by_machine: bool
    same_snapshot: bool
    same_rules: bool
    differences: tuple[str, ...]
    would_approve: bool
    lines: int

    @property
    def agrees(self) -> bool:
        """Bit for bit: the inputs are what was logged, every rule says what it said, and the machine would again."""
        machine = self.would_approve or not self.is_by_machine
        return self.same_snapshot and not self.differences and machine


def snapshot(session: Session, office: Office, application: Application, now: datetime) -> Snapshot:
    """Everything that the rules look at, as it is in this session."""
    return Snapshot(
        item_code=application.item_code,
        item_version=application.item_version,
        day=office_day(now),
        answers=dict(application.answers),
        evidence=evidence_facts(session, office, application),
        namesakes=namesakes_of(session, application.id),
        neighbours=neighbours_of(session, application.id),
        filings=counted_of(session, application.id),
        others_unproven=unproven_others(session, office, application, now),
        inquiries=inquiries_of(session, application.id),
        is_correction=application.predecessor_id is not None,
        straight_through=office.straight_through,
        gate_is_open=is_open(session, application.item_code),
    )


def keep_proof(session: Session, application: Application, taken: Snapshot, weighed: Weighed, now: datetime) -> Proof:
    """Keep inputs and trace with the decision, and what the gate says beside it."""
    if weighed.verdict is not None:
        keep_verdict(session, application, weighed.verdict, now)
    proof = Proof(
        application_id=application.id,
        ruleset=ruleset(),
        snapshot=taken.model_dump(mode="json"),
        snapshot_digest=taken.digest,
        trace=weighed.trace,
        trace_digest=digest_of_json(weighed.trace),
        made_at=now,
    )
    session.add(proof)
    session.flush()
    return proof


class Kept(Frozen):
    """A proof as it leaves the database: enough to run the decision again anywhere."""

    number: str
    outcome: str
    is_by_machine: bool
    logged_digest: str
    ruleset: str
    snapshot: Snapshot
    snapshot_digest: str
    trace: list[dict[str, Any]]
    trace_digest: str


def of_number(session: Session, number: str) -> Kept:
    """The proof of the decision on this case. Raises NoProof."""
    application = session.scalar(select(Application).where(Application.number == number))
    proof = session.get(Proof, application.id) if application else None
    if application is None or application.decision is None or proof is None:
        raise NoProof(number=number)
    return Kept(
        number=number,
        outcome=application.decision.outcome,
        is_by_machine=application.decision.is_by_machine,
        logged_digest=_logged(session, number),
        ruleset=proof.ruleset,
        snapshot=Snapshot.model_validate(proof.snapshot),
        snapshot_digest=proof.snapshot_digest,
        trace=proof.trace,
        trace_digest=proof.trace_digest,
    )


def _logged(session: Session, number: str) -> str:
    """The digest that stands in the decision log: what a changed proof cannot change with it."""
    made = [entry for entry in audit.of_subject(session, number) if entry.event == "decision.made"]
    return str(made[-1].told["evidence_digest"]) if made else ""


def replay(catalogue: Catalogue, gates: Mapping[str, Gate], kept: Kept) -> Replayed:
    """Run the rules of today over the inputs of then; asks nobody."""
    weighed = weigh(kept.snapshot, catalogue, gates)
    return Replayed(
        number=kept.number,
        outcome=kept.outcome,
        is_by_machine=kept.is_by_machine,
        same_snapshot=kept.snapshot.digest == kept.snapshot_digest == kept.logged_digest,
        same_rules=kept.ruleset == ruleset(),
        differences=_differences(kept.trace, weighed.trace),
        would_approve=not weighed.needs_person,
        lines=len(kept.trace),
    )


def _differences(then: list[dict[str, Any]], today: list[dict[str, Any]]) -> tuple[str, ...]:
    if digest_of_json(then) == digest_of_json(today):
        return ()
    named = {digest_of_json(line): line["rule"] for line in [*then, *today]}
    apart = {digest_of_json(line) for line in then} ^ {digest_of_json(line) for line in today}
    return tuple(sorted({named[digest] for digest in apart})) or ("order",)
