# SPDX-License-Identifier: Apache-2.0
"""A company moves here: the letter for its file, the wait, and what the register and the licence say afterwards."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

import audit
import notices
import register
from approval import casefile, cases, clocks, entries, memos, moving, proofs
from approval.application import Application, State
from approval.cases import AnswersIncomplete
from approval.gatebook import load_gates
from kit.clock import office_day, three_months_on
from licences import CreditCode, Licence, Status
from notices import Notice
from register import Entry
from tests.approval.registering import (
    CONTACT,
    NEW,
    a_business,
    a_staffed_house,
    about,
    licence_of,
    papers_of,
    registered,
    status_of,
    waiting,
    walked,
)
from tests.conftest import NOON
from tests.filling import a_credit_code
from tests.journeys.inprocess import SENTENCE, House
from tests.journeys.walking import drafted
from tests.office import CATALOGUE

__all__ = ["a_staffed_house"]
ITEM = CATALOGUE.current("company-move-in", office_day(NOON))
CODE = a_credit_code("91320106", 2)
CAME = {"on": office_day(NOON).isoformat(), "documents": SENTENCE, "scan": "AB" * 32}


def moves_in(house: House, **changed: Any) -> Licence:
    licence = licence_of(house, walked(house, ITEM.code, **changed))
    assert licence is not None
    return licence


def accepted(house: House) -> str:
    """The clerk has taken the case in, and the file is on its way."""
    case = waiting(house, ITEM.code)
    assert house.decide("zhou", case, "approve").status_code == 303
    house.follow_all()
    assert house.post("zhou", f"/review/{case}/claim").status_code == 303
    return case


def letter_of(house: House, case: str) -> Notice:
    with house.database.reading() as session:
        return next(one for one in notices.of_application(session, case) if one.kind == "file_request")


def ground_of(house: House, case: str) -> str:
    with house.database.reading() as session:
        return clocks.ground_of(session, session.get_one(Application, case))


def late_memos(house: House, case: str, now: datetime) -> int:
    with house.database.writing() as session:
        moving.remind(session, now)
    with house.database.reading() as session:
        query = select(func.count()).where(memos.Memo.application_id == case, memos.Memo.kind == "file_late")
        return session.scalar(query) or 0


def test_code_and_founding_day_stay_and_no_code_is_taken_from_the_pool(house: House) -> None:
    licence = moves_in(house)
    assert (licence.credit_code, licence.established_on, licence.status) == (CODE, date(2019, 3, 7), Status.IN_FORCE)
    with house.database.reading() as session:
        taken = select(func.count()).select_from(CreditCode).where(CreditCode.licence_id.is_not(None))
        assert session.scalar(taken) == 0
    page = house.ask("nobody", "GET", f"/v/{licence.verification_id}").text
    assert "真实，现行有效" in page


def test_the_register_says_where_it_came_from_and_changes_it_as_any_other(house: House) -> None:
    licence = moves_in(house)
    entity = registered(house, licence)
    assert (entity.facts["former_division"], entity.facts["former_registrar"]) == ("320106", "南京市鼓楼区样例登记机关")
    assert entity.established_on == date(2019, 3, 7)
    with house.database.reading() as session:
        assert session.scalars(select(Entry.act).where(Entry.entity_id == entity.id)).all() == ["move_in"]
    case = walked(house, "company-change", changes=["name", *CONTACT["changes"]], company_name=NEW, **about(licence))
    after = licence_of(house, case)
    assert after is not None
    assert (after.name, after.credit_code, after.established_on) == (NEW, CODE, date(2019, 3, 7))
    assert status_of(house, licence) == Status.REPLACED


def test_its_decision_is_run_again_and_agrees(house: House) -> None:
    case = walked(house, ITEM.code)
    with house.database.reading() as session:
        kept = proofs.of_number(session, session.get_one(Application, case).number or "")
    again = proofs.replay(CATALOGUE, load_gates(), kept)
    assert again.agrees
    told = {line["rule"]: line["outcome"] for line in kept.trace}
    assert (told["new_here"], told["file_here"]) == (True, True)
    without = kept.snapshot.circumstances.model_copy(update={"file_here": False})  # type: ignore[union-attr]
    other = kept.snapshot.model_copy(update={"circumstances": without})
    changed = kept.model_copy(update={"snapshot": other})
    assert "file_here" in proofs.replay(CATALOGUE, load_gates(), changed).differences


def test_accepting_writes_the_letter_and_stops_the_clock(house: House) -> None:
    case = waiting(house, ITEM.code)
    assert "file_request" not in papers_of(house, case)
    assert house.read(case).suspended_on is None
    assert house.decide("zhou", case, "approve").status_code == 303
    house.follow_all()
    letter = letter_of(house, case)
    assert letter.number == "栖审调〔2026〕000001号"
    assert letter.sha256 is not None
    assert letter.facts["addressee"] == "南京市鼓楼区样例登记机关"
    assert letter.facts["credit_code"] == CODE
    assert letter.facts["due"] == "2027年2月23日"
    assert {"suspended", "file_request"} <= papers_of(house, case)
    assert "acceptance" not in papers_of(house, case)
    assert ground_of(house, case) == clocks.FILE_TRANSFER


def test_the_letter_is_served_by_post_and_not_by_the_applicant_who_reads_it(house: House) -> None:
    case = accepted(house)
    letter = letter_of(house, case)
    assert house.post("applicant", f"/cases/{case}/papers/{letter.id}").status_code == 303
    assert letter_of(house, case).handed_over_at is None
    sent = {"paper": letter.id, "way": "post", "on": office_day(NOON).isoformat(), "detail": "1234567890123"}
    assert house.post("zhou", f"/review/{case}/serve", **sent).status_code == 303
    assert letter_of(house, case).handed_over_at is not None
    assert "service" in papers_of(house, case)


def test_while_the_file_travels_nothing_is_decided_and_its_coming_is_logged(house: House) -> None:
    case = accepted(house)
    for outcome in ("approve", "return", "refuse"):
        assert house.decide("zhou", case, outcome).status_code == 409
    assert house.post("zhou", f"/review/{case}/go-on", reason=SENTENCE).status_code == 409
    assert "等待档案" in house.ask("zhou", "GET", f"/review/{case}").text
    late = {**CAME, "on": (office_day(NOON) + timedelta(days=1)).isoformat()}
    for wrong in (late, {**CAME, "on": ""}, {**CAME, "scan": "ab" * 31}, {**CAME, "documents": "好"}):
        assert house.post("zhou", f"/review/{case}/file-came", **wrong).status_code == 422
    assert ground_of(house, case) == clocks.FILE_TRANSFER
    assert house.post("zhou", f"/review/{case}/file-came", **CAME).status_code == 303
    with house.database.reading() as session:
        came = [one for one in audit.of_subject(session, house.read(case).number or "") if one.event == "file.came"]
    assert [one.told for one in came] == [{"on": "2026-11-23", "sha256": "ab" * 32}]
    assert "档案已收到" in house.ask("zhou", "GET", f"/review/{case}").text
    assert house.post("zhou", f"/review/{case}/file-came", **CAME).status_code == 409  # it came once


def test_a_file_that_is_not_sent_lets_a_supervisor_go_on_and_approves_nothing(house: House) -> None:
    case = accepted(house)
    assert house.post("head", f"/review/{case}/go-on", reason=SENTENCE).status_code == 303
    answer = house.decide("zhou", case, "approve")
    assert (answer.status_code, "登记档案还没有收到" in answer.text) == (409, True)
    assert house.read(case).state == State.IN_REVIEW
    assert house.post("zhou", f"/review/{case}/file-came", **CAME).status_code == 303  # it came after all
    assert house.decide("zhou", case, "approve").status_code == 303


def test_a_file_that_comes_during_a_lawsuit_waits_for_its_end(house: House) -> None:
    case = accepted(house)
    assert house.post("head", f"/review/{case}/go-on", reason=SENTENCE).status_code == 303
    assert house.post("zhou", f"/review/{case}/suspend", ground="litigation", reason=SENTENCE).status_code == 303
    assert house.post("zhou", f"/review/{case}/file-came", **CAME).status_code == 409
    assert ground_of(house, case) == "litigation"


def test_a_case_whose_file_is_not_sent_is_returned_by_a_person(house: House) -> None:
    case = accepted(house)
    assert house.post("head", f"/review/{case}/go-on", reason=SENTENCE).status_code == 303
    assert house.decide("zhou", case, "return").status_code == 303
    house.follow_all()
    assert house.read(case).state == State.RETURNED


def test_after_three_months_the_supervisor_is_told_once_and_nobody_is_refused(house: House) -> None:
    case = accepted(house)
    last = NOON + (three_months_on(office_day(NOON)) - office_day(NOON))
    assert late_memos(house, case, last) == 0
    assert late_memos(house, case, last + timedelta(days=1)) == 1
    assert late_memos(house, case, last + timedelta(days=30)) == 1
    assert house.read(case).state == State.IN_REVIEW


def test_a_lawsuit_of_three_months_is_no_late_file(house: House) -> None:
    case = waiting(house, ITEM.code)
    house.post("zhou", f"/review/{case}/claim")
    stop = {"reason": SENTENCE}
    assert house.post("zhou", f"/review/{case}/suspend", ground="file_transfer", **stop).status_code == 422
    assert house.post("zhou", f"/review/{case}/suspend", ground="litigation", **stop).status_code == 303
    assert house.post("zhou", f"/review/{case}/file-came", **CAME).status_code == 409  # no letter asked for it
    assert late_memos(house, case, NOON + timedelta(days=200)) == 0


def test_a_business_of_this_register_is_told_at_the_form_to_apply_for_a_change(house: House) -> None:
    here = a_business(house)
    case = drafted(house, ITEM, business_code=here.credit_code)
    with house.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        said = entries.problems_after(session, house.office.office, draft, NOON, to_applicant=True)
        assert [(one.rule, one.path, one.blocks) for one in said] == [("MOVE-03", "business_code", True)]
        with pytest.raises(AnswersIncomplete):
            cases.submit(session, house.office.office, draft, NOON)
    assert "请办理“公司变更登记、备案”" in house.ask("applicant", "GET", f"/apply/{case}/check").text


WRONG = (
    {"business_code": CODE[:-1] + ("A" if CODE[-1] != "A" else "B")},
    {"former_division": "320113"},
    {"former_registrar": "南京市栖霞区行政审批局"},
    {"founded_on": "2030-01-01"},
)


def test_a_code_or_registrar_that_cannot_be_is_not_submitted(house: House) -> None:
    for wrong in WRONG:
        case = drafted(house, ITEM, **wrong)
        with house.database.writing() as session:
            draft = session.get_one(Application, case)
            told = {one.path for one in casefile.checked(house.office.office, draft, NOON).problems if one.blocks}
            assert told == set(wrong)
            cases.sign(session, draft, "phone-code", "statement-1", NOON)
            with pytest.raises(AnswersIncomplete):
                cases.submit(session, house.office.office, draft, NOON)


def test_of_two_cases_of_one_business_the_second_is_not_approved_while_the_first_is_being_made(house: House) -> None:
    first, second = accepted(house), accepted(house)
    for case in (first, second):
        house.post("zhou", f"/review/{case}/claim")
        assert house.post("zhou", f"/review/{case}/file-came", **CAME).status_code == 303
    assert house.decide("zhou", first, "approve").status_code == 303
    assert licence_of(house, first) is None
    assert house.decide("zhou", second, "approve").status_code == 409
    house.follow_all()
    assert house.read(first).state == State.REGISTERED
    assert house.decide("zhou", second, "return").status_code == 303


def test_a_business_that_was_registered_here_meanwhile_is_not_taken_in_twice(house: House) -> None:
    case = accepted(house)
    assert house.post("zhou", f"/review/{case}/file-came", **CAME).status_code == 303
    moves_in(house)
    answer = house.decide("zhou", case, "approve")
    assert answer.status_code == 409
    assert "已在本区登记" in answer.text
    with house.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(register.Entity)) == 1
    assert licence_of(house, case) is None
