# SPDX-License-Identifier: Apache-2.0
"""Keyring (密钥环): one random key for each thing that must become unreadable everywhere, backups too. I/O: database.

What is sealed under a key of the ring lies in the main database, the key here, wrapped under the master key, in a
database of its own that is backed up apart and briefly. Throwing the key away makes every old copy of the main
database unreadable in that place. A key is made before the transaction that names it commits, and thrown away after
the one that no longer names it: an orphan harms nobody and is swept.

The module keeps the ring that `install` was given, as `kit.sealing` keeps the master key.
"""

import secrets
from collections.abc import Collection
from datetime import datetime
from typing import Protocol

from sqlalchemy import LargeBinary, MetaData, String, delete, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from kit.clock import Clock
from kit.database import Database, Moment
from kit.errors import DomainError
from kit.random import new_id
from kit.sealing import unwrap, wrap

KEY_BYTES = 32
AT_ONCE = 5000


class KeyringMissing(DomainError):
    """No keyring was installed: no picture may be kept or looked at."""


class KeyGone(DomainError):
    """What this key opened was deleted while something was to be sealed under it."""


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


class DatabaseKeyring:
    """The ring in a database of its own. What SQLite deletes it overwrites; a write-ahead log would remember it."""

    def __init__(self, url: str, clock: Clock) -> None:
        self._database, self._clock = Database(url, write_ahead=False), clock

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
        with self._database.reading() as session:
            row = session.get(WrappedKey, name)
            return unwrap(row.wrapped, name) if row else None

    def throw_away(self, names: Collection[str]) -> None:
        if names:
            with self._database.writing() as session:
                session.execute(delete(WrappedKey).where(WrappedKey.name.in_(names)))

    def made_before(self, moment: datetime, after: str = "") -> list[str]:
        query = select(WrappedKey.name).where(WrappedKey.made_at < moment, WrappedKey.name > after)
        with self._database.reading() as session:
            return list(session.scalars(query.order_by(WrappedKey.name).limit(AT_ONCE)))

    def close(self) -> None:
        self._database.close()
