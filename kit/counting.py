# SPDX-License-Identifier: Apache-2.0
"""Counting (计数): how often something was done within a while, counted in one place for all processes. I/O: database.

Hides one table behind the storage of the library `limits`, which has none for SQL. A name is kept as a keyed hash
only: the row tells neither an address nor an account.
"""

from collections.abc import Callable
from datetime import datetime, timedelta

from limits.storage import Storage
from sqlalchemy import String, case, delete, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Database, Moment
from kit.sealing import fingerprint

FORGET_AT_ONCE = 200  # rows of windows that are over, whenever a new one begins: no tidying up apart


class Counted(Base):
    """So many hits of a name in a window that began with its first."""

    __tablename__ = "counted"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    hits: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(Moment, index=True)


class DatabaseCounts(Storage):
    """Each hit is one short transaction of its own: it counts, whatever becomes of the request."""

    STORAGE_SCHEME = None

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        super().__init__()
        self._database, self._clock = database, clock

    @property
    def base_exceptions(self) -> type[Exception]:
        return SQLAlchemyError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """The hits of this window with these; `expiry`: seconds that a new window lasts."""
        now, name = self._clock(), fingerprint(key, "counted")
        ends_at = now + timedelta(seconds=expiry)
        insert = (sqlite if self._database.is_sqlite else postgresql).insert(Counted)
        is_over = Counted.ends_at <= now
        counted = insert.values(name=name, hits=amount, ends_at=ends_at).on_conflict_do_update(
            index_elements=[Counted.name],
            set_={
                "hits": case((is_over, amount), else_=Counted.hits + amount),
                "ends_at": case((is_over, ends_at), else_=Counted.ends_at),
            },
        )
        with self._database.writing() as session:
            hits: int = session.scalars(counted.returning(Counted.hits)).one()
            if hits == amount:
                self._forget(session, now, name)
        return hits

    def _forget(self, session: Session, now: datetime, name: str) -> None:
        over = select(Counted.name).where(Counted.ends_at <= now, Counted.name != name).limit(FORGET_AT_ONCE)
        session.execute(delete(Counted).where(Counted.name.in_(over)).execution_options(synchronize_session=False))

    def get(self, key: str) -> int:
        """The hits of a window that is not over."""
        counted = self._row(key)
        return counted.hits if counted else 0

    def get_expiry(self, key: str) -> float:
        """When the window ends, in seconds of the epoch; now, if there is none."""
        counted = self._row(key)
        return (counted.ends_at if counted else self._clock()).timestamp()

    def _row(self, key: str) -> Counted | None:
        with self._database.reading() as session:
            counted = session.get(Counted, fingerprint(key, "counted"))
        return counted if counted and counted.ends_at > self._clock() else None

    def check(self) -> bool:
        with self._database.reading() as session:
            session.execute(select(1))
        return True

    def reset(self) -> int:
        """Forget every count. Gives how many there were."""
        with self._database.writing() as session:
            return len(session.execute(delete(Counted).returning(Counted.name)).all())

    def clear(self, key: str) -> None:
        with self._database.writing() as session:
            session.execute(delete(Counted).where(Counted.name == fingerprint(key, "counted")))
