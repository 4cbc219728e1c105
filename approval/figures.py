# SPDX-License-Identifier: Apache-2.0
"""Figures (运行数字): how many cases stand where, and how long anything has waited: to watch over it.

Counts and ages only. I/O: database.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

import audit
from approval import heartbeats
from approval.application import Application, DecisionRow, State
from licences import Licence


@dataclass(frozen=True, slots=True)
class Figures:
    """Ages in seconds: of the case that has waited longest for a person, of the longest that waits for the machine,
    of the last sign of a worker (None if none was ever heard), of the oldest entry without its place in the log."""

    cases: dict[str, int]
    decisions: dict[tuple[str, str], int]
    licences: dict[str, int]
    queue_age_s: float
    engine_lag_s: float
    worker_age_s: float | None
    log_entries: int
    log_behind_s: float


def figures(session: Session, now: datetime) -> Figures:
    """For a look every fifteen seconds: it counts decisions and licences one by one (about 0.1 s a million)."""
    decided = session.execute(
        select(DecisionRow.outcome, DecisionRow.is_by_machine, func.count()).group_by(
            DecisionRow.outcome, DecisionRow.is_by_machine
        )
    ).tuples()
    heard = heartbeats.last(session)
    return Figures(
        cases=_counted(session, Application.state, list(State)),
        decisions={(outcome, "machine" if machine else "person"): count for outcome, machine, count in decided},
        licences=_counted(session, Licence.status, []),
        queue_age_s=_age(session, Application.submitted_at, State.IN_REVIEW, now),
        engine_lag_s=_age(session, Application.updated_at, State.CHECKING, now),
        worker_age_s=(now - heard).total_seconds() if heard else None,
        log_entries=session.scalar(select(func.max(audit.Entry.index))) or 0,
        log_behind_s=audit.behind(session, now).total_seconds(),
    )


def _counted(session: Session, column: InstrumentedAttribute[str], known: list[State]) -> dict[str, int]:
    found = session.execute(select(column, func.count()).group_by(column)).tuples().all()
    return {**{str(name): 0 for name in known}, **{str(name): count for name, count in found}}


def _age(session: Session, column: InstrumentedAttribute[Any], state: State, now: datetime) -> float:
    oldest: datetime | None = session.scalar(select(func.min(column)).where(Application.state == state))
    return max(0.0, (now - oldest).total_seconds()) if oldest else 0.0
