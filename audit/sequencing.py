# SPDX-License-Identifier: Apache-2.0
"""Sequencing (排序): gives each pending entry its place in the tree and signs what the tree is then. I/O: database.

One sequencer at a time, in one transaction: index, tiles and checkpoint are there together or not at all, so a kill
changes nothing that the next one does not find. It takes whatever is pending, never "everything after the last id":
on PostgreSQL a transaction may commit after one that got a higher id.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import BigInteger, Integer, LargeBinary, String, Table, Text, bindparam, func, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.leaves import leaf
from audit.log import Entry
from audit.notes import LogKey
from audit.tree import EMPTY, HASH, Edge, Read, leaf_hash
from kit.database import Base, Moment, one_at_a_time
from kit.errors import DomainError

AT_ONCE = 4000
SKEW = timedelta(seconds=5)  # the clocks of two workers may differ by so much
_LOCK = "sequencing the decision log"


class Tile(Base):
    """Up to 256 hashes of one level; a partial tile is overwritten by its longer self."""

    __tablename__ = "log_tile"

    level: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    number: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    hashes: Mapped[bytes] = mapped_column(LargeBinary)


class Checkpoint(Base):
    """What was signed: of `size` entries this is the root. `note` gains the lines of witnesses."""

    __tablename__ = "log_checkpoint"

    size: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    root: Mapped[str] = mapped_column(String(64))
    note: Mapped[str] = mapped_column(Text)
    at: Mapped[datetime] = mapped_column(Moment)


class Head(NamedTuple):
    """Where the tree ends: how many entries it holds, its root in hexadecimal."""

    size: int
    root: str


class TreeDamaged(DomainError):
    """The tiles do not give the root that was signed last: nothing may be built on them."""


class ClockBehind(DomainError):
    """The clock stands before the last checkpoint: nothing is signed until it is right again."""


_ENTRIES: Table = Entry.__table__  # type: ignore[assignment]
_TILES: Table = Tile.__table__  # type: ignore[assignment]


def newest(session: Session) -> Checkpoint | None:
    """The last checkpoint, as it is in the database now."""
    query = select(Checkpoint).order_by(Checkpoint.size.desc()).limit(1)
    return session.scalar(query.execution_options(populate_existing=True))


def head(session: Session) -> Head:
    """Where the tree ends now; pending entries are not in it yet."""
    query = select(Checkpoint.size, Checkpoint.root).order_by(Checkpoint.size.desc()).limit(1)
    row = session.execute(query).one_or_none()
    return Head(*row) if row else Head(0, EMPTY.hex())


def is_pending(session: Session) -> bool:
    return session.scalar(select(Entry.id).where(Entry.index.is_(None)).limit(1)) is not None


def pending(session: Session) -> int:
    """How many entries wait for their place."""
    return session.scalar(select(func.count()).select_from(Entry).where(Entry.index.is_(None))) or 0


def behind(session: Session, now: datetime) -> timedelta:
    """How long the oldest pending entry has waited for its place; nothing if none waits."""
    oldest: datetime | None = session.scalar(select(func.min(Entry.at)).where(Entry.index.is_(None)))
    return max(timedelta(), now - oldest) if oldest else timedelta()


def tiles(session: Session) -> Read:
    """Tiles as proofs read them; each is fetched once."""
    known: dict[tuple[int, int], bytes] = {}

    def read(level: int, number: int) -> bytes:
        if (level, number) not in known:
            query = select(Tile.hashes).where(Tile.level == level, Tile.number == number)
            known[level, number] = session.scalar(query) or b""
        return known[level, number]

    return read


def sequence(session: Session, key: LogKey, now: datetime, most: int = AT_ONCE) -> int:
    """Give up to `most` pending entries their places and sign; gives how many. In the caller's transaction.

    Raises TreeDamaged and ClockBehind.
    """
    one_at_a_time(session, _LOCK)
    e = Entry
    query = select(e.id, e.at, e.event, e.subject, e.actor, e.facts).where(e.index.is_(None)).order_by(e.id).limit(most)
    waiting = session.execute(query).all()
    if not waiting:
        return 0
    edge = _edge(session, now)
    places = []
    for which, at, event, subject, actor, facts in waiting:
        places.append({"which": which, "place": edge.size})
        edge.add(leaf_hash(leaf(at, event, subject, actor, facts)))
    table = _ENTRIES
    given = update(table).where(table.c.id == bindparam("which")).values({table.c.index: bindparam("place")})
    session.connection().execute(given, places)
    _keep_tiles(session, edge)
    root = edge.root()
    session.add(Checkpoint(size=edge.size, root=root.hex(), note=key.sign(edge.size, root), at=now))
    session.flush()
    return len(places)


def _edge(session: Session, now: datetime) -> Edge:
    last = newest(session)
    if last is None:
        return Edge()
    if now < last.at - SKEW:
        raise ClockBehind()
    try:
        edge = Edge(last.size, tiles(session))
    except LookupError as error:
        raise TreeDamaged(size=last.size) from error
    if edge.root().hex() != last.root:
        raise TreeDamaged(size=last.size)
    return edge


def _keep_tiles(session: Session, edge: Edge) -> None:
    """Full ones and the new right edge. What stands there already is the beginning of what comes."""
    for (level, number), hashes in {**edge.done, **edge.partial()}.items():
        row = {"level": level, "number": number}
        where = (_TILES.c.level == level, _TILES.c.number == number)
        if session.connection().execute(update(_TILES).where(*where).values(hashes=hashes)).rowcount == 0:
            session.connection().execute(_TILES.insert().values(**row, hashes=hashes))


def hash_tile(session: Session, level: int, number: int, width: int | None) -> bytes | None:
    """The tile as it is published, or None if there is no such tile (yet)."""
    hashes = tiles(session)(level, number)
    wanted = (width or 256) * HASH
    return hashes[:wanted] if len(hashes) >= wanted else None


def entry_bundle(session: Session, number: int, width: int | None) -> bytes | None:
    """The leaves of one tile, each behind its length in two bytes; None if there are not so many."""
    e, count = Entry, width or 256
    query = select(e.at, e.event, e.subject, e.actor, e.facts).where(e.index >= number * 256)
    rows = session.execute(query.where(e.index < number * 256 + count).order_by(e.index)).all()
    if len(rows) != count:
        return None
    leaves = [leaf(*row) for row in rows]
    return b"".join(len(one).to_bytes(2) + one for one in leaves)
