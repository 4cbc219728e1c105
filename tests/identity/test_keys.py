# SPDX-License-Identifier: Apache-2.0
"""Keys and pictures lie in two databases: an old copy of the one says nothing once the other has forgotten."""

import contextlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import LargeBinary, column, insert, select, table
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from identity import Evidence, delete_pictures, evidence_of, keep_portrait, record_consent, view_picture
from identity.evidence import keep_for
from identity.vault import SealedPicture, destroy_picture, keep_picture, unnamed
from kit import keyring
from kit.database import Database
from kit.keyring import DatabaseKeyring
from kit.random import new_id
from kit.sealing import seal
from tests.conftest import NOON
from tests.identity.test_evidence import CARD, FRAME, PORTRAIT, compare, proved

LATER = NOON + timedelta(days=2)
RAW = table("sealed_picture", column("id"), column("sealed", LargeBinary), column("key"), column("kept_at"))


def rows(database: Database) -> list[Any]:
    """The pictures as a backup has them."""
    with database.reading() as session:
        return [row._asdict() for row in session.execute(select(RAW))]


def put_back(database: Database, copy: list[Any]) -> None:
    """Restore the backup of the pictures."""
    with database.writing() as session:
        session.execute(insert(RAW), copy)


def keys_of(ring: DatabaseKeyring) -> list[str]:
    return ring.made_before(LATER)


