# SPDX-License-Identifier: Apache-2.0
"""Files that applicants bring: hostile until examined, sealed, named by their hash, and nobody else's."""

import io
import zlib
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from reportlab.pdfgen.canvas import Canvas
from sqlalchemy import select, text

from approval import cases, materials
from approval.application import Application
from approval.guards import GUARDS
from approval.received import received
from approval.steps import VERBS
from catalogue import load_catalogue
from kit.database import Database
from kit.images import ImageTooLarge, ImageTruncated
from kit.uploads import Kept, MaterialActs, MaterialTooLarge, NotAMaterial, examined, shown_name
from notices import Kind, Notice
from tests.conftest import NOON
from tests.office import TestOffice, a_submitted_case, an_applicant

SCRIPT = b"<< /S /JavaScript >>"
MORE = """
[[pages.fields]]
name = "plan"
kind = "material"
label = { zh = "平面图", en = "Plan" }
most = 2
"""


def a_pdf(pages: int = 1) -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    for _ in range(pages):
        canvas.drawString(100, 700, "a plan")
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def a_picture(size: tuple[int, int] = (80, 60), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "white").save(out, kind)
    return out.getvalue()


def with_object(content: bytes) -> bytes:
    return a_pdf().replace(b"%%EOF", content + b"\n%%EOF")


def in_stream(content: bytes) -> bytes:
    packed = zlib.compress(content)
    return with_object(b"9 0 obj << /Type /ObjStm /Filter /FlateDecode >> stream\n" + packed + b"\nendstream endobj")


def test_the_pixels_of_a_scan_are_not_searched() -> None:
    scan = in_stream(b"\0" * (17 * 2**20)).replace(b"/Type /ObjStm", b"/Type /XObject /Subtype /Image")
    assert examined(scan, "scan.pdf").media_type == "application/pdf"


def test_a_picture_is_written_anew_and_a_plain_pdf_kept_as_it_is() -> None:
    picture = a_picture()
    kept = examined(picture + b"<script>appended</script>", "平面图.PNG")
    assert (kept.media_type, kept.name) == ("image/jpeg", "平面图.jpg")
    assert b"script" not in kept.data
    pdf = a_pdf(3)
    assert examined(pdf, "plan.pdf") == Kept(pdf, "application/pdf", "plan.pdf")


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"", NotAMaterial),
        (b"<html><script>1</script>", NotAMaterial),
        (b"PK\x03\x04 a zip", NotAMaterial),
        (b"MZ a program", NotAMaterial),
        (b"GIF89a", NotAMaterial),
        (b"%PDF-1.7 and no end", NotAMaterial),
        (b"%PDF-1.7 no page %%EOF", NotAMaterial),
        (with_object(b"<< /S /JavaScript /JS (app.alert(1)) >>"), MaterialActs),
        (with_object(b"<< /S /Java#53cript >>"), MaterialActs),
        (with_object(b"<< /S /Launch /F (cmd) >>"), MaterialActs),
        (with_object(b"<< /Names << /EmbeddedFiles [] >> >>"), MaterialActs),
        (with_object(b"trailer << /Encrypt 5 0 R >>"), MaterialActs),
        (in_stream(b"<< /S /JavaScript >>"), MaterialActs),
        (in_stream(b"<< /S /#4aavaScript >>"), MaterialActs),
        (in_stream(b"<< /S /#4A#61#76#61#53#63#72#69#70#74 >>"), MaterialActs),
        (in_stream(SCRIPT).replace(b"/Type /ObjStm", b"/Type /ObjStm /X /Image"), MaterialActs),
        (in_stream(SCRIPT).replace(b"/Type /ObjStm", b"/Type /Obj#53tm /X /Image"), MaterialActs),
        (in_stream(SCRIPT).replace(b"9 0 obj", b"% 8 0 obj << /Image >>\n9 0 obj"), MaterialActs),
        (in_stream(SCRIPT).replace(b"/Type", b" " * 5000 + b"/X (/Image) /Type"), MaterialActs),
        (in_stream(b"\0" * (17 * 2**20)), MaterialTooLarge),
        (a_pdf(201), MaterialTooLarge),
        (b"%PDF-" + b" " * (10 * 2**20), MaterialTooLarge),
        (a_picture((800, 600), "JPEG")[:2000], ImageTruncated),
        (a_picture((6000, 5000)), ImageTooLarge),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else repr(value[:24]),
)
def test_a_hostile_file_is_refused(data: bytes, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        examined(data, "plan.pdf")


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\me\\图.docx", "图.pdf"),
        ("图\u202egnp.exe", "图gnp.pdf"),
        ("\0\n", "file.pdf"),
        ("", "file.pdf"),
        ("长" * 500 + ".pdf", "长" * 60 + ".pdf"),
        ('a<b>&".pdf', 'a<b>&".pdf'),
    ],
)
def test_a_name_is_only_ever_words(name: str, shown: str) -> None:
    assert shown_name(name, ".pdf") == shown


