# SPDX-License-Identifier: Apache-2.0
"""Sampling (抽查): what the gate said of each decided case, a blind second look at some, and the stop when it drifts.

I/O: database. A gate in the shadow is compared with people; a live one is checked by people.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import memos
from approval.agreement import Agreement, drift, is_sampled, tally
from approval.application import Application, DecisionRow, State
from approval.casefile import record
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.gate import Verdict
from approval.office import Office
from approval.people import keep_off, seen_by
from approval.unconnected import load_unconnected, passed_apart
from identity import Account, Role, faces_kept, keep_faces, when_final
from identity.retention import What
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.sealing import fingerprint


class NotSampled(DomainError):
    """The case is not in the sample, or was looked at already."""


class GateVerdict(Base):
    """What a version of the gate said when the case was decided, whoever decided it.

    `passed_apart`: whether it would have passed, but for facts that no source supplied yet.
    """

    __tablename__ = "gate_verdict"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    gate: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    passed: Mapped[bool]
    passed_apart: Mapped[bool]
    trace: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    said_at: Mapped[datetime] = mapped_column(Moment)


class Sample(Base):
    """A machine approval that a person looks at again, without knowing more than a clerk would have known."""

    __tablename__ = "sample"

    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"), primary_key=True)
    gate: Mapped[str] = mapped_column(String(40), index=True)
    version: Mapped[int]
    drawn_at: Mapped[datetime] = mapped_column(Moment)
    agrees: Mapped[bool | None]
    words: Mapped[str] = mapped_column(SealedWith("sample", gone=""))
    reviewed_by: Mapped[str | None] = mapped_column(ForeignKey("account.id"))
    reviewed_at: Mapped[datetime | None] = mapped_column(Moment, index=True)


class GateStop(Base):
    """A gate that was stopped; started again when `restarted_at` is set."""

    __tablename__ = "gate_stop"

    id: Mapped[int] = mapped_column(primary_key=True)
    gate: Mapped[str] = mapped_column(String(40), index=True)
    stopped_at: Mapped[datetime] = mapped_column(Moment)
    stopped_by: Mapped[str] = mapped_column(String(60))
    restarted_at: Mapped[datetime | None] = mapped_column(Moment)


def keep_verdict(session: Session, application: Application, verdict: Verdict, now: datetime) -> None:
    told = verdict.model_dump(mode="json")
    session.merge(
        GateVerdict(
            application_id=application.id,
            gate=verdict.gate,
            version=verdict.version,
            passed=verdict.passed,
            passed_apart=passed_apart(verdict, load_unconnected()),
            trace=told["trace"],
            said_at=now,
        )
    )


def is_open(session: Session, gate: str) -> bool:
    """Whether the gate was not stopped."""
    query = select(GateStop.id).where(GateStop.gate == gate, GateStop.restarted_at.is_(None))
    return session.scalar(query.limit(1)) is None


def draw(session: Session, office: Office, application: Application, now: datetime) -> bool:
    """Whether this machine approval is among those looked at again; nobody can choose or foresee it."""
    gate = office.gates.live(application.item_code, office_day(now))
    key = fingerprint("sample", "gate").encode()
    if gate is None or not is_sampled(application.id, gate.sample_rate, key):
        return False
    session.add(Sample(application_id=application.id, gate=gate.name, version=gate.version, drawn_at=now, words=""))
    return True


def waiting(session: Session, person: Account, limit: int = 20) -> list[Application]:
    """What is to be looked at, the oldest first; nobody gets what they may not see."""
    query = (
        select(Application)
        .join(Sample, Sample.application_id == Application.id)
        .where(Sample.reviewed_at.is_(None), seen_by(session, person.id))
        .order_by(Sample.drawn_at, Application.id)
        .limit(limit)
    )
    return list(session.scalars(query))


def close_pictures(session: Session, office: Office, application: Application, now: datetime) -> None:
    """The decision is final: pictures go, but for the faces of a sample that nobody has looked at yet."""
    if not is_waiting(session, application.id):
        if when_final(session, office.retention, application.id, now):
            record(session, application, "pictures.deleted", "system:retention", now, {})
    elif office.retention.sampled_for and not office.retention.rule(What.DECIDED_PICTURES).period:
        persons = keep_faces(session, application.id, now)
        record(session, application, "pictures.kept_to_look_again", "system:retention", now, {"persons": persons})


def is_waiting(session: Session, application_id: str) -> bool:
    """Whether the case was drawn and nobody has looked yet."""
    sample = session.get(Sample, application_id)
    return sample is not None and sample.reviewed_at is None


def faces(session: Session, application_id: str) -> list[str]:
    """Whose portrait and frame can be compared, by place. Raises NotSampled."""
    if not is_waiting(session, application_id):
        raise NotSampled()
    return faces_kept(session, application_id)


def sample_of(session: Session, application_id: str) -> Sample:
    """The sample still to be looked at, locked. Raises NotSampled."""
    query = select(Sample).where(Sample.application_id == application_id, Sample.reviewed_at.is_(None))
    sample = session.scalar(query.with_for_update())
    if sample is None:
        raise NotSampled()
    return sample


def look(
    session: Session,
    office: Office,
    application: Application,
    person: Account,
    would_approve: bool,
    words: str,
    now: datetime,
) -> None:
    """What a person says of a case that the machine approved; the gate stops when it is wrong too often.

    The faces that were kept for it go with the answer.

    Raises NotSampled, ReasonRequired for a disagreement without words, ConflictOfInterest.
    """
    sample = sample_of(session, application.id)
    keep_off(session, application.id, person.id)
    if not would_approve and not is_sentence(words):
        raise ReasonRequired(least=SHORTEST_REASON)
    sample.agrees, sample.words, sample.reviewed_by, sample.reviewed_at = would_approve, words, person.id, now
    session.flush()
    actor = f"account:{person.id}"
    record(
        session,
        application,
        "sample.reviewed",
        actor,
        now,
        {"gate": sample.gate, "version": sample.version, "agrees": would_approve},
    )
    if State(application.state).is_final:
        close_pictures(session, office, application, now)
    if not would_approve:
        memos.tell(session, application, "sample_disagrees", actor, now, role=Role.SUPERVISOR, words=words)
        if is_open(session, sample.gate) and drift(_errors(session, sample.gate, sample.version)) == "stop":
            stop(session, application, sample.gate, "system:drift", now)


def _errors(session: Session, gate: str, version: int) -> list[bool]:
    """Whether this version was wrong, in the order of the looks since the gate last started."""
    started = session.scalar(
        select(GateStop.restarted_at).where(GateStop.gate == gate).order_by(GateStop.id.desc()).limit(1)
    )
    query = select(Sample.agrees).where(Sample.gate == gate, Sample.version == version, Sample.reviewed_at.is_not(None))
    if started is not None:
        query = query.where(Sample.reviewed_at > started)
    return [not agrees for agrees in session.scalars(query.order_by(Sample.reviewed_at, Sample.application_id))]


def stop(session: Session, application: Application, gate: str, actor: str, now: datetime) -> None:
    """From now on everything goes to people, until a supervisor starts the gate again."""
    session.add(GateStop(gate=gate, stopped_at=now, stopped_by=actor))
    session.flush()
    record(session, application, "gate.stopped", actor, now, {"gate": gate})
    memos.tell(session, application, "gate_stopped", actor, now, role=Role.SUPERVISOR)


def restart(session: Session, gate: str, now: datetime) -> bool:
    """Open a stopped gate again. The caller logs who and why."""
    stopped = session.scalars(select(GateStop).where(GateStop.gate == gate, GateStop.restarted_at.is_(None))).all()
    for row in stopped:
        row.restarted_at = now
    return bool(stopped)


def agreement(session: Session, gate: str, version: int, is_apart: bool = False) -> Agreement:
    """What this version said against what people decided, and said of the samples that they looked at.

    `is_apart`: what it would have said, but for facts that no source supplied yet.
    """
    said = GateVerdict.passed_apart if is_apart else GateVerdict.passed
    ours = GateVerdict.gate == gate, GateVerdict.version == version
    decided = (
        select(said, DecisionRow.outcome == "approve")
        .join(DecisionRow, DecisionRow.application_id == GateVerdict.application_id)
        .where(*ours, DecisionRow.is_by_machine.is_(False))
    )
    looked = (
        select(said, Sample.agrees)
        .join(Sample, Sample.application_id == GateVerdict.application_id)
        .where(*ours, Sample.agrees.is_not(None))
    )
    pairs = [*session.execute(decided).tuples(), *session.execute(looked).tuples()]
    return tally((bool(machine), bool(person)) for machine, person in pairs)


def looked_at(session: Session, gate: str, version: int) -> tuple[int, int]:
    """How many samples were looked at since the gate last started, and in how many this version was wrong."""
    errors = _errors(session, gate, version)
    return len(errors), sum(errors)
