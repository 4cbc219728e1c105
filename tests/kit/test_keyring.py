# SPDX-License-Identifier: Apache-2.0
import sqlite3
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from kit import keyring
from kit.database import Database
from kit.keyring import DatabaseKeyring, KeyringMissing, WrappedKey
from kit.sealing import SealBroken, seal_under, unseal_under
from tests.conftest import NOON


def test_every_key_is_another_and_comes_back_as_it_was_made(ring: DatabaseKeyring) -> None:
    one, other = ring.make(), ring.make()
    first = ring.get(one)
    assert first is not None
    assert len(first) == 32
    assert first != ring.get(other)
    assert first == ring.get(one)


def test_a_key_that_was_thrown_away_is_gone_and_its_neighbour_is_not(ring: DatabaseKeyring) -> None:
    one, other = ring.make(), ring.make()
    ring.throw_away([one])
    ring.throw_away([one])
    ring.throw_away([])
    assert ring.get(one) is None
    assert ring.get(other) is not None


def test_at_rest_a_key_is_wrapped_and_bound_to_its_name(ring: DatabaseKeyring) -> None:
    one, other = ring.make(), ring.make()
    with ring._database.writing() as session:
        wrapped = {row.name: row for row in session.scalars(select(WrappedKey))}
        assert (ring.get(other) or b"") not in wrapped[other].wrapped
        wrapped[one].wrapped = wrapped[other].wrapped
    with pytest.raises(SealBroken):
        ring.get(one)


def test_keys_are_listed_by_age_a_portion_at_a_time(ring: DatabaseKeyring) -> None:
    names = sorted(ring.make() for _ in range(5))
    assert ring.made_before(NOON) == []
    later = NOON + timedelta(seconds=1)
    assert ring.made_before(later) == names
    assert ring.made_before(later, names[2]) == names[3:]


def test_the_file_does_not_remember_a_key_that_was_thrown_away(tmp_path: Path) -> None:
    file = tmp_path / "keys.db"
    ring = DatabaseKeyring(f"sqlite:///{file}", lambda: NOON)
    ring.create_table()
    names = [ring.make() for _ in range(20)]
    with sqlite3.connect(file) as connection:
        gone = bytes(connection.execute("SELECT wrapped FROM wrapped_key WHERE name = ?", (names[7],)).fetchone()[0])
    connection.close()
    assert gone in file.read_bytes()
    ring.throw_away([names[7]])
    left = b"".join(path.read_bytes() for path in tmp_path.iterdir())
    assert gone not in left
    assert ring.get(names[8]) is not None
    ring.close()


def test_the_main_database_knows_no_keys(database: Database) -> None:
    from kit.database import Base

    assert "wrapped_key" not in Base.metadata.tables


def test_without_a_ring_nothing_is_sealed() -> None:
    before = keyring.install(None)  # type: ignore[arg-type]
    try:
        with pytest.raises(KeyringMissing):
            keyring.installed()
    finally:
        assert before is not None
        keyring.install(before)


def test_what_is_sealed_under_a_key_is_bound_to_what_it_is_about() -> None:
    key = bytes(32)
    sealed = seal_under(key, b"value", "picture:one")
    assert unseal_under(key, sealed, "picture:one") == b"value"
    for other_key, about in ((key, "picture:two"), (bytes(31) + b"1", "picture:one")):
        with pytest.raises(SealBroken):
            unseal_under(other_key, sealed, about)
