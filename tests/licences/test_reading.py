# SPDX-License-Identifier: Apache-2.0
"""Files that anybody brings are read in a process of their own: what it says, and what is said when it does not."""

import os
import resource
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kit.database import Database
from licences import (
    ConfinedSeals,
    Copy,
    FileReason,
    FileSigner,
    FileVerdict,
    Issuer,
    SealNotRead,
    Store,
    Template,
    check_upload,
    fictitious_codes,
    fill_pool,
    put_in_force,
    read_document,
    reserve,
    signature_fault,
)
from licences.checking import MOST_BYTES
from tests.conftest import NOON
from tests.licences.conftest import a_grant
from tests.licences.test_checking import ATTACKS, HOSTILE, TOLD


@pytest.fixture(scope="module")
def seals() -> Iterator[ConfinedSeals]:
    made = ConfinedSeals()
    yield made
    made.close()


def test_what_is_said_is_the_same_as_here(seals: ConfinedSeals, signed: bytes, signer: FileSigner) -> None:
    assert seals.fault(signed, signer.trust) is None
    assert signature_fault(signed, signer.trust) is None
    for name, attack in ATTACKS.items():
        assert seals.fault(attack(signed), signer.trust) is TOLD.get(name, FileReason.ALTERED), name


def test_no_hostile_file_ends_the_process(seals: ConfinedSeals, signed: bytes, signer: FileSigner) -> None:
    before = seals.pids
    for data in (*HOSTILE, *hostile(signed).values()):
        assert seals.fault(data[:MOST_BYTES], signer.trust) is not None
    assert seals.pids == before


def hostile(signed: bytes) -> dict[str, bytes]:
    """Files that pass for ours as far as they can, and then go on for ever."""
    table = b"xref\n0 1\n0000000000 65535 f \n" + b"1 300\n" + b"0000000000 00000 n \n" * 300
    return {
        "encrypted": signed.replace(b"/Info ", b"/Encrypt 1 0 R\n/Info ", 1),
        "objects by the hundred thousand": signed[:-6]
        + b"".join(b"%d 0 obj\n<< >>\nendobj\n" % number for number in range(9, 200_000))
        + b"%%EOF\n",
        "dictionaries in dictionaries": b"%PDF-1.7\n1 0 obj\n" + b"<</A" * 1_500_000 + b"%%EOF\n",
        "tables without end": b"%PDF-1.7\n% RegistrarSeal\n" + table * 1000 + b"startxref\n9\n%%EOF\n",
        "ranges without number": b"%PDF-1.7\n" + b"/ByteRange [0 1 2 3]" * 400_000,
        "the same end a million times": b"%PDF-1.7\n" + b"startxref\n9\n%%EOF\n" * 400_000,
    }


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux can take memory from a running process")
def test_a_process_that_dies_or_has_no_memory_is_replaced(
    seals: ConfinedSeals, signed: bytes, signer: FileSigner
) -> None:
    os.kill(seals.pids[0], signal.SIGKILL)
    assert seals.fault(signed, signer.trust) is None
    resource.prlimit(seals.pids[0], resource.RLIMIT_AS, (2**20, 2**20))
    assert seals.fault(signed, signer.trust) is None


def test_while_nobody_reads_no_file_is_genuine_or_false(signed: bytes, signer: FileSigner) -> None:
    hanging = ConfinedSeals(patience_s=1.0)
    try:
        assert hanging.fault(signed, signer.trust) is None
        os.kill(hanging.pids[0], signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(SealNotRead):
            hanging.fault(signed, signer.trust)
        assert time.monotonic() - began < 4
        assert hanging.fault(signed, signer.trust) is None
    finally:
        hanging.close()


class NoSeals:
    """Nobody reads."""

    asked = 0

    def fault(self, data: bytes, trust: bytes) -> FileReason | None:
        self.asked += 1
        raise SealNotRead()


def test_an_original_is_known_by_the_register_and_nothing_else_is_guessed(
    database: Database, signed: bytes, signer: FileSigner, tmp_path: Path
) -> None:
    store, nobody = Store(tmp_path), NoSeals()
    with database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 1))
        session.flush()
        licence = reserve(session, a_grant(), NOON)
        put_in_force(session, licence.id, Issuer(store, signer, "http://127.0.0.1:8000").produce(licence), NOON)
        pdf = read_document(session, store, licence, Copy.ORIGINAL)
    assert pdf is not None
    genuine = check_upload(database, pdf, signer.trust, nobody)
    assert genuine.verdict is FileVerdict.GENUINE
    assert genuine.licence is not None
    assert genuine.licence.number == licence.number
    for data, reason in ((b"MZ", FileReason.NOT_A_PDF), (b"%PDF-" + b"0" * MOST_BYTES, FileReason.TOO_LARGE)):
        assert check_upload(database, data, signer.trust, nobody).reasons == (reason,)
    assert nobody.asked == 0
    with pytest.raises(SealNotRead):
        check_upload(database, signed, signer.trust, nobody)
