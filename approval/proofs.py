# SPDX-License-Identifier: Apache-2.0
"""Proofs (决定依据): on what a decision rests, kept so that it can be run again and comes out the same. I/O: database.

Sealed: it holds the answers. The log holds the digests only.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from approval import clocks, entries, opinions, visits, votes
from approval.application import Application, Finding
from approval.circumstances import Circumstances, Opined, Visited, Voted
from approval.filings import counted_of
from approval.gatebook import GateBook
from approval.inquiries import inquiries_of, looked_of, namesakes_of, unsigned_of
from approval.neighbours import neighbours_of
from approval.office import Office
from approval.proving import evidence_facts, others_without_factor, unproven_others
from approval.sampling import is_open, keep_verdict
from approval.weighing import FORMAT, GateAsked, Snapshot, Weighed, digest_of_json, gates_of, ruleset, weigh
from catalogue import Catalogue
from credit import Effect
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.text import Frozen


class NoProof(DomainError):
    """No decision of this number was made here."""


class Proof(Base):
    """One for each decision. Never changed."""

    __tablename__ = "proof"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    ruleset: Mapped[str] = mapped_column(String(16))
    snapshot: Mapped[dict[str, Any]] = mapped_column(SealedWith("proof", gone={}))
    snapshot_digest: Mapped[str] = mapped_column(String(64))
    trace: Mapped[list[dict[str, Any]]] = mapped_column(SealedWith("proof", gone=[]))
    trace_digest: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Replayed:
    """What came of running a decision again. `differences` names each rule that said something else.

    `under` says which versions were used, `missing` which are not here any more; `rulesets` are then's and today's.
    """

    number: str
    outcome: str
    is_by_machine: bool
    same_snapshot: bool
    same_record: bool
    same_rules: bool
    differences: tuple[str, ...]
    would_approve: bool
    under: tuple[str, ...]
    missing: tuple[str, ...]
    rulesets: tuple[str, str]
    lines: int

    @property
    def agrees(self) -> bool:
        """Bit for bit: the inputs are what was logged, every rule says what it said, and the machine would again."""
        machine = self.would_approve or not self.is_by_machine
        return self.same_snapshot and self.same_record and not self.differences and machine


def snapshot(session: Session, office: Office, application: Application, now: datetime) -> Snapshot:
    """Everything that the rules look at, as it is in this session."""
    return Snapshot(
        item_code=application.item_code,
        item_version=application.item_version,
        day=office_day(now),
        answers=dict(application.answers),
        evidence=evidence_facts(session, office, application, now),
        namesakes=namesakes_of(session, application.id),
        neighbours=neighbours_of(session, application.id),
        filings=counted_of(session, application.id),
        others_unproven=unproven_others(session, office, application, now),
        others_without_factor=others_without_factor(session, office, application, now),
        unsigned=unsigned_of(session, application.id),
        inquiries=inquiries_of(session, application.id),
        format=FORMAT,
        gates=tuple(
            GateAsked.model_validate({"version": gate.version, "mode": gate.mode})
            for gate in office.gates.asked(application.item_code, office_day(now))
        ),
        looked=looked_of(session, application.id),
        circumstances=_circumstances(session, office, application, now),
        is_correction=application.predecessor_id is not None,
        straight_through=office.straight_through,
        gate_is_open=is_open(session, application.item_code),
    )


def _circumstances(session: Session, office: Office, application: Application, now: datetime) -> Circumstances:
    """What the guards look at, and what others have said of the case."""
    bars = select(Finding.rule).where(
        Finding.application_id == application.id, Finding.effect.in_([Effect.REFUSE, Effect.REFUSE_ROLE])
    )
    seen = visits.of_application(session, application.id)
    return Circumstances(
        bars=tuple(sorted(set(session.scalars(bars)))),
        in_register=entries.is_in_register(session, office, application, now),
        hearing_held=clocks.was_heard(session, application.id),
        new_here=entries.is_new_here(session, office, application),
        file_here=clocks.file_came(session, application.id),
        visit=Visited(on=seen[-1].visited_on, conforms=seen[-1].conforms) if seen else None,
        opinions=tuple(
            Opined(department=said.department, view=said.view)
            for said in opinions.of_application(session, application.id)
        ),
        votes=tuple(
            Voted(by=f"account:{vote.person_id}", outcome=vote.outcome, basis=vote.basis)
            for vote in votes.settled(session, application.id)
        ),
    )


def keep_proof(session: Session, application: Application, taken: Snapshot, weighed: Weighed, now: datetime) -> Proof:
    """Keep inputs and trace with the decision, and what the gate says beside it."""
    for verdict in weighed.verdicts:
        keep_verdict(session, application, verdict, now)
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
    """A proof as it leaves the database: enough to run the decision again anywhere.

    What is `logged` stands in the decision log: a changed proof cannot change it as well.
    """

    number: str
    outcome: str
    is_by_machine: bool
    logged_digest: str
    logged_trace: str = ""
    logged_outcome: str = ""
    ruleset: str
    snapshot: Snapshot
    snapshot_digest: str
    trace: list[dict[str, Any]]
    trace_digest: str


def of_number(session: Session, number: str) -> Kept:
    """The proof of the decision on this case. Raises NoProof, also where the case was erased or its key is gone."""
    application = session.scalar(select(Application).where(Application.number == number))
    proof = session.get(Proof, application.id) if application else None
    if application is None or application.decision is None or proof is None or not proof.snapshot:
        raise NoProof(number=number)
    logged = _logged(session, number)
    return Kept(
        number=number,
        outcome=application.decision.outcome,
        is_by_machine=application.decision.is_by_machine,
        logged_digest=str(logged.get("evidence_digest", "")),
        logged_trace=str(logged.get("trace_digest", "")),
        logged_outcome=f"{logged.get('outcome')} by {logged.get('by')}",
        ruleset=proof.ruleset,
        snapshot=Snapshot.model_validate(proof.snapshot),
        snapshot_digest=proof.snapshot_digest,
        trace=proof.trace,
        trace_digest=proof.trace_digest,
    )


def _logged(session: Session, number: str) -> dict[str, Any]:
    """What the decision log says of the decision."""
    made = [entry for entry in audit.of_subject(session, number) if entry.event == "decision.made"]
    return {**made[-1].told, **audit.opened(session, made[-1])} if made else {}


def _is_as_logged(kept: Kept) -> bool:
    """Whether lines and outcome are what the log says; exports of before they were kept do not say."""
    by = "machine" if kept.is_by_machine else "person"
    same_trace = digest_of_json(kept.trace) == kept.trace_digest == (kept.logged_trace or kept.trace_digest)
    return same_trace and kept.logged_outcome in ("", f"{kept.outcome} by {by}")


def replay(catalogue: Catalogue, book: GateBook, kept: Kept) -> Replayed:
    """Run the rules over the inputs of then, under the gates, item, form and process of then; asks nobody.

    The code is that of today: where the rule set is another one, `same_rules` says so.
    """
    then = kept.snapshot
    weighed = weigh(then, catalogue, book)
    item = catalogue.item(then.item_code, then.item_version)
    process = catalogue.process_of(item)
    asked = then.gates or ()
    return Replayed(
        number=kept.number,
        outcome=kept.outcome,
        is_by_machine=kept.is_by_machine,
        same_snapshot=kept.snapshot.digest == kept.snapshot_digest == kept.logged_digest,
        same_record=_is_as_logged(kept),
        same_rules=kept.ruleset == ruleset(),
        differences=_differences(kept.trace, weighed.trace),
        would_approve=not weighed.needs_person,
        under=(
            f"item {item.code} {item.version}",
            f"process {process.name} {process.version}",
            *(f"gate {gate.name} {gate.version} ({gate.mode})" for gate in gates_of(then, book)),
        ),
        missing=tuple(
            f"gate {item.code} {gate.version}" for gate in asked if book.version(item.code, gate.version) is None
        ),
        rulesets=(kept.ruleset, ruleset()),
        lines=len(kept.trace),
    )


def _differences(then: list[dict[str, Any]], today: list[dict[str, Any]]) -> tuple[str, ...]:
    if digest_of_json(then) == digest_of_json(today):
        return ()
    named = {digest_of_json(line): line["rule"] for line in [*then, *today]}
    apart = {digest_of_json(line) for line in then} ^ {digest_of_json(line) for line in today}
    return tuple(sorted({named[digest] for digest in apart})) or ("order",)
