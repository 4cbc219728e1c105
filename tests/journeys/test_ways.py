# SPDX-License-Identifier: Apache-2.0
"""The pages of proving who one is: chosen, changed, done at a window, by video, by eye, and said "not me"."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy.orm import Session

import audit
from approval import appointments, cases, claimed, meetings, proving, signers
from approval.application import Application, State
from approval.appointments import Meeting
from forms import Answers
from identity import HOLDER, Account, Role, Way, current_consent, evidence_of, keep_portrait, load_consents
from identity.checks import FaceReading
from identity.face import Portrait
from identity.messages import latest_messages
from kit.database import Database
from tests.approval.test_participants import SECOND, a_company, invited
from tests.conftest import NOON
from tests.journeys.inprocess import House, NoMatcher, a_desk, a_house, a_site
from tests.office import HOLDER as NUMBER
from tests.office import JPEG, a_submitted_case, an_applicant, in_review
from tests.web.test_cards import SaidReader, typed_on

STAFF = {"zhou": Role.CLERK, "head": Role.SUPERVISOR, "checker": Role.AUDITOR}
WHY = "证件与本人相符，已当面核对无误"
PHOTO = {"photo": ("me.jpg", JPEG, "image/jpeg")}
WINDOW_POINTS = ["document", "face", "number", "will"]


class Reader(NoMatcher):
    """Finds a faultless face in every picture."""

    def read_portrait(self, data: bytes) -> Portrait:
        return Portrait(data, data, FaceReading(228, 300.0, 120.0, 0.0))


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = replace(a_desk(database, tmp_path), matcher=Reader(), cards=SaidReader())
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        made.enrol(STAFF)
        made.fill_pool(10)
        yield made


def applicant(house: House, session: Session, name: str = "lin", phone: str = "13800000001") -> Account:
    house.people[name] = an_applicant(session, phone)
    return house.people[name]


def a_draft(house: House) -> str:
    """Name and number filled in, nothing proved."""
    with house.database.writing() as session:
        case = cases.start(session, house.office.office, applicant(house, session), "sole-trader", NOON)
        named: Answers = {"operator_name": "林清和", "operator_id": NUMBER}
        cases.save_answers(session, house.office.office, case, "operator", named, NOON)
        return case.id


def text(answer: httpx.Response, status: int = 200) -> str:
    assert answer.status_code == status, answer.text[:500]
    return answer.text


def choose(house: House, case: str, way: str) -> str:
    answer = house.post("lin", f"/apply/{case}/identity", way=way)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


def met(house: House, case: str) -> Meeting:
    with house.database.reading() as session:
        found = appointments.open_of(session, case, HOLDER)
        assert found is not None
        return found


def record(house: House, meeting: Meeting, points: list[str], **form: str) -> httpx.Response:
    shown = text(house.ask("zhou", "GET", f"/identity/meetings/{meeting.id}"))
    who = re.search(r'name="who" value="([0-9a-f]{64})"', shown)
    assert who is not None
    assert "林清和" in shown
    assert NUMBER not in shown, "masked"
    data = {"who": who[1], "ticked": points, **form}
    return house.ask("zhou", "POST", f"/identity/meetings/{meeting.id}", data=data)


def test_four_ways_are_offered_where_no_partner_is_declared_and_none_is_ticked(house: House) -> None:
    case = a_draft(house)
    shown = text(house.ask("lin", "GET", f"/apply/{case}/identity"))
    assert [way for way in Way if f'value="{way}"' in shown] == ["face", "window", "eye", "video"]
    assert "您选的" not in shown
    assert house.post("lin", f"/apply/{case}/identity", way="partner").status_code == 422
    assert house.post("lin", f"/apply/{case}/identity", way="magic").status_code == 422
    assert house.post("lin", f"/apply/{case}/partner/sample-bank").status_code == 404


def test_a_window_from_the_choice_to_the_officers_yes(house: House) -> None:
    case = a_draft(house)
    assert choose(house, case, "window") == f"/apply/{case}/identity/meeting"
    meeting = met(house, case)
    shown = text(house.ask("lin", "GET", f"/apply/{case}/identity/meeting"))
    assert f"{meeting.code[:4]} {meeting.code[4:]}" in shown
    assert "<svg" in text(house.ask("lin", "GET", f"/apply/{case}/identity/code.svg"))
    tasks = text(house.ask("lin", "GET", f"/apply/{case}"))
    assert "拍摄身份证人像面" not in tasks, "the card is looked at in the hand"
    assert "没有这个核验码" in text(house.post("zhou", "/identity/window", code="12345678"), 422)
    assert house.post("zhou", "/identity/window", code=meeting.code).status_code == 303
    slip = text(record(house, meeting, WINDOW_POINTS[:2], same="yes", note="好"), 422)
    assert slip.count(" checked") == 3, "what was ticked stays ticked"
    assert record(house, meeting, WINDOW_POINTS, same="yes").status_code == 303
    assert "已核验：" in text(house.ask("lin", "GET", f"/apply/{case}/identity"))
    again = house.post("lin", f"/apply/{case}/identity", way="face")
    assert "不需要再核验" in text(again, 422)


def test_a_call_is_queued_booked_taken_and_not_certain(house: House) -> None:
    case = a_draft(house)
    choose(house, case, "video")
    shown = text(house.ask("lin", "GET", f"/apply/{case}/identity/meeting"))
    slot = re.search(r'<option value="([^"]+)"', shown)
    assert slot is not None
    assert "约满" in text(house.post("lin", f"/apply/{case}/identity/meeting", slot="2026-11-23T03:00"), 422)
    meeting = met(house, case)
    assert "开始核验" in text(house.ask("zhou", "GET", "/identity/video"))
    assert house.post("zhou", f"/identity/video/{meeting.id}/take").status_code == 303
    assert "同事核验中" in text(house.ask("head", "GET", "/identity/video"))
    assert house.post("head", f"/identity/video/{meeting.id}/take").status_code == 409
    assert house.ask("head", "GET", f"/identity/meetings/{meeting.id}").status_code == 404
    assert "写" in text(record(house, meeting, [], same="no", note="不像"), 422)
    assert record(house, meeting, ["face"], same="no", note="画面不清，无法确认是否本人").status_code == 303
    assert house.ask("lin", "GET", f"/apply/{case}/identity").status_code == 200
    assert house.post("lin", f"/apply/{case}/identity/meeting", slot=slot[1]).status_code == 303
    assert "已预约" in text(house.ask("lin", "GET", f"/apply/{case}/identity/meeting"))


def test_the_eye_asks_for_the_card_and_never_for_the_face_again(house: House) -> None:
    case = a_draft(house)
    assert choose(house, case, "eye") == f"/apply/{case}/idcard"
    both = {**PHOTO, "emblem": ("back.jpg", JPEG, "image/jpeg")}
    sent = house.ask("lin", "POST", f"/apply/{case}/idcard", files=both)
    assert sent.headers["location"] == f"/apply/{case}/card"
    read = typed_on(text(house.ask("lin", "GET", f"/apply/{case}/card")))
    sent = house.post("lin", f"/apply/{case}/card", **read)
    assert sent.headers["location"] == f"/apply/{case}/identity/picture", "not to the consent"
    assert house.ask("lin", "POST", f"/apply/{case}/identity/picture/own", files=PHOTO).status_code == 303
    assert house.ask("lin", "POST", f"/apply/{case}/identity/picture/card", files=PHOTO).status_code == 422
    assert "请" in text(house.ask("lin", "POST", f"/apply/{case}/identity/picture/own"), 422)
    tasks = text(house.ask("lin", "GET", f"/apply/{case}"))
    assert "consent" not in tasks
    with house.database.reading() as session:
        evidence = evidence_of(session, case)
        assert (evidence.is_complete, evidence.consent, evidence.band) == (True, None, None)
        assert evidence.own_picture is not None


def test_a_face_is_chosen_by_agreeing_to_the_words_beside_it(house: House) -> None:
    case = a_draft(house)
    shown = text(house.ask("lin", "GET", f"/apply/{case}/identity"))
    assert "同意并用人脸核验" in shown
    assert load_consents().current("face").lines[0].words.zh in shown
    digest = re.search(r'name="text" value="([0-9a-f]{64})"', shown)
    assert digest is not None
    stale = house.post("lin", f"/apply/{case}/identity", way="face", text="0" * 64)
    assert "告知内容已更新" in text(stale, 422)
    with house.database.reading() as session:
        assert (evidence_of(session, case).route, current_consent(session, case, HOLDER)) == (None, None)
    sent = house.post("lin", f"/apply/{case}/identity", way="face", text=digest[1])
    assert (sent.status_code, sent.headers["location"]) == (303, f"/apply/{case}/idcard")
    with house.database.reading() as session:
        given = current_consent(session, case, HOLDER)
        assert given is not None
        assert (given.text_digest, evidence_of(session, case).consent) == (digest[1], "agree")
        logged = {entry.event for entry in audit.of_subject(session, case)}
    assert {"consent.given", "identity.way_chosen"} <= logged


def test_another_way_is_chosen_without_any_consent(house: House) -> None:
    case = a_draft(house)
    choose(house, case, "window")
    with house.database.reading() as session:
        assert current_consent(session, case, HOLDER) is None
        assert evidence_of(session, case).consent is None


def test_changing_between_all_ways_keeps_what_was_given(house: House) -> None:
    case = a_draft(house)
    with house.database.writing() as session:
        keep_portrait(session, evidence_of(session, case), JPEG, JPEG, 228, NOON)
    for way, where in (("eye", "identity/picture"), ("window", "identity/meeting"), ("face", "consent")):
        assert choose(house, case, way) == f"/apply/{case}/{where}"
        assert "您选的" in text(house.ask("lin", "GET", f"/apply/{case}/identity"))
    with house.database.reading() as session:
        assert evidence_of(session, case).portrait_picture is not None


def test_a_submitted_case_can_still_go_to_a_window(house: House) -> None:
    case = in_review(house.office)
    with house.database.writing() as session:
        applicant(house, session)
        evidence = evidence_of(session, case)
        evidence.assured_at = evidence.assurance = None
    shown = text(house.ask("lin", "GET", f"/apply/{case}/identity"))
    assert 'value="face"' not in shown
    choose(house, case, "window")
    meeting = met(house, case)
    house.post("zhou", "/identity/window", code=meeting.code)
    assert record(house, meeting, WINDOW_POINTS, same="yes").status_code == 303
    assert "到窗口核验" in text(house.ask("zhou", "GET", f"/review/{case}"))


def test_a_clerk_compares_by_eye_on_the_page_of_the_case(house: House) -> None:
    case = in_review(house.office)
    house.use()
    with house.database.writing() as session:
        evidence = evidence_of(session, case)
        evidence.assured_at = evidence.assurance = None
        evidence.liveness = None
    assert "人工比对照片" not in text(house.ask("zhou", "GET", f"/review/{case}"))
    house.post("zhou", f"/review/{case}/claim")
    assert "人工比对照片" in text(house.ask("zhou", "GET", f"/review/{case}"))
    assert house.post("zhou", f"/review/{case}/identity", same="yes", reason="像").status_code == 422
    assert house.post("zhou", f"/review/{case}/identity", same="yes", reason=WHY).status_code == 303
    shown = text(house.ask("zhou", "GET", f"/review/{case}"))
    assert "人工比对照片" not in shown
    assert "已核验" in shown


@pytest.mark.parametrize("path", ["/identity/window", "/identity/video", "/identity/frozen"])
def test_officers_pages_are_for_clerks_and_supervisors(house: House, path: str) -> None:
    a_draft(house)
    assert [house.ask(who, "GET", path).status_code for who in ("zhou", "head")] == [200, 200]
    assert [house.ask(who, "GET", path).status_code for who in ("checker", "lin")] == [403, 403]
    assert house.ask("nobody", "GET", path).status_code == 303


def test_nobody_reaches_somebody_elses_ways(house: House) -> None:
    case = a_draft(house)
    with house.database.writing() as session:
        applicant(house, session, "other", "13800000005")
    for path in (f"/apply/{case}/identity", f"/apply/{case}/identity/meeting", f"/apply/{case}/identity/code.svg"):
        assert house.ask("other", "GET", path).status_code == 404
    assert house.post("other", f"/apply/{case}/identity", way="window").status_code == 404


def a_part(house: House) -> tuple[str, str, str]:
    """A company whose second shareholder was invited: the case, the part and the token of its link."""
    with house.database.writing() as session:
        case = a_company(session, house.office)
        part = invited(session, house.office, case)
        house.people["chen"] = an_applicant(session, SECOND)
        invitation = next(m.body for m in latest_messages(session) if "/p/" in m.body)
        return case.id, part.id, invitation.split("/p/")[1].split()[0]


def test_an_invited_person_comes_by_link_and_code_proves_and_is_seen_by_the_clerk(house: House) -> None:
    case, part, token = a_part(house)
    shown = text(house.ask("stranger", "GET", f"/p/{token}"))
    assert "陈其美" not in shown
    assert "138****0002" in shown
    assert house.ask("stranger", "GET", "/p/guessed").status_code == 404
    assert house.ask("chen", "GET", f"/p/{token}").headers["location"] == f"/parts/{part}"
    page = text(house.ask("chen", "GET", f"/parts/{part}"))
    assert "选择或更换核验方式" in page
    offered = text(house.ask("chen", "GET", f"/parts/{part}/identity"))
    assert 'value="window"' in offered
    where = f"/parts/{part}/identity"
    assert house.post("chen", where, way="eye").headers["location"] == f"{where}/picture"
    for which in ("card", "own"):
        assert house.ask("chen", "POST", f"{where}/picture/{which}", files=PHOTO).status_code == 303
    assert "已登记：" in text(house.ask("chen", "GET", f"/parts/{part}"))
    house.post("chen", where, way="window")
    with house.database.reading() as session:
        meeting = appointments.open_of(session, case, "shareholders.1")
    assert meeting is not None
    house.post("zhou", "/identity/window", code=meeting.code)
    shown = text(house.ask("zhou", "GET", f"/identity/meetings/{meeting.id}"))
    who = re.findall(r'name="who" value="([0-9a-f]{64})"', shown)[0]
    said = {"who": who, "same": "yes", "ticked": WINDOW_POINTS}
    assert house.ask("zhou", "POST", f"/identity/meetings/{meeting.id}", data=said).status_code == 303
    assert "您已核验" in text(house.ask("chen", "GET", f"/parts/{part}"))
    with house.database.reading() as session:
        application = session.get_one(Application, case)
        assert proving.unproven_others(session, house.office.office, application, NOON) == 1


def test_the_code_of_a_link_goes_to_the_invited_phone_and_nowhere_else(house: House) -> None:
    _case, part, token = a_part(house)
    house.site.client.cookies.clear()
    shown = house.site.request("GET", f"/p/{token}")
    csrf = re.findall(r'name="csrf_token" value="([0-9a-f]+)"', shown.text)[-1]
    sent = house.site.request("POST", f"/p/{token}", data={"csrf_token": csrf})
    assert sent.headers["location"] == f"/signin/code?next=/parts/{part}"
    with house.database.reading() as session:
        assert latest_messages(session)[0].phone == SECOND


def test_not_me_freezes_tells_and_is_settled_on_the_pages(house: House) -> None:
    case, part, _token = a_part(house)
    assert "这不是我" in text(house.ask("chen", "GET", f"/parts/{part}"))
    assert house.post("chen", f"/parts/{part}/not-me").status_code == 303
    assert house.read(case).frozen_at is not None
    assert f"/identity/frozen/{case}" in text(house.ask("zhou", "GET", "/review"))
    assert f"/identity/frozen/{case}" in text(house.ask("zhou", "GET", "/identity/frozen"))
    assert "股东" in text(house.ask("zhou", "GET", f"/identity/frozen/{case}"))
    where = f"/identity/frozen/{case}"
    assert house.post("zhou", where, outcome="lift", reason="好").status_code == 422
    assert house.post("zhou", where, outcome="lift", reason=WHY).status_code == 303
    assert house.read(case).frozen_at is None
    assert house.post("zhou", where, outcome="lift", reason=WHY).status_code == 409


def test_whoever_fears_for_their_number_is_answered_the_same_whether_it_was_used(house: House) -> None:
    case = in_review(house.office)
    with house.database.writing() as session:
        applicant(house, session, "victim", "13800000008")
    assert "/not-me" in text(house.ask("victim", "GET", "/"))
    assert house.post("victim", "/not-me", number="1").status_code == 422
    answers = []
    for number in ("999999198506120128", NUMBER):
        answers.append(house.post("victim", "/not-me", number=number))
        house.now += timedelta(minutes=1)
    assert {(a.status_code, a.headers["location"], a.headers["set-cookie"]) for a in answers} == {
        (303, "/not-me", answers[0].headers["set-cookie"])
    }
    assert house.read(case).frozen_at is None, "whoever knows a number stops nothing"
    assert "尚未证明是本人" in text(house.ask("zhou", "GET", f"/identity/frozen/{case}"))
    shown = text(house.ask("victim", "GET", "/not-me"))
    code = re.search(r"(\d{3} \d{3} \d{3})", shown)
    assert code is not None

    found = house.post("zhou", "/identity/window", code=code[1])
    where = found.headers["location"]
    points = [point.code for point in claimed.checks()]
    assert NUMBER not in text(house.ask("zhou", "GET", where))
    wrong = house.ask("zhou", "POST", where, data={"number": "999999198506120128", "ticked": points})
    assert "与声明的号码不一致" in text(wrong, 422)
    assert house.read(case).frozen_at is None
    assert house.ask("zhou", "POST", where, data={"number": NUMBER, "ticked": points}).status_code == 303
    assert house.read(case).frozen_at is not None
    assert "没有这个核验码" in text(house.post("zhou", "/identity/window", code=code[1]), 422)
    house.post("zhou", f"/review/{case}/claim")
    assert "核实前不能批准" in text(house.decide("zhou", case, "approve"), 409)
    assert house.read(case).state == State.IN_REVIEW


def test_the_log_holds_ways_and_words_and_nobodys_number(house: House) -> None:
    case = a_draft(house)
    choose(house, case, "window")
    with house.database.reading() as session:
        told = [entry.told for entry in audit.of_subject(session, case)]
    assert told == [{"person": "holder", "way": "window"}] * 2


def test_a_live_case_with_face_alone_goes_to_a_clerk_and_says_what_is_missing(house: House) -> None:
    case = a_submitted_case(house.office)
    with house.database.writing() as session:
        evidence = evidence_of(session, case)
        evidence.assured_at = evidence.assurance = evidence.route = None
    house.follow_all()
    found = house.read(case)
    assert found.state == State.IN_REVIEW
    with house.database.reading() as session:
        assert {f.rule for f in session.get_one(Application, case).findings if f.effect == "manual"} == {"G-16"}


def test_with_a_partners_word_beside_the_face_the_machine_goes_on(house: House) -> None:
    case = a_submitted_case(house.office)
    house.follow_all()
    assert house.read(case).state == State.REGISTERED


def test_who_was_met_at_a_window_needs_no_face_for_the_machine(house: House) -> None:
    case = a_submitted_case(house.office, submit=False)
    with house.database.writing() as session:
        application, evidence = session.get_one(Application, case), evidence_of(session, case)
        for name in ("assured_at", "assurance", "band", "distance", "liveness", "card_read", "consent"):
            setattr(evidence, name, None)
        meeting = meetings.ask(session, house.office.office, application, HOLDER, Way.WINDOW, NOON)
        clerk, who = house.people["zhou"], proving.holder_of(house.office.office, application).who
        meetings.record_meeting(session, house.office.office, meeting.id, clerk, True, WINDOW_POINTS, "", who, NOON)
    house.sign_and_submit(case)
    house.follow_all()
    assert house.read(case).state == State.REGISTERED


def test_whoever_is_invited_is_asked_by_their_role(house: House) -> None:
    with house.database.writing() as session:
        case = a_company(session, house.office)
        assert all(one.need.signs for one in signers.wanted(session, house.office.office, case))
