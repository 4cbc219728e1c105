# SPDX-License-Identifier: Apache-2.0
"""Clocks (期限管理): what happens to the statutory clock of a case, kept as ticks; the row shows what follows.

I/O: database. The promise of the office runs beside the law's limit and is never suspended.
"""

from collections.abc import Iterable
from datetime import date, datetime
from itertools import pairwise
from typing import cast

from sqlalchemy import ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval.application import LOOK_NOW, SUSPENDED_LAST, UNKNOWN_FIRST, Application, State
from approval.calendar import load_calendar, seed_calendar
from approval.casefile import item_of, record
from approval.deadlines import Clock, Kind, Tick, WorkingCalendar, YearUnpublished, due_on, reckon, working_days_left
from approval.office import Office
from catalogue import Item
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.inherited import SealedWith
from kit.text import Frozen, Text
from workflows import Human, Joint, Panel


class Ground(Frozen):
    """Why the time of a case is not counted: what lists call it, how the document says it, and the provision."""

    label: Text
    told: str
    basis: str


FILE_TRANSFER, FILE_CAME = "file_transfer", "file_came"
GROUNDS = {
    "litigation": Ground(
        label=Text(zh="诉讼、仲裁", en="Lawsuit or arbitration"),
        told="相关诉讼或者仲裁尚未终结",
        basis="登记管理条例实施细则第19条",
    ),
    "hearing": Ground(label=Text(zh="听证", en="Hearing"), told="需要依法听证", basis="行政许可法第45条"),
    FILE_TRANSFER: Ground(
        label=Text(zh="迁移调档", en="The file of the former registrar"),
        told="需要向原登记机关调取登记档案",
        basis="登记管理条例实施细则第62条",
    ),
    "expert_review": Ground(
        label=Text(zh="检验检测、专家评审", en="Testing or expert review"),
        told="需要检验、检测或者专家评审",
        basis="行政许可法第45条",
    ),
}


class GroundUnknown(DomainError):
    """The clock of this item does not stand still on this ground."""


class CannotExtend(DomainError):
    """The limit was extended already, has run out, or may not be extended at all for this item."""


