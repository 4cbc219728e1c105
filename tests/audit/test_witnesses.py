# SPDX-License-Identifier: Apache-2.0
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

import audit
from audit import FolderWitness, HttpWitness, Ledger, Verifier
from audit.notes import parts
from audit.proving import prove_consistency
from audit.witnesses import WitnessObjects, WitnessSilent
from kit.database import Database
from reference.witness import Keeper, Log, create_app
from tests.audit.logs import ORIGIN, a_ledger, filled
from tests.reference.running import running


class Away:
    """A witness that does not answer."""

    name = "away"

    def show(self, note: str, old: int, path: Sequence[bytes], now: datetime) -> list[str]:
        raise WitnessSilent(witness=self.name)

    def held(self) -> list[str]:
        raise WitnessSilent(witness=self.name)


@pytest.fixture
def keeper(tmp_path: Path) -> Keeper:
    return Keeper(tmp_path / "witness", "witness.invalid/w1", lambda: 1795406400)


@pytest.fixture
def witnessed(database: Database, keeper: Keeper) -> Iterator[Ledger]:
    """A log with the reference witness, asked over HTTP."""
    bare = a_ledger(database)
    app = create_app(keeper, [Log.from_vkey(bare.verifier.vkey)])
    with running(app) as url, httpx.Client(trust_env=False) as client:
        witness = HttpWitness(url, Verifier.from_vkey(keeper.vkey), client)
        yield Ledger(database, bare.key, (witness,), "审计员")


def seen(ledger: Ledger, name: str = "witness.invalid/w1") -> audit.Shown:
    with ledger.database.reading() as session:
        return audit.shown(session, name)


def test_a_witness_cosigns_each_checkpoint_that_follows_from_the_last(
    witnessed: Ledger, keeper: Keeper, noon: datetime
) -> None:
    for count in (3, 1, 300):
        filled(witnessed, noon, count)
        witnessed.show(noon)
    with witnessed.database.reading() as session:
        newest = audit.newest(session)
        assert newest is not None
        witness = Verifier.from_vkey(keeper.vkey)
        assert witness.open(newest.note).size == 304
        assert witnessed.verifier.open(newest.note).size == 304
        assert audit.check(session, witnessed.verifier).is_whole
        body, lines = parts(newest.note)
        assert witness.line_in(body.replace("304", "305"), lines) is None
    row = seen(witnessed)
    assert (row.size, row.failing_since, keeper.known(ORIGIN)[0]) == (304, None, 304)


def test_a_log_whose_witness_forgot_or_never_told_finds_the_size_again(
    witnessed: Ledger, keeper: Keeper, noon: datetime
) -> None:
    filled(witnessed, noon, 5)
    witnessed.show(noon)
    with witnessed.database.writing() as session:
        session.execute(text("DELETE FROM log_witness"))
    filled(witnessed, noon, 5)
    witnessed.show(noon)
    assert (seen(witnessed).size, keeper.known(ORIGIN)[0]) == (10, 10)


def test_a_log_rolled_back_or_rewritten_with_the_very_key_is_refused_by_its_witness(
    witnessed: Ledger, noon: datetime
) -> None:
    filled(witnessed, noon, 20)
    witnessed.show(noon)
    for table in ("log_entry", "log_tile", "log_checkpoint"):
        with witnessed.database.writing() as session:
            session.execute(text(f"DELETE FROM {table}"))
    filled(witnessed, noon + timedelta(hours=1), 30)
    with witnessed.database.reading() as session:
        assert audit.check(session, witnessed.verifier).is_whole
    witnessed.show(noon)
    assert seen(witnessed).fault == WitnessObjects.code
    with witnessed.database.reading() as session, pytest.raises(audit.LogBroken):
        audit.must_hold(session, "")


def test_a_log_shorter_than_what_its_witness_holds_stops_issuing(witnessed: Ledger, noon: datetime) -> None:
    filled(witnessed, noon, 20)
    witnessed.show(noon)
    for table in ("log_entry", "log_tile", "log_checkpoint"):
        with witnessed.database.writing() as session:
            session.execute(text(f"DELETE FROM {table}"))
    filled(witnessed, noon, 5)
    witnessed.show(noon)
    with witnessed.database.reading() as session, pytest.raises(audit.LogBroken):
        audit.must_hold(session, "")


def test_a_witness_that_is_away_delays_nothing_and_is_told(database: Database, noon: datetime, tmp_path: Path) -> None:
    ledger = a_ledger(database, Away(), FolderWitness(tmp_path))
    for hours in (0, 1):
        filled(ledger, noon + timedelta(hours=hours), 3)
        ledger.show(noon + timedelta(hours=hours))
    row = seen(ledger, "away")
    assert (row.size, row.failing_since, row.fault) == (0, noon, "witness_silent")
    assert ledger.look(noon).is_whole
    with database.reading() as session:
        audit.must_hold(session, "")
        assert audit.head(session).size == 6


def test_what_is_kept_in_a_folder_finds_a_database_that_was_rolled_back(
    database: Database, noon: datetime, tmp_path: Path
) -> None:
    folder = FolderWitness(tmp_path)
    ledger = a_ledger(database, folder)
    for months in range(4):
        filled(ledger, noon, 4)
        ledger.show(noon + timedelta(days=31 * months))
    assert [ledger.verifier.open(note).size for note in folder.held()] == [4, 8, 12, 16]
    (newest,) = sorted(tmp_path.iterdir())[-1:]
    newest.write_text(newest.read_text("utf-8") + "half a no", "utf-8")  # the disk was full, once
    assert ledger.check(noon, by="account:9").is_whole
    for table in ("log_entry", "log_tile", "log_checkpoint"):
        with database.writing() as session:
            session.execute(text(f"DELETE FROM {table}"))
    filled(ledger, noon, 4)
    assert ledger.look(noon).why in ("rolled_back", "forked")


def test_a_folder_that_is_not_there_is_a_silent_witness(database: Database, noon: datetime, tmp_path: Path) -> None:
    ledger = a_ledger(database, FolderWitness(tmp_path / "not mounted"))
    filled(ledger, noon, 1)
    ledger.show(noon)
    assert seen(ledger, "folder not mounted").fault == "witness_silent"


@pytest.mark.parametrize(
    ("sent", "status"),
    [
        ("old 0\n\nother.invalid/log\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 x AAAA\n", 404),
        (f"old 0\n\n{ORIGIN}\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n\n\u2014 x AAAA\n", 403),
        ("", 422),
        ("old x\n\n", 422),
        ("x" * 70_000, 413),
    ],
)
def test_the_reference_witness_refuses_as_the_standard_says(
    witnessed: Ledger, keeper: Keeper, sent: str, status: int
) -> None:
    app = create_app(keeper, [Log.from_vkey(witnessed.verifier.vkey)])
    with running(app) as url:
        assert httpx.post(f"{url}/add-checkpoint", content=sent.encode(), trust_env=False).status_code == status


def test_proofs_between_any_two_checkpoints_hold_by_the_arithmetic_of_the_witness(
    database: Database, noon: datetime
) -> None:
    from reference.witness import grown

    ledger = a_ledger(database)
    filled(ledger, noon, 1, 2, 30, 250, 17)
    with database.reading() as session:
        for old in (1, 3, 33, 283):
            for new in (33, 283, 300):
                if old <= new:
                    proof = prove_consistency(session, old, new)
                    assert grown(old, proof.old_root, new, proof.path) == (proof.old_root, proof.new_root)
