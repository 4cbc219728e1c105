# SPDX-License-Identifier: Apache-2.0
import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec
from sqlalchemy.orm import Session

from licences import Copy, FileReason, FileSigner, FileVerdict, check_file, make_demonstration_authority, render
from licences.anatomy import build_of
from licences.checking import MOST_BYTES, signature_fault
from licences.ornament import seal_drawing
from tests.conftest import NOON
from tests.licences.conftest import REGISTRAR, a_licence

Attack = Callable[[bytes], bytes]


def at(data: bytes, place: int, change: int = 1) -> bytes:
    return data[:place] + bytes([data[place] ^ change]) + data[place + 1 :]


def rewritten(change: Callable[[IncrementalPdfFileWriter], None]) -> Attack:
    def attack(data: bytes) -> bytes:
        writer = IncrementalPdfFileWriter(io.BytesIO(data))
        change(writer)
        out = io.BytesIO()
        writer.write(out)
        return out.getvalue()

    return attack


def new_title(writer: IncrementalPdfFileWriter) -> None:
    writer.set_info(writer.add_object(generic.DictionaryObject({generic.pdf_name("/Title"): generic.pdf_string("x")})))


def overlay(writer: IncrementalPdfFileWriter) -> None:
    stream = writer.add_object(generic.StreamObject(stream_data=b"0 0 500 500 re f"))
    writer.add_stream_to_page(0, stream)


def note(writer: IncrementalPdfFileWriter) -> None:
    names = {"/Type": "/Annot", "/Subtype": "/FreeText"}
    annotation = generic.DictionaryObject({generic.pdf_name(k): generic.pdf_name(v) for k, v in names.items()})
    annotation["/Rect"] = generic.ArrayObject([generic.FloatObject(n) for n in (10, 10, 90, 90)])
    annotation["/Contents"] = generic.pdf_string("genuine")
    page = writer.root["/Pages"]["/Kids"][0]
    page["/Annots"].append(writer.add_object(annotation))
    writer.update_container(page["/Annots"])


def emptied_signature(data: bytes) -> bytes:
    start = data.index(b"/Contents <") + 11
    return data[:start] + b"0" * (data.index(b">", start) - start) + data[data.index(b">", start) :]


def padding_flipped(data: bytes) -> bytes:
    end = data.index(b">", data.index(b"/Contents <"))
    return data[: end - 4] + b"1" + data[end - 3 :]


def small_letters(data: bytes) -> bytes:
    start = data.index(b"/Contents <") + 11
    end = data.index(b">", start)
    return data[:start] + data[start:end].lower() + data[end:]


