# SPDX-License-Identifier: Apache-2.0
"""What somebody may do to the tables behind our back, a thousand times, and each is found."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.orm import Session

import audit
from audit.checking import glance
from audit.keeping import Ledger
from audit.notes import LogKey
from audit.sequencing import sequence
from kit.database import Database
from tests.audit.logs import ORIGIN, a_ledger, filled

PORTIONS = (7, 250, 60, 3)
SIZE = sum(PORTIONS)
EDITS = 1000
Damage = Callable[[Connection, random.Random], None]


def flip_a_character(connection: Connection, chance: random.Random) -> None:
    column = chance.choice(["event", "subject", "actor", "facts"])
    index = chance.randrange(SIZE)
    found: str = connection.execute(
        text(f'SELECT {column} FROM log_entry WHERE "index" = :i'), {"i": index}
    ).scalar_one()
    at = chance.randrange(len(found))
    flipped = found[:at] + chr(ord(found[at]) ^ 1) + found[at + 1 :]
    connection.execute(text(f'UPDATE log_entry SET {column} = :f WHERE "index" = :i'), {"f": flipped, "i": index})


def move_a_moment(connection: Connection, chance: random.Random) -> None:
    """Take it from another entry."""
    one, other = chance.sample(range(PORTIONS[1]), 2)
    copy = 'UPDATE log_entry SET at = (SELECT at FROM log_entry WHERE "index" = :o) WHERE "index" = :i'
    connection.execute(text(copy), {"i": one + PORTIONS[0], "o": other + PORTIONS[0]})


def drop_a_row(connection: Connection, chance: random.Random) -> None:
    connection.execute(text('DELETE FROM log_entry WHERE "index" = :i'), {"i": chance.randrange(SIZE)})


def drop_a_row_and_close_the_gap(connection: Connection, chance: random.Random) -> None:
    index = chance.randrange(SIZE)
    connection.execute(text('DELETE FROM log_entry WHERE "index" = :i'), {"i": index})
    for place in range(index + 1, SIZE):
        connection.execute(text('UPDATE log_entry SET "index" = :t WHERE "index" = :i'), {"i": place, "t": place - 1})


def exchange_two(connection: Connection, chance: random.Random) -> None:
    one, other = chance.sample(range(SIZE), 2)
    for source, target in ((one, -1), (other, one), (-1, other)):
        connection.execute(text('UPDATE log_entry SET "index" = :t WHERE "index" = :i'), {"i": source, "t": target})


def hide_a_row_among_the_pending(connection: Connection, chance: random.Random) -> None:
    connection.execute(text('UPDATE log_entry SET "index" = NULL WHERE "index" = :i'), {"i": chance.randrange(SIZE)})


def put_a_row_at_the_end(connection: Connection, chance: random.Random) -> None:
    insert = (
        'INSERT INTO log_entry ("index", at, event, subject, actor, facts) '
        'SELECT :t, at, event, subject, actor, facts FROM log_entry WHERE "index" = :i'
    )
    connection.execute(text(insert), {"t": SIZE, "i": chance.randrange(SIZE)})


def cut_the_tail(connection: Connection, chance: random.Random) -> None:
    connection.execute(text('DELETE FROM log_entry WHERE "index" >= :i'), {"i": chance.randrange(SIZE)})


def flip_a_hash(connection: Connection, chance: random.Random) -> None:
    tiles = connection.execute(text("SELECT level, number, hashes FROM log_tile ORDER BY level, number")).all()
    level, number, hashes = chance.choice(tiles)
    changed = bytearray(hashes)
    changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
    where = {"l": level, "n": number, "h": bytes(changed)}
    connection.execute(text("UPDATE log_tile SET hashes = :h WHERE level = :l AND number = :n"), where)


def change_a_checkpoint(connection: Connection, chance: random.Random) -> None:
    size = chance.choice([7, 257, 317, 320])
    note: str = connection.execute(text("SELECT note FROM log_checkpoint WHERE size = :s"), {"s": size}).scalar_one()
    at = chance.randrange(len(note))
    changed = note[:at] + chr(ord(note[at]) ^ 1) + note[at + 1 :]
    connection.execute(text("UPDATE log_checkpoint SET note = :n WHERE size = :s"), {"n": changed, "s": size})


def rewrite_without_the_key(connection: Connection, chance: random.Random) -> None:
    """Somebody who owns the database changes an entry and makes tree and checkpoints anew, under a key of their own."""
    flip_a_character(connection, chance)
    for table in ("log_tile", "log_checkpoint"):
        connection.execute(text(f"DELETE FROM {table}"))
    connection.execute(text('UPDATE log_entry SET "index" = NULL'))
    with Session(connection) as session:
        sequence(session, LogKey.fresh(ORIGIN), datetime.fromisoformat("2026-11-23T04:00:00+00:00"))
        session.flush()


KINDS: tuple[Damage, ...] = (
    flip_a_character,
    move_a_moment,
    drop_a_row,
    drop_a_row_and_close_the_gap,
    exchange_two,
    hide_a_row_among_the_pending,
    put_a_row_at_the_end,
    cut_the_tail,
    flip_a_hash,
    change_a_checkpoint,
    rewrite_without_the_key,
)


def damaged(ledger: Ledger, damage: Damage, seed: int) -> audit.Checked:
    """What a check says of the damage, which is then undone."""
    database: Any = ledger.database
    with database.engine.connect() as connection:
        damage(connection, random.Random(seed))  # noqa: S311 (chance of a test)
        with Session(connection) as session:
            checked = audit.check(session, ledger.verifier)
        connection.rollback()
    return checked


def test_a_thousand_random_edits_are_all_found(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, *PORTIONS)
    rounds = EDITS if database.is_sqlite else EDITS // 10  # PostgreSQL says the same, an order of magnitude slower
    found: Counter[str] = Counter()
    for seed in range(rounds):
        damage = KINDS[seed % len(KINDS)]
        checked = damaged(ledger, damage, seed)
        assert not checked.is_whole, (damage.__name__, seed)
        found[damage.__name__] += 1
    assert sum(found.values()) == rounds
    with database.reading() as session:
        assert audit.check(session, ledger.verifier).is_whole


@pytest.mark.parametrize("look", ["check", "glance"])
def test_a_database_rolled_back_to_an_older_copy_is_found_by_a_checkpoint_held_elsewhere(
    database: Database, noon: datetime, look: str
) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 20)
    with database.reading() as session:
        older = audit.newest(session)
    assert older is not None
    with database.reading() as session:
        assert audit.check(session, ledger.verifier, [older.note]).is_whole
    for table in ("log_entry", "log_tile", "log_checkpoint"):
        with database.writing() as session:
            session.execute(text(f"DELETE FROM {table}"))
    filled(ledger, noon, 5)  # the copy of the night before: whole in itself, signed by the very key
    with database.reading() as session:
        assert audit.check(session, ledger.verifier).is_whole
        judge = audit.check if look == "check" else glance
        assert judge(session, ledger.verifier, [older.note]).why == "rolled_back"
    filled(ledger, noon + timedelta(hours=1), 40)  # and then other entries were added
    with database.reading() as session:
        assert judge(session, ledger.verifier, [older.note]).why == "forked"


def test_a_broken_log_is_flagged_once_and_only_a_person_lifts_it(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 20)
    with database.writing() as session:
        before = session.execute(text("SELECT actor FROM log_entry WHERE subject = '=A-3'")).scalar_one()
        session.execute(text("UPDATE log_entry SET actor = 'account:8' WHERE subject = '=A-3'"))
    for _twice in range(2):
        checked = ledger.look(noon)
        assert (checked.why, checked.broken_at) == ("row_changed", 3)
    with database.reading() as session:
        with pytest.raises(audit.LogBroken) as refused:
            audit.must_hold(session, ledger.contact)
        assert refused.value.facts == {"contact": "审计员"}
        assert [entry.event for entry in audit.of_subject(session, "log")] == ["log.broken"]
    with database.writing() as session:
        session.execute(text("UPDATE log_entry SET actor = :a WHERE subject = '=A-3'"), {"a": before})
    assert ledger.look(noon + timedelta(days=2)).is_whole
    with database.reading() as session, pytest.raises(audit.LogBroken):
        audit.must_hold(session, ledger.contact)
    assert ledger.check(noon, by="account:9").is_whole
    with database.reading() as session:
        audit.must_hold(session, ledger.contact)
        assert [entry.event for entry in audit.of_subject(session, "log")] == ["log.broken", "log.found_whole"]


def test_a_log_signed_anew_by_somebody_else_is_not_whole(database: Database, noon: datetime) -> None:
    """Rows, tree and roots agree: only the key tells."""
    ledger = a_ledger(database)
    filled(ledger, noon, 20)
    with database.writing() as session:
        assert ledger.is_whole(session)
        last = audit.newest(session)
        assert last is not None
        last.note = audit.LogKey.fresh(ledger.key.origin).sign(last.size, bytes.fromhex(last.root))
        session.flush()
        assert audit.check(session).is_whole
        assert not ledger.is_whole(session)


def test_a_glance_sees_what_was_done_to_the_newest_entries(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 20)
    assert ledger.look(noon).is_whole
    with database.writing() as session:
        session.execute(text("UPDATE log_entry SET facts = '{}' WHERE subject = '=A-3'"))
    assert ledger.look(noon + timedelta(minutes=1)).why == "row_changed"
