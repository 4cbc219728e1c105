# SPDX-License-Identifier: Apache-2.0
"""Heartbeats (心跳): which workers are alive, as seen by the pages, which run in other processes. I/O: database."""

from datetime import datetime, timedelta

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Moment

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
