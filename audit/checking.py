# SPDX-License-Identifier: Apache-2.0
"""Checking (核查): compares rows, tiles, signatures and checkpoints held elsewhere; a broken log stops issuing.

Hides the walk. Pending entries are counted and not judged: nothing has been signed about them yet. I/O: database.
"""

from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import BigInteger, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.leaves import leaf
from audit.log import Entry, append
from audit.notes import NoteRefused, Verifier
from audit.sequencing import Checkpoint, Head, Tile, head, pending, tiles
from audit.tree import HASH, WIDTH, Edge, leaf_hash, root, split
from kit.database import Base, Moment
from kit.errors import DomainError

_AT_ONCE = 5000
SYSTEM = "system:log"


class Standing(Base):
    """The one row that says whether the log holds; while `broken_since` is set nothing is decided or issued."""

    __tablename__ = "log_standing"

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    broken_since: Mapped[datetime | None] = mapped_column(Moment)
    why: Mapped[str] = mapped_column(String(40), default="")
    checked_at: Mapped[datetime | None] = mapped_column(Moment)
    checked_size: Mapped[int] = mapped_column(BigInteger, default=0)


class LogBroken(DomainError):
    """The decision log failed verification: nothing is decided or issued until it is explained."""


class Checked(NamedTuple):
    """What a check found. `why` is empty or a code (see `_Walk`); `broken_at` the entry or size it is about."""

    entries: int
    pending: int
    head: Head
    why: str
    broken_at: int | None

    @property
    def is_whole(self) -> bool:
        return not self.why


class _Broken(Exception):
    def __init__(self, why: str, at: int) -> None:
        super().__init__(why)
        self.why, self.at = why, at


