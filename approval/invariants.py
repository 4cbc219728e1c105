# SPDX-License-Identifier: Apache-2.0
"""Invariants (不变式): what must hold of the whole office after any fault, asked of the database and of the files.

Hides the queries. Each names what breaks it by number or id, never by a person. I/O: database, files.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

import audit
import licences
from approval import proofs
from approval.application import Application, DecisionRow, Finding, State, Transition
from approval.office import Office
from approval.sweeping import WITH_PEOPLE
from credit import Effect
from kit import keyring
from licences import Copy, CreditCode, Licence, LicenceCounter, LicenceDocument, Status, Store
from notices import Notice, NoticeCounter

STILL = timedelta(minutes=15)  # so long after the faults stop every case must be moving or with people
NEWEST = 1000
NEEDS_PERSON = (Effect.MANUAL, Effect.LINKED_REQUIRED, Effect.SUSPEND, Effect.REFUSE_ROLE, Effect.REFUSE)
MACHINE_MADE = {"number": "reserved", "issue": "issued", "certificate": "issued"}  # step: the outcome that leaves a row

Standing = Callable[[Session, str, datetime], str]


def _log_is_whole(session: Session) -> bool:
    return audit.check(session).is_whole


@dataclass(frozen=True)
class Premises:
    """What is looked at. `newest` limits what takes milliseconds each (signatures, replays, keys); 0 is all of it."""

    office: Office
    store: Store
    trust: bytes
    now: datetime
    standing: Standing = lambda *_: "over"
    newest: int = NEWEST
    is_log_whole: Callable[[Session], bool] = _log_is_whole
    over_age: Callable[[], dict[str, int]] = field(default=dict)  # what the nightly job would destroy, by name


@dataclass(frozen=True, slots=True)
class Invariant:
    """`promise` is the promise it belongs to; `broken` names what breaks it."""

    name: str
    promise: str
    broken: Callable[[Session, Premises], Iterable[str]]


@dataclass(frozen=True, slots=True)
class Outcome:
    """`broken` is complete; whoever tells it shortens."""

    invariant: Invariant
    broken: tuple[str, ...]


def check(premises: Premises) -> list[Outcome]:
    """Every invariant over one state of the database."""
    with premises.office.database.reading() as session:
        return [Outcome(one, tuple(one.broken(session, premises))) for one in INVARIANTS]


# P3: one licence for one approval, one number and one code each.


def _without_approval(session: Session, _premises: Premises) -> Iterable[str]:
    approved = select(DecisionRow.application_id).where(DecisionRow.outcome == "approve")
    return session.scalars(select(Licence.number).where(Licence.application_id.not_in(approved)))


def _made_and_not_there(session: Session, _premises: Premises) -> Iterator[str]:
    """A step that says it numbered or issued, without the row that it must have left."""
    for step, outcome in MACHINE_MADE.items():
        missing = select(Licence.id).where(Licence.application_id == Transition.application_id)
        if step != "number":
            missing = missing.where(Licence.status != Status.RESERVED)
        moves = select(Transition.application_id, Transition.event).where(Transition.step == step, ~missing.exists())
        for case, event in session.execute(moves).tuples():
            if event.get("outcome") == outcome:
                yield f"{case}:{step}"


def _gaps(session: Session, _premises: Premises) -> Iterator[str]:
    """Licences are numbered without a gap in each year; so are the documents of the office for each word."""
    for year, last in session.execute(select(LicenceCounter.year, LicenceCounter.last)).tuples():
        given = session.scalars(select(Licence.number).where(Licence.number.startswith(f"QX-{year}-")))
        yield from _missing(f"QX-{year}", {int(number[-6:]) for number in given}, last)
    for word, year, last in session.execute(
        select(NoticeCounter.word, NoticeCounter.year, NoticeCounter.last)
    ).tuples():
        given = session.scalars(select(Notice.number).where(Notice.number.like(f"%{word}〔{year}〕%")))
        yield from _missing(f"{word}-{year}", {int(number.split("〕")[1][:6]) for number in given}, last)


def _missing(series: str, given: set[int], last: int) -> Iterator[str]:
    for number in sorted(set(range(1, last + 1)) ^ given):
        yield f"{series}-{number:06d}"


def _codes_twice(session: Session, _premises: Premises) -> Iterator[str]:
    valid = (Status.IN_FORCE, Status.SUSPENDED)
    twice = select(Licence.credit_code).where(Licence.credit_code.is_not(None), Licence.status.in_(valid))
    yield from session.scalars(twice.group_by(Licence.credit_code).having(func.count() > 1)).all()  # type: ignore[misc]
    taken = select(CreditCode.code).join(Licence, Licence.id == CreditCode.licence_id)
    yield from session.scalars(taken.where(Licence.credit_code.is_distinct_from(CreditCode.code)))


# P4: one decision for each version of an application, one move for each step, one entry in the log.


def _decisions_logged(session: Session, _premises: Premises) -> Iterator[str]:
    told = Counter(session.scalars(select(audit.Entry.subject).where(audit.Entry.event == "decision.made")))
    query = select(func.coalesce(Application.number, Application.id)).join(
        DecisionRow, DecisionRow.application_id == Application.id
    )
    decided = Counter(session.scalars(query))
    yield from sorted(name for name in {*told, *decided} if told[name] != decided[name] or decided[name] > 1)


def _moves_missing(session: Session, _premises: Premises) -> Iterable[str]:
    moves = select(func.count()).where(Transition.application_id == Application.id).scalar_subquery()
    return session.scalars(select(Application.id).where(Application.seq != moves))


def _ended_without_decision(session: Session, _premises: Premises) -> Iterable[str]:
    """Registered, returned or refused without the decision that says so."""
    ends = {State.REGISTERED: "approve", State.RETURNED: "return", State.REFUSED: "refuse"}
    for state, outcome in ends.items():
        so = select(DecisionRow.application_id).where(DecisionRow.outcome == outcome)
        yield from session.scalars(select(Application.id).where(Application.state == state, Application.id.not_in(so)))


def _findings_twice(session: Session, _premises: Premises) -> Iterable[str]:
    key = (Finding.application_id, Finding.rule, Finding.effect, Finding.subject)
    return session.scalars(select(Finding.application_id).group_by(*key).having(func.count() > 1))


# P5: a decision rests on what was recorded, and comes out the same when it is run again.


def _without_proof(session: Session, _premises: Premises) -> Iterable[str]:
    proven = select(proofs.Proof.application_id).where(
        proofs.Proof.application_id == DecisionRow.application_id,
        proofs.Proof.snapshot_digest == DecisionRow.evidence_digest,
    )
    return session.scalars(select(DecisionRow.application_id).where(~proven.exists()))


def _comes_out_otherwise(session: Session, premises: Premises) -> Iterator[str]:
    numbers = _limited(
        select(Application.number)
        .join(DecisionRow, DecisionRow.application_id == Application.id)
        .join(proofs.Proof, proofs.Proof.application_id == Application.id)
        .where(Application.number.is_not(None), Application.erased_at.is_(None))
        .order_by(DecisionRow.id.desc()),
        premises,
    )
    for number in session.scalars(numbers).all():
        try:
            kept = proofs.of_number(session, str(number))
        except proofs.NoProof:
            yield str(number)
            continue
        again = proofs.replay(premises.office.catalogue, premises.office.gates, kept)
        if not (again.same_snapshot and again.same_record and (again.agrees or not again.same_rules)):
            yield str(number)


# P6: the log holds.


def _log_broken(session: Session, premises: Premises) -> Iterator[str]:
    if not premises.is_log_whole(session):
        yield "log"


# P7: the machine approves, never against a doubt, and never anything else.


def _machine_against_doubt(session: Session, _premises: Premises) -> Iterable[str]:
    doubted = select(Finding.application_id).where(Finding.effect.in_(NEEDS_PERSON))
    by_machine = select(DecisionRow.application_id).where(DecisionRow.is_by_machine)
    return session.scalars(by_machine.where(DecisionRow.application_id.in_(doubted)))


def _machine_refused(session: Session, _premises: Premises) -> Iterable[str]:
    return session.scalars(
        select(DecisionRow.application_id).where(DecisionRow.is_by_machine, DecisionRow.outcome != "approve")
    )


# P9: nothing stands still.


def _stuck(session: Session, premises: Premises) -> Iterator[str]:
    """The machine's, and nobody will come back to it."""
    limit = premises.now - STILL
    query = select(Application.id).where(
        Application.state == State.CHECKING, Application.updated_at < limit, Application.frozen_at.is_(None)
    )
    for case in session.scalars(query).all():
        if premises.standing(session, case, premises.now) != "coming":
            yield case


