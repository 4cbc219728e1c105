# SPDX-License-Identifier: Apache-2.0
import threading

import pytest
from sqlalchemy import text

from kit.database import Database, may_use_wal


@pytest.mark.parametrize(
    ("version", "safe"),
    [
        ((3, 40, 1), False),
        ((3, 44, 6), True),
        ((3, 50, 6), False),
        ((3, 50, 7), True),
        ((3, 51, 2), False),
        ((3, 51, 3), True),
        ((3, 53, 4), True),
    ],
)
def test_only_sqlite_without_the_wal_fault_may_use_wal(version: tuple[int, int, int], safe: bool) -> None:
    assert may_use_wal(version) == safe


def test_no_read_modify_write_is_lost(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS counting (n INTEGER)"))
        session.execute(text("DELETE FROM counting"))
        session.execute(text("INSERT INTO counting VALUES (0)"))
    lock = "" if database.is_sqlite else " FOR UPDATE"

    def count() -> None:
        for _ in range(25):
            with database.writing() as session:
                n = session.scalar(text("SELECT n FROM counting" + lock))
                session.execute(text("UPDATE counting SET n = :n"), {"n": n + 1})

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    with database.reading() as session:
        assert session.scalar(text("SELECT n FROM counting")) == 100


def test_an_error_leaves_nothing_behind(database: Database) -> None:
    with database.writing() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS counting (n INTEGER)"))
        session.execute(text("DELETE FROM counting"))

    def fail_halfway() -> None:
        with database.writing() as session:
            session.execute(text("INSERT INTO counting VALUES (1)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_halfway()
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM counting")) == 0
