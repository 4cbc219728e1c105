# SPDX-License-Identifier: Apache-2.0
"""Keeping (登记入簿): what is entered in the register, once for each application. I/O: database."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from kit.clock import office_day
from register.entity import Entity, EntityEnded, Entry, Standing

MOST = 50


def find(session: Session, code: str) -> Entity | None:
    """The business with this unified social credit code."""
    return session.scalar(select(Entity).where(Entity.credit_code == code))


def of_account(session: Session, account_id: str) -> list[Entity]:
    """The businesses that this account registered and that still exist, the newest first."""
    query = select(Entity).where(Entity.filed_by == account_id, Entity.standing != Standing.ENDED)
    return list(session.scalars(query.order_by(Entity.established_on.desc(), Entity.name).limit(MOST)))


def open_entity(
    session: Session, entity: Entity, application_id: str, now: datetime, act: str = "registration"
) -> Entity:
    """A business comes into being, or moves here; asked again for the same application, the one that is there."""
    known = _of_entry(session, application_id)
    if known is not None:
        return known
    session.add(entity)
    session.flush()
    stamp(session, entity, application_id, act, sorted(entity.facts), now)
    return entity


def locked(session: Session, code: str) -> Entity:
    """The row as it is now, nobody else's until the transaction ends. Raises NoResultFound, EntityEnded."""
    query = select(Entity).where(Entity.credit_code == code).with_for_update()
    entity = session.scalars(query.execution_options(populate_existing=True)).one()
    if entity.standing == Standing.ENDED:
        raise EntityEnded()
    return entity


def change(
    session: Session,
    code: str,
    application_id: str,
    changed: Mapping[str, Any],
    name: str,
    now: datetime,
    setup: tuple[str, int] | None = None,
) -> Entity:
    """Facts as they are from now on, to be read under `setup` if that is said. Raises EntityEnded.

    A repeated run changes nothing.
    """
    if (known := _of_entry(session, application_id)) is not None:
        return known
    entity = locked(session, code)
    different = sorted(field for field, value in changed.items() if entity.facts.get(field) != value)
    entity.facts = {**entity.facts, **changed}
    entity.name = name
    if setup is not None:
        entity.item_code, entity.item_version = setup
    stamp(session, entity, application_id, "change", different, now)
    return entity


def close(session: Session, code: str, application_id: str, now: datetime) -> Entity:
    """The business ends (注销). Raises EntityEnded."""
    if (known := _of_entry(session, application_id)) is not None:
        return known
    entity = locked(session, code)
    entity.standing, entity.ended_on, entity.paused_until = Standing.ENDED, office_day(now), None
    stamp(session, entity, application_id, "deregistration", [], now)
    return entity


def pause(session: Session, code: str, application_id: str, since: date, until: date, now: datetime) -> Entity:
    """The business pauses until that day (歇业), or longer than before. Raises EntityEnded."""
    if (known := _of_entry(session, application_id)) is not None:
        return known
    entity = locked(session, code)
    entity.paused_days += max(0, (until - max(since, entity.paused_until or since)).days)
    entity.standing, entity.paused_until = Standing.PAUSED, until
    stamp(session, entity, application_id, "suspension", [], now)
    return entity


def resume(session: Session, code: str, application_id: str, now: datetime) -> Entity:
    """The business trades again before its pause is over; the days left of it are not counted. Raises EntityEnded."""
    if (known := _of_entry(session, application_id)) is not None:
        return known
    entity = locked(session, code)
    if entity.paused_until is not None:
        entity.paused_days -= max(0, (entity.paused_until - office_day(now)).days)
    entity.standing, entity.paused_until = Standing.EXISTING, None
    stamp(session, entity, application_id, "resumption", [], now)
    return entity


def act_of(session: Session, application_id: str) -> str | None:
    """What the application entered; None if it made no entry."""
    entry = session.get(Entry, application_id)
    return entry.act if entry else None


def set_aside(session: Session, application_id: str, now: datetime) -> Entity | None:
    """The registration of the business was revoked (撤销登记): it has ended, whatever was entered since."""
    entity = _of_entry(session, application_id)
    if entity is not None:
        entity.standing, entity.ended_on, entity.paused_until = Standing.ENDED, office_day(now), None
        session.flush()
    return entity


def stamp(session: Session, entity: Entity, application_id: str, act: str, changed: list[str], now: datetime) -> None:
    """Put on record that this application made an entry."""
    entry = Entry(application_id=application_id, entity_id=entity.id, act=act, changed=changed, entered_at=now)
    session.add(entry)
    session.flush()


def _of_entry(session: Session, application_id: str) -> Entity | None:
    entry = session.get(Entry, application_id)
    return session.get(Entity, entry.entity_id) if entry else None
