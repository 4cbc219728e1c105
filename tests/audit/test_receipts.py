# SPDX-License-Identifier: Apache-2.0
"""What an applicant takes home can be verified by anybody, offline, and no byte of it may be another."""

import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest

import audit
from audit import LogKey, verify_export
from audit import verifier as file_of_verifier
from kit.database import Database
from tests.audit.logs import ORIGIN, a_ledger, filled

WHY = "经营场所证明与所填地址不符"


@pytest.fixture
def taken(database: Database, noon: datetime, tmp_path: Path) -> tuple[Path, str]:
    """A receipt of a decision among others, and the published key."""
    ledger = a_ledger(database)
    filled(ledger, noon, 5)
    with database.writing() as session:
        about = {"event": "decision.made", "subject": "A-1", "actor": "account:7"}
        audit.append(session, **about, facts={}, now=noon, personal={"reason": WHY})
    filled(ledger, noon, 3)
    ledger.sequence(noon)
    with database.reading() as session:
        text = audit.receipt_of(session, "A-1", "decision.made")
    file = tmp_path / "A-1.tlog-proof"
    file.write_text(text, "utf-8")
    return file, ledger.verifier.vkey


def test_the_one_file_of_the_verifier_tells_what_a_receipt_proves(taken: tuple[Path, str], tmp_path: Path) -> None:
    file, key = taken
    alone = tmp_path / "verify_export.py"
    alone.write_bytes(Path(file_of_verifier.__file__).read_bytes())
    command = [sys.executable, "-I", str(alone), str(file), "--key", key]
    told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    assert "decision.made A-1" in told
    assert f"reason: {WHY}" in told
    assert "VERIFIED: 1 entries (receipt)" in told


def test_a_receipt_is_nothing_without_the_published_key(taken: tuple[Path, str]) -> None:
    file, _key = taken
    assert verify_export(file).faults[0][0] == "no_key"
    assert verify_export(file, LogKey.fresh(ORIGIN).verifier.vkey).faults[0][0] == "signature"


def test_no_byte_of_a_receipt_may_be_another(taken: tuple[Path, str]) -> None:
    file, key = taken
    whole = file.read_bytes()
    verifier = audit.Verifier.from_vkey(key)
    for at in range(len(whole)):
        file.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
        assert not verify_export(file, key).ok, at
        with pytest.raises((audit.NotInTree, audit.NoteRefused, UnicodeDecodeError)):
            audit.read_receipt(file.read_text("utf-8"), verifier)
    for end in range(len(whole)):
        file.write_bytes(whole[:end])
        assert not verify_export(file, key).ok, end
