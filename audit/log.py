# SPDX-License-Identifier: Apache-2.0
"""Log (日志): what happened to whom, by whom and why. I/O: database.

An entry commits or vanishes together with what it records, and waits for nobody: it is pending, without an index, until
the sequencer (`audit.sequencing`) gives it its place in the tree, a fifth of a second later.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypedDict

from sqlalchemy import BigInteger, ColumnElement, Index, Integer, String, Text, func, or_, select, type_coerce
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.disclosures import COMMITTED, committed, keep
from audit.leaves import JSON, MOST_BYTES, canonical, leaf
from audit.privacy import refuse_personal
from kit.database import Base, Moment
from kit.errors import DomainError

_EVENT = re.compile(r"[a-z][a-z_]*(\.[a-z][a-z_]*)+")
_ACTOR = re.compile(r"[a-z]+:\S+")


class Entry(Base):
    """One thing that happened. Never deleted, and nothing of it ever changed but that it gets its index.

    `id` follows the order of writing, with holes where a transaction was rolled back; `index` is the place in the
    tree, from 0 and without holes, None while the entry is pending.
    """

    __tablename__ = "log_entry"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True)
    index: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)
    event: Mapped[str] = mapped_column(String(80), index=True)
    subject: Mapped[str] = mapped_column(String(80), index=True)
    actor: Mapped[str] = mapped_column(String(160), index=True)
    facts: Mapped[str] = mapped_column(Text)

    @property
    def told(self) -> dict[str, Any]:
        """The facts as a mapping."""
        facts: dict[str, Any] = json.loads(self.facts)
        return facts

    @property
    def leaf(self) -> bytes:
        """The bytes that stand for this entry in the tree."""
        return leaf(self.at, self.event, self.subject, self.actor, self.facts)


# What is pending is found without looking through what is not.
Index(
    "ix_log_entry_pending",
    Entry.id,
    postgresql_where=Entry.index.is_(None),
    sqlite_where=Entry.index.is_(None),
)


class Filters(TypedDict, total=False):
    """`text` anywhere; `event` exact, or all below it if it ends with a dot; `since` included, `until` not."""

    text: str
    event: str
    subject: str
    actor: str
    since: datetime | None
    until: datetime | None


def written_by(session: Session) -> ColumnElement[str]:
    """The moment of an entry as `audit.leaves.written` gives it, made by the database: half the work of an export."""
    if session.get_bind().dialect.name == "sqlite":
        return func.replace(type_coerce(Entry.at, String), " ", "T") + "+00:00"
    return func.to_char(func.timezone("UTC", Entry.at), 'YYYY-MM-DD"T"HH24:MI:SS.US') + "+00:00"


class EntryMalformed(DomainError):
    """A field of the entry is not in the grammar of the log."""


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
    session: Session,
    *,
    event: str,
    subject: str,
    actor: str,
    facts: Mapping[str, JSON],
    now: datetime,
    personal: Mapping[str, str] | None = None,
) -> Entry:
    """Write one entry in the caller's transaction. No lock is taken: writers do not wait for one another.

    `event` like "decision.made", `actor` "account:<id>" or "system:<rule set>". `personal`: words about or by people;
    the entry only commits to them, and they can be erased. Raises EntryMalformed and PersonalDataInLog.
    """
    promised, openings = committed(personal or {})
    told = _checked(event, subject, actor, {**facts, COMMITTED: promised} if promised else facts)
    entry = Entry(event=event, subject=subject, actor=actor, facts=told, at=now)
    if len(entry.leaf) > MOST_BYTES:
        raise EntryMalformed(field="facts")
    session.add(entry)
    session.flush()
    keep(session, entry.id, subject, openings)
    return entry


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
    """Newest first, pending ones too; pass the last id shown as `before` for the next page. See Filters."""
    filters = Filters(text=text, event=event, subject=subject, actor=actor, since=since, until=until)
    found = select(Entry).where(*matching(filters))
    if before is not None:
        found = found.where(Entry.id < before)
    return list(session.scalars(found.order_by(Entry.id.desc()).limit(limit)))


def of_subject(session: Session, subject: str) -> list[Entry]:
    """The story of one application, oldest first, by moment and order of writing: pending entries stand at its end."""
    return list(session.scalars(select(Entry).where(Entry.subject == subject).order_by(Entry.at, Entry.id)))