ATTACKS: dict[str, Attack] = {
    "bit in the content": lambda data: at(data, len(data) // 3),
    "bit in the first object": lambda data: at(data, 200),
    "truncated by one byte": lambda data: data[:-1],
    "truncated by half": lambda data: data[: len(data) // 2],
    "byte appended": lambda data: data + b"\n",
    "garbage appended": lambda data: data + b"%%EOF\n" * 40,
    "byte put in front of the end": lambda data: data[:-6] + b" " + data[-6:],
    "signature emptied": emptied_signature,
    "padding of the signature used": padding_flipped,
    "byte range shifted": lambda data: data.replace(b"/ByteRange [0 ", b"/ByteRange [1 ", 1),
    "bit in the signature": lambda data: at(data, data.index(b"/Contents <") + 1500),
    "signature in small letters": small_letters,
    "form taken away": lambda data: data.replace(b"/AcroForm", b"/AcroFork"),
    "sealed part cut off": lambda data: data[: data.index(b"%%EOF") + 6],
    "old table pointed elsewhere": lambda data: data.replace(b"/Prev ", b"/Prev 1", 1),
    "field renamed": lambda data: data.replace(b"RegistrarSeal", b"RegistrarSeaX"),
    "new title in an update": rewritten(new_title),
    "text laid over in an update": rewritten(overlay),
    "note added in an update": rewritten(note),
}


def test_a_signed_file_holds(signed: bytes, signer: FileSigner) -> None:
    assert signature_fault(signed, signer.trust) is None


@pytest.mark.parametrize("name", ATTACKS)
def test_every_change_is_found(name: str, signed: bytes, signer: FileSigner) -> None:
    changed = ATTACKS[name](signed)
    assert changed != signed
    told_apart = {FileReason.ALTERED, FileReason.FOREIGN_SIGNATURE}
    if name in {"truncated by half", "sealed part cut off"}:
        told_apart = {FileReason.UNKNOWN_FILE}  # our seal is in the part that is gone
    assert signature_fault(changed, signer.trust) in told_apart


def test_random_bits_are_found_or_lie_in_a_spare_copy_that_the_register_does_not_know(
    session: Session, signed: bytes, signer: FileSigner
) -> None:
    chance = random.Random(20261123)  # noqa: S311 (chance of a test)
    for _ in range(20):
        changed = at(signed, chance.randrange(len(signed)), 1 << chance.randrange(8))
        assert check_file(session, changed, signer.trust).verdict is FileVerdict.NO


def test_a_look_alike_authority_is_foreign(session: Session, signer: FileSigner, tmp_path: Path) -> None:
    make_demonstration_authority(tmp_path, REGISTRAR, NOON)
    drawn = render(a_licence(), Copy.ORIGINAL, "http://127.0.0.1:8000")
    forged = FileSigner(tmp_path).sign(drawn.pdf, seal_drawing(REGISTRAR), drawn.seal)
    assert check_file(session, forged, signer.trust).reasons == (FileReason.FOREIGN_SIGNATURE,)


class Insolent(PdfSigner):
    """Signs what forbids it."""

    def _enforce_certification_constraints(self, reader: object) -> None:
        return None


def resealed(pdf: bytes, signer: FileSigner, field: str, certify: bool = False) -> bytes:
    work = Insolent(
        PdfSignatureMetadata(field_name=field, certify=certify), signer._signer, new_field_spec=SigFieldSpec(field)
    )
    return bytes(work.sign_pdf(IncrementalPdfFileWriter(io.BytesIO(pdf)), bytes_reserved=8192).getvalue())


def test_a_second_signature_spoils_the_file(session: Session, signed: bytes, signer: FileSigner) -> None:
    twice = resealed(signed, signer, "Second")
    assert twice.count(b"/ByteRange") == 2
    assert check_file(session, twice, signer.trust).reasons == (FileReason.ALTERED,)


def test_our_key_without_certification_is_not_our_seal(session: Session, signer: FileSigner) -> None:
    page = render(a_licence(), Copy.ORIGINAL, "http://127.0.0.1:8000").pdf
    certified, plain = (resealed(page, signer, "RegistrarSeal", certify=certify) for certify in (True, False))
    assert build_of(certified)
    assert build_of(plain)
    assert check_file(session, plain, signer.trust).reasons == (FileReason.ALTERED,)


def test_another_field_is_another_signature(session: Session, signer: FileSigner) -> None:
    page = render(a_licence(), Copy.ORIGINAL, "http://127.0.0.1:8000").pdf
    other = resealed(page, signer, "Other", certify=True)
    assert check_file(session, other, signer.trust).reasons == (FileReason.FOREIGN_SIGNATURE,)


def test_the_signature_of_another_licence_does_not_fit(session: Session, signed: bytes, signer: FileSigner) -> None:
    drawn = render(a_licence(holder="某甲某"), Copy.ORIGINAL, "http://127.0.0.1:8000")
    other = signer.sign(drawn.pdf, seal_drawing(REGISTRAR), drawn.seal)
    grafted = emptied_signature(other)
    start, theirs = grafted.index(b"/Contents <") + 11, signed.index(b"/Contents <") + 11
    size = signed.index(b">", theirs) - theirs
    grafted = grafted[:start] + signed[theirs : theirs + size] + grafted[start + size :]
    assert build_of(grafted)
    assert check_file(session, grafted, signer.trust).reasons == (FileReason.ALTERED,)


def announcing(entries: int, widths: str) -> bytes:
    """A small file that would keep a PDF library busy: a cross-reference stream with that many entries."""
    head = b"%PDF-1.7\n% RegistrarSeal\n"
    table = (
        f"1 0 obj\n<< /Type /XRef /Size {entries} /W {widths} /Root 2 0 R /Length 0 >>\nstream\n\nendstream\nendobj\n"
    )
    return head + table.encode() + b"startxref\n%d\n%%%%EOF\n" % len(head)


@pytest.mark.parametrize("data", [announcing(10**9, "[0 0 0]"), announcing(10**9, "[1 2 1]"), b"%PDF-" + b"[" * 10**6])
def test_a_hostile_file_is_refused_before_a_library_opens_it(session: Session, signer: FileSigner, data: bytes) -> None:
    assert build_of(data) is None  # the library would be busy for hours
    assert check_file(session, data, signer.trust).verdict is FileVerdict.NO


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", FileReason.NOT_A_PDF),
        (b"hello", FileReason.NOT_A_PDF),
        (b"%PDF-1.7 nothing more", FileReason.UNKNOWN_FILE),
        (b"%PDF-" + b"0" * MOST_BYTES, FileReason.TOO_LARGE),
    ],
)
def test_what_is_no_licence_is_told_apart(
    session: Session, signer: FileSigner, data: bytes, reason: FileReason
) -> None:
    assert check_file(session, data, signer.trust).reasons == (reason,)


def test_an_unsigned_page_is_not_ours(session: Session, signer: FileSigner) -> None:
    pdf = render(a_licence(), Copy.ORIGINAL, "http://127.0.0.1:8000").pdf
    assert check_file(session, pdf, signer.trust).reasons == (FileReason.UNKNOWN_FILE,)
