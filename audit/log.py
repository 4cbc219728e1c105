# SPDX-License-Identifier: Apache-2.0
"""Log (日志): what happened to whom, by whom and why, in an order that nobody can change unseen. I/O: database.

Hides the chain and the lock on its head: writers queue up, so the chain cannot fork; an entry commits or vanishes
together with what it records.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import BigInteger, ColumnElement, String, Table, Text, or_, select, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.chain import GENESIS, JSON, canonical, link
from audit.privacy import refuse_personal
from kit.database import Base, Moment
from kit.errors import DomainError

_EVENT = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_ACTOR = re.compile(r"[a-z]+:\S+")


class Entry(Base):
    """One thing that happened. Never updated, never deleted."""

    __tablename__ = "log_entry"

    index: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    event: Mapped[str] = mapped_column(String(80), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    actor: Mapped[str] = mapped_column(String(160), index=True)
    facts: Mapped[str] = mapped_column(Text)
    # Unique: whatever a writer forgets, no two entries can follow the same one.
    previous: Mapped[str] = mapped_column(String(64), unique=True)
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def told(self) -> dict[str, Any]:
        """The facts as a mapping."""
        facts: dict[str, Any] = json.loads(self.facts)
        return facts


class LogHead(Base):
    """The one row that all writers lock: where the chain ends."""

    __tablename__ = "log_head"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    entry_index: Mapped[int] = mapped_column(BigInteger)
    entry_hash: Mapped[str] = mapped_column(String(64))


@dataclass(frozen=True, slots=True)
class Head:
    """Where the log ends: index 0 and 64 zeros while it is empty. Note it elsewhere, and a cut log is found."""

    index: int
    hash: str


class Filters(TypedDict, total=False):
    """`text` anywhere; `event` exact, or all below it if it ends with a dot; `since` included, `until` not."""

    text: str
    event: str
    subject: str
    actor: str
    since: datetime | None
    until: datetime | None


class EntryMalformed(DomainError):
    """A field of the entry is not in the grammar of the log."""


_HEAD: Table = LogHead.__table__  # type: ignore[assignment]
_FIRST_HEAD = text(
    "INSERT INTO log_head (id, entry_index, entry_hash) VALUES (1, 0, :genesis) ON CONFLICT (id) DO NOTHING"
)


def _lock_head(session: Session) -> Head:
    """Wait for every earlier writer, then see the end of the chain as they left it."""
    # Columns, not the mapped class: an instance already in the session would answer with yesterday's values.
    locked = select(_HEAD.c.entry_index, _HEAD.c.entry_hash).where(_HEAD.c.id == 1).with_for_update()
    row = session.execute(locked).one_or_none()
    if row is None:
        session.execute(_FIRST_HEAD, {"genesis": GENESIS})
        row = session.execute(locked).one()
    return Head(*row)


def _checked(event: str, subject: str, actor: str, facts: Mapping[str, JSON]) -> str:
    if len(event) > 80 or not _EVENT.fullmatch(event):
        raise EntryMalformed(field="event")
    if not subject or len(subject) > 80 or not subject.isprintable():
        raise EntryMalformed(field="subject")
    if len(actor) > 160 or not _ACTOR.fullmatch(actor) or not actor.isprintable():
        raise EntryMalformed(field="actor")
    refuse_personal({**facts, "subject of the entry": subject, "actor of the entry": actor})
    try:
        return canonical(dict(facts))
    except (TypeError, ValueError) as error:
        raise EntryMalformed(field="facts") from error


def append(
    session: Session, *, event: str, subject: str, actor: str, facts: Mapping[str, JSON], now: datetime
) -> Entry:
    """Write one entry in the caller's transaction; the lock on the head is held until that transaction ends.

    `event` like "decision.made", `actor` "account:<id>" or "system:<rule set>".
    Raises EntryMalformed and PersonalDataInLog.
    """
    told = _checked(event, subject, actor, facts)
    end = _lock_head(session)
    new = link(end.index + 1, now, event, subject, actor, told, end.hash)
    entry = Entry(**{**new._asdict(), "at": now})
    session.add(entry)
    session.flush()
    session.execute(update(_HEAD).where(_HEAD.c.id == 1).values(entry_index=new.index, entry_hash=new.hash))
    return entry


def head(session: Session) -> Head:
    """Where the log ends now."""
    row = session.execute(select(_HEAD.c.entry_index, _HEAD.c.entry_hash).where(_HEAD.c.id == 1)).one_or_none()
    return Head(*row) if row else Head(0, GENESIS)


def matching(filters: Filters) -> list[ColumnElement[bool]]:
    """The conditions that `filters` ask for; none for an empty filter."""
    found: list[ColumnElement[bool]] = []
    if wanted := filters.get("text", ""):
        columns = (Entry.facts, Entry.subject, Entry.event, Entry.actor)
        found.append(or_(*(column.icontains(wanted, autoescape=True) for column in columns)))
    if event := filters.get("event", ""):
        found.append(Entry.event.startswith(event, autoescape=True) if event.endswith(".") else Entry.event == event)
    if subject := filters.get("subject", ""):
        found.append(Entry.subject == subject)
    if actor := filters.get("actor", ""):
        found.append(Entry.actor == actor)
    if since := filters.get("since"):
        found.append(Entry.at >= since)
    if until := filters.get("until"):
        found.append(Entry.at < until)
    return found


def search(
    session: Session,
    *,
    text: str = "",
    event: str = "",
    subject: str = "",
    actor: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Entry]:
    """Newest first; pass the last index shown as `before` for the next page. What is asked for: see Filters."""
    filters = Filters(text=text, event=event, subject=subject, actor=actor, since=since, until=until)
    found = select(Entry).where(*matching(filters))
    if before is not None:
        found = found.where(Entry.index < before)
    return list(session.scalars(found.order_by(Entry.index.desc()).limit(limit)))


def of_subject(session: Session, subject: str) -> list[Entry]:
    """The story of one application, oldest first."""
    return list(session.scalars(select(Entry).where(Entry.subject == subject).order_by(Entry.index)))