class _Walk:
    """All entries from the first, the tree built again beside what is stored, and each checkpoint at its size."""

    def __init__(self, session: Session, verifier: Verifier | None, held: Iterable[str]) -> None:
        self._session, self._verifier = session, verifier
        self._edge = Edge()
        self._held: dict[int, set[bytes]] = {}
        for note in held:
            try:
                said = verifier.open(note) if verifier else None
            except NoteRefused as error:
                raise _Broken("foreign", 0) from error
            if said:
                self._held.setdefault(said.size, set()).add(said.root)

    def go(self) -> None:
        with closing(self._checkpoints()) as signed:
            coming = next(signed, None)
            coming = self._at_size(coming, signed)
            for index, at, event, subject, actor, facts in self._rows():
                if index != self._edge.size:
                    raise _Broken("row_missing", self._edge.size)
                self._edge.add(leaf_hash(leaf(at, event, subject, actor, facts)))
                self._tiles(self._edge.done)
                coming = self._at_size(coming, signed)
        self._tiles(self._edge.partial())
        self._end(coming)

    def _rows(self) -> Iterator[tuple[int, datetime, str, str, str, str]]:
        """Columns and not entities (six times faster), in portions."""
        e = Entry
        query = select(e.index, e.at, e.event, e.subject, e.actor, e.facts).where(e.index.is_not(None))
        with closing(self._session.execute(query.order_by(e.index).execution_options(yield_per=_AT_ONCE))) as rows:
            yield from (row._tuple() for row in rows)  # type: ignore[misc]  # what is not null has an index

    def _checkpoints(self) -> Generator[tuple[int, str, str], None, None]:
        c, after = Checkpoint, -1
        while True:
            query = select(c.size, c.root, c.note).where(c.size > after).order_by(c.size).limit(_AT_ONCE)
            portion = self._session.execute(query).all()
            for row in portion:
                yield row._tuple()
                after = row.size
            if len(portion) < _AT_ONCE:
                return

    def _tiles(self, rebuilt: dict[tuple[int, int], bytes]) -> None:
        for (level, number), hashes in rebuilt.items():
            if self._kept(level, number) != hashes:
                self._first_that_differs(level, number, hashes)
                raise _Broken("tile_changed", number * WIDTH ** (level + 1))
        rebuilt.clear()

    def _kept(self, level: int, number: int) -> bytes:
        query = select(Tile.hashes).where(Tile.level == level, Tile.number == number)
        return self._session.scalar(query) or b""

    def _first_that_differs(self, level: int, number: int, hashes: bytes) -> None:
        """Of two hashes of one entry the stored one is believed: whoever changes a row seldom thinks of the tree."""
        for at, (ours, theirs) in enumerate(zip(split(hashes), split(self._kept(level, number)), strict=False)):
            if level == 0 and ours != theirs:
                raise _Broken("row_changed", number * WIDTH + at)

    def _at_size(
        self, coming: tuple[int, str, str] | None, signed: Iterator[tuple[int, str, str]]
    ) -> tuple[int, str, str] | None:
        """Judge what was signed about exactly so many entries, here and elsewhere."""
        size = self._edge.size
        held = self._held.pop(size, None)
        is_signed = coming is not None and coming[0] == size
        if not is_signed and held is None:
            return coming
        there = self._edge.root()
        if held is not None and held != {there}:
            raise _Broken("forked", size)
        if coming is None or not is_signed:
            return coming
        if coming[1] != there.hex():
            for (level, number), hashes in self._edge.partial().items():
                self._first_that_differs(level, number, hashes)
            raise _Broken("root", size)
        self._signature(size, there, coming[2])
        return next(signed, None)

    def _signature(self, size: int, there: bytes, note: str) -> None:
        if self._verifier is None:
            return
        try:
            said = self._verifier.open(note)
        except NoteRefused as error:
            raise _Broken("signature", size) from error
        if (said.size, said.root) != (size, there):
            raise _Broken("signature", size)

    def _end(self, coming: tuple[int, str, str] | None) -> None:
        size = self._edge.size
        if coming is not None:
            raise _Broken("cut", size)
        if self._held:
            raise _Broken("rolled_back", size)
        if head(self._session).size != size:
            raise _Broken("unsigned", size)
        beyond = select(Tile.number).where(Tile.level == 0, Tile.number >= -(-size // WIDTH)).limit(1)
        if self._session.scalar(beyond) is not None:
            raise _Broken("cut", size)


def check(session: Session, verifier: Verifier | None = None, held: Iterable[str] = ()) -> Checked:
    """Recompute everything. Without `verifier` no signature is judged; `held` are checkpoints kept off this host."""
    end, waiting = head(session), pending(session)
    try:
        _Walk(session, verifier, held).go()
    except _Broken as broken:
        return Checked(end.size, waiting, end, broken.why, broken.at)
    return Checked(end.size, waiting, end, "", None)


def glance(session: Session, verifier: Verifier, held: Iterable[str], most: int = 2000) -> Checked:
    """What can be seen in an instant: the newest checkpoint, those held elsewhere, and the last `most` entries."""
    end, waiting = head(session), pending(session)
    try:
        _glance(session, end, verifier, held, most)
    except LookupError:
        return Checked(end.size, waiting, end, "tile_changed", end.size)
    except NoteRefused:
        return Checked(end.size, waiting, end, "signature", end.size)
    except _Broken as broken:
        return Checked(end.size, waiting, end, broken.why, broken.at)
    return Checked(end.size, waiting, end, "", None)


def _glance(session: Session, end: Head, verifier: Verifier, held: Iterable[str], most: int) -> None:
    read = tiles(session)
    if end.size:
        kept = session.get_one(Checkpoint, end.size)
        said = verifier.open(kept.note)
        if (said.size, said.root.hex()) != (end.size, end.root) or root(read, end.size).hex() != end.root:
            raise _Broken("root", end.size)
    for note in held:
        said = verifier.open(note)
        if said.size > end.size:
            raise _Broken("rolled_back", end.size)
        if root(read, said.size) != said.root:
            raise _Broken("forked", said.size)
    e, first = Entry, max(0, end.size - most)
    query = select(e.index, e.at, e.event, e.subject, e.actor, e.facts).where(e.index >= first, e.index < end.size)
    expected = first
    for index, at, event, subject, actor, facts in session.execute(query.order_by(e.index)):
        digest, place = leaf_hash(leaf(at, event, subject, actor, facts)), expected % WIDTH * HASH
        if index != expected:
            raise _Broken("row_missing", expected)
        if read(0, expected // WIDTH)[place : place + HASH] != digest:
            raise _Broken("row_changed", expected)
        expected += 1
    if expected != end.size:
        raise _Broken("row_missing", expected)


def standing(session: Session) -> Standing:
    """The row as it is now, made when it is first asked for in a session that writes."""
    found = session.get(Standing, 1, populate_existing=True)
    return found or Standing(id=1, why="", checked_size=0)


def note_check(session: Session, checked: Checked, now: datetime, *, by: str = SYSTEM, is_full: bool = True) -> None:
    """Write down what was found: a fault stops issuing at once; only a person's full check lifts that again."""
    row = session.merge(standing(session))
    if is_full:
        row.checked_at, row.checked_size = now, checked.entries
    if not checked.is_whole and row.broken_since is None:
        row.broken_since, row.why = now, checked.why
        facts = {"why": checked.why, "at": checked.broken_at, "size": checked.entries}
        append(session, event="log.broken", subject="log", actor=by, facts=facts, now=now)
    elif checked.is_whole and is_full and row.broken_since is not None and by != SYSTEM:
        facts = {"why": row.why, "size": checked.entries}
        row.broken_since, row.why = None, ""
        append(session, event="log.found_whole", subject="log", actor=by, facts=facts, now=now)
    session.flush()


def note_fault(session: Session, why: str, now: datetime) -> None:
    """What was noticed by other means than a check: a witness that knows a longer log, tiles that do not fit."""
    end = head(session)
    note_check(session, Checked(end.size, 0, end, why, end.size), now, is_full=False)


def must_hold(session: Session, contact: str) -> None:
    """Before anything is decided or issued. `contact`: whom to call. Raises LogBroken."""
    broken = session.scalar(select(Standing.broken_since).where(Standing.id == 1))
    if broken is not None:
        raise LogBroken(contact=contact)
