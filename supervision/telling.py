# SPDX-License-Identifier: Apache-2.0
"""Telling (告知): what each department is told of businesses that were registered, changed, closed or permitted.

A notification is written in the transaction of what it tells, and never changed but for when it was received. What no
row of the table knows, or nobody can know beforehand, lies in the pool until a department claims it; then it is told to
that department anew. Hides that the numbers of notifications, by which inboxes are read on, are given one at a time, so
that none appears behind one that was read. I/O: database.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import JSON, Select, String, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from kit.database import Base, Moment, one_at_a_time
from kit.errors import DomainError
from supervision.competence import Addressed, Competence, Phrase

SYSTEM = "system:supervision"
MOST = 200


class NotificationUnknown(DomainError):
    """There is none of this number, or it is another department's."""


class ClaimedAlready(DomainError):
    """Another department was quicker, or it never lay in the pool."""


class Notification(Base):
    """What a department is told; of no department while it lies in the pool. `pooled` is the one it was claimed from.

    Names and addresses are in the register: here stands only which business it is.
    """

    __tablename__ = "notification"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=True)
    department: Mapped[str | None] = mapped_column(String(40), index=True)
    case_number: Mapped[str] = mapped_column(String(40), index=True)
    credit_code: Mapped[str] = mapped_column(String(18), index=True)
    act: Mapped[str] = mapped_column(String(20))
    scope: Mapped[list[str]] = mapped_column(JSON)
    permits: Mapped[list[str]] = mapped_column(JSON)
    made_at: Mapped[datetime] = mapped_column(Moment)
    received_at: Mapped[datetime | None] = mapped_column(Moment)
    pooled: Mapped[int | None] = mapped_column(unique=True)
    claimed_by: Mapped[str | None] = mapped_column(String(40))
    alarmed_at: Mapped[datetime | None] = mapped_column(Moment)


@dataclass(frozen=True, slots=True)
class Event:
    """What happened to which business, in which case."""

    case_number: str
    credit_code: str
    act: str


def tell(session: Session, table: Competence, event: Event, phrases: Iterable[Phrase], now: datetime) -> None:
    """Everybody who supervises a business with this scope, in the caller's transaction."""
    _write(session, event, table.addressed(phrases), now)


def tell_of_permit(session: Session, table: Competence, event: Event, item: str, now: datetime) -> None:
    """Whoever supervises what was permitted, and whoever supervises all."""
    permit = table.of_item(item)
    departments = [one.code for one in table.departments if one.for_all]
    if permit is not None and permit.department not in departments:
        departments.append(permit.department)
    permits = (permit,) if permit else ()
    _write(session, event, [Addressed(code, (), permits) for code in departments], now)


def _write(session: Session, event: Event, addressed: Iterable[Addressed], now: datetime) -> None:
    one_at_a_time(session, "notification")
    for one in addressed:
        _add(session, event, one.department, [p.code for p in one.phrases], [p.item for p in one.permits], now)


def _add(
    session: Session, event: Event, department: str | None, scope: list[str], permits: list[str], now: datetime
) -> Notification:
    made = Notification(
        department=department,
        case_number=event.case_number,
        credit_code=event.credit_code,
        act=event.act,
        scope=scope,
        permits=permits,
        made_at=now,
    )
    session.add(made)
    session.flush()
    _log(session, made, "supervision.told", SYSTEM, now, {"department": department or "pool", "act": event.act})
    return made


def _log(session: Session, about: Notification, event: str, actor: str, now: datetime, facts: dict[str, str]) -> None:
    told: dict[str, audit.JSON] = {"notification": about.id, **facts}
    audit.append(session, event=event, subject=about.case_number, actor=actor, facts=told, now=now)


def inbox(session: Session, department: str, after: int = 0, most: int = MOST) -> list[Notification]:
    """What the department was told behind number `after`, in order."""
    query = select(Notification).where(Notification.department == department, Notification.id > after)
    return list(session.scalars(query.order_by(Notification.id).limit(min(most, MOST))))


def newest(session: Session, department: str, most: int = MOST) -> list[Notification]:
    """What the department has not received first, then the newest."""
    query = select(Notification).where(Notification.department == department)
    order = Notification.received_at.is_not(None), Notification.id.desc()
    return list(session.scalars(query.order_by(*order).limit(most)))


def pool(session: Session, most: int = MOST) -> list[Notification]:
    """What nobody has claimed, the oldest first."""
    return list(session.scalars(_unclaimed().order_by(Notification.id).limit(most)))


def waiting_since(session: Session, limit: datetime) -> list[Notification]:
    """In the pool since before `limit`, and nobody was alarmed yet."""
    query = _unclaimed().where(Notification.made_at < limit, Notification.alarmed_at.is_(None))
    return list(session.scalars(query.order_by(Notification.id).limit(MOST)))


def _unclaimed() -> Select[Notification]:
    return select(Notification).where(Notification.department.is_(None), Notification.claimed_by.is_(None))


def in_pool(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(_unclaimed().subquery())) or 0


def note_alarm(session: Session, about: Notification, now: datetime) -> None:
    about.alarmed_at = now
    _log(session, about, "supervision.unclaimed", SYSTEM, now, {})


def of_department(session: Session, department: str, number: int) -> Notification:
    """Raises NotificationUnknown."""
    found = session.get(Notification, number)
    if found is None or found.department != department:
        raise NotificationUnknown()
    return found


def receive(session: Session, department: str, number: int, by: str, now: datetime) -> Notification:
    """It has arrived; again changes nothing. Raises NotificationUnknown."""
    found = of_department(session, department, number)
    mine = update(Notification).where(Notification.id == number, Notification.received_at.is_(None))
    if session.execute(mine.values(received_at=now)).rowcount:  # type: ignore[attr-defined]
        _log(session, found, "supervision.received", by, now, {"department": department})
    session.refresh(found)
    return found


def claim(session: Session, department: str, number: int, by: str, now: datetime) -> Notification:
    """The department takes what lies in the pool; of two at once one does. Raises ClaimedAlready."""
    one_at_a_time(session, "notification")
    mine = update(Notification).where(
        Notification.id == number, Notification.department.is_(None), Notification.claimed_by.is_(None)
    )
    if not session.execute(mine.values(claimed_by=department)).rowcount:  # type: ignore[attr-defined]
        raise ClaimedAlready()
    pooled = session.get_one(Notification, number)
    _log(session, pooled, "supervision.claimed", by, now, {"department": department})
    event = Event(pooled.case_number, pooled.credit_code, pooled.act)
    made = _add(session, event, department, pooled.scope, pooled.permits, now)
    made.pooled, made.received_at = number, now
    return made