def _without_timer(session: Session, _premises: Premises) -> Iterable[str]:
    """With people, under a limit, and yet no day on which anybody is reminded."""
    return session.scalars(
        select(Application.id).where(
            Application.state.in_(WITH_PEOPLE),
            Application.look_on.is_(None),
            Application.due_on.is_not(None),
            Application.suspended_on.is_(None),
        )
    )


# Files.


def _files_changed(session: Session, premises: Premises) -> Iterator[str]:
    """Whatever a row names must lie there and be what it was."""
    for hashes in (select(LicenceDocument.sha256), select(Notice.sha256).where(Notice.sha256.is_not(None))):
        for sha256 in session.scalars(hashes):
            if premises.store.get(str(sha256)) is None:
                yield str(sha256)


def _seals_broken(session: Session, premises: Premises) -> Iterator[str]:
    named = select(LicenceDocument.sha256).join(Licence, Licence.id == LicenceDocument.licence_id)
    newest = _limited(named.where(LicenceDocument.copy == Copy.ORIGINAL).order_by(Licence.issued_at.desc()), premises)
    for sha256 in session.scalars(newest).all():
        data = premises.store.get(sha256)
        if data is not None and licences.signature_fault(data, premises.trust) is not None:
            yield sha256


def _over_age(_session: Session, premises: Premises) -> Iterator[str]:
    """Pictures of people over their time, and pictures, keys and files that nobody names (for a day at most)."""
    for name, count in premises.over_age().items():
        yield f"{name}×{count}"


