# SPDX-License-Identifier: Apache-2.0
"""The pages of the card, asked in this process; what a reader answers is given by each test."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from approval import cases, claims
from approval.application import Application
from forms import Answers
from identity import Evidence, FaceReading, Role, evidence_of
from identity.card import EMBLEM_FIELDS, CardFault, CardReading, ReadField, Side
from identity.face import Portrait
from kit.database import Database
from kit.errors import DomainError
from kit.images import NotAnImage
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.identity.card.test_verdict import GOOD
from tests.journeys.inprocess import House, NoMatcher, a_desk, a_house, a_site
from tests.office import JPEG, a_submitted_case

NUMBER = fictitious_id("19900307", 1)
READ = {
    "name": ReadField("林清和", 0.99, False),
    "sex": ReadField("男", 0.99, False),
    "nation": ReadField("汉", 0.99, False),
    "birth": ReadField("1990-03-07", 0.99, False),
    "address": ReadField("样例省示范市范例路1号", 0.71, True),
    "number": ReadField(NUMBER, 0.99, False),
}
VALIDITY = {name: ReadField("长期" if name == "valid_until" else "", 0.99, False) for name in EMBLEM_FIELDS}
FRONT = CardReading(
    Side.PORTRAIT, JPEG, JPEG, FaceReading(228, 300.0, 120.0, 0.0), READ, (), GOOD, "test engine", "limits-1"
)
BACK = CardReading(Side.EMBLEM, JPEG, b"", None, VALIDITY, (), GOOD, "test engine", "limits-1")


class SaidReader:
    """Reads what it is told to read."""

    def __init__(self) -> None:
        self.answers: dict[Side, CardReading | DomainError] = {Side.PORTRAIT: FRONT, Side.EMBLEM: BACK}

    def read(self, data: bytes, side: Side) -> CardReading:
        answer = self.answers[side]
        if isinstance(answer, DomainError):
            raise answer
        return answer


class PageMatcher(NoMatcher):
    """Finds a portrait on every page."""

    def read_portrait(self, data: bytes) -> Portrait:
        return Portrait(JPEG, JPEG, FaceReading(200, 300.0, 120.0, 0.0))


@pytest.fixture
def reader() -> SaidReader:
    return SaidReader()


@pytest.fixture
def house(database: Database, tmp_path: Path, reader: SaidReader) -> Iterator[House]:
    desk = replace(a_desk(database, tmp_path), cards=reader, matcher=PageMatcher())
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol({"lin": Role.APPLICANT, "zhou": Role.CLERK, "other": Role.APPLICANT})
        yield made


def a_draft(house: House) -> str:
    with house.database.writing() as session:
        return cases.start(session, house.office.office, house.people["lin"], "sole-trader", NOON).id


def upload(house: House, case: str, *names: str, page: str = "idcard", **form: str) -> httpx.Response:
    files = {name: (f"{name}.jpg", b"a picture", "image/jpeg") for name in names}
    return house.ask("lin", "POST", f"/apply/{case}/{page}", files=files, data=form)


def kept(house: House, case: str) -> Evidence:
    with house.database.reading() as session:
        return evidence_of(session, case)


def typed_on(page: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="text" id="(\w+)" name="\w+" value="([^"]*)"', page))


def wrong_on(page: str) -> list[str]:
    return re.findall(r'class="wrong"[^>]*>([^<]+)', page)


def test_both_sides_lead_to_what_was_read_with_doubts_in_words(house: House) -> None:
    case = a_draft(house)
    sent = upload(house, case, "photo", "emblem")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/apply/{case}/card")
    page = house.ask("lin", "GET", f"/apply/{case}/card").text
    assert typed_on(page)["number"] == NUMBER
    assert page.count("没有看清，请对照证件核对") == 1
    assert "已过有效期" not in page
    for which in ("card", "emblem"):
        assert house.ask("lin", "GET", f"/apply/{case}/pictures/{which}").content == JPEG
    assert house.ask("other", "GET", f"/apply/{case}/pictures/card").status_code == 404


def test_what_is_confirmed_is_kept_beside_what_was_read_and_fills_in_the_form(house: House) -> None:
    case = a_draft(house)
    upload(house, case, "photo", "emblem")
    typed = typed_on(house.ask("lin", "GET", f"/apply/{case}/card").text)
    sent = house.post("lin", f"/apply/{case}/card", **{**typed, "address": "样例省示范市范例路12号"})
    assert (sent.status_code, sent.headers["location"]) == (303, f"/apply/{case}/identity")
    read = kept(house, case).card_read
    assert read is not None
    assert read["fields"]["address"]["value"] == "样例省示范市范例路1号"
    assert read["fields"]["address"]["said"] == "样例省示范市范例路12号"
    with house.database.reading() as session:
        answers = session.get_one(Application, case).answers
    assert answers["operator_name"] == "林清和"
    assert answers["operator_id"] == NUMBER
    assert answers["operator_address"] == "样例省示范市范例路12号"
    assert "身份证" in house.ask("lin", "GET", f"/apply/{case}/form/operator").text


SURE = {**READ, "address": ReadField("样例省示范市范例路1号", 0.98, False)}
VALID = {
    "authority": ReadField("样例市公安局", 0.99, False),
    "valid_from": ReadField("2020-01-01", 0.99, False),
    "valid_until": ReadField("2040-01-01", 0.99, False),
}


def a_named_draft(house: House, name: str = "林清和") -> str:
    case = a_draft(house)
    with house.database.writing() as session:
        named: Answers = {"operator_name": name, "operator_id": NUMBER}
        cases.save_answers(session, house.office.office, session.get_one(Application, case), "operator", named, NOON)
    return case


def test_a_card_without_a_doubt_that_says_what_the_form_says_is_confirmed_by_itself(
    house: House, reader: SaidReader
) -> None:
    reader.answers = {Side.PORTRAIT: replace(FRONT, fields=SURE), Side.EMBLEM: replace(BACK, fields=VALID)}
    case = a_named_draft(house)
    sent = upload(house, case, "photo", "emblem")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/apply/{case}/identity")
    read = kept(house, case).card_read
    assert read is not None
    assert (read["by_itself"], "confirmed_at" in read, "said" in read["fields"]["name"]) == (True, True, False)
    with house.database.reading() as session:
        assert session.get_one(Application, case).answers["operator_address"] == "样例省示范市范例路1号"
    assert f'href="/apply/{case}/card"' in house.ask("lin", "GET", f"/apply/{case}").text
    typed = typed_on(house.ask("lin", "GET", f"/apply/{case}/card").text)
    house.post("lin", f"/apply/{case}/card", **{**typed, "authority": "样例县公安局"})
    corrected = kept(house, case).card_read
    assert corrected is not None
    assert "by_itself" not in corrected


@pytest.mark.parametrize(
    ("front", "back"),
    [
        ({"address": ReadField("样例省示范市范例路1号", 0.71, True)}, {}),
        ({"nation": ReadField("", 0.99, False)}, {}),
        ({"name": ReadField("林清禾", 0.99, False)}, {}),
        ({}, {"valid_until": ReadField("2026-11-22", 0.99, False)}),
        ({}, {"authority": ReadField("样例市公安局", 0.5, True)}),
    ],
    ids=["doubtful", "unread", "of another", "expired", "back doubtful"],
)
def test_whatever_is_doubtful_or_different_is_shown_to_the_holder(
    house: House, reader: SaidReader, front: dict[str, ReadField], back: dict[str, ReadField]
) -> None:
    reader.answers = {
        Side.PORTRAIT: replace(FRONT, fields={**SURE, **front}),
        Side.EMBLEM: replace(BACK, fields={**VALID, **back}),
    }
    case = a_named_draft(house)
    assert upload(house, case, "photo", "emblem").headers["location"] == f"/apply/{case}/card"
    assert "confirmed_at" not in (kept(house, case).card_read or {})


def test_a_card_is_shown_where_the_form_names_nobody_yet_or_the_picture_is_sent_as_it_is(
    house: House, reader: SaidReader
) -> None:
    reader.answers = {Side.PORTRAIT: replace(FRONT, fields=SURE), Side.EMBLEM: replace(BACK, fields=VALID)}
    unnamed, flawed = a_draft(house), a_named_draft(house)
    assert upload(house, unnamed, "photo", "emblem").headers["location"] == f"/apply/{unnamed}/card"
    reader.answers[Side.EMBLEM] = replace(BACK, fields=VALID, faults=(CardFault.GLARE,))
    sent = upload(house, flawed, "photo", "emblem", anyway="yes")
    assert sent.headers["location"] == f"/apply/{flawed}/card"


@pytest.mark.parametrize(
    ("changed", "wrong"), [({"number": NUMBER[:-1] + "0"}, "号码不对"), ({"name": " "}, "请照证件填写")]
)
def test_a_correction_that_cannot_be_is_told_and_keeps_what_was_typed(
    house: House, changed: dict[str, str], wrong: str
) -> None:
    case = a_draft(house)
    upload(house, case, "photo", "emblem")
    typed = typed_on(house.ask("lin", "GET", f"/apply/{case}/card").text)
    sent = house.post("lin", f"/apply/{case}/card", **{**typed, "nation": "其他", **changed})
    assert sent.status_code == 422
    assert any(wrong in said for said in wrong_on(sent.text))
    assert typed_on(sent.text)["nation"] == "其他"
    assert "confirmed_at" not in (kept(house, case).card_read or {})


def test_a_good_side_is_kept_while_the_other_is_asked_for_again(house: House, reader: SaidReader) -> None:
    case = a_draft(house)
    reader.answers[Side.EMBLEM] = replace(BACK, faults=(CardFault.GLARE,))
    sent = upload(house, case, "photo", "emblem")
    assert sent.status_code == 422
    assert wrong_on(sent.text) == ["证件上有反光。请换个角度，避开灯光后重拍"]
    assert "已经收到" in sent.text
    assert (kept(house, case).card_picture is None, kept(house, case).emblem_picture is None) == (False, True)
    assert house.ask("lin", "GET", f"/apply/{case}/card").headers["location"] == f"/apply/{case}/idcard"
    reader.answers[Side.EMBLEM] = BACK
    assert upload(house, case, "emblem").status_code == 303


@pytest.mark.parametrize("fault", list(CardFault))
def test_whoever_cannot_take_a_better_picture_sends_it_as_it_is(
    house: House, reader: SaidReader, fault: CardFault
) -> None:
    case = a_draft(house)
    reader.answers[Side.PORTRAIT] = replace(FRONT, faults=(fault,), crop=b"", fields={})
    told = upload(house, case, "photo", "emblem")
    assert (told.status_code, len(wrong_on(told.text))) == (422, 1)
    assert 'name="anyway"' in told.text
    assert upload(house, case, "photo", anyway="yes").status_code == 303
    read = kept(house, case).card_read
    assert read is not None
    assert read["faults"] == [fault]


def test_the_first_answer_without_a_picture_says_so_for_each_side(house: House) -> None:
    case = a_draft(house)
    sent = upload(house, case)
    assert sent.status_code == 422
    assert ["没有收到照片" in said for said in wrong_on(sent.text)] == [True, True]


def test_what_is_no_picture_is_never_kept_whatever_is_ticked(house: House, reader: SaidReader) -> None:
    case = a_draft(house)
    reader.answers[Side.PORTRAIT] = NotAnImage()
    sent = upload(house, case, "photo", "emblem", anyway="yes")
    assert sent.status_code == 422
    assert kept(house, case).card_picture is None


def test_a_card_that_has_expired_is_said_and_leads_on(house: House, reader: SaidReader) -> None:
    case = a_draft(house)
    over = {**VALIDITY, "valid_until": ReadField("2020-01-01", 0.99, False)}
    reader.answers[Side.EMBLEM] = replace(BACK, fields=over)
    upload(house, case, "photo", "emblem")
    page = house.ask("lin", "GET", f"/apply/{case}/card").text
    assert "已过有效期" in page
    assert house.post("lin", f"/apply/{case}/card", **typed_on(page)).status_code == 303


def test_whoever_has_another_document_goes_on_with_it(house: House) -> None:
    case = a_draft(house)
    lacking = upload(house, case, page="document")
    assert (lacking.status_code, len(wrong_on(lacking.text))) == (422, 2)
    sent = upload(house, case, "first", page="document", kind="hkm_residence")
    assert (sent.status_code, sent.headers["location"]) == (303, f"/apply/{case}/identity")
    evidence = kept(house, case)
    assert evidence.card_read is not None
    assert evidence.card_read["document"] == {"kind": "hkm_residence"}
    assert evidence.emblem_picture is None
    assert house.ask("lin", "GET", f"/apply/{case}/card").status_code == 303
    assert "checked" in house.ask("lin", "GET", f"/apply/{case}/document").text


def test_a_clerk_sees_card_and_form_side_by_side_masked_until_the_clerk_says_why(house: House) -> None:
    house.office.allow_machine(False)
    house.use(straight_through=False)
    case = a_submitted_case(house.office, submit=True)
    with house.database.writing() as session:
        evidence = evidence_of(session, case)
        fields = {name: {"value": f.value, "confidence": 0.99, "doubtful": f.doubtful} for name, f in READ.items()}
        fields["name"] = {"value": "林清禾", "confidence": 0.99, "doubtful": False, "said": "林清和"}
        evidence.card_read = {"fields": fields, "faults": ["copy"], "engine": "test", "other": False}
    house.follow_all()
    masked = house.ask("zhou", "GET", f"/review/{case}").text
    assert "证件与填报对照" in masked
    assert "与填报不一致" in masked
    assert "申请人改为" in masked
    assert "疑似复印件" in masked
    assert NUMBER not in masked
    with house.database.writing() as session:
        claims.claim(session, case, house.people["zhou"], house.now)
    assert NUMBER not in house.ask("zhou", "GET", f"/review/{case}").text
    house.post("zhou", f"/review/{case}/unmask", reason="核对证件号码")
    assert NUMBER in house.ask("zhou", "GET", f"/review/{case}").text


def test_nothing_of_the_card_changes_after_submitting(house: House) -> None:
    case = a_draft(house)
    upload(house, case, "photo", "emblem")
    with house.database.writing() as session:
        session.get_one(Application, case).state = "in_review"
    assert upload(house, case, "photo", "emblem").status_code == 409
    assert house.post("lin", f"/apply/{case}/card", name="x").status_code == 409
    assert upload(house, case, "first", page="document", kind="passport").status_code == 409
    for page in ("idcard", "card", "document"):
        assert house.ask("lin", "GET", f"/apply/{case}/{page}").headers["location"] == f"/cases/{case}"
