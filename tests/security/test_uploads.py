# SPDX-License-Identifier: Apache-2.0
"""Hostile files: three hundred that are damaged, disguised or endless; what happens to each, where, and how fast."""

import contextlib
import hashlib
import io
import random
import resource
import time
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from PIL import Image

import licences
from approval import materials
from approval.application import Application
from identity.examining import FileNotExamined, WorkerExaminer
from identity.workers import FaceServiceDown, Workers
from kit import uploads
from kit.errors import DomainError
from kit.uploads import Kept, MaterialTooLarge, NotAMaterial, examined
from licences import ConfinedSeals, FileReason, SealNotRead
from tests.approval.test_materials import a_pdf, a_picture, in_stream, with_object
from tests.conftest import NOON
from tests.journeys.inprocess import House

PAGE = b"1 0 obj << /Type /Page >> endobj "
EMPTY = b"\0\0\0\xff\xff"  # a block of deflate that says nothing
SOUND = {"pdf": a_pdf(), "jpeg": a_picture(kind="JPEG"), "png": a_picture()}


def damaged(seed: int) -> bytes:
    """A sound file with a handful of bytes changed, cut, doubled or moved."""
    chance = random.Random(seed)  # noqa: S311 (the same files every time)
    data = bytearray(chance.choice(list(SOUND.values())))
    for _ in range(chance.randint(1, 12)):
        place = chance.randrange(len(data))
        match chance.randrange(4):
            case 0:
                data[place] = chance.randrange(256)
            case 1:
                del data[place : place + chance.randrange(1, 40)]
            case 2:
                data[place:place] = data[place : place + chance.randrange(1, 40)]
            case _:
                data[place : place + 4] = chance.randbytes(4)
        if not data:
            data = bytearray(b"%PDF-")
    return bytes(data)


def a_gif_that_is_a_script() -> bytes:
    return b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(1)//"


def a_picture_that_is_a_page() -> bytes:
    """A JPEG with markup in its comment and behind its end."""
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(out, "JPEG", comment=b"<script>alert(1)</script>")
    return out.getvalue() + b"<html><script>alert(1)</script></html>"


ENDLESS = {
    "streams without number": b"%PDF-1.7 " + PAGE + b"stream\n" * 1_300_000 + b"%%EOF",
    "streams that hold each other": b"%PDF-1.7 " + PAGE + b"stream\nx\x9c" * 19_000 + b"endstream %%EOF",
    "dictionaries that begin again": b"%PDF-1.7 " + PAGE + (b"1 1 obj<<" * 450 + b"stream\n") * 2_000 + b"%%EOF",
    "pictures that never end": b"%PDF-1.7 " + PAGE + (b"1 1 obj<<" + b"/Image" * 600 + b"stream\n") * 2_000 + b"%%EOF",
    "spaces": b"%PDF-1.7 " + PAGE + b"/Type" + b" " * 9_000_000 + b"%%EOF",
    "types": b"%PDF-1.7 " + PAGE + b"/Type  " * 1_300_000 + b"%%EOF",
    "numbers": b"%PDF-1.7 " + PAGE + b"1 " * 4_500_000 + b"obj stream\n %%EOF",
    "names in hexadecimal": b"%PDF-1.7 " + PAGE + b"/#4a#61#76#61#53" * 600_000 + b"%%EOF",
    "nothing, inflated again and again": b"%PDF-1.7 " + PAGE + b"stream\nx\x9c" * 9_000 + EMPTY * 1_500_000 + b"%%EOF",
    "what inflates a thousandfold": in_stream(b"\0" * (15 * 2**20)),
    "many that inflate": with_object(
        (b"9 0 obj << >> stream\n" + zlib.compress(b"\0" * 100_000) + b"\nendstream endobj ") * 2_000
    ),
}


@pytest.mark.parametrize("data", ENDLESS.values(), ids=ENDLESS)
def test_no_file_keeps_the_examiner_busy(data: bytes) -> None:
    assert len(data) <= uploads.MOST_BYTES
    began = time.process_time()
    with contextlib.suppress(DomainError):
        examined(data, "a.pdf")
    assert time.process_time() - began < 1.0


def test_of_three_hundred_damaged_files_none_breaks_anything_and_no_picture_is_kept_as_it_came() -> None:
    before, kept = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, 0
    for seed in range(300):
        data = damaged(seed)
        began = time.process_time()
        try:
            clean = examined(data, "a.bin")
        except DomainError:
            continue
        finally:
            assert time.process_time() - began < 1.0
        kept += 1
        assert clean.media_type in ("application/pdf", "image/jpeg")
        if clean.media_type == "image/jpeg":
            assert clean.data != data
            assert Image.open(io.BytesIO(clean.data)).format == "JPEG"
    assert kept > 0  # else nothing was tried
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200 * 1024  # kB


def test_of_a_file_that_is_two_things_only_the_picture_is_left() -> None:
    clean = examined(a_picture_that_is_a_page(), "page.html")
    assert b"script" not in clean.data
    assert clean.name == "page.jpg"
    for data in (
        a_gif_that_is_a_script(),
        b"<svg onload='alert(1)'/>",
        b"\x1f\x8b gzip",
        b"SIMPLE  = T",
        b"RIFFxxxxWEBP",
    ):
        with pytest.raises(NotAMaterial):
            examined(data, "a.jpg")


