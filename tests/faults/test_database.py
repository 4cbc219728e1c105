# SPDX-License-Identifier: Apache-2.0
"""The database goes away and comes back, connections are cut, transactions collide (rows 4, 7, 8, 9)."""

import re
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from bench.chaos import restart_server
from kit.database import Database
from tests import postgres
from tests.conftest import has_postgres, new_postgres_database
from tests.journeys.inprocess import a_desk, a_site


@pytest.fixture
def own_server() -> Iterator[str]:
    """A PostgreSQL that may be stopped: no other test is on it. The machine below it keeps its pages."""
    if not has_postgres():
        pytest.skip(postgres.HOW_TO_GET_IT)
    with postgres.server() as url:
        yield url


@pytest.mark.nightly
def test_a_server_that_loses_its_power_has_lost_nothing_that_it_acknowledged(own_server: str) -> None:
    database = Database(new_postgres_database(own_server, "power"))
    with database.writing() as session:
        session.execute(text("CREATE TABLE written (n SERIAL PRIMARY KEY, who INTEGER, mine INTEGER)"))
    stop, acknowledged, failed = threading.Event(), [], []

    def write(who: int) -> None:
        mine = 0
        while not stop.is_set():
            try:
                with database.writing() as session:
                    insert = text("INSERT INTO written (who, mine) VALUES (:who, :mine)")
                    session.execute(insert, {"who": who, "mine": mine})
                acknowledged.append((who, mine))
            except SQLAlchemyError as error:
                failed.append(error)
                stop.wait(0.05)
            mine += 1

    threads = [threading.Thread(target=write, args=(who,)) for who in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(5):
        stop.wait(1)
        restart_server(database)
    before = len(acknowledged)
    stop.wait(2)
    stop.set()
    for thread in threads:
        thread.join(30)
    with database.reading() as session:
        found = {tuple(row) for row in session.execute(text("SELECT who, mine FROM written"))}
    database.close()
    assert failed  # the restarts were felt
    assert len(acknowledged) > before  # and got over without anybody's help
    assert set(acknowledged) <= found


def test_a_connection_that_was_cut_is_one_failure_and_the_next_request_is_served(
    postgres_server: str,
) -> None:
    database = Database(new_postgres_database(postgres_server, "cut"))
    other = Database(f"{postgres_server}/postgres")
    with database.reading() as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
    with other.writing() as session:
        session.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    with database.reading() as session:
        assert session.scalar(text("SELECT 1")) == 1
    database.close()
    other.close()


def test_a_deadlock_ends_for_both_and_nothing_is_half_done(database: Database) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer: there is no deadlock")
    with database.writing() as session:
        session.execute(text("DROP TABLE IF EXISTS pair"))
        session.execute(text("CREATE TABLE pair (n INTEGER PRIMARY KEY, v INTEGER)"))
        session.execute(text("INSERT INTO pair VALUES (1, 0), (2, 0)"))
    met, outcomes = threading.Barrier(2), []

    def add(session: Session, number: int) -> None:
        session.execute(text("UPDATE pair SET v = v + 1 WHERE n = :n"), {"n": number})

    def cross(first: int, second: int) -> None:
        try:
            with database.writing() as session:
                add(session, first)
                met.wait(10)
                add(session, second)
            outcomes.append("done")
        except SQLAlchemyError:
            outcomes.append("refused")

    threads = [threading.Thread(target=cross, args=pair) for pair in ((1, 2), (2, 1))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    with database.writing() as session:
        values = [tuple(row) for row in session.execute(text("SELECT n, v FROM pair ORDER BY n"))]
        session.execute(text("DROP TABLE pair"))
    assert sorted(outcomes) == ["done", "refused"]
    assert values == [(1, 1), (2, 1)]


def test_a_database_that_is_away_is_told_with_503_and_not_as_a_fault_of_ours(tmp_path: Path) -> None:
    away = Database("postgresql+psycopg://nobody@127.0.0.1:1/nothing")
    with a_site(a_desk(away, tmp_path)) as site:
        answer = site.request("GET", "/api/v1/log/head")
        assert answer.status_code == 503
        assert answer.json()["type"] == "urn:problem:database_away"
        assert site.request("GET", "/healthz").status_code == 200
    away.close()


def test_no_decision_can_be_read_from_a_replica_because_none_is_ever_opened() -> None:
    """The main database is opened in one place, the keys' in another; no setting names a third."""
    made = subprocess.run(["git", "grep", "-nE", r"\bDatabase\(", "--", "*.py"], capture_output=True, text=True)
    ours = [line for line in made.stdout.splitlines() if not re.match(r"(tests|bench|scripts)/", line)]
    assert {line.split(":")[0] for line in ours if "class Database" not in line} == {
        "alembic/env.py",
        "kit/keyring.py",
        "main.py",
    }
