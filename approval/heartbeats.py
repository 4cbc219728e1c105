# SPDX-License-Identifier: Apache-2.0
"""Heartbeats (心跳): which workers are alive, as seen by the pages, which run in other processes. I/O: database."""

from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import String, func, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

import audit
from kit.clock import Clock
from kit.database import Base, Database, Moment
from kit.keyring import DatabaseKeyring
from kit.settings import Settings

EVERY_S = 20.0
SILENT = timedelta(seconds=90)  # a worker that was not heard for so long is not counted on


class Heartbeat(Base):
    """When a worker was heard last."""

    __tablename__ = "heartbeat"

    worker: Mapped[str] = mapped_column(String(80), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment)


def beat(session: Session, worker: str, now: datetime) -> None:
    session.merge(Heartbeat(worker=worker, at=now))


def last(session: Session) -> datetime | None:
    """When any worker was heard last; None if none ever was."""
    return session.scalar(select(func.max(Heartbeat.at)))


def is_alive(session: Session, now: datetime) -> bool:
    heard = last(session)
    return heard is not None and now - heard < SILENT


def questions(
    database: Database, keys: DatabaseKeyring, clock: Clock, settings: Settings
) -> dict[str, Callable[[], bool | str]]:
    """What must answer before a process is sent requests, by the name that is told when it does not."""

    def is_worked() -> bool:
        with database.reading() as session:
            return is_alive(session, clock())

    def answers() -> bool:
        with database.reading() as session:
            return bool(session.scalar(text("SELECT 1")))

    def is_sequenced() -> bool | str:
        with database.reading() as session:
            waiting_s = audit.behind(session, clock()).total_seconds()
        most_s = settings.most_log_behind_s
        return waiting_s <= most_s or f"an entry has waited {waiting_s:.0f} s for its place; the limit is {most_s} s"

    return {"database": answers, "keyring": lambda: keys.get("") is None, "worker": is_worked, "log": is_sequenced}
