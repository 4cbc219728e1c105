# SPDX-License-Identifier: Apache-2.0
"""Repeats (重复请求): the first answer to what a programme may ask again because it heard nothing. I/O: database.

A key stands for one request of one caller: begun in a transaction of its own, so that a second one meanwhile is told
to wait, and answered in the transaction of the work, so that effect and answer are there together or not at all.
Whoever began it and died is followed by whoever asks next; should the first still live, it finds its turn taken and
is rolled back. Caller, key and request are kept as keyed hashes and the answer sealed.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, String, and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Moment
from kit.errors import DomainError
from kit.random import new_id
from kit.sealing import SealBroken, Sealed, fingerprint

KEPT_FOR = timedelta(hours=24)  # then the key is free; identity/retention.toml says when the row is gone
GIVEN_UP = timedelta(minutes=2)  # longer than any request takes: whoever began so long ago died
KEY = re.compile(r'("?)([A-Za-z0-9._~:+/=-]{8,128})\1')


class IdempotencyKeyMalformed(DomainError):
    """The key is too short, too long or has characters that no identifier needs."""


class IdempotencyKeyReused(DomainError):
    """Another request of this caller came under the same key."""


class StillRunning(DomainError):
    """The first request under this key has no answer yet; `retry_s` until it is worth asking again."""


class KeptAnswer(Base):
    """One key of one caller; without `status` the first request still runs."""

    __tablename__ = "kept_answer"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    caller: Mapped[str] = mapped_column(String(80))
    asked: Mapped[str] = mapped_column(String(64))
    run: Mapped[str] = mapped_column(String(32))
    begun_at: Mapped[datetime] = mapped_column(Moment, index=True)
    status: Mapped[int | None]
    answer: Mapped[dict[str, str] | None] = mapped_column(Sealed("kept answer"))


@dataclass(frozen=True, slots=True)
class Begun:
    """This request is the first under its key, or follows one that died: it is to be done."""

    name: str
    run: str


@dataclass(frozen=True, slots=True)
class Kept:
    """What the first request was answered."""

    status: int
    media: str
    body: str


def named(caller: str, key: str) -> str:
    """The row of a key, as a programme sends it: a string in quotes, as the draft of the IETF says, or without.

    Raises IdempotencyKeyMalformed.
    """
    matched = KEY.fullmatch(key)
    if matched is None:
        raise IdempotencyKeyMalformed()
    return fingerprint(f"{caller}\n{matched[2]}", "idempotency key")


def digest_of(method: str, path: str, body: bytes) -> str:
    """What was asked; keyed, as a body may hold little more than a telephone number."""
    return fingerprint(f"{method}\n{path}\n{body.hex()}", "idempotent request")


def begin(session: Session, caller: str, name: str, asked: str, now: datetime) -> Begun | Kept:
    """Take the key, or give the answer that stands under it; `session` must commit before the work begins.

    Raises IdempotencyKeyReused, StillRunning.
    """
    begun = Begun(name, new_id())
    row: dict[str, Any] = {"caller": caller, "asked": asked, "run": begun.run, "begun_at": now}
    insert = (postgresql if session.get_bind().dialect.name == "postgresql" else sqlite).insert(KeptAnswer)
    taken = insert.values(name=name, **row).on_conflict_do_nothing().returning(KeptAnswer.name)
    if session.scalar(taken) is not None:
        return begun
    first = session.get(KeptAnswer, name, with_for_update=True, populate_existing=True)
    if first is None:  # swept or let go between the two statements
        raise StillRunning(retry_s=1)
    if first.begun_at <= now - KEPT_FOR:
        _renew(session, first, row)
        return begun
    if first.asked != asked:
        raise IdempotencyKeyReused()
    if first.status is not None:
        return _opened(first)
    if first.begun_at > now - GIVEN_UP:
        raise StillRunning(retry_s=1)
    _renew(session, first, row)
    return begun


def _renew(session: Session, first: KeptAnswer, row: dict[str, Any]) -> None:
    for column, value in row.items():
        setattr(first, column, value)
    first.status = first.answer = None
    session.flush()


def _opened(row: KeptAnswer) -> Kept:
    """Raises SealBroken for an answer that was moved here from another row."""
    answer = row.answer or {}
    if answer.get("name") != row.name or row.status is None:
        raise SealBroken(purpose="kept answer")
    return Kept(row.status, answer["media"], answer["body"])


def keep(session: Session, begun: Begun, kept: Kept) -> None:
    """In the transaction of the work. Raises StillRunning if another has taken the turn: nothing may be done twice."""
    answer = {"name": begun.name, "media": kept.media, "body": kept.body}
    written = update(KeptAnswer).where(_is_ours(begun)).values(status=kept.status, answer=answer)
    if session.scalar(written.returning(KeptAnswer.name)) is None:
        raise StillRunning(retry_s=1)


def let_go(session: Session, begun: Begun) -> None:
    """The key is free again: nothing was done, and the same may be asked once more."""
    session.execute(delete(KeptAnswer).where(_is_ours(begun)))


def _is_ours(begun: Begun) -> ColumnElement[bool]:
    return and_(KeptAnswer.name == begun.name, KeptAnswer.run == begun.run, KeptAnswer.status.is_(None))


def begun_before(session: Session, limit: datetime, after: str, at_once: int) -> list[str]:
    """Names in order, from the one that follows `after`."""
    query = select(KeptAnswer.name).where(KeptAnswer.begun_at < limit, KeptAnswer.name > after)
    return list(session.scalars(query.order_by(KeptAnswer.name).limit(at_once)))


def destroy(session: Session, name: str, limit: datetime) -> None:
    """Unless the key was taken anew meanwhile."""
    session.execute(delete(KeptAnswer).where(KeptAnswer.name == name, KeptAnswer.begun_at < limit))
