# SPDX-License-Identifier: Apache-2.0
"""The role of the service works with what the owner made, changes no table, and cannot rewrite the decision log."""

import importlib
from collections.abc import Iterator
from pathlib import Path

import pytest
import typer
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ProgrammingError

import audit
from approval.calendar import seed_calendar
from audit import Ledger, LogKey
from audit.log import Entry
from console.starting import refuse_tables
from kit.database import Base, Database
from kit.keyring import DatabaseKeyring
from tests.conftest import NOON, TABLE_MODULES, new_postgres_database
from tests.office import TestOffice, in_review
from workflows.durable import DurableEngine

FOLDER = Path("deploy/postgresql")


def carried_out(url: str, file: str) -> None:
    """As psql would, in one transaction."""
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql((FOLDER / file).read_text("utf-8"))
    engine.dispose()


@pytest.fixture(scope="module")
def service(postgres_server: str) -> Iterator[tuple[Database, DatabaseKeyring]]:
    """Both databases as the service sees them, made as docs/operations.md says."""
    for module in TABLE_MODULES:
        importlib.import_module(module)
    urls = [new_postgres_database(postgres_server, name) for name in ("roles", "roles_keys")]
    carried_out(f"{postgres_server}/postgres", "roles.sql")
    admin = create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for url in urls:
            connection.execute(text(f'ALTER DATABASE "{make_url(url).database}" OWNER TO approval_owner'))
    for url in urls:
        carried_out_by_admin = create_engine(url, isolation_level="AUTOCOMMIT")
        with carried_out_by_admin.connect() as connection:
            connection.execute(text("ALTER SCHEMA public OWNER TO approval_owner"))
        carried_out_by_admin.dispose()
    by_owner, by_service = (
        [make_url(url).set(username=name).render_as_string(hide_password=False) for url in urls]
        for name in ("approval_owner", "approval")
    )
    owner, ring = Database(by_owner[0]), DatabaseKeyring(by_owner[1], lambda: NOON)
    Base.metadata.create_all(owner.engine)
    with owner.engine.begin() as connection:
        connection.execute(text("CREATE TABLE alembic_version (version_num varchar(32) NOT NULL)"))
        head = ScriptDirectory("alembic").get_current_head()
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    DurableEngine(owner).create_tables()
    ring.create_table()
    for url, file in ((by_owner[0], "grants.sql"), (by_owner[0], "grants.sql"), (by_owner[1], "grants-keys.sql")):
        carried_out(url, file)  # the first one twice: it may be run again
    owner.close()
    ring.close()
    database, keys = Database(by_service[0]), DatabaseKeyring(by_service[1], lambda: NOON)
    yield database, keys
    database.close()
    keys.close()
    with admin.connect() as connection:
        for url in urls:
            connection.execute(text(f'DROP DATABASE "{make_url(url).database}" WITH (FORCE)'))
        connection.execute(text("DROP ROLE approval"))
        connection.execute(text("DROP ROLE approval_owner"))
    admin.dispose()


Service = tuple[Database, DatabaseKeyring]


def test_a_case_gets_as_far_as_a_clerk_and_its_log_is_sequenced(service: Service) -> None:
    database, keys = service
    with database.writing() as session:
        seed_calendar(session)
    case = in_review(TestOffice(database))
    assert case
    ledger = Ledger(database, LogKey.fresh("test.invalid/log"))
    ledger.sequence(NOON)
    with database.reading() as session:
        assert session.scalars(select(Entry.index).where(Entry.index.is_(None))).all() == []
        assert session.scalars(select(Entry)).first() is not None
    name = keys.make()
    assert keys.get(name)
    keys.throw_away([name])
    assert keys.get(name) is None


def test_the_engine_starts_and_is_asked_without_changing_a_table(service: Service) -> None:
    engine = DurableEngine(service[0])
    engine.create_tables()  # what a start of the service does: there is nothing left to make
    engine.connect()
    with service[0].writing() as session:
        engine.kick(session, "a-case", "1")
    with service[0].reading() as session:
        assert engine.standing(session, "a-case", NOON) == "coming"
    engine.close()


def upgraded(database: Database) -> None:
    """As every start does."""
    config = Config("alembic.ini")
    with refuse_tables(), database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def test_it_starts_on_the_tables_of_its_release_and_says_when_they_are_others(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    upgraded(service[0])
    by_owner = create_engine(make_url(service[0].url).set(username="approval_owner"))
    with by_owner.begin() as connection:
        (head,) = connection.execute(text("DELETE FROM alembic_version RETURNING version_num")).scalars()
    with pytest.raises(typer.Exit):
        upgraded(service[0])
    with by_owner.begin() as connection:
        connection.execute(text("INSERT INTO alembic_version VALUES (:head)"), {"head": head})
    by_owner.dispose()
    assert "The tables are not those of this release" in capsys.readouterr().err


FORBIDDEN = {
    "another table": "CREATE TABLE more (id int)",
    "another column": "ALTER TABLE account ADD COLUMN more int",
    "no table": "DROP TABLE log_entry",
    "no trigger": "DROP TRIGGER log_entry_keeps_its_place ON log_entry",
    "triggers switched off": "ALTER TABLE log_entry DISABLE TRIGGER ALL",
    "another schema": "CREATE SCHEMA more",
    "another function": "CREATE FUNCTION more() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "facts rewritten": "UPDATE log_entry SET facts = '{}'",
    "actors rewritten": "UPDATE log_entry SET actor = 'account:somebody'",
    "entries taken away": "DELETE FROM log_entry",
    "all entries taken away": "TRUNCATE log_entry",
    "entries moved": "UPDATE log_entry SET index = index + 1000 WHERE index IS NOT NULL",
    "entries taken out of the tree": "UPDATE log_entry SET index = NULL WHERE index IS NOT NULL",
    "tiles taken away": "DELETE FROM log_tile",
    "a checkpoint of another root": "UPDATE log_checkpoint SET root = ''",
    "a checkpoint taken away": "DELETE FROM log_checkpoint",
    "a migration that was not done": "INSERT INTO alembic_version VALUES ('x')",
    "the rights of the owner": "SET ROLE approval_owner",
    "a programme of the server": "COPY log_entry TO PROGRAM 'cat'",
}


@pytest.mark.parametrize("statement", FORBIDDEN.values(), ids=FORBIDDEN)
def test_the_service_may_not(service: Service, statement: str) -> None:
    database = service[0]
    with database.writing() as session:
        audit.append(session, event="test.done", subject="a", actor="account:a", facts={}, now=NOON)
    Ledger(database, LogKey.fresh("test.invalid/log")).sequence(NOON)
    with database.engine.connect() as connection:
        before = connection.execute(select(Entry.id, Entry.index, Entry.facts)).all()
    with pytest.raises(ProgrammingError) as refused, database.engine.begin() as connection:
        connection.exec_driver_sql(statement)
    said = str(refused.value.orig)
    refusals = ("permission denied", "must be owner", "must be superuser", "keeps its place")
    assert any(words in said for words in refusals), said
    with database.engine.connect() as connection:
        assert connection.execute(select(Entry.id, Entry.index, Entry.facts)).all() == before


def test_of_a_key_nothing_is_changed(service: Service) -> None:
    database = Database(service[1]._database.url)
    with pytest.raises(ProgrammingError, match="permission denied"), database.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE wrapped_key SET wrapped = ''")
    database.close()