@pytest.fixture
def office(database: Database, tmp_path: Path) -> TestOffice:
    """An office whose form of the public venue asks for a plan."""
    forms = tmp_path / "forms"
    forms.mkdir()
    for file in Path("forms/declarations").glob("*.toml"):
        more = MORE if file.stem == "public-venue" else ""
        (forms / file.name).write_text(file.read_text("utf-8") + more, "utf-8")
    made = TestOffice(database)
    made.office = replace(made.office, catalogue=load_catalogue(verbs=set(VERBS), guards=set(GUARDS), forms=forms))
    return made


def a_draft(office: TestOffice, phone: str = "13800000001") -> str:
    return a_submitted_case(office, phone, item="public-venue", submit=False)


def add(office: TestOffice, case: str, data: bytes, field: str = "plan", name: str = "图.pdf") -> None:
    with office.database.writing() as session:
        cases.add_material(
            session, office.office, session.get_one(Application, case), field, examined(data, name), NOON
        )


def rows(office: TestOffice, case: str) -> list[dict[str, str]]:
    with office.database.reading() as session:
        return cases.material_rows(session.get_one(Application, case), "plan")


def test_a_file_is_named_in_the_answer_and_sealed_beside_it(office: TestOffice) -> None:
    case = a_draft(office)
    add(office, case, a_pdf(), name="消防平面图.pdf")
    add(office, case, a_pdf(), name="消防平面图.pdf")
    (row,) = rows(office, case)
    assert row["name"] == "消防平面图.pdf"
    with office.database.reading() as session:
        material, data = materials.read(session, case, row["sha256"])
        assert data == a_pdf()
        assert material.media_type == "application/pdf"
        stored = session.execute(text("SELECT name, sealed FROM material")).one()
    assert "消防".encode() not in bytes(stored[0])
    assert b"%PDF" not in bytes(stored[1])


def test_the_receipt_lists_what_came_in(office: TestOffice) -> None:
    case = a_draft(office)
    add(office, case, a_pdf(1))
    add(office, case, a_pdf(2))
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        cases.submit(session, office.office, draft, NOON)
        told = [one.zh for one in received(session, office.office, draft)]
        receipt = next(n for n in session.scalars(select(Notice)) if n.kind == Kind.RECEIPT)
        assert receipt.facts["materials"] == "、".join(told)
    assert told[0].endswith("申请表")
    assert told[-3:] == ["平面图（2 份）", "身份核验记录", "电子签名记录"]


def test_only_so_many_files_and_only_where_they_are_asked_for(office: TestOffice) -> None:
    case = a_draft(office)
    add(office, case, a_pdf(1))
    add(office, case, a_pdf(2))
    with pytest.raises(materials.TooManyMaterials):
        add(office, case, a_pdf(3))
    for field in ("business_name", "nothing"):
        with pytest.raises(materials.NoSuchMaterial):
            add(office, case, a_pdf(), field)
    assert len(rows(office, case)) == 2


def test_a_file_is_removed_and_a_draft_takes_its_files_with_it(office: TestOffice) -> None:
    case = a_draft(office)
    add(office, case, a_pdf(1))
    add(office, case, a_pdf(2))
    first = rows(office, case)[0]["sha256"]
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.remove_material(session, office.office, draft, "plan", first, NOON)
        with pytest.raises(materials.NoSuchMaterial):
            cases.remove_material(session, office.office, draft, "plan", first, NOON)
    assert [row["sha256"] for row in rows(office, case)] != [first]
    with office.database.writing() as session:
        cases.discard(session, session.get_one(Application, case))
    with office.database.reading() as session:
        assert session.scalars(select(materials.Material)).all() == []


def test_nothing_is_submitted_with_a_file_that_nobody_stored(office: TestOffice) -> None:
    case = a_draft(office)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        forged = [{"sha256": "ab" * 32, "name": "x.pdf", "size": "9"}]
        cases.save_answers(session, office.office, draft, "hygiene", {"plan": forged}, NOON)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        with pytest.raises(cases.AnswersIncomplete):
            cases.submit(session, office.office, draft, NOON)


def test_a_missing_file_is_a_problem_and_a_submitted_case_keeps_what_it_has(office: TestOffice) -> None:
    case = a_draft(office)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        with pytest.raises(cases.AnswersIncomplete):
            cases.submit(session, office.office, draft, NOON)
    add(office, case, a_picture(), name="图.png")
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        cases.submit(session, office.office, draft, NOON)
    with pytest.raises(cases.NotADraft):
        add(office, case, a_pdf(2))


def test_a_correction_has_the_same_files_of_its_own(office: TestOffice) -> None:
    case = a_draft(office)
    add(office, case, a_pdf())
    with office.database.writing() as session:
        other = cases.start(session, office.office, an_applicant(session, "13800000002"), "public-venue", NOON)
        materials.hand_on(session, case, other.id)
        digest = cases.material_rows(session.get_one(Application, case), "plan")[0]["sha256"]
        assert materials.read(session, other.id, digest)[1] == a_pdf()
        materials.forget(session, other.id, "plan", digest)
        assert materials.read(session, case, digest)[1] == a_pdf()
