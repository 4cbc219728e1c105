# SPDX-License-Identifier: Apache-2.0
import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import PdfSignatureMetadata, PdfSigner
from pyhanko.sign.fields import SigFieldSpec
from sqlalchemy.orm import Session

from kit import clock
from licences import (
    Copy,
    FileReason,
    FileSigner,
    FileVerdict,
    Issuer,
    Store,
    Template,
    check_file,
    fictitious_codes,
    fill_pool,
    make_demonstration_authority,
    put_in_force,
    read_document,
    render,
    reserve,
)
from licences.anatomy import build_of
from licences.checking import MOST_BYTES, signature_fault
from licences.ornament import seal_drawing
from tests.conftest import NOON
from tests.licences.conftest import REGISTRAR, a_grant, a_licence

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


def gap_of(data: bytes) -> tuple[int, int]:
    """Where the gap for the signature begins and ends: all bytes but these are covered by the signature."""
    start = data.index(b"/Contents <") + 10
    return start, data.index(b">", start) + 1


# What each change is told as; ALTERED where nothing else is said.
TOLD = {
    "truncated by half": FileReason.UNKNOWN_FILE,  # our seal is in the part that is gone
    "sealed part cut off": FileReason.UNKNOWN_FILE,
    "field renamed": FileReason.FOREIGN_SIGNATURE,  # no seal of ours is claimed any more
}
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
    assert signature_fault(changed, signer.trust) is TOLD.get(name, FileReason.ALTERED)


def test_the_file_of_the_register_is_genuine_and_a_changed_one_is_not(
    session: Session, signer: FileSigner, tmp_path: Path
) -> None:
    fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 1))
    session.flush()
    store = Store(tmp_path)
    licence = reserve(session, a_grant(), NOON)
    put_in_force(session, licence.id, Issuer(store, signer, "http://127.0.0.1:8000").produce(licence), NOON)
    for copy in Copy:
        pdf = read_document(session, store, licence, copy)
        assert pdf is not None
        genuine = check_file(session, pdf, signer.trust)
        assert (genuine.verdict, genuine.licence, genuine.reasons) == (FileVerdict.GENUINE, licence, ())
        changed = check_file(session, at(pdf, len(pdf) // 3), signer.trust)
        assert (changed.verdict, changed.licence, changed.reasons) == (FileVerdict.NO, None, (FileReason.ALTERED,))


def test_every_random_bit_that_the_signature_covers_is_found(signed: bytes, signer: FileSigner) -> None:
    chance = random.Random(20261123)  # noqa: S311 (chance of a test)
    first, last = gap_of(signed)
    covered = [place for place in range(len(signed)) if not first <= place < last]
    for place in chance.sample(covered, 40):
        assert signature_fault(at(signed, place, 1 << chance.randrange(8)), signer.trust) is not None, place


def test_every_random_bit_of_the_padding_is_found(signed: bytes, signer: FileSigner) -> None:
    chance = random.Random(20261123)  # noqa: S311 (chance of a test)
    _first, last = gap_of(signed)
    for place in (last - 1 - chance.randrange(10_000) for _ in range(40)):
        changed = at(signed, place, 1 << chance.randrange(8))
        assert signature_fault(changed, signer.trust) is FileReason.ALTERED, place


def test_the_envelope_that_no_signature_covers_is_left_to_the_register(
    session: Session, signed: bytes, signer: FileSigner
) -> None:
    """RFC 5652 5.4: the digest is over content and signed attributes; the list of algorithms before them is free."""
    first, last = gap_of(signed)
    sha256 = b"0609608648016503040201"
    place = signed.index(sha256, first, last) + len(sha256) - 1
    changed = at(signed, place, 2)  # the list names another algorithm; content and signature are as they were
    assert (changed[:first], changed[last:]) == (signed[:first], signed[last:])
    assert check_file(session, changed, signer.trust).reasons == (FileReason.SIGNED_BUT_UNKNOWN,)


def test_a_look_alike_authority_is_foreign(session: Session, signer: FileSigner, tmp_path: Path) -> None:
    make_demonstration_authority(tmp_path, REGISTRAR, clock.now())  # valid today: only the key is another
    drawn = render(a_licence(), Copy.ORIGINAL, "http://127.0.0.1:8000")
    look_alike = FileSigner(tmp_path)
    forged = look_alike.sign(drawn.pdf, seal_drawing(REGISTRAR), drawn.seal)
    assert signature_fault(forged, look_alike.trust) is None
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


def announcing_with_a_gap(entries: int) -> bytes:
    """The same behind a right byte range around a gap of right form: only its tables give it away."""
    gap, length = b"<3082" + b"0" * 200 + b">", 500
    plain = announcing(entries, "[0 0 0]")
    table = plain[plain.index(b"1 0 obj") : plain.index(b"startxref")] + b"startxref\n%d\n%%%%EOF\n" % (
        length + len(gap)
    )
    head = b"%%PDF-1.7\n%% RegistrarSeal /ByteRange [0 %d %d %d]\n" % (length, length + len(gap), len(table))
    return head.ljust(length, b"%") + gap + table


HOSTILE = [
    announcing(10**9, "[0 0 0]"),
    announcing(10**9, "[1 2 1]"),
    announcing_with_a_gap(10**9),
    b"%PDF-" + b"[" * 10**6,
]


@pytest.mark.parametrize("data", HOSTILE)
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


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=600), st.binary(max_size=60))
def test_garbage_is_refused_and_never_raises(signed: bytes, signer: FileSigner, garbage: bytes, more: bytes) -> None:
    """Garbage alone, as a PDF, as a sealed PDF, in the middle of one, and where its last table should be."""
    middle, tail = len(signed) // 2, signed.rindex(b"startxref")
    for data in (
        b"%PDF-1.7\n" + garbage,
        b"%PDF-1.7\nRegistrarSeal /ByteRange [0 5 9 2]" + garbage,
        signed[:middle] + garbage + b"\0" + signed[middle:],
        signed[:tail] + b"startxref\n" + more + b"\n%%EOF\n",
    ):
        assert signature_fault(data, signer.trust) is not None


def test_the_largest_file_is_still_looked_at(session: Session, signer: FileSigner) -> None:
    data = b"%PDF-".ljust(MOST_BYTES, b"0")
    assert check_file(session, data, signer.trust).reasons == (FileReason.UNKNOWN_FILE,)
    assert check_file(session, data + b"0", signer.trust).reasons == (FileReason.TOO_LARGE,)