def test_a_person_of_a_case_has_one_key_and_everything_lies_under_it(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        evidence = proved(session)
        evidence.card_read = {"fields": {"name": {"value": "林清和"}}}
        key = evidence.vault_key
    assert keys_of(ring) == [key]
    assert {row["key"] for row in rows(database)} == {key}
    with database.reading() as session:
        evidence = evidence_of(session, "a-1")
        assert evidence.card_read == {"fields": {"name": {"value": "林清和"}}}
        assert "林清和".encode() not in (evidence.card_sealed or b"")


def test_deleted_pictures_cannot_be_read_in_a_copy_made_before(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        proved(session).card_read = {"x": "y"}
    copy = rows(database)
    with database.reading() as session:
        sealed = evidence_of(session, "a-1").card_sealed
    with database.writing() as session:
        delete_pictures(session, "a-1", NOON)
    assert rows(database) == []
    assert keys_of(ring) == []
    put_back(database, copy)
    with database.writing() as session:
        evidence = evidence_of(session, "a-1")
        evidence.vault_key, evidence.card_sealed = copy[0]["key"], sealed
    with database.reading() as session:
        assert len(copy) == 3
        assert [view_picture(session, row["id"]) for row in copy] == [None, None, None]
        assert evidence_of(session, "a-1").card_read is None


def test_a_whole_file_copied_before_says_nothing_afterwards(tmp_path: Path, database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("copies a file")
    ring = DatabaseKeyring(f"sqlite:///{tmp_path / 'keys.db'}", lambda: NOON)
    ring.create_table()
    before = keyring.install(ring)
    try:
        with database.writing() as session:
            name = proved(session).portrait_picture
        with database.engine.connect() as connection:
            connection.exec_driver_sql("COMMIT")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            connection.exec_driver_sql("BEGIN")
        shutil.copy(database.url.removeprefix("sqlite:///"), tmp_path / "copy.db")
        old = Database(f"sqlite:///{tmp_path / 'copy.db'}")
        with old.reading() as session:
            assert view_picture(session, name) == PORTRAIT
        with database.writing() as session:
            delete_pictures(session, "a-1", NOON)
        with old.reading() as session:
            assert session.get(SealedPicture, name) is not None
            assert view_picture(session, name) is None
        old.close()
    finally:
        ring.close()
        if before:
            keyring.install(before)


def test_what_was_sealed_before_persons_had_keys_still_opens(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        session.add(SealedPicture(id="old", sealed=seal(CARD, "picture"), kept_at=NOON))
        evidence = evidence_of(session, "a-1")
        evidence.card_picture, evidence.card_sealed = "old", seal(b'{"a": 1}', "card")
    with database.writing() as session:
        evidence = evidence_of(session, "a-1")
        assert view_picture(session, "old") == CARD
        assert evidence.card_read == {"a": 1}
        delete_pictures(session, "a-1", NOON)
    assert rows(database) == []


def test_a_transaction_that_fails_throws_no_key_away(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        name = proved(session).portrait_picture
    with contextlib.suppress(InterruptedError), database.writing() as session:
        delete_pictures(session, "a-1", NOON)
        raise InterruptedError  # before the commit
    with database.reading() as session:
        assert view_picture(session, name) == PORTRAIT


def test_a_savepoint_throws_no_key_away_before_the_transaction_ends(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        proved(session)
    with database.writing() as session:
        with session.begin_nested() as savepoint:
            delete_pictures(session, "a-1", NOON)
            savepoint.rollback()
        with session.begin_nested():
            evidence_of(session, "a-2")
        assert len(keys_of(ring)) == 1
    with database.reading() as session:
        assert view_picture(session, evidence_of(session, "a-1").portrait_picture) == PORTRAIT


def test_a_failed_transaction_leaves_a_key_that_nothing_names(database: Database, ring: DatabaseKeyring) -> None:
    with contextlib.suppress(InterruptedError), database.writing() as session:
        proved(session)
        raise InterruptedError  # after the key was made
    with database.reading() as session:
        assert unnamed(session, keys_of(ring)) == keys_of(ring) != []


@contextmanager
def keys_away(ring: DatabaseKeyring) -> Iterator[None]:
    class Away(DatabaseKeyring):
        def __init__(self) -> None:
            """Nothing to open."""

        def throw_away(self, names: object) -> None:
            raise OperationalError("DELETE", None, ConnectionError("away"))

    keyring.install(Away())
    yield
    keyring.install(ring)


def test_keys_that_cannot_be_thrown_away_now_undo_nothing(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        proved(session)
    with keys_away(ring), database.writing() as session:
        delete_pictures(session, "a-1", NOON)
    assert rows(database) == []
    with database.reading() as session:
        assert len(unnamed(session, keys_of(ring))) == 1


def test_withdrawing_makes_the_frame_unreadable_in_a_copy_and_keeps_the_card(
    database: Database, ring: DatabaseKeyring
) -> None:
    with database.writing() as session:
        evidence = proved(session)
        evidence.card_read = {"x": "y"}
        frame, old_key = evidence.frame_picture, evidence.vault_key
    copy = [row for row in rows(database) if row["id"] == frame]
    with database.writing() as session:
        record_consent(session, evidence_of(session, "a-1"), "decline", LATER)
    put_back(database, copy)
    with database.reading() as session:
        evidence = evidence_of(session, "a-1")
        assert view_picture(session, frame) is None
        assert view_picture(session, evidence.card_picture) == CARD
        assert view_picture(session, evidence.portrait_picture) == PORTRAIT
        assert evidence.card_read == {"x": "y"}
        assert evidence.vault_key not in (None, old_key)
    assert keys_of(ring) == [evidence.vault_key]


def test_pictures_kept_for_a_person_go_with_the_person_whatever_names_them(
    database: Database, ring: DatabaseKeyring
) -> None:
    with database.writing() as session:
        page = keep_for(session, proved(session), b"a page of a passport", NOON)
        alone = keep_picture(session, FRAME, NOON)
    assert len(keys_of(ring)) == 2
    with database.writing() as session:
        delete_pictures(session, "a-1", NOON)
        assert session.get(SealedPicture, page) is None
        destroy_picture(session, alone)
    assert keys_of(ring) == []


def test_everybody_of_a_case_is_deleted_each_with_their_own_key(database: Database, ring: DatabaseKeyring) -> None:
    with database.writing() as session:
        for person in ("holder", "shareholders.1"):
            evidence = evidence_of(session, "a-1", person)
            keep_portrait(session, evidence, CARD, PORTRAIT, 228, NOON)
            record_consent(session, evidence, "agree", NOON)
            compare(session, evidence, 0.3)
    assert len(keys_of(ring)) == 2
    with database.writing() as session:
        assert delete_pictures(session, "a-1", NOON) == 2
        assert delete_pictures(session, "a-1", LATER) == 0
    assert (rows(database), keys_of(ring)) == ([], [])
    with database.reading() as session:
        assert {one.deleted_at for one in session.scalars(select(Evidence))} == {NOON}


def test_a_key_is_in_use_as_long_as_any_row_names_it(session: Session, ring: DatabaseKeyring) -> None:
    evidence = proved(session)
    session.flush()
    assert evidence.vault_key is not None
    other = new_id()
    assert unnamed(session, [evidence.vault_key, other]) == [other]
