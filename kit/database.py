# SPDX-License-Identifier: Apache-2.0
"""Database (数据库): engines, sessions and column types. Hides what differs between SQLite and PostgreSQL.

I/O: database. On SQLite a write session begins with BEGIN IMMEDIATE, so that read-check-write is one piece, and the
write-ahead log is refused with a library that can lose acknowledged writes (sqlite.org/wal.html#walresetbug).
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from types import ModuleType
from typing import Any

from sqlalchemy import DateTime, Engine, MetaData, create_engine, event, text
from sqlalchemy.engine import Connection, Dialect, make_url
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

try:
    import pysqlite3 as _newer_sqlite
except ImportError:  # no wheel for this platform
    _newer_sqlite = None

POOL_SIZE = 20
# A server that takes connections and never speaks, or a line that is gone without a word, is given up in so many s.
ON_THE_LINE = {"connect_timeout": 5, "keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3}
PATIENCE_S = 30  # how long a writer waits for another before it gives up and says so


class Base(DeclarativeBase):
    """The root of every mapped class; constraint names are fixed so that migrations can speak of them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept in UTC; a naive one is a mistake and refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def may_use_wal(version: tuple[int, ...]) -> bool:
    """Whether this SQLite is free of the WAL-reset fault: fixed in 3.51.3, and in 3.44.6 and 3.50.7."""
    return version >= (3, 51, 3) or (3, 50, 7) <= version < (3, 51, 0) or (3, 44, 6) <= version < (3, 45, 0)


def sqlite_module() -> ModuleType:
    """The newest SQLite at hand."""
    return _newer_sqlite or sqlite3


def is_reading(session: Session) -> bool:
    """Whether the session was opened with `Database.reading`."""
    return bool(session.get_bind().get_execution_options().get("read_only"))


def one_at_a_time(session: Session, name: str) -> None:
    """Whoever names the same thing waits until this transaction ends: for counting what has no row to lock yet.

    On SQLite a write session has the whole database to itself anyway.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))"), {"name": name})


class Database:
    """One database, two engines: ours, and one in the mode that the durable engine expects.

    Without `write_ahead` SQLite keeps no log in which what was deleted can still be read.
    """

    def __init__(self, url: str, *, write_ahead: bool = True) -> None:
        self.url, self._write_ahead = url, write_ahead
        self.is_sqlite = make_url(url).get_backend_name() == "sqlite"
        self._writing = threading.Lock()
        self.engine = self._engine(ours=True)
        self.durable_engine = self._engine(ours=False)
        self._reader = self.engine.execution_options(read_only=True)
        frozen = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        self._frozen = self._reader.execution_options(**frozen)

    def _engine(self, ours: bool) -> Engine:
        if not self.is_sqlite:
            # Our queries stop at a page: compiling them (JIT) takes 300 ms where running them takes one.
            options: dict[str, Any] = {"options": f"-c jit=off -c lock_timeout={PATIENCE_S}s"} if ours else {}
            return create_engine(
                self.url,
                pool_size=POOL_SIZE,
                max_overflow=0,
                pool_pre_ping=True,
                connect_args=options | ON_THE_LINE,
                hide_parameters=True,  # an error tells the statement, never what was to be written
            )
        module = sqlite_module()
        is_safe = may_use_wal(module.sqlite_version_info)
        journal = "WAL" if self._write_ahead and is_safe else "TRUNCATE"
        engine = create_engine(self.url, module=module, pool_size=POOL_SIZE, max_overflow=0, hide_parameters=True)

        @event.listens_for(engine, "connect")
        def prepare(connection: Any, _record: Any) -> None:
            connection.isolation_level = None if ours else "IMMEDIATE"
            for pragma in (
                f"busy_timeout={PATIENCE_S * 1000}",
                f"journal_mode={journal}",
                "synchronous=FULL",
                "foreign_keys=ON",
                "secure_delete=ON",
            ):
                connection.execute(f"PRAGMA {pragma}")

        if ours:
            self._one_writer_at_a_time(engine)

        return engine

    def _one_writer_at_a_time(self, engine: Engine) -> None:
        """Queue writers of this process at a lock, held from BEGIN until the connection is given back.

        SQLite's own sleep-and-retry is far slower under load. The lock is taken with the first statement, not when
        the session is made: a request waits for it in the thread that does its work.
        """

        @event.listens_for(engine, "begin")
        def begin(connection: Connection) -> None:
            if connection.get_execution_options().get("read_only"):
                connection.exec_driver_sql("BEGIN")
                return
            if not self._writing.acquire(timeout=PATIENCE_S):
                raise OperationalError("BEGIN IMMEDIATE", None, TimeoutError("another writer does not end"))
            connection.info["is_writing"] = True
            connection.exec_driver_sql("BEGIN IMMEDIATE")

        @event.listens_for(engine, "checkin")
        def give_back(_connection: Any, record: Any) -> None:
            if record.info.pop("is_writing", False):
                self._writing.release()

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed at the end, rolled back on any error."""
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session that changes nothing; on PostgreSQL each statement sees what is there when it begins."""
        with Session(self._reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """A session that changes nothing and sees one state of the database, however many statements it takes."""
        with Session(self._frozen, expire_on_commit=False) as session:
            yield session

    def close(self) -> None:
        self.engine.dispose()
        self.durable_engine.dispose()
