# SPDX-License-Identifier: Apache-2.0
"""开办一件事, through the pages: a shop with a food permit, a seal and its taxes, from choosing to every decision."""

import re
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

import audit
import licences
from approval import together
from approval.application import Application, State
from approval.running import Runner
from approval.together import Bundle
from demonstration.applicant import SOLE_TRADER
from identity import Role, evidence_of
from identity.messages import Message
from kit.clock import now, office_day
from kit.database import Database
from tests import office
from tests.builders import sole_trader_answers
from tests.journeys.conftest import Service
from tests.journeys.inprocess import House, a_desk, a_house, a_site, must_hold_of
from tests.journeys.test_races import at_once
from tests.journeys.walking import a_pdf
from tests.office import an_applicant

FOLLOW_ONS = ("food-service", "seal-engraving", "tax-registration")
ANSWERS: dict[str, Any] = {
    **sole_trader_answers(),
    "food_kind": "restaurant",
    "food_items": ["drinks"],
    "floor_area": "30",
    "safety_manager": "王安全",
    "rules_in_place": "yes",
    "seal_kinds": ["official", "finance"],
    "seal_made_of": "rubber",
    "seal_handed_over": "counter",
    "taxpayer_kind": "small",
    "invoice_kind": "ordinary",
    "bookkeeping": "own",
}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        made.enrol({"zhou": Role.CLERK, "wu": Role.CLERK, "head": Role.SUPERVISOR})
        with database.writing() as session:
            for kind in licences.CODED:
                licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
            made.people["lin"] = an_applicant(session)
            made.people["stranger"] = an_applicant(session, "13800000002")
        yield made


