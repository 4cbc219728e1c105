# SPDX-License-Identifier: Apache-2.0
"""Keyring (密钥环): one random key for each thing that must become unreadable everywhere, backups too. I/O: database.

What is sealed under a key of the ring lies in the main database, the key here, wrapped under the master key, in a
database of its own that is backed up apart and briefly. Throwing the key away makes every old copy of the main
database unreadable in that place. A key is made before the transaction that names it commits, and thrown away after
the one that no longer names it: an orphan harms nobody and is swept.

The module keeps the ring that `install` was given, as `kit.sealing` keeps the master key.
"""

import secrets
import threading
from collections import OrderedDict
from collections.abc import Callable, Collection
from datetime import datetime, timedelta
from typing import Protocol

from sqlalchemy import LargeBinary, MetaData, String, delete, func, inspect, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.clock import Clock
from kit.database import Database, Moment
from kit.errors import DomainError
from kit.random import new_id
from kit.sealing import PREFIX, SealBroken, current, unwrap, wrap

KEY_BYTES = 32
AT_ONCE = 5000
PORTION = 500
REMEMBERED, MOST_REMEMBERED = timedelta(minutes=1), 2048
ROOT = "hashes"


class KeyringMissing(DomainError):
    """No keyring was installed: no picture may be kept or looked at."""


class KeyGone(DomainError):
    """What this key opened was deleted, and nobody can read it again or put anything beside it."""


class Keyring(Protocol):
    """Keys by name. `make` is durable when it returns; a key that was thrown away is gone for good."""

    def make(self) -> str: ...

    def get(self, name: str) -> bytes | None: ...

    def throw_away(self, names: Collection[str]) -> None: ...

    def made_before(self, moment: datetime, after: str = "") -> list[str]:
        """Names in order, from the one that follows `after`, a portion at a time."""
        ...


_ring: Keyring | None = None


def install(ring: Keyring) -> Keyring | None:
    """Use `ring` from now on; gives the one before it."""
    global _ring
    before, _ring = _ring, ring
    return before


def installed() -> Keyring:
    """Raises KeyringMissing."""
    if _ring is None:
        raise KeyringMissing()
    return _ring


class Keys(DeclarativeBase):
    """The root of the one table that is not in the main database; no migration of the main database knows it."""

    metadata = MetaData()


class WrappedKey(Keys):
    """One key, unreadable without the master key. Nothing here says whose it is."""

    __tablename__ = "wrapped_key"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)
    made_at: Mapped[datetime] = mapped_column(Moment, index=True)


class KeptRoot(Keys):
    """The root of keyed hashes, wrapped: hashes cannot be made anew, so it outlives the master key it began as."""

    __tablename__ = "kept_root"

    name: Mapped[str] = mapped_column(String(32), primary_key=True)
    wrapped: Mapped[bytes] = mapped_column(LargeBinary)


class DatabaseKeyring:
    """The ring in a database of its own. What SQLite deletes it overwrites; a write-ahead log would remember it."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._database, self._clock = Database(url, write_ahead=False), clock
        self._opened: OrderedDict[str, tuple[bytes, datetime]] = OrderedDict()
        self._lock = threading.Lock()

    def create_table(self) -> None:
        """Where it is missing; done by whoever brings the main database up to date."""
        Keys.metadata.create_all(self._database.engine)

    def make(self) -> str:
        name = new_id()
        wrapped = wrap(secrets.token_bytes(KEY_BYTES), name)
        with self._database.writing() as session:
            session.add(WrappedKey(name=name, wrapped=wrapped, made_at=self._clock()))
        return name

    def get(self, name: str) -> bytes | None:
        """The key, remembered for a minute at most: another process may throw it away."""
        now = self._clock()
        with self._lock:
            known = self._opened.get(name)
        if known and now - known[1] < REMEMBERED:
            return known[0]
        with self._database.reading() as session:
            row = session.get(WrappedKey, name)
            key = unwrap(row.wrapped, name) if row else None
        if key is not None:
            with self._lock:
                self._opened[name] = (key, now)
                while len(self._opened) > MOST_REMEMBERED:
                    self._opened.popitem(last=False)
        return key

    def throw_away(self, names: Collection[str]) -> None:
        if names:
            with self._database.writing() as session:
                session.execute(delete(WrappedKey).where(WrappedKey.name.in_(names)))
            with self._lock:
                for name in names:
                    self._opened.pop(name, None)

    def made_before(self, moment: datetime, after: str = "") -> list[str]:
        query = select(WrappedKey.name).where(WrappedKey.made_at < moment, WrappedKey.name > after)
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(WrappedKey.name).limit(AT_ONCE)))

    def keep_root(self, root: bytes) -> None:
        """What hashes are keyed by, unless one is kept already."""
        try:
            with self._database.writing() as session:
                if session.get(KeptRoot, ROOT) is None:
                    session.add(KeptRoot(name=ROOT, wrapped=wrap(root, ROOT)))
        except IntegrityError:
            pass  # another process of ours was first

    def root(self) -> bytes | None:
        """What hashes are keyed by, if it is kept. Raises SealBroken if the master key is not that of the ring."""
        if not inspect(self._database.engine).has_table(KeptRoot.__tablename__):
            return None
        with self._database.reading() as session:
            row = session.get(KeptRoot, ROOT)
            return unwrap(row.wrapped, ROOT) if row else None

    def opens(self) -> bool:
        """Whether the master key at hand is one that the ring is wrapped under; an empty ring opens under any."""
        if not inspect(self._database.engine).has_table(WrappedKey.__tablename__):
            return True
        with self._database.reading() as session:
            for row in session.scalars(select(WrappedKey).order_by(WrappedKey.name).limit(1)):
                try:
                    unwrap(row.wrapped, row.name)
                except SealBroken:
                    return False
        return True

    def wrap_anew(self, said: Callable[[int], None], portion: int = PORTION) -> int:
        """Every key under the master key of now, a portion at a time; gives how many. Tells `said` after each portion.

        Whoever is interrupted goes on where it ended. Raises SealBroken for a key of neither master key.
        """
        done = 0
        while rows := self._wrapped_before(portion):
            with self._database.writing() as session:
                for table, name, wrapped in rows:
                    same = (table.name == name, table.wrapped == wrapped)  # thrown away meanwhile: stays so
                    session.execute(update(table).where(*same).values(wrapped=wrap(unwrap(wrapped, name), name)))
            done += len(rows)
            said(done)
        return done

    def _wrapped_before(self, portion: int) -> list[tuple[type[WrappedKey | KeptRoot], str, bytes]]:
        found: list[tuple[type[WrappedKey | KeptRoot], str, bytes]] = []
        with self._database.reading() as session:
            for table in (KeptRoot, WrappedKey):
                is_older = func.substr(table.wrapped, 1, PREFIX, type_=LargeBinary) != current()
                asked = select(table.name, table.wrapped).where(is_older).limit(portion)
                found += [(table, name, wrapped) for name, wrapped in session.execute(asked)]
        return found

    def close(self) -> None:
        self._database.close()