class ClockTick(Base):
    """One thing that happened to the clock of a case. Never changed."""

    __tablename__ = "clock_tick"
    __table_args__ = (Index("ix_clock_tick_case", "application_id", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    application_id: Mapped[str] = mapped_column(ForeignKey("application.id"))
    kind: Mapped[str] = mapped_column(String(10))
    day: Mapped[date]
    working_days: Mapped[int] = mapped_column(default=0)
    ground: Mapped[str] = mapped_column(String(20), default="")
    reason: Mapped[str] = mapped_column(SealedWith("clock", gone=""))
    actor: Mapped[str] = mapped_column(String(60))
    at: Mapped[datetime] = mapped_column(Moment)


def ticks_of(session: Session, application_id: str) -> list[ClockTick]:
    query = select(ClockTick).where(ClockTick.application_id == application_id).order_by(ClockTick.id)
    return list(session.scalars(query))


def was_heard(session: Session, application_id: str) -> bool:
    """Whether the clock stood still for a hearing and runs again: the hearing is over."""
    return is_heard(ticks_of(session, application_id))


def is_heard(ticks: Iterable[ClockTick]) -> bool:
    """Whether these ticks, in their order, hold a hearing and its end."""
    halts = [tick for tick in ticks if tick.kind in ("suspended", "resumed")]
    return any(a.ground == "hearing" and b.kind == "resumed" for a, b in pairwise(halts))


def file_came(session: Session, application_id: str) -> bool:
    """Whether the clock runs again because the file of the former registrar has come."""
    return any(tick.kind == "resumed" and tick.ground == FILE_CAME for tick in ticks_of(session, application_id))


def ground_of(session: Session, application: Application) -> str:
    """On which ground the clock stands still; "" if it runs."""
    if application.suspended_on is None:
        return ""
    return next((t.ground for t in reversed(ticks_of(session, application.id)) if t.kind == "suspended"), "")


def clock_of(session: Session, office: Office, application: Application, calendar: WorkingCalendar) -> Clock:
    """Where the statutory clock stands. Raises ClockRefused if it was never started."""
    return reckon(item_of(office, application).working_days, happened(session, application), calendar)


def happened(session: Session, application: Application) -> list[Tick]:
    """The ticks; a case from before they were kept began when it was submitted."""
    kept = [Tick(cast(Kind, tick.kind), tick.day, tick.working_days) for tick in ticks_of(session, application.id)]
    if not kept and application.submitted_at is not None and application.due_on is not None:
        return [Tick("started", office_day(application.submitted_at))]
    return kept


def start_clock(session: Session, office: Office, application: Application, actor: str, now: datetime) -> None:
    """The clock of a submission begins (实施细则第18条); a correction starts one of its own."""
    item = item_of(office, application)
    _tick(session, office, application, "started", actor, now)
    application.promised_on = _promise(session, item, application, load_calendar(session))


def end_clock(session: Session, office: Office, application: Application, actor: str, now: datetime) -> None:
    """The decision was made, or the case ended without one."""
    if not any(tick.kind == "ended" for tick in ticks_of(session, application.id)):
        _tick(session, office, application, "ended", actor, now)


def suspend(
    session: Session, office: Office, application: Application, ground: str, reason: str, actor: str, now: datetime
) -> None:
    """The time of a lawsuit, a hearing or an expert review is not counted. Raises GroundUnknown, ClockRefused."""
    if ground not in item_of(office, application).excluded:
        raise GroundUnknown(ground=ground)
    _tick(session, office, application, "suspended", actor, now, ground=ground, reason=reason)
    record(session, application, "clock.suspended", actor, now, {"ground": ground, "basis": GROUNDS[ground].basis})


def go_on(
    session: Session,
    office: Office,
    application: Application,
    reason: str,
    actor: str,
    now: datetime,
    ground: str = "",
) -> None:
    """The clock runs again from tomorrow; `ground` says why, if that matters. Raises ClockRefused if it ran."""
    calendar, stopped = load_calendar(session), application.suspended_on
    _tick(session, office, application, "resumed", actor, now, ground=ground, reason=reason)
    if application.timer_on is not None and stopped is not None and stopped < application.timer_on:
        left = working_days_left(stopped, application.timer_on, calendar)
        application.timer_on = _after(office_day(now), left, calendar) if left else application.timer_on
    due = application.due_on.isoformat() if application.due_on else None
    record(session, application, "clock.resumed", actor, now, {"due_on": due})


def extend(session: Session, office: Office, application: Application, reason: str, actor: str, now: datetime) -> None:
    """Once, by the head of the office, before the limit has run out, told in writing (条例第19条；许可法第42条).

    Raises CannotExtend.
    """
    item = item_of(office, application)
    clock = clock_of(session, office, application, load_calendar(session))
    is_late = clock.due_on is not None and office_day(now) > clock.due_on
    if not item.extension_working_days or clock.is_extended or clock.state not in ("running", "unknown") or is_late:
        raise CannotExtend()
    days = item.extension_working_days
    _tick(session, office, application, "extended", actor, now, working_days=days, reason=reason)
    due = application.due_on.isoformat() if application.due_on else None
    record(session, application, "clock.extended", actor, now, {"working_days": days, "due_on": due})


def _tick(
    session: Session,
    office: Office,
    application: Application,
    kind: Kind,
    actor: str,
    now: datetime,
    *,
    working_days: int = 0,
    ground: str = "",
    reason: str = "",
) -> None:
    day = office_day(now)
    so_far = happened(session, application)
    if so_far and day < so_far[-1].day:
        day = so_far[-1].day  # the machine's clock was set back: time in law does not run backwards
    terms = item_of(office, application)
    show(application, reckon(terms.working_days, [*so_far, Tick(kind, day, working_days)], load_calendar(session)))
    session.add(
        ClockTick(
            application_id=application.id,
            kind=kind,
            day=day,
            working_days=working_days,
            ground=ground,
            reason=reason,
            actor=actor,
            at=now,
        )
    )
    session.flush()


def show(application: Application, clock: Clock) -> None:
    """What lists sort and filter by."""
    application.due_on, application.suspended_on = clock.due_on, clock.suspended_on
    application.order_on = SUSPENDED_LAST if clock.state == "suspended" else clock.due_on or UNKNOWN_FIRST
    application.look_on = None if clock.state == "suspended" else LOOK_NOW


def reckon_again(session: Session, office: Office) -> int:
    """The working calendar has changed: every open clock anew. Gives how many deadlines moved."""
    calendar, moved = load_calendar(session), 0
    open_states = [s for s in State if not s.is_final and s is not State.DRAFT]
    for application in session.scalars(select(Application).where(Application.state.in_(open_states))):
        before = application.due_on
        show(application, clock_of(session, office, application, calendar))
        application.promised_on = _promise(session, item_of(office, application), application, calendar)
        if not any(tick.kind == "resumed" for tick in ticks_of(session, application.id)):
            application.timer_on = timer_of(office, application, _entered_on(application), calendar)
        moved += application.due_on != before
    return moved


def publish_known_years(session: Session, office: Office) -> int:
    """Enter the years that a new release knows; clocks that waited for one run on. Gives how many deadlines moved."""
    is_new = bool(seed_calendar(session))
    session.flush()
    return reckon_again(session, office) if is_new else 0


def timer_of(office: Office, application: Application, since: date, calendar: WorkingCalendar) -> date | None:
    """The last day of the step's own timer, if it has one and the days can be counted."""
    step = office.catalogue.process_of(item_of(office, application)).steps[application.step or ""]
    if not isinstance(step, Human | Panel | Joint) or step.timer.working_days is None:
        return None
    return _after(since, step.timer.working_days, calendar)


def _after(day: date, working_days: int, calendar: WorkingCalendar) -> date | None:
    try:
        return due_on(day, working_days, calendar)
    except YearUnpublished:
        return None


def _entered_on(application: Application) -> date:
    """The day on which the case came to the step where it stands."""
    moves = [move.at for move in application.transitions if move.step != application.step]
    return office_day(moves[-1] if moves else application.submitted_at or application.created_at)


def _promise(session: Session, item: Item, application: Application, calendar: WorkingCalendar) -> date | None:
    started = happened(session, application)[0].day
    return _after(started, item.promised_working_days, calendar) if item.promised_working_days else None
