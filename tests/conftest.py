# SPDX-License-Identifier: Apache-2.0
"""What every test may ask for: a database of either kind, a fixed clock, keys."""

import importlib
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from sqlalchemy import create_engine, text
from sqlalchemy.orm import Session

from identity import hashing
from kit import journal, keyring, sealing
from kit.database import Base, Database
from kit.keyring import DatabaseKeyring
from tests import postgres
from tests.keys import MemoryKeyring

TABLE_MODULES = (
    "addresses.library",
    "audit",
    "credit",
    "kit.counting",
    "kit.repeats",
    "identity.accounts",
    "identity.codes",
    "identity.sessions",
    "identity.offices",
    "identity.onetime",
    "identity.passkeys",
    "identity.staffing",
    "identity.linking",
    "identity.callers",
    "approval.channels",
    "identity.messages",
    "identity.consents",
    "identity.evidence",
    "identity.vault",
    "identity.record",
    "identity.forgetting",
    "identity.liveness.session",
    "licences.licence",
    "notices.notice",
    "approval.application",
    "approval.together",
    "approval.asserting",
    "approval.calendar",
    "approval.clocks",
    "approval.contesting",
    "approval.filings",
    "approval.freezing",
    "approval.heartbeats",
    "approval.inquiries",
    "approval.expiry",
    "approval.appointments",
    "approval.jointly",
    "approval.memos",
    "approval.opinions",
    "approval.participants",
    "approval.people",
    "approval.proofs",
    "approval.revocation",
    "approval.sampling",
    "approval.unmasking",
    "approval.votes",
)
settings.register_profile("house", deadline=None)  # speed is measured in bench/, never asserted by a test
settings.load_profile("house")
# Every test asks from one address, and some by a name that only a test has.
os.environ.setdefault("PEOPLE_PER_ADDRESS", "100000")
os.environ.setdefault("MOST_PASSWORDS", "100000")
os.environ.setdefault("HOSTS", "testserver")
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)  # a Monday, 12:00 in Beijing


def has_postgres() -> bool:
    return bool(os.environ.get("TEST_POSTGRES_URL") or postgres.programs())


@pytest.fixture(autouse=True, scope="session")
def keys() -> None:
    journal.begin()
    hashing.install(PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))  # what one try costs is bench.signin's
    sealing.install(bytes(range(32)))
    keyring.install(MemoryKeyring())


@pytest.fixture
def noon() -> datetime:
    return NOON


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    if not has_postgres():
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.server() as url:
        yield url


def new_postgres_database(server: str, name: str) -> str:
    """An empty database; tests that run side by side on one server have their own."""
    name = f"{name}_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    admin.dispose()
    return f"{server}/{name}"


@pytest.fixture(scope="session", params=["sqlite", "postgres"])
def _tables(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """All tables, once for each kind of database."""
    for module in TABLE_MODULES:
        importlib.import_module(module)
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path_factory.mktemp('db') / 'test.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "units")
    database = Database(url)
    Base.metadata.create_all(database.engine)
    yield database
    database.close()


@pytest.fixture
def database(_tables: Database) -> Iterator[Database]:
    """An empty database: every test that asks for it runs on SQLite and on PostgreSQL."""
    yield _tables
    with _tables.writing() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())


@pytest.fixture
def ring(database: Database, tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[DatabaseKeyring]:
    """The real keyring, empty, in a second database of the same kind."""
    if database.is_sqlite:
        url = f"sqlite:///{tmp_path / 'keys.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "keys")
    real = DatabaseKeyring(url, lambda: NOON)
    real.create_table()
    before = keyring.install(real)
    yield real
    if before is not None:
        keyring.install(before)
    real.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """A write session of an empty database."""
    with database.writing() as session:
        yield session