def _without_key(session: Session, premises: Premises) -> Iterator[str]:
    """A case that was not erased and can be read no more; an erased one names no key."""
    held = select(Application.id, Application.own_key).where(Application.own_key.is_not(None))
    ring = keyring.installed()
    newest = held.order_by(Application.id.desc()).limit(premises.newest or None)
    for case, key in session.execute(newest).tuples().all():
        if ring.get(str(key)) is None:
            yield case


def _limited(query: Select[Any], premises: Premises) -> Select[Any]:
    return query.limit(premises.newest) if premises.newest else query


INVARIANTS = (
    Invariant("no licence without an approval", "P3", _without_approval),
    Invariant("what was numbered or issued is there", "P3", _made_and_not_there),
    Invariant("no gap in numbers", "P3", _gaps),
    Invariant("no code in force twice", "P3", _codes_twice),
    Invariant("one decision, one log entry", "P4", _decisions_logged),
    Invariant("one move for each step", "P4", _moves_missing),
    Invariant("no end without its decision", "P4", _ended_without_decision),
    Invariant("no finding twice", "P4", _findings_twice),
    Invariant("every decision rests on its proof", "P5", _without_proof),
    Invariant("decisions come out the same again", "P5", _comes_out_otherwise),
    Invariant("the log is whole", "P6", _log_broken),
    Invariant("no machine approval against a doubt", "P7", _machine_against_doubt),
    Invariant("no refusal by the machine", "P7", _machine_refused),
    Invariant("no case that nobody comes back to", "P9", _stuck),
    Invariant("a timer for each case with people", "P9", _without_timer),
    Invariant("files are what they were", "files", _files_changed),
    Invariant("seals of licences hold", "files", _seals_broken),
    Invariant("a key for each case that is not erased", "privacy", _without_key),
    Invariant("nothing over-age, no orphans", "privacy", _over_age),
)
