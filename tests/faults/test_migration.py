# SPDX-License-Identifier: Apache-2.0
"""A migration whose process is killed in the middle (row 38): nothing of it is left, and the next one goes through."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import inspect

from kit.database import Database
from tests.conftest import new_postgres_database

# The whole history, on a database that the address names; killed before the statement with that number.
KILLED = """
import os, sys
from alembic import command
from alembic.config import Config
from sqlalchemy import event
from kit.database import Database
database, left = Database(sys.argv[1]), int(sys.argv[2])

@event.listens_for(database.engine, "before_cursor_execute")
def strike(*_):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), 9)

with database.engine.begin() as connection:
    config = Config("alembic.ini")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
"""


def upgraded(database: Database, killed_at: int) -> int:
    """What the process ended with; 0 as number of the statement lets it live."""
    command = [sys.executable, "-W", "ignore", "-c", KILLED, database.url, str(killed_at)]
    return subprocess.run(command, check=False, timeout=120, capture_output=True).returncode


@pytest.fixture(params=["sqlite", "postgres"])
def fresh(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """Without any table."""
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'fresh.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "killed")
    database = Database(url)
    yield database
    database.close()


@pytest.mark.nightly
@pytest.mark.parametrize("statement", [30, 120])
def test_a_migration_that_is_killed_in_the_middle_has_changed_nothing(fresh: Database, statement: int) -> None:
    assert upgraded(fresh, statement) == -signal.SIGKILL
    assert inspect(fresh.engine).get_table_names() == []
    assert upgraded(fresh, 0) == 0
    assert "log_checkpoint" in inspect(fresh.engine).get_table_names()
