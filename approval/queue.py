# SPDX-License-Identifier: Apache-2.0
"""Queue (待办队列): what waits for whom, most urgent first. Hides paging and counting. I/O: database."""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session, selectinload

from approval import people
from approval.application import UNKNOWN_FIRST, Application, DecisionRow, State
from approval.claims import is_free, open_to, steps_seen_by
from approval.deadlines import WorkingCalendar, working_days_left
from approval.deciding import serious
from identity import Account, Role, staff
from kit.clock import beijing, office_day

PAGE = 25
MOST_COUNTED = 1001

Show = Literal["open", "mine", "all"]
Urgency = Literal["overdue", "red", "amber", "calm", "unknown", "suspended"]


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of the queue."""

    application: Application
    days_left: int | None
    urgency: Urgency
    serious: int
    holder: str | None
    assigned: str | None = None


@dataclass(frozen=True, slots=True)
class Counts:
    """Each counted up to 1001: beyond that nobody counts."""

    open: int
    mine: int
    overdue: int


def urgency_of(days_left: int | None, is_suspended: bool = False) -> Urgency:
    """Red on the last day, amber the day before."""
    if is_suspended:
        return "suspended"
    if days_left is None:
        return "unknown"
    if days_left < 0:
        return "overdue"
    return "red" if days_left == 0 else "amber" if days_left == 1 else "calm"


def _shown(session: Session, show: Show, person: Account, now: datetime) -> ColumnElement[bool]:
    in_review = and_(Application.state == State.IN_REVIEW, Application.role.in_(steps_seen_by(person)))
    if show == "mine":
        mine = [person.id, *people.represented_by(session, person.id, office_day(now))]
        held = select(Application.id).where(Application.held_by == person.id, Application.held_until > now)
        given = select(Application.id).where(Application.assigned_to.in_(mine))
        # Through `coalesce`: the few that are somebody's are looked up, not found among all that are in review.
        is_open = func.coalesce(Application.state, "") == State.IN_REVIEW
        return and_(Application.id.in_(held.union(given)), is_open, Application.role.in_(steps_seen_by(person)))
    if show == "open":
        return and_(open_to(session, person, now), is_free(now))
    return and_(in_review, people.authorised(session, person.id), ~people.conflicts_with(person.id))


def page_of_queue(
    session: Session, clerk: Account, show: Show, after: str | None, calendar: WorkingCalendar, now: datetime
) -> tuple[list[Waiting], str | None]:
    """One page and the cursor of the next (keyset: as fast at any depth), most urgent first."""
    query: Select[Application] = select(Application).where(_shown(session, show, clerk, now))
    last = session.get(Application, after) if after else None
    if last is not None and last.submitted_at is not None:
        due, submitted, name = Application.order_on, Application.submitted_at, Application.id
        at = (last.order_on, last.submitted_at, last.id)
        query = query.where(
            or_(
                due > at[0],
                and_(due == at[0], submitted > at[1]),
                and_(due == at[0], submitted == at[1], name > at[2]),
            )
        )
    query = query.options(selectinload(Application.findings))
    rows = list(
        session.scalars(query.order_by(Application.order_on, Application.submitted_at, Application.id).limit(PAGE + 1))
    )
    more = rows[PAGE - 1].id if len(rows) > PAGE else None
    return waiting(session, rows[:PAGE], calendar, now), more


def waiting(session: Session, rows: list[Application], calendar: WorkingCalendar, now: datetime) -> list[Waiting]:
    holders = {name for row in rows for name in (row.held_by, row.assigned_to) if name}
    names = {a.id: a.shown_name for a in session.scalars(select(Account).where(Account.id.in_(holders)))}
    lines = []
    for row in rows:
        left = working_days_left(office_day(now), row.due_on, calendar) if row.due_on else None
        held = row.held_by if row.held_until and row.held_until > now else None
        urgency = urgency_of(left, row.suspended_on is not None)
        given = names.get(row.assigned_to or "")
        lines.append(Waiting(row, left, urgency, len(serious(row.findings)), names.get(held or ""), given))
    return lines


def count(session: Session, clerk: Account, now: datetime) -> Counts:
    def capped(condition: ColumnElement[bool]) -> int:
        return (
            session.scalar(
                select(func.count()).select_from(select(Application.id).where(condition).limit(MOST_COUNTED).subquery())
            )
            or 0
        )

    return Counts(
        open=capped(_shown(session, "open", clerk, now)),
        mine=capped(_shown(session, "mine", clerk, now)),
        overdue=capped(
            and_(
                Application.state == State.IN_REVIEW,
                Application.order_on > UNKNOWN_FIRST,
                Application.order_on < office_day(now),
            )
        ),
    )


def revision(session: Session) -> str:
    """Changes whenever the queue does: what an open page asks for now and then."""
    newest = [
        session.scalar(
            select(Application.updated_at)
            .where(Application.state == state)
            .order_by(Application.state, Application.updated_at.desc())
            .limit(1)
        )
        for state in (State.IN_REVIEW, State.REGISTERED, State.RETURNED, State.REFUSED)
    ]
    return str(max((moment for moment in newest if moment), default=""))


def set_aside(session: Session, person: Account) -> list[Application]:
    """Cases that the machine could not carry on with, oldest first."""
    aside = and_(Application.state == State.SET_ASIDE, people.seen_by(session, person.id))
    query = select(Application).where(aside).order_by(Application.updated_at)
    return list(session.scalars(query.options(selectinload(Application.transitions)).limit(100)))


def people_at_work(session: Session, now: datetime) -> list[dict[str, object]]:
    """Each clerk and supervisor, with the cases held now and decided on this day."""
    held = dict(
        session.execute(
            select(Application.held_by, func.count())
            .where(Application.state == State.IN_REVIEW, Application.held_until > now)
            .group_by(Application.held_by)
        )
        .tuples()
        .all()
    )
    midnight = beijing(now).replace(hour=0, minute=0, second=0, microsecond=0)
    decided = dict(
        session.execute(
            select(DecisionRow.decided_by, func.count())
            .where(DecisionRow.decided_at >= midnight)
            .group_by(DecisionRow.decided_by)
        )
        .tuples()
        .all()
    )
    return [
        {
            "id": person.id,
            "name": person.shown_name,
            "held": held.get(person.id, 0),
            "decided_today": decided.get(f"account:{person.id}", 0),
        }
        for person in staff(session)
        if person.role in (Role.CLERK, Role.SUPERVISOR) and person.is_active
    ]