def text_of(house: House, path: str, who: str = "lin") -> str:
    answer = house.ask(who, "GET", path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def begun(house: House) -> str:
    """Choose, and go through every question once. Gives the address of the bundle."""
    page = text_of(house, "/together?as=sole-trader")
    assert all(f'value="{code}"' in page for code in (*FOLLOW_ONS, "bank-appointment"))
    assert " checked" not in page
    begun = house.ask("lin", "POST", "/together", data={"registration": "sole-trader", "item": list(FOLLOW_ONS)})
    return str(begun.headers["location"])


def walked(house: House, where: str) -> Counter[str]:
    """Every question that was asked, as often as it was."""
    asked: Counter[str] = Counter()
    for _ in range(30):
        on = house.ask("lin", "GET", f"{where}/next").headers["location"]
        if on == where:
            return asked
        while on.startswith("/apply/") and "/form/" in on:
            names = re.findall(r'name="asked-(\w+)"', text_of(house, on))
            asked.update(names)
            if "layout" in names:
                file = {"file": ("图.pdf", a_pdf(), "application/pdf")}
                upload = on.split("/form/")[0] + "/material/layout"
                assert house.ask("lin", "POST", upload, files=file).status_code == 303
            form = {name: ANSWERS[name] for name in names if name in ANSWERS}
            sent = house.ask("lin", "POST", on, data={**form, **{f"asked-{name}": "1" for name in names}})
            assert sent.status_code == 303, (on, re.findall(r'class="wrong"[^>]*>([^<]+)', sent.text))
            on = sent.headers["location"]
    raise AssertionError("it does not end")


def members(house: House, where: str) -> dict[str, Application]:
    with house.database.reading() as session:
        bundle = session.get_one(Bundle, where.removeprefix("/together/"))
        return {one.item_code: one for one in together.members(session, bundle)}


def prove(house: House, case: str) -> None:
    """The pictures were taken and compared elsewhere: this house has no camera."""
    with house.database.writing() as session:
        office.prove(session, house.office.office, session.get_one(Application, case))


def signed(house: House, where: str, *codes: str) -> None:
    """Agree to these items and the registration, and sign with one code."""
    cases = {code: case.id for code, case in members(house, where).items()}
    page = text_of(house, f"{where}/check")
    assert " checked" not in page
    assert page.count('name="agreed"') == len(cases)
    lacking = house.ask("lin", "POST", f"{where}/check", data={"agreed": [cases["seal-engraving"]]})
    assert (lacking.status_code, "请勾选同意申请营业执照" in lacking.text) == (422, True)
    agreed = [cases["sole-trader"], *(cases[code] for code in codes)]
    assert house.ask("lin", "POST", f"{where}/check", data={"agreed": agreed}).status_code == 303
    assert house.post("lin", f"{where}/code").status_code == 303
    with house.database.reading() as session:
        body = session.scalars(select(Message).order_by(Message.id.desc()).limit(1)).one().body
    code = re.search(r"验证码 (\d{6})", body)
    assert code is not None
    shown = re.search(r'name="read" value="([0-9a-f]{64})"', house.ask("lin", "GET", f"{where}/sign").text)
    assert shown is not None
    right = {"agree": "yes", "code": code[1], "read": shown[1]}
    for wrong in ({"code": "000000" if code[1] != "000000" else "1"}, {"agree": ""}, {"read": "0" * 64}):
        assert house.post("lin", f"{where}/sign", **{**right, **wrong}).status_code == 422
    assert house.post("lin", f"{where}/sign", **right).headers["location"] == where


def all_signed(house: House) -> str:
    where = begun(house)
    walked(house, where)
    prove(house, members(house, where)["sole-trader"].id)
    signed(house, where, *FOLLOW_ONS)
    return where


def test_from_choosing_to_the_licence_and_on_to_each_decision(house: House) -> None:
    where = begun(house)
    asked = walked(house, where)
    assert set(asked.values()) == {1}, "no question comes twice"
    assert not {"business_code", "business_name", "responsible_name", "responsible_id"} & asked.keys()
    assert {"food_kind", "layout", "seal_kinds", "invoice_kind", "operator_id", "address"} <= asked.keys()
    tasks = text_of(house, where)
    assert tasks.count(">拍摄身份证，核对识读的信息</a>") == 1, "one proof"
    cases = members(house, where)
    assert house.ask("lin", "GET", f"/apply/{cases['food-service'].id}").headers["location"] == where
    prove(house, cases["sole-trader"].id)
    signed(house, where, *FOLLOW_ONS)
    page = text_of(house, where)
    assert page.count("等执照") == 3
    assert {case.state for code, case in members(house, where).items() if code in FOLLOW_ONS} == {State.DRAFT}

    house.follow_all()
    cases = members(house, where)
    with house.database.reading() as session:
        licence = licences.of_application(session, cases["sole-trader"].id)
        assert licence is not None
        for case in cases.values():
            must_hold_of(session, session.get_one(Application, case.id))
        assert audit.check(session).is_whole
    assert cases["sole-trader"].state == State.REGISTERED
    for code in FOLLOW_ONS:
        assert cases[code].answers["business_code"] == licence.credit_code
        assert cases[code].state == State.IN_REVIEW
        assert cases[code].due_on is not None
    assert len({case.number for case in cases.values()}) == 4
    page = text_of(house, where)
    assert all(case.number in page for case in cases.values() if case.number)
    assert "营业执照已颁发" in page
    assert "45 个工作日" in page

    assert house.decide("zhou", cases["seal-engraving"].id, "refuse").status_code == 303
    assert house.decide("zhou", cases["tax-registration"].id, "approve").status_code == 303
    assert house.decide("zhou", cases["food-service"].id, "approve").status_code == 303  # acceptance
    house.follow_all()
    states = {code: case.state for code, case in members(house, where).items()}
    assert states["seal-engraving"] == State.REFUSED
    assert states["tax-registration"] == states["sole-trader"] == State.REGISTERED
    assert states["food-service"] == State.IN_REVIEW
    page = text_of(house, where)
    assert "不予备案" in page
    assert "已备案" in page
    assert where in text_of(house, f"/cases/{cases['food-service'].id}")
    found = text_of(house, f"/review/{cases['food-service'].id}", "wu")
    assert "登记簿中有该单位的有效营业执照" in found


def test_without_a_licence_what_needs_it_is_not_submitted_and_that_is_said(house: House) -> None:
    house.use(straight_through=False)
    where = all_signed(house)
    house.follow_all()
    cases = members(house, where)
    assert house.decide("zhou", cases["sole-trader"].id, "refuse").status_code == 303
    house.follow_all()
    page = text_of(house, where)
    assert "营业执照没有办成" in page
    assert page.count("没有执照，未提交") == 3
    after = members(house, where)
    assert {after[code].state for code in FOLLOW_ONS} == {State.DRAFT}
    assert {after[code].signature for code in FOLLOW_ONS} == {None}
    with house.database.reading() as session:
        bodies = [message.body for message in session.scalars(select(Message))]
    assert any("一起申请的 3 项没有提交" in body for body in bodies)
    out = house.post("lin", f"{where}/out", case=after["food-service"].id)
    assert out.headers["location"] == where
    assert "food-service" not in members(house, where)
    assert "统一社会信用代码" in text_of(house, f"/apply/{after['food-service'].id}/form/business")


def test_a_registration_that_is_corrected_keeps_its_place_and_the_others_wait_for_it(house: House) -> None:
    house.use(straight_through=False)
    where = all_signed(house)
    house.follow_all()
    lead = members(house, where)["sole-trader"].id
    assert house.decide("zhou", lead, "return").status_code == 303
    assert "要补正" in text_of(house, where)
    corrected = house.post("lin", f"/cases/{lead}/correct").headers["location"].rsplit("/", 1)[1]
    assert members(house, where)["sole-trader"].id == corrected
    assert "等执照" in text_of(house, where)
    house.post("lin", f"/apply/{corrected}/form/premises", address="文苑路 118 号 3 幢 202 室", street="320113007")
    house.sign_and_submit(corrected)
    house.follow_all()
    assert house.decide("zhou", corrected, "approve").status_code == 303
    house.follow_all()
    cases = members(house, where)
    assert cases["sole-trader"].state == State.REGISTERED
    assert {cases[code].state for code in FOLLOW_ONS} == {State.IN_REVIEW}


def test_workers_at_once_submit_each_item_once(house: House) -> None:
    where = all_signed(house)
    lead = members(house, where)["sole-trader"].id
    done = at_once(6, lambda _: Runner(house.office.office).carry_on(lead))
    assert [one for one in done if one is not None] == []
    cases = members(house, where)
    with house.database.reading() as session:
        assert len(licences.of_holder(session, str(cases["food-service"].answers["business_code"]))) == 1
        for code in FOLLOW_ONS:
            events = Counter(e.event for e in audit.of_subject(session, cases[code].number or ""))
            assert events["application.submitted"] == 1
            assert Counter(e.event for e in audit.of_subject(session, cases[code].id))["bundle.completed"] == 1


def test_what_was_not_agreed_to_stays_a_draft(house: House) -> None:
    where = begun(house)
    walked(house, where)
    prove(house, members(house, where)["sole-trader"].id)
    signed(house, where, "food-service")
    house.follow_all()
    cases = members(house, where)
    assert cases["food-service"].state == State.IN_REVIEW
    assert cases["seal-engraving"].state == State.DRAFT
    assert "待您完成" in text_of(house, where)
    seal = f"/apply/{cases['seal-engraving'].id}"
    assert cases["seal-engraving"].answers["business_code"]
    assert "拍摄身份证，核对识读的信息" in text_of(house, seal)


def test_somebody_elses_bundle_is_not_there(house: House) -> None:
    where = begun(house)
    lead = members(house, where)["sole-trader"].id
    for path in (where, f"{where}/next", f"{where}/check", f"{where}/sign"):
        assert house.ask("stranger", "GET", path).status_code == 404
    for path, form in (
        ("add", {"item": "housing-fund"}),
        ("out", {"case": lead}),
        ("discard", {}),
        ("check", {"agreed": lead}),
        ("code", {}),
        ("sign", {"agree": "yes", "code": "000000"}),
    ):
        assert house.post("stranger", f"{where}/{path}", **form).status_code == 404
    other = begun(house)
    foreign = members(house, other)["food-service"].id
    assert house.post("lin", f"{where}/out", case=foreign).status_code == 404
    assert house.ask("nobody", "GET", where).status_code in (303, 401)
    assert house.post("lin", f"{where}/add", item="public-toilet").status_code == 404
    assert house.post("lin", f"{where}/discard").status_code == 303
    assert house.ask("lin", "GET", where).status_code == 404


def test_with_a_real_card_a_real_worker_and_a_real_licence(service: Service) -> None:
    person = service.applicant()
    choice: dict[str, str | list[str]] = {
        "registration": "sole-trader",
        "item": ["tax-registration", "bank-appointment"],
    }
    begun = person.expect(person.send("/together", choice, shown_on="/together"))
    where = begun.url.path
    with service.database.reading() as session:
        bundle = session.get_one(Bundle, where.removeprefix("/together/"))
        cases = {one.item_code: one.id for one in together.members(session, bundle)}
    person.application = cases["sole-trader"]
    person.answer(SOLE_TRADER)
    person.application = cases["tax-registration"]
    person.answer({"tax": {"taxpayer_kind": "small", "invoice_kind": "none", "bookkeeping": "own"}})
    person.application = cases["bank-appointment"]
    day = (office_day(now()) + timedelta(days=30)).isoformat()
    person.answer({"bank": {"bank": "njcb", "bank_branch": "", "visit_on": day, "bank_wish": "yes"}})
    person.application = cases["sole-trader"]
    person.photograph_card(service.card)
    person.choose("agree")
    assert person.look_into_camera(service.live)["state"] == "accepted"
    person.let_partner_vouch()
    check, sign = f"{where}/check", f"{where}/sign"
    person.expect(person.send(check, {"agreed": list(cases.values())}, shown_on=check))
    person.expect(person.send(f"{where}/code", {}, shown_on=sign))
    signed = {"agree": "yes", "code": person.code(), "read": person.read_texts(sign)}
    done = person.expect(person.send(sign, signed, shown_on=sign))
    assert done.url.path == where
    assert person.wait("registered", "in_review", "set_aside") == "registered"
    assert person.licence("original").startswith(b"%PDF")
    for code in ("tax-registration", "bank-appointment"):
        person.application = cases[code]
        assert person.wait("in_review") == "in_review"
    with service.database.reading() as session:
        assert audit.check(session).is_whole
        assert evidence_of(session, cases["sole-trader"]).deleted_at is not None
        assert evidence_of(session, cases["tax-registration"]).portrait_picture is not None
