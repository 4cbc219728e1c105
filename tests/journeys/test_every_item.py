# SPDX-License-Identifier: Apache-2.0
"""Every item of the catalogue goes from the empty form to its result document, by people and machine, over HTTP."""

import io
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from reportlab.pdfgen.canvas import Canvas

import licences
import notices
from approval import cases
from approval.application import Application, State
from approval.uploads import examined
from catalogue import Item, PermitResult
from forms import Kind
from identity import BANDS, Comparison, Role, evidence_of, judge, keep_portrait, record_comparison, record_consent
from kit.database import Database
from tests.conftest import NOON
from tests.filling import filled
from tests.journeys.inprocess import House, a_desk, a_house, a_site, must_hold_of
from tests.office import CATALOGUE, JPEG, an_applicant
from workflows import Human, Joint, Panel

TODAY = date(2026, 11, 23)
STAFF = {"zhou": Role.CLERK, "wu": Role.CLERK, "head": Role.SUPERVISOR}
ITEMS = [item for item in CATALOGUE.offered(TODAY) if not item.is_registration]
SENTENCE = "现场条件与申报内容一致，符合法定条件"


def a_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.drawString(100, 700, "a plan")
    canvas.save()
    return out.getvalue()


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        departments = {name for process in CATALOGUE.processes.values() for name in process.departments}
        made.enrol({**STAFF, **dict.fromkeys(sorted(departments), Role.EXPERT)})
        yield made


def submitted(house: House, item: Item) -> str:
    """Filled in page by page, files uploaded, proved, signed."""
    office = house.office.office
    with house.database.writing() as session:
        draft = cases.start(session, office, an_applicant(session), item.code, NOON)
        form = CATALOGUE.form_of(item)
        answers = filled(form, TODAY)
        for page in form.pages:
            typed = {f.name: answers[f.name] for f in page.fields if f.name in answers and f.kind is not Kind.MATERIAL}
            cases.save_answers(session, office, draft, page.name, typed, NOON)
            for field in page.fields:
                if field.kind is Kind.MATERIAL:
                    cases.add_material(session, office, draft, field.name, examined(a_pdf(), "图.pdf"), NOON)
        evidence = evidence_of(session, draft.id)
        keep_portrait(session, evidence, JPEG, JPEG, 228, NOON)
        record_consent(session, evidence, "agree", NOON)
        near = Comparison(0.31, 3, 228, "test model")
        record_comparison(session, evidence, near, judge(near, BANDS), JPEG, NOON)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        cases.submit(session, office, draft, NOON)
        return draft.id


def hold_what_is_asked(house: House, case: str, item: Item) -> None:
    """The visit of two officers and the hearing; without them nothing is granted."""
    if item.on_site:
        assert "现场核查" in house.decide("zhou", case, "approve").text
        second = house.people["wu"].id
        visit = {"on": TODAY.isoformat(), "second": second, "conforms": "yes", "words": SENTENCE}
        wrong = house.post("zhou", f"/review/{case}/visit", **{**visit, "second": ""})
        assert (wrong.status_code, SENTENCE in wrong.text) == (422, True)  # what was typed stays typed
        assert house.post("zhou", f"/review/{case}/visit", **{**visit, "conforms": ""}).status_code == 422
        assert house.post("zhou", f"/review/{case}/visit", **{**visit, "words": "好"}).status_code == 422
        assert house.post("zhou", f"/review/{case}/visit", **{**visit, "on": "2020-01-01"}).status_code == 422
        assert house.post("zhou", f"/review/{case}/visit", **{**visit, "conforms": "no"}).status_code == 303
        assert house.decide("zhou", case, "approve").status_code == 409
        assert house.post("zhou", f"/review/{case}/visit", **visit).status_code == 303
        assert "记为现场核查人员" in house.ask("wu", "GET", "/review").text
    if item.hearing:
        assert "听证" in house.decide("zhou", case, "approve").text
        assert house.post("zhou", f"/review/{case}/suspend", ground="hearing", reason=SENTENCE).status_code == 303
        assert house.post("zhou", f"/review/{case}/go-on", reason=SENTENCE).status_code == 303


def decided(house: House, case: str, item: Item) -> None:
    """Whoever the process asks says yes, until nobody is asked any more."""
    process = CATALOGUE.process_of(item)
    is_held = False
    for _ in range(8):
        house.follow_all()
        step = process.steps[house.read(case).step or ""]
        match step:
            case Joint():
                for department in step.departments:
                    assert house.post(department, f"/opinions/{case}", view="agree").status_code == 303
            case Human() | Panel():
                if "approve" in step.next and not is_held:
                    hold_what_is_asked(house, case, item)
                    is_held = True
                for person in ("zhou", "wu")[: step.persons if isinstance(step, Panel) else 1]:
                    assert house.decide(person, case, "approve").status_code == 303
            case _:
                return


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_from_the_empty_form_to_the_result_document(house: House, item: Item) -> None:
    case = submitted(house, item)
    decided(house, case, item)
    assert house.read(case).state == State.REGISTERED
    with house.database.reading() as session:
        must_hold_of(session, session.get_one(Application, case))
        kinds = {notice.kind for notice in notices.of_application(session, case)}
        licence = licences.of_application(session, case)
    if item.kind == "filing":
        assert licence is None
        assert "filed" in kinds
        return
    assert "permitted" in kinds
    assert isinstance(item.result, PermitResult)
    assert licence is not None
    assert (licence.title, licence.status) == (item.result.title.zh, licences.Status.IN_FORCE)
    assert licence.credit_code is None
    assert bool(licence.valid_to) == bool(item.result.valid_years or item.result.until)
    page = house.ask("nobody", "GET", f"/v/{licence.verification_id}")
    assert licence.title in page.text or licence.number in page.text
