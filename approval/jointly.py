# SPDX-License-Identifier: Apache-2.0
"""Jointly (联合办理): one limit over all permits of a bundle, beside the limit of each (行政许可法第42条第二款).

45 working days from the first permit that was submitted, 15 more with leave, told in writing with the reason. The
clock is reckoned from the clocks of its permits: while one of them stands still (第45条), so does this one. Only the
extension is kept. I/O: database.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy import ForeignKey, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from approval import clocks, memos, papers, people, together
from approval.application import Application, State
from approval.calendar import load_calendar
from approval.casefile import item_of, record
from approval.deadlines import Clock, Tick, WorkingCalendar, reckon, working_days_left
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.office import Office
from approval.together import Bundle
from identity import Account, Role
from kit.clock import office_day
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.sealing import Sealed
from notices import Kind

WORKING_DAYS, EXTENSION = 45, 15
AMBER = 5  # working days left at which the supervisor is told: several offices still have to agree
ORDER = ("started", "resumed", "extended", "suspended", "ended")  # of what happens on one day


class CannotExtendJointly(DomainError):
    """The joint limit was extended already, stands still, has run out, or there is none."""


class ApproverRequired(DomainError):
    """Longer joint handling is approved by the head of the government, who is named in the notice (第42条第二款)."""


class JointExtension(Base):
    """The one extension of a bundle. Never changed."""

    __tablename__ = "joint_extension"

    bundle_id: Mapped[str] = mapped_column(ForeignKey("bundle.id"), primary_key=True)
    working_days: Mapped[int]
    day: Mapped[date]
    reason: Mapped[str] = mapped_column(Sealed("clock"))
    approver: Mapped[str] = mapped_column(Sealed("clock"))
    entered_by: Mapped[str] = mapped_column(ForeignKey("account.id"))
    at: Mapped[datetime] = mapped_column(Moment)


def permits_of(session: Session, office: Office, bundle: Bundle) -> list[Application]:
    """The permits of the bundle that were submitted, each in its latest submission."""
    found = [one for one in together.members(session, bundle) if item_of(office, one).kind == "permit"]
    return [one for one in found if one.state != State.DRAFT and one.submitted_at is not None]


def clock_of(session: Session, office: Office, bundle: Bundle, calendar: WorkingCalendar) -> Clock | None:
    """Where the joint clock stands; None before the first permit is submitted."""
    histories = [clocks.happened(session, one) for one in permits_of(session, office, bundle)]
    histories = [ticks for ticks in histories if ticks]
    if not histories:
        return None
    extension = session.get(JointExtension, bundle.id)
    began = min(ticks[0].day for ticks in histories)
    longer = [Tick("extended", extension.day, extension.working_days)] if extension and extension.day >= began else []
    return reckon(WORKING_DAYS, merged(histories, longer), calendar)


def merged(histories: Sequence[Sequence[Tick]], more: Iterable[Tick] = ()) -> list[Tick]:
    """The ticks of one clock that begins with the first, stands still while any does, and ends with the last. Pure."""
    began = min(ticks[0].day for ticks in histories)
    ends = [ticks[-1].day for ticks in histories if ticks[-1].kind == "ended"]
    is_over = len(ends) == len(histories)
    stops: list[tuple[date, date | None]] = []
    for since, until in sorted((s for ticks in histories for s in _stops(ticks)), key=lambda stop: stop[0]):
        if stops and (stops[-1][1] is None or since <= (stops[-1][1] or since)):
            last = stops[-1][1]
            stops[-1] = (stops[-1][0], None if last is None or until is None else max(last, until))
        else:
            stops.append((since, until))
    ticks = [Tick("started", began), *more]
    ticks += [Tick("suspended", since) for since, until in stops if until != since]
    ticks += [Tick("resumed", until) for since, until in stops if until is not None and until != since]
    ticks += [Tick("ended", max(ends))] if is_over else []
    return sorted(ticks, key=lambda tick: (tick.day, ORDER.index(tick.kind)))


def _stops(ticks: Sequence[Tick]) -> list[tuple[date, date | None]]:
    """From when to when this clock stood still; whatever ends ends that too."""
    found: list[tuple[date, date | None]] = []
    since: date | None = None
    for tick in ticks:
        if tick.kind == "suspended":
            since = tick.day
        elif tick.kind in ("resumed", "ended") and since is not None:
            found.append((since, tick.day))
            since = None
    return [*found, (since, None)] if since is not None else found


def due_on(session: Session, office: Office, bundle: Bundle) -> date | None:
    """The last day for all permits together; None before it begins, while it stands still or cannot be reckoned."""
    clock = clock_of(session, office, bundle, load_calendar(session))
    return clock.due_on if clock is not None else None


def extend(
    session: Session,
    office: Office,
    bundle_id: str,
    reason: str,
    approver: str,
    supervisor: Account,
    now: datetime,
) -> JointExtension:
    """Fifteen working days more, once, in time, with leave of the head of the government; each applicant is told.

    Raises ReasonRequired, ApproverRequired, CannotExtendJointly, ConflictOfInterest, NotAuthorised.
    """
    bundle = session.get_one(Bundle, bundle_id, with_for_update=True, populate_existing=True)
    if not is_sentence(reason):
        raise ReasonRequired(least=SHORTEST_REASON)
    if len(approver.strip()) < 2:
        raise ApproverRequired()
    open_ones = [one for one in permits_of(session, office, bundle) if not State(one.state).is_final]
    for one in open_ones:
        people.must_keep_to(session, one, supervisor.id)
    calendar = load_calendar(session)
    clock = clock_of(session, office, bundle, calendar)
    is_running = clock is not None and clock.state in ("running", "unknown") and not clock.is_extended
    is_late = clock is not None and clock.due_on is not None and clock.due_on < office_day(now)
    if not is_running or is_late or not open_ones or session.get(JointExtension, bundle_id) is not None:
        raise CannotExtendJointly()
    kept = JointExtension(
        bundle_id=bundle_id,
        working_days=EXTENSION,
        day=office_day(now),
        reason=reason,
        approver=approver.strip(),
        entered_by=supervisor.id,
        at=now,
    )
    session.add(kept)
    session.flush()
    due = due_on(session, office, bundle)
    told = {"reason": reason, "approver": kept.approver, "working_days": EXTENSION, "due": papers.in_words(due)}
    for one in open_ones:
        facts = {"working_days": EXTENSION, "due_on": due.isoformat() if due else None, "bundle": bundle_id}
        record(session, one, "joint.extended", f"account:{supervisor.id}", now, facts)
        papers.write(session, office, one, Kind.JOINT_EXTENSION, told, now)
    return kept


def remind(session: Session, office: Office, application: Application, now: datetime) -> date | None:
    """Amber, red and beyond: the supervisor is told once for the whole bundle. Gives the joint due day.

    Told on the first of its permits that is open, whichever is looked at.
    """
    bundle = together.bundle_of(session, application)
    if bundle is None or item_of(office, application).kind != "permit":
        return None
    calendar, today = load_calendar(session), office_day(now)
    clock = clock_of(session, office, bundle, calendar)
    if clock is None or clock.due_on is None or clock.state == "ended":
        return None
    left = working_days_left(today, clock.due_on, calendar)
    if left is None or left > AMBER:
        return clock.due_on
    query = select(Application).where(Application.bundle_id == bundle.id).order_by(Application.id)
    first = next(one for one in session.scalars(query) if not State(one.state).is_final and _is_permit(office, one))
    kind = "joint_overdue" if left < 0 else "joint_today" if left == 0 else "joint_soon"
    occasion = today.isoformat() if left < 0 else "once"
    is_new = memos.tell(session, first, kind, "system:clock", now, role=Role.SUPERVISOR, occasion=occasion)
    if is_new and left < 0:
        facts = {"due_on": clock.due_on.isoformat(), "on": today.isoformat(), "bundle": bundle.id}
        record(session, first, "joint.overdue", "system:clock", now, facts)
    return clock.due_on


def _is_permit(office: Office, application: Application) -> bool:
    return application.state != State.DRAFT and item_of(office, application).kind == "permit"
