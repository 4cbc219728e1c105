# SPDX-License-Identifier: Apache-2.0
"""Sweeping (期限巡查): what time alone brings about: timers that run out, limits near or broken. I/O: database.

Nothing is decided by silence: a timer may move a case on to people, and people are told. Every look may be repeated.
"""

from datetime import date, datetime, timedelta

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from approval import memos
from approval.application import Application, State
from approval.calendar import load_calendar
from approval.casefile import item_of, locked, record, record_transition
from approval.deadlines import WorkingCalendar, YearUnpublished, working_days_left
from approval.office import Office
from approval.placing import place
from identity import Role
from kit.clock import office_day
from workflows import Human, Joint, Panel, RanOut, advance

AT_ONCE = 200
AMBER = 1  # working days left at which the supervisor is told
WITH_PEOPLE = (State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)


def sweep(office: Office, now: datetime) -> int:
    """Look at all clocks and timers. Gives how many cases moved."""
    moved = 0
    with office.database.reading() as session:
        late = session.scalars(
            select(Application.id)
            .where(Application.state.in_(WITH_PEOPLE), Application.timer_on < office_day(now))
            .where(Application.suspended_on.is_(None))
            .order_by(Application.timer_on.desc(), Application.id)
            .limit(AT_ONCE)
        ).all()
    for application_id in late:
        with office.database.writing() as session:
            moved += _run_out(session, office, application_id, now)
    with office.database.writing() as session:
        _remind(session, office, now)
    return moved


def _run_out(session: Session, office: Office, application_id: str, now: datetime) -> bool:
    application = locked(session, application_id)
    if State(application.state) not in WITH_PEOPLE or application.timer_on is None:
        return False
    if application.timer_on >= office_day(now) or application.suspended_on is not None:
        return False
    process = office.catalogue.process_of(item_of(office, application))
    step = process.steps[application.step or ""]
    if not isinstance(step, Human | Panel | Joint) or step.timer.then is None:
        memos.tell(session, application, "waiting", "system:timer", now, role=Role.SUPERVISOR, occasion=_today(now))
        return False
    actor = f"system:{process.name}@{process.version}"
    event = RanOut()
    move = advance(process, application.position, event)
    session.add(record_transition(application, event.model_dump(), actor, now))
    record(session, application, "timer.ran_out", actor, now, {"step": application.step, "to": move.position.step})
    place(session, office, application, move, actor, now)
    return True


def _remind(session: Session, office: Office, now: datetime) -> None:
    """Amber: whoever has the case and the supervisor are told. Red: the supervisor, every working day anew."""
    today = office_day(now)
    calendar = load_calendar(session)
    near = session.scalars(
        select(Application)
        .where(
            Application.state.in_(WITH_PEOPLE),
            Application.suspended_on.is_(None),
            or_(Application.due_on <= today + timedelta(days=12), Application.promised_on < today),
        )
        .order_by(Application.order_on)
        .limit(5 * AT_ONCE)
    )
    for application in near:
        if application.promised_on is not None and application.promised_on < today:
            _tell(session, application, "promise_broken", now)
        if application.due_on is None:
            continue
        left = working_days_left(today, application.due_on, calendar)
        if left is None:
            continue
        if left < 0 and _is_working(calendar, today):
            _escalate(session, application, today, now)
        elif 0 <= left <= AMBER:
            kind = "due_today" if left == 0 else "due_soon"
            _tell(session, application, kind, now)
            if application.assigned_to:
                memos.tell(session, application, kind, "system:clock", now, to=application.assigned_to, occasion="once")


def _tell(session: Session, application: Application, kind: str, now: datetime) -> None:
    memos.tell(session, application, kind, "system:clock", now, role=Role.SUPERVISOR, occasion="once")


def _escalate(session: Session, application: Application, today: date, now: datetime) -> None:
    day = _today(now)
    is_new = memos.tell(session, application, "overdue", "system:clock", now, role=Role.SUPERVISOR, occasion=day)
    if is_new and application.due_on is not None:
        facts = {"due_on": application.due_on.isoformat(), "on": today.isoformat(), "held_by": application.held_by}
        record(session, application, "clock.overdue", "system:clock", now, facts)


def _is_working(calendar: WorkingCalendar, day: date) -> bool:
    try:
        return calendar.is_working(day)
    except YearUnpublished:
        return True


def _today(now: datetime) -> str:
    return office_day(now).isoformat()