# Where it happens.


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    made = Workers(1)
    yield made
    made.close()


def test_a_file_is_examined_in_another_process_and_refusals_come_back(workers: Workers) -> None:
    examiner = WorkerExaminer(workers)
    assert examiner.examine(SOUND["pdf"], "图.pdf") == examined(SOUND["pdf"], "图.pdf")
    assert examiner.examine(SOUND["png"], "图.png").media_type == "image/jpeg"
    with pytest.raises(MaterialTooLarge):
        examiner.examine(a_pdf(201), "long.pdf")
    with pytest.raises(NotAMaterial):
        examiner.examine(b"MZ", "a.exe")


class BusyWorkers:
    def do(self, task: str, files: Sequence[bytes], *more: object) -> Kept:
        raise FaceServiceDown()


def test_a_file_that_nobody_has_time_for_is_not_kept() -> None:
    with pytest.raises(FileNotExamined):
        WorkerExaminer(BusyWorkers()).examine(SOUND["pdf"], "a.pdf")  # type: ignore[arg-type]


def test_no_endless_or_damaged_file_keeps_the_reader_of_seals_busy() -> None:
    seals = ConfinedSeals()
    try:
        seals.fault(SOUND["pdf"], b"")
        before = seals.pids
        for data in (*ENDLESS.values(), *(damaged(seed) for seed in range(20))):
            began = time.monotonic()
            assert seals.fault(data[: licences.MOST_BYTES], b"") is not None
            assert time.monotonic() - began < 5.0  # the patience for a file: far more than any of them takes
        assert seals.pids == before
    finally:
        seals.close()


class NoSeals:
    def fault(self, data: bytes, trust: bytes) -> FileReason | None:
        raise SealNotRead()


@pytest.mark.parametrize("path", ["/verify", "/api/v1/licences/check"])
def test_of_a_file_that_nobody_could_read_nothing_is_said(house: House, path: str) -> None:
    from dataclasses import replace

    house.site.app.state.desk = house.desk = replace(house.desk, seals=NoSeals())
    answer = house.ask("lin", "POST", path, files={"file": ("a.pdf", SOUND["pdf"], "application/pdf")})
    assert answer.status_code == 503
    assert "没有得出结论" in answer.text
    assert "verdict" not in answer.text


class NoExaminer:
    def examine(self, data: bytes, name: str) -> Kept:
        raise FileNotExamined()


def a_place(house: House) -> tuple[str, str]:
    case = house.post("lin", "/apply", item="commercial-performance").headers["location"].removeprefix("/apply/")
    return case, f"/apply/{case}/material/safety_plan"


def test_the_pages_never_keep_what_was_not_examined(house: House) -> None:
    from dataclasses import replace

    house.site.app.state.desk = house.desk = replace(house.desk, examiner=NoExaminer())
    case, where = a_place(house)
    answer = house.ask("lin", "POST", where, files={"file": ("a.pdf", SOUND["pdf"], "application/pdf")})
    assert answer.status_code == 422
    assert "没有保存" in answer.text
    with house.database.reading() as session:
        assert materials.of_application(session, case) == []


HOSTILE_NAMES = [
    'a"\r\nX-Injected: 1.pdf',
    "../../../etc/passwd",
    "a;filename=evil.html",
    "図\u202efdp.exe",
    "'; DROP TABLE",
]


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_what_is_sent_back_is_a_download_that_runs_nothing(house: House, name: str) -> None:
    case, _where = a_place(house)
    with house.database.writing() as session:
        application = session.get_one(Application, case)
        materials.keep(session, application.id, "safety_plan", examined(SOUND["pdf"], name), NOON)
    digest = hashlib.sha256(SOUND["pdf"]).hexdigest()
    answer = house.ask("lin", "GET", f"/apply/{case}/files/{digest}")
    assert answer.content == SOUND["pdf"]
    headers = answer.headers
    assert headers["content-type"] == "application/pdf"
    assert headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert not set(headers["content-disposition"][21:]) & set(' ";\r\n')
    assert headers["content-security-policy"] == "default-src 'none'; sandbox; frame-ancestors 'none'"
    assert (headers["x-content-type-options"], headers["cache-control"]) == ("nosniff", "no-store")
    assert "x-injected" not in headers
    assert house.ask("other", "GET", f"/apply/{case}/files/{digest}").status_code == 404


def test_only_the_limited_processes_decode_pictures() -> None:
    """Who names the decoders: nothing of the pages, and nothing of the verbs."""
    decoders = ("PIL", "cv2", "kit.images")
    named = {
        str(path)
        for folder in ("web", "approval", "console", "main.py", "notices", "instruments", "audit")
        for path in ([Path(folder)] if folder.endswith(".py") else Path(folder).rglob("*.py"))
        if any(f"import {name}" in (text := path.read_text("utf-8")) or f"from {name}" in text for name in decoders)
    }
    assert named == set()
    assert "examined(" not in Path("web/pages/materials.py").read_text("utf-8")
