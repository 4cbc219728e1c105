# SPDX-License-Identifier: Apache-2.0
"""A scanner that speaks as clamd does: what it knows is refused, and when it says nothing, nothing is kept."""

import os
import shutil
import tempfile
import time
from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from identity.examining import ScannedExaminer
from kit.scanning import Clamd, FileNotScanned, MalwareFound, scanner_at
from kit.uploads import Kept, MaterialActs, examined
from reference.clamd import EICAR, Manner, scanner
from tests.approval.test_materials import a_pdf, with_object

PDF = a_pdf()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    with scanner() as address:
        yield address


def test_a_file_that_nobody_knows_passes_and_the_test_file_of_eicar_does_not(address: str) -> None:
    clamd = Clamd(address)
    assert clamd.answers()
    clamd.must_be_clean(PDF)
    clamd.must_be_clean(b"")
    clamd.must_be_clean(os.urandom(3 * 2**20))
    with capture_logs() as told, pytest.raises(MalwareFound):
        clamd.must_be_clean(PDF + EICAR)
    (line,) = told
    assert (line["event"], line["name"]) == ("malware_found", "Eicar-Test-Signature")


def test_a_socket_of_the_system_is_spoken_to_as_well() -> None:
    folder = tempfile.mkdtemp(prefix="scan-")  # a socket's path is short
    try:
        with scanner(path=f"{folder}/s") as address, pytest.raises(MalwareFound):
            Clamd(address).must_be_clean(EICAR)
    finally:
        shutil.rmtree(folder)


@pytest.mark.parametrize("manner", ["silent", "cut", "garbled", "drip"])
def test_a_scanner_that_says_nothing_has_not_passed_the_file(manner: Manner) -> None:
    with scanner(manner) as address:
        clamd, began = Clamd(address, patience_s=0.5), time.monotonic()
        with pytest.raises(FileNotScanned):
            clamd.must_be_clean(PDF)
        assert time.monotonic() - began < 3
        assert not clamd.answers()


def test_neither_has_one_that_is_not_there_or_takes_no_file_so_large() -> None:
    for address in ("clamd://127.0.0.1:1", "unix:/nowhere/clamd.ctl"):
        with pytest.raises(FileNotScanned):
            Clamd(address).must_be_clean(PDF)
        assert not Clamd(address).answers()
    with scanner(most=1000) as address, pytest.raises(FileNotScanned):
        Clamd(address).must_be_clean(PDF + b"\0" * 5000)


class HereExaminer:
    def examine(self, data: bytes, name: str) -> Kept:
        return examined(data, name)


def test_what_is_kept_was_examined_and_scanned(address: str) -> None:
    examiner = ScannedExaminer(HereExaminer(), Clamd(address))
    assert examiner.examine(PDF, "a.pdf") == examined(PDF, "a.pdf")
    infected = with_object(b"9 0 obj (" + EICAR.replace(b"(", b"\\(").replace(b")", b"\\)") + b") endobj ")
    assert examiner.examine(infected, "a.pdf").data == infected  # escaped, it is not that file
    with pytest.raises(MalwareFound):
        examiner.examine(with_object(b"9 0 obj " + EICAR + b" endobj "), "a.pdf")
    with pytest.raises(MaterialActs):
        examiner.examine(with_object(b"9 0 obj << /JavaScript 1 >> endobj "), "a.pdf")
    nobody = ScannedExaminer(HereExaminer(), Clamd("clamd://127.0.0.1:1"))
    with pytest.raises(FileNotScanned):
        nobody.examine(PDF, "a.pdf")


def test_without_an_address_there_is_no_scanner() -> None:
    assert scanner_at("") is None
    assert scanner_at("unix:/run/clamav/clamd.ctl") is not None
