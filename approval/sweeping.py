# SPDX-License-Identifier: Apache-2.0
"""Sweeping (期限巡查): what time alone brings about: timers that run out, limits near or broken. I/O: database.

Nothing is decided by silence: a timer may move a case on to people, and people are told. Every look may be repeated.
"""

from datetime import date, datetime, timedelta

import structlog
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from approval import jointly, memos, moving, revocation, supervised
from approval.application import Application, State
from approval.calendar import load_calendar
from approval.casefile import item_of, locked, record, record_transition
from approval.deadlines import WorkingCalendar, YearUnpublished, working_days_left
from approval.office import Office
from approval.placing import place
from identity import Role, clear_live_sessions
from kit.clock import office_day
from workflows import Human, Joint, Panel, RanOut, advance

AT_ONCE = 200
AMBER = 1  # working days left at which the supervisor is told
NEAR = timedelta(days=12)  # no holiday leaves less than one working day in twelve days
WITH_PEOPLE = (State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)

log = structlog.get_logger()


def sweep(office: Office, now: datetime) -> int:
    """Look at every case whose day has come, each in a transaction of its own. Gives how many cases moved."""
    today, moved, last = office_day(now), 0, ""
    with office.database.writing() as session:
        clear_live_sessions(session, now)
    while due := _to_look_at(office, today, last):
        for application_id in due:
            try:
                with office.database.writing() as session:
                    moved += _look(session, office, application_id, now)
            except Exception:  # one odd row keeps nobody from the others
                log.exception("sweep_failed", case=application_id)
        last = due[-1]
    try:
        with office.database.writing() as session:
            revocation.remind(session, now)
            moving.remind(session, now)
            supervised.remind(session, now)
    except Exception:  # the next look comes in a minute
        log.exception("reminders_unswept")
    return moved


def _to_look_at(office: Office, today: date, after: str) -> list[str]:
    query = select(Application.id).where(Application.state.in_(WITH_PEOPLE), Application.look_on <= today)
    query = query.where(Application.suspended_on.is_(None), Application.id > after)
    with office.database.reading() as session:
        return list(session.scalars(query.order_by(Application.id).limit(AT_ONCE)))


def _look(session: Session, office: Office, application_id: str, now: datetime) -> bool:
    application, today = locked(session, application_id), office_day(now)
    if State(application.state) not in WITH_PEOPLE or application.suspended_on is not None:
        return False
    has_run_out = application.timer_on is not None and application.timer_on < today
    if has_run_out and _run_out(session, office, application, now):
        return True
    _remind(session, application, load_calendar(session), now)
    joint_due_on = jointly.remind(session, office, application, now)
    # Nothing that anybody has read changes: the version stays.
    session.execute(
        update(Application)
        .where(Application.id == application_id)
        .values(look_on=next_look(application, today, joint_due_on))
        .execution_options(synchronize_session=False)
    )
    return False


def next_look(application: Application, today: date, joint_due_on: date | None = None) -> date | None:
    """The first day after today on which time may bring something about; None if it never does."""
    days = [
        application.timer_on + timedelta(days=1) if application.timer_on else None,
        application.promised_on + timedelta(days=1) if application.promised_on else None,
        application.due_on - NEAR if application.due_on else None,
        joint_due_on - NEAR if joint_due_on else None,
    ]
    known = [day for day in days if day is not None]
    return max(min(known), today + timedelta(days=1)) if known else None


def _run_out(session: Session, office: Office, application: Application, now: datetime) -> bool:
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


def _remind(session: Session, application: Application, calendar: WorkingCalendar, now: datetime) -> None:
    """Amber: whoever has the case and the supervisor are told. Red: the supervisor, every working day anew."""
    today = office_day(now)
    if application.promised_on is not None and application.promised_on < today:
        _tell(session, application, "promise_broken", now)
    left = working_days_left(today, application.due_on, calendar) if application.due_on else None
    if left is None:
        return
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
