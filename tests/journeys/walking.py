# SPDX-License-Identifier: Apache-2.0
"""Walking an item in this process: filled in page by page, proved, signed, and decided by whomever it asks."""

import io
from typing import Any

from reportlab.pdfgen.canvas import Canvas
from sqlalchemy.orm import object_session

from approval import cases
from approval.application import Application
from catalogue import Item
from forms import Answers, Kind
from identity import Role
from kit.clock import office_day
from kit.uploads import examined
from tests.conftest import NOON
from tests.filling import filled
from tests.journeys.inprocess import House
from tests.office import CATALOGUE, alone, an_applicant, prove
from workflows import Human, Joint, Panel

STAFF = {"zhou": Role.CLERK, "wu": Role.CLERK, "head": Role.SUPERVISOR}
DEPARTMENTS = sorted({name for process in CATALOGUE.processes.values() for name in process.departments})
SENTENCE = "现场条件与申报内容一致，符合法定条件"


def staffed(house: House) -> None:
    """Clerks, a supervisor and an expert of every department."""
    house.enrol({**STAFF, **dict.fromkeys(DEPARTMENTS, Role.EXPERT)})


def a_pdf() -> bytes:
    out = io.BytesIO()
    canvas = Canvas(out, invariant=True)
    canvas.drawString(100, 700, "a plan")
    canvas.save()
    return out.getvalue()


def submitted(house: House, item: Item, **changed: Any) -> str:
    """Filled in page by page, files uploaded, proved, signed; `changed` are answers that differ."""
    case = drafted(house, item, **changed)
    with house.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        cases.submit(session, house.office.office, draft, NOON)
        alone(session, draft.id)
    return case


def drafted(house: House, item: Item, **changed: Any) -> str:
    """As it is before it is signed; whoever files it is the "applicant" of the house."""
    office = house.office.office
    with house.database.writing() as session:
        house.people["applicant"] = an_applicant(session)
        draft = cases.start(session, office, house.people["applicant"], item.code, NOON)
        fill_in(house, draft, item, {**filled(CATALOGUE.form_of(item), office_day(NOON), given=changed), **changed})
        prove(session, office, draft)
        return draft.id


def fill_in(house: House, draft: Application, item: Item, answers: Answers) -> None:
    session = object_session(draft)
    assert session is not None
    for page in CATALOGUE.form_of(item).pages:
        typed = {f.name: answers[f.name] for f in page.fields if f.name in answers and f.kind is not Kind.MATERIAL}
        cases.save_answers(session, house.office.office, draft, page.name, typed, NOON)
        for field in page.fields:
            if field.kind is Kind.MATERIAL:
                cases.add_material(session, house.office.office, draft, field.name, examined(a_pdf(), "图.pdf"), NOON)


def hold_what_is_asked(house: House, case: str, item: Item) -> None:
    """The visit of two officers and the hearing; without them nothing is granted."""
    if item.on_site:
        assert "现场核查" in house.decide("zhou", case, "approve").text
        second = house.people["wu"].id
        visit = {"on": office_day(NOON).isoformat(), "second": second, "conforms": "yes", "words": SENTENCE}
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


def receive_the_file(house: House, case: str) -> None:
    """What the former registrar sent; before it is here nothing is decided."""
    assert house.decide("zhou", case, "approve").status_code == 409
    came = {"on": office_day(house.now).isoformat(), "documents": SENTENCE, "scan": "ab" * 32}
    assert house.post("zhou", f"/review/{case}/file-came", **{**came, "on": "2020-01-01"}).status_code == 422
    assert house.post("zhou", f"/review/{case}/file-came", **{**came, "scan": "nothing"}).status_code == 422
    assert house.post("zhou", f"/review/{case}/file-came", **came).status_code == 303


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
                    if item.moved is not None:
                        receive_the_file(house, case)
                    is_held = True
                for person in ("zhou", "wu")[: step.persons if isinstance(step, Panel) else 1]:
                    assert house.decide(person, case, "approve").status_code == 303
            case _:
                return
