# SPDX-License-Identifier: Apache-2.0
"""Forgetting (到期删除): what is over its time is destroyed, and that nothing was left is proved. I/O: database.

A source is a store in which things grow over-age; a check counts from another side, so that the proof does not repeat
the query that did the work. Every run leaves a report and an entry in the decision log, with counts only.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import structlog
from sqlalchemy import JSON, String, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from identity.retention import Retention, What, persons_held
from kit.database import Base, Database, Moment
from kit.random import new_id

ACTOR, SUBJECT = "system:retention", "retention"
GIVEN_UP_AFTER = timedelta(hours=1)  # a run that was begun and not finished: its process died

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Source:
    """`overdue(limit, after)` names things whose event lies before `limit`, in order, from the one that follows
    `after`, a portion at a time; `destroy(name, limit, now)` looks again and destroys one, in a transaction of its own.
    """

    name: str
    what: What
    overdue: Callable[[datetime, str], Sequence[str]]
    destroy: Callable[[str, datetime, datetime], None]


@dataclass(frozen=True, slots=True)
class Check:
    """Counts from another side what is over its time, `at` being now or, with grace, a little earlier."""

    name: str
    count: Callable[[datetime], int]


@dataclass(frozen=True, slots=True)
class Proof:
    """What is over-age still, by name; empty when nothing is."""

    at: datetime
    remaining: Mapping[str, int]
    persons: int

    @property
    def holds(self) -> bool:
        return not self.remaining


class RetentionReport(Base):
    """One run of the job. `occasion` lets one process do the work of a night."""

    __tablename__ = "retention_report"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    occasion: Mapped[str] = mapped_column(String(40), unique=True)
    rules: Mapped[str] = mapped_column(String(80))
    started_at: Mapped[datetime] = mapped_column(Moment)
    finished_at: Mapped[datetime | None] = mapped_column(Moment)
    destroyed: Mapped[dict[str, Any]] = mapped_column(JSON)
    remaining: Mapped[dict[str, Any]] = mapped_column(JSON)
    persons: Mapped[int] = mapped_column(default=0)


def forget(sources: Sequence[Source], retention: Retention, now: datetime) -> dict[str, int]:
    """Destroy whatever is over its time, each thing by itself: one that cannot be destroyed keeps no other."""
    destroyed: dict[str, int] = {}
    for source in sources:
        limit, last, count = retention.limit(source.what, now), "", 0
        while names := source.overdue(limit, last):
            for name in names:
                try:
                    source.destroy(name, limit, now)
                    count += 1
                except Exception:  # one odd row: the proof finds it again and says so
                    log.exception("not_destroyed", source=source.name)
            last = names[-1]
        if count:
            destroyed[source.name] = count
    return destroyed


def prove(
    database: Database, sources: Sequence[Source], checks: Sequence[Check], retention: Retention, at: datetime
) -> Proof:
    """Ask every store whether anything that was over its time at the moment `at` is still there."""
    found = {check.name: check.count(at) for check in checks}
    for source in sources:
        limit, last, count = retention.limit(source.what, at), "", 0
        while names := source.overdue(limit, last):
            count, last = count + len(names), names[-1]
        found[source.name] = count
    with database.reading() as session:
        return Proof(at, {name: count for name, count in found.items() if count}, persons_held(session))


def run(
    database: Database,
    sources: Sequence[Source],
    checks: Sequence[Check],
    retention: Retention,
    occasion: str,
    now: datetime,
) -> RetentionReport | None:
    """Forget, prove, report. None if another process does this one."""
    if not _begin(database, retention, occasion, now):
        return None
    destroyed = forget(sources, retention, now)
    proof = prove(database, sources, checks, retention, now)
    with database.writing() as session:
        report = session.scalars(select(RetentionReport).where(RetentionReport.occasion == occasion)).one()
        before = last_report(session)
        report.finished_at, report.destroyed = now, destroyed
        report.remaining, report.persons = dict(proof.remaining), proof.persons
        _log_it(session, report, before.persons if before else 0, retention, now)
    if not proof.holds:
        log.error("over_age", **proof.remaining)
    return report


def _begin(database: Database, retention: Retention, occasion: str, now: datetime) -> bool:
    """Claim the occasion; one that was given up may be claimed again."""
    try:
        with database.writing() as session:
            report = RetentionReport(occasion=occasion, rules=retention.version, started_at=now)
            report.destroyed, report.remaining = {}, {}
            session.add(report)
    except IntegrityError:
        given_up = update(RetentionReport).where(
            RetentionReport.occasion == occasion,
            RetentionReport.finished_at.is_(None),
            RetentionReport.started_at < now - GIVEN_UP_AFTER,
        )
        with database.writing() as session:
            taken: int = session.execute(given_up.values(started_at=now)).rowcount  # type: ignore[attr-defined]
            return taken == 1
    return True


def _log_it(session: Session, report: RetentionReport, before: int, retention: Retention, now: datetime) -> None:
    event = "retention.failed" if report.remaining else "retention.proved"
    facts: dict[str, Any] = {
        "destroyed": report.destroyed,
        "remaining": report.remaining,
        "persons": report.persons,
        "rules": report.rules,
    }
    audit.append(session, event=event, subject=SUBJECT, actor=ACTOR, facts=facts, now=now)
    reached = retention.persons.reached(report.persons)
    if reached and reached != retention.persons.reached(before):
        facts = {"reached": reached, "persons": report.persons, "limit": getattr(retention.persons, reached)}
        audit.append(session, event="retention.threshold", subject=SUBJECT, actor=ACTOR, facts=facts, now=now)
        log.warning("persons_held", persons=report.persons, reached=reached)


def last_report(session: Session) -> RetentionReport | None:
    """The latest that was finished."""
    query = select(RetentionReport).where(RetentionReport.finished_at.is_not(None))
    return session.scalar(query.order_by(RetentionReport.finished_at.desc(), RetentionReport.id).limit(1))


def of_night(day: date) -> str:
    return f"night:{day.isoformat()}"
