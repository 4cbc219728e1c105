# SPDX-License-Identifier: Apache-2.0
import os
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select, text

import audit
from audit import Ledger, LogKey
from audit.keeping import Sequencer
from audit.leaves import leaf
from audit.sequencing import ClockBehind, TreeDamaged, sequence
from audit.tree import Edge, leaf_hash
from kit.database import Database
from tests.audit.logs import ORIGIN, a_ledger, filled, written


def root_from_rows(database: Database) -> tuple[int, str]:
    """The root over what the rows say, without any tile."""
    e, edge = audit.Entry, Edge()
    with database.reading() as session:
        rows = session.execute(select(e.index, e.at, e.event, e.subject, e.actor, e.facts).order_by(e.index)).all()
    assert [row[0] for row in rows] == list(range(len(rows)))
    for row in rows:
        edge.add(leaf_hash(leaf(*row[1:])))
    return edge.size, edge.root().hex()


def test_eight_writers_and_three_sequencers_leave_no_gap_and_no_duplicate(database: Database, noon: datetime) -> None:
    ledger, together, done = a_ledger(database), threading.Barrier(11), threading.Event()

    def write(writer: int) -> None:
        together.wait()
        for n in range(25):
            with database.writing() as session:
                facts: dict[str, audit.JSON] = {"n": n}
                audit.append(
                    session, event="case.opened", subject=f"A-{writer}-{n}", actor="account:7", facts=facts, now=noon
                )

    def order() -> None:
        together.wait()
        while not done.is_set():
            ledger.sequence(noon)

    writers = [threading.Thread(target=write, args=(n,)) for n in range(8)]
    sequencers = [threading.Thread(target=order) for _ in range(3)]
    for thread in (*writers, *sequencers):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    for thread in sequencers:
        thread.join()
    ledger.sequence(noon)
    with database.snapshot() as session:
        end = audit.head(session)
        assert audit.check(session, ledger.verifier) == audit.Checked(200, 0, end, "", None)
        assert len(session.scalars(select(audit.Entry.subject).distinct()).all()) == 200
    assert root_from_rows(database) == tuple(end)


def test_a_sequencer_killed_before_the_commit_leaves_nothing_behind(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 300)
    written(database, noon, 300)
    with suppress(ZeroDivisionError), database.writing() as session:
        sequence(session, ledger.key, noon) / 0
    with database.reading() as session:
        assert (audit.head(session).size, audit.pending(session)) == (300, 300)
        assert audit.check(session, ledger.verifier).is_whole
    assert ledger.sequence(noon) == 300
    assert ledger.sequence(noon) == 0
    assert root_from_rows(database)[0] == 600
    with database.reading() as session:
        assert audit.check(session, ledger.verifier).is_whole


WORK = """
import sys
from datetime import UTC, datetime
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from audit import Ledger, LogKey
from kit.database import Database
from tests.audit.logs import ORIGIN, written
now = datetime(2026, 11, 23, 4, tzinfo=UTC)
database = Database(sys.argv[1])
ledger = Ledger(database, LogKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32))))
print("ready", flush=True)
while True:
    written(database, now, 40)
    ledger.sequence(now)
"""


def test_a_process_killed_at_any_moment_leaves_a_log_that_goes_on(database: Database, noon: datetime) -> None:
    ledger = Ledger(database, LogKey(ORIGIN, Ed25519PrivateKey.from_private_bytes(bytes(32))))
    sizes = []
    for number in range(3):
        command = [sys.executable, "-c", WORK, database.url]
        with subprocess.Popen(command, stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": "."}) as worker:
            assert worker.stdout is not None
            worker.stdout.readline()
            time.sleep(0.2 + 0.07 * number)
            worker.kill()
        with database.snapshot() as session:
            assert audit.check(session, ledger.verifier).is_whole
        ledger.sequence(noon)
        with database.snapshot() as session:
            assert audit.pending(session) == 0
        sizes.append(root_from_rows(database)[0])
    assert sizes == sorted(sizes)
    assert sizes[-1] > 0


def test_an_entry_that_commits_after_one_with_a_higher_id_is_not_forgotten(database: Database, noon: datetime) -> None:
    if database.is_sqlite:
        pytest.skip("SQLite has one writer at a time")
    ledger = a_ledger(database)
    with database.writing() as slow:
        audit.append(slow, event="case.opened", subject="A-1", actor="account:7", facts={}, now=noon)
        with database.writing() as fast:
            audit.append(fast, event="case.opened", subject="A-2", actor="account:7", facts={}, now=noon)
        assert ledger.sequence(noon) == 1
    assert ledger.sequence(noon) == 1
    with database.reading() as session:
        assert {entry.subject: entry.index for entry in audit.search(session)} == {"A-1": 1, "A-2": 0}


def test_more_than_one_portion_is_sequenced_at_once(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    written(database, noon, 4_300)
    assert ledger.sequence(noon) == 4_300
    with database.reading() as session:
        assert audit.check(session, ledger.verifier).is_whole


def test_nothing_is_built_on_tiles_that_do_not_fit(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 5)
    with database.writing() as session:
        session.execute(text("UPDATE log_checkpoint SET root = :wrong"), {"wrong": "0" * 64})
    written(database, noon, 1)
    with pytest.raises(TreeDamaged):
        ledger.sequence(noon)


def test_a_clock_that_was_set_back_signs_nothing(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 1)
    written(database, noon, 1)
    with pytest.raises(ClockBehind):
        ledger.sequence(noon - timedelta(hours=1))
    assert ledger.sequence(noon + timedelta(hours=1)) == 1


def test_the_thread_sequences_what_is_written_and_what_is_left_when_it_ends(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    sequencer = Sequencer(ledger, lambda: noon, every_s=0.01)
    sequencer.start()
    written(database, noon, 10)
    sequencer.stop()
    with database.reading() as session:
        assert (audit.head(session).size, audit.pending(session)) == (10, 0)


def test_a_second_key_under_one_log_is_refused(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    ledger.must_be_ours()
    filled(ledger, noon, 1)
    ledger.must_be_ours()
    with pytest.raises(audit.LogKeyForeign):
        a_ledger(database).must_be_ours()


def test_the_published_tiles_are_those_of_the_tree(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 300)
    with database.reading() as session:
        full, part, above = (
            audit.hash_tile(session, 0, 0, None),
            audit.hash_tile(session, 0, 1, 44),
            audit.hash_tile(session, 1, 0, 1),
        )
        assert full is not None
        assert part is not None
        assert above is not None
        assert (len(full), len(part), len(above)) == (8192, 44 * 32, 32)
        assert audit.hash_tile(session, 0, 1, None) is None
        assert audit.hash_tile(session, 0, 1, 45) is None
        bundle = audit.entry_bundle(session, 1, 44)
        assert audit.entry_bundle(session, 1, 45) is None
    assert bundle is not None
    hashes = b""
    while bundle:
        length = int.from_bytes(bundle[:2])
        hashes += leaf_hash(bundle[2 : 2 + length])
        bundle = bundle[2 + length :]
    assert hashes == part


@pytest.mark.parametrize("path", ["", "1", "0001", "x000/001", "001.p/0", "001.p/256", "001.p/01", "-01", "٠٠١", "a"])
def test_an_address_that_is_not_exactly_a_tile_is_none(path: str) -> None:
    with pytest.raises(LookupError):
        audit.tile_number(path)
