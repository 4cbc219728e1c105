# SPDX-License-Identifier: Apache-2.0
from datetime import datetime
from pathlib import Path

import pytest

import audit
from audit import FolderWitness, HttpWitness, LogKeyForeign, ledger_of
from audit.keeping import open_key
from kit.database import Database
from kit.settings import Settings
from reference.witness import Keeper
from tests.audit.logs import filled


def a_setting(folder: Path, **more: object) -> Settings:
    return Settings(_env_file=None, data_dir=folder, public_url="https://registrar.invalid:8443", **more)  # type: ignore[arg-type]


def test_the_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    file = tmp_path / "keys" / "log.key"
    first = open_key(file, "test.invalid/log")
    assert file.stat().st_mode & 0o777 == 0o600
    assert open_key(file, "test.invalid/log").verifier == first.verifier
    assert [path.name for path in file.parent.iterdir()] == ["log.key"]


def test_the_log_is_named_after_the_registrars_host(database: Database, tmp_path: Path) -> None:
    assert ledger_of(database, a_setting(tmp_path)).key.origin == "registrar.invalid/log"
    named = a_setting(tmp_path, log_origin="log.registrar.invalid")
    assert ledger_of(database, named).key.origin == "log.registrar.invalid"


def test_witnesses_are_those_of_the_settings(database: Database, tmp_path: Path) -> None:
    vkey = Keeper(tmp_path / "w", "witness.invalid/w1", lambda: 0).vkey
    asked = a_setting(tmp_path, checkpoint_dir=tmp_path, witness_url="http://127.0.0.1:1", witness_key=vkey)
    folder, http = ledger_of(database, asked).witnesses
    assert isinstance(folder, FolderWitness)
    assert isinstance(http, HttpWitness)
    assert http.name == "witness.invalid/w1"


@pytest.mark.parametrize("wrong", ["key", "origin", "witness", "a log key"])
def test_a_key_that_is_none_stops_the_service(database: Database, tmp_path: Path, wrong: str) -> None:
    more: dict[str, object] = {}
    if wrong == "key":
        (tmp_path / "keys").mkdir()
        (tmp_path / "keys" / "log.key").write_text("not a key")
    elif wrong == "origin":
        more = {"log_origin": "two words"}
    elif wrong == "witness":
        more = {"witness_url": "http://127.0.0.1:1", "witness_key": "nonsense"}
    else:
        vkey = ledger_of(database, a_setting(tmp_path)).verifier.vkey
        more = {"witness_url": "http://127.0.0.1:1", "witness_key": vkey}
    with pytest.raises(LogKeyForeign):
        ledger_of(database, a_setting(tmp_path, **more))


def test_a_lost_key_is_noticed_at_the_start(database: Database, tmp_path: Path, noon: datetime) -> None:
    ledger = ledger_of(database, a_setting(tmp_path))
    filled(ledger, noon, 1)
    (tmp_path / "keys" / "log.key").unlink()
    with pytest.raises(LogKeyForeign):
        ledger_of(database, a_setting(tmp_path)).must_be_ours()


def test_the_first_look_checks_everything_and_the_next_only_what_is_new(
    database: Database, tmp_path: Path, noon: datetime
) -> None:
    ledger = ledger_of(database, a_setting(tmp_path))
    filled(ledger, noon, 3)
    assert ledger.look(noon).is_whole
    filled(ledger, noon, 3)
    assert ledger.look(noon).is_whole
    with database.reading() as session:
        assert audit.standing(session).checked_size == 3
