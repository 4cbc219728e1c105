# SPDX-License-Identifier: Apache-2.0
"""A log of before, a chain of hashes, becomes a tree: nothing of it is lost, and its last hash stands in the tree."""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import DateTime, bindparam, text

import audit
from kit.database import Database
from tests.audit.logs import a_ledger
from tests.conftest import NOON, new_postgres_database

INSERT = text(
    'INSERT INTO log_entry ("index", at, event, subject, actor, facts, previous, hash) '
    "VALUES (:index, :at, :event, :subject, :actor, :facts, :previous, :hash)"
).bindparams(bindparam("at", type_=DateTime(timezone=True)))


def chained(count: int) -> list[dict[str, Any]]:
    """As the chain of before was written: SHA-256 over a JSON array with the previous hash."""
    rows, previous = [], "0" * 64
    for index in range(1, count + 1):
        at = NOON + timedelta(minutes=index, microseconds=index)
        moment = at.astimezone(UTC).isoformat(timespec="microseconds")
        said = [index, moment, "decision.made", f"甲-{index}", "account:7", '{"n":1}', previous]
        told = hashlib.sha256(json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()
        names = ("index", "at", "event", "subject", "actor", "facts", "previous", "hash")
        rows.append(dict(zip(names, [index, at, *said[2:], told], strict=True)))
        previous = told
    return rows


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
@pytest.mark.parametrize("damage", ["", "UPDATE log_entry SET facts = '{}' WHERE subject = '甲-2'"])
def test_a_log_of_before_is_converted_and_its_end_is_written_down(
    kind: str, damage: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'before.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "before")
    database, config, rows = Database(url), Config("alembic.ini"), chained(5)
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0014")
        connection.execute(INSERT, rows)
        head = {"index": 5, "hash": rows[-1]["hash"]}
        connection.execute(text("INSERT INTO log_head (id, entry_index, entry_hash) VALUES (1, :index, :hash)"), head)
        if damage:
            connection.execute(text(damage))
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    ledger = a_ledger(database)
    assert ledger.sequence(datetime(2026, 12, 1, tzinfo=UTC)) == 6
    with database.writing() as session:
        assert audit.check(session, ledger.verifier).is_whole
        entries = audit.search(session)[::-1]
        assert [entry.subject for entry in entries] == [*(row["subject"] for row in rows), "log"]
        assert [entry.at for entry in entries[:5]] == [row["at"] for row in rows]
        assert entries[5].told == {"entries": 5, "head": rows[-1]["hash"], "whole": not damage}
        assert audit.append(
            session, event="case.opened", subject="A-1", actor="account:7", facts={}, now=NOON
        ).id > max(entry.id for entry in entries)
    database.close()
