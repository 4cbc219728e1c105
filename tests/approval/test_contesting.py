# SPDX-License-Identifier: Apache-2.0
"""Contesting a record: once for each finding, answered by what the source says now, and never by stopping the clock."""

from datetime import date

import pytest

from approval import casefile, contesting, owndata, rechecking
from approval.application import Application, State
from approval.contesting import ContestUnanswered, NothingToContest
from approval.decision import ReasonRequired
from credit import Record
from tests.approval.registering import a_staffed_house, waiting
from tests.approval.test_credit_outcomes import (
    COURT,
    DEBT,
    REGULATOR,
    UNREACHABLE,
    decided,
    effects,
    listed_business,
    recorded,
    shop,
)
from tests.conftest import NOON
from tests.filling import PEOPLE
from tests.journeys.inprocess import SENTENCE, House
from tests.office import HOLDER

__all__ = ["a_staffed_house"]

BAN = Record("false_registration_responsible", REGULATOR, date(2026, 1, 5))
WORDS = "该登记并非本人办理，法院已经判决确认，请向登记机关核实。"


def first_contestable(house: House, case: str) -> int | None:
    with house.database.reading() as session:
        found = contesting.contestable(session, house.office.office, session.get_one(Application, case))
        return found[0].id if found else None


def contested(house: House, case: str, finding: int | None = None, words: str = WORDS) -> str:
    wanted = finding if finding is not None else first_contestable(house, case)
    with house.database.writing() as session:
        application = session.get_one(Application, case)
        return contesting.contest(session, house.office.office, application, wanted or -1, words, NOON).id


def answered(house: House, case: str, contest: str, who: str = "zhou", reason: str = SENTENCE) -> str | None:
    asked = rechecking.recheck_credit(house.office.office, house.read(case))
    with house.database.writing() as session:
        officer = house.people[who]
        return contesting.answer(session, house.office.office, case, contest, reason, officer, asked, NOON).outcome


def held(house: House, case: str) -> None:
    house.post("zhou", f"/review/{case}/claim")


def test_what_the_source_does_not_say_any_more_is_taken_away(house: House) -> None:
    case = shop(house, BAN)
    contest = contested(house, case)
    held(house, case)
    recorded(house, HOLDER)
    assert answered(house, case, contest) == "lifted"
    assert effects(house, case) == {}
    assert decided(house, case, "approve") == 303


def test_what_the_source_still_says_stands_with_a_reason(house: House) -> None:
    case = shop(house, BAN)
    contest = contested(house, case)
    held(house, case)
    assert answered(house, case, contest) == "stands"
    assert effects(house, case) == {"CR-05": "refuse"}
    with pytest.raises(NothingToContest):
        answered(house, case, contest)


def test_a_source_that_is_silent_answers_no_contest(house: House) -> None:
    case = shop(house, BAN)
    contest = contested(house, case)
    held(house, case)
    house.office.bureau.is_away = True
    with pytest.raises(ContestUnanswered):
        answered(house, case, contest)
    with house.database.reading() as session:
        (kept,) = contesting.contests(session, case)
    assert (kept.outcome, kept.words) == (None, WORDS)


def test_nobody_is_refused_while_an_answer_is_owed_and_no_clock_stands_still(house: House) -> None:
    case = shop(house, BAN)
    due_on = house.read(case).due_on
    contest = contested(house, case)
    refused = house.decide("zhou", case, "refuse")
    assert refused.status_code == 409
    assert "提出了异议" in refused.text
    application = house.read(case)
    assert (application.state, application.due_on, application.suspended_on) == (State.IN_REVIEW, due_on, None)
    answered(house, case, contest)
    assert decided(house, case, "refuse") == 303
    with house.database.reading() as session, pytest.raises(NothingToContest):
        contesting.contest(session, house.office.office, session.get_one(Application, case), 1, WORDS, NOON)


def test_a_finding_is_contested_once_with_a_sentence_and_only_by_whom_it_is_told_to(house: House) -> None:
    case = shop(house, BAN)
    finding = first_contestable(house, case)
    with pytest.raises(ReasonRequired):
        contested(house, case, finding, "不对")
    contested(house, case, finding)
    with pytest.raises(NothingToContest):
        contested(house, case, finding)
    recorded(house, PEOPLE[2], DEBT)
    company = waiting(house, "company")
    assert effects(house, company) == {"CR-01": "refuse_role"}
    assert first_contestable(house, company) is None, "of the supervisor's record the applicant is told nothing"


def test_it_is_logged_by_rule_told_to_clerks_and_part_of_ones_own_data(house: House) -> None:
    case = shop(house, BAN)
    contested(house, case)
    with house.database.reading() as session:
        told = owndata.gathered(session, house.office.office, house.people["applicant"], NOON)
    assert [one["words"] for one in told["applications"][0]["contests"]] == [WORDS]
    assert "申请人对信用结论提出异议" in house.ask("zhou", "GET", "/desk").text


def test_on_the_pages_it_is_contested_read_and_answered(house: House) -> None:
    case = shop(house, BAN)
    finding = str(first_contestable(house, case))
    short = house.post("applicant", f"/cases/{case}/contest", finding=finding, words="不对")
    assert (short.status_code, "不对</textarea>" in short.text) == (422, True)
    assert house.post("applicant", f"/cases/{case}/contest", finding=finding, words=WORDS).status_code == 303
    seen = house.ask("applicant", "GET", f"/cases/{case}").text
    assert "等待答复" in seen
    assert WORDS in seen
    held(house, case)
    panel = house.ask("zhou", "GET", f"/review/{case}").text
    assert WORDS in panel
    assert COURT not in panel
    with house.database.reading() as session:
        (contest,) = contesting.contests(session, case)
    assert house.post("zhou", f"/review/{case}/contest", contest=contest.id, reason="短").status_code == 422
    assert house.post("wu", f"/review/{case}/contest", contest=contest.id, reason=SENTENCE).status_code == 409
    assert house.post("zhou", f"/review/{case}/contest", contest=contest.id, reason=SENTENCE).status_code == 303
    assert "来源仍有记载，维持" in house.ask("applicant", "GET", f"/cases/{case}").text


def told(house: House, case: str) -> set[str]:
    with house.database.reading() as session:
        application = session.get_one(Application, case)
        found = contesting.findings_told(application, casefile.item_of(house.office.office, application))
        return {finding.rule for finding in found if finding.rule.startswith("CR-")}


def test_what_is_recorded_of_a_business_is_told_to_whom_the_register_has_in_charge_and_to_nobody_else(
    house: House,
) -> None:
    pledged = Record("equity_pledged", REGULATOR, date(2026, 3, 1))
    theirs = listed_business(house, "simple-deregistration", pledged, responsible_id=PEOPLE[0])
    assert told(house, theirs) == {"CR-09B"}
    assert first_contestable(house, theirs) is not None
    strangers = listed_business(house, "simple-deregistration", pledged, responsible_id=PEOPLE[4])
    assert effects(house, strangers) == {"CR-09B": "refuse"}
    assert told(house, strangers) == set()
    would_be = listed_business(
        house,
        "company-change",
        Record("tax_unpaid", REGULATOR, date(2026, 3, 1)),
        UNREACHABLE,
        changes=["representative"],
    )
    assert effects(house, would_be) == {"CR-06": "linked_required"}
    assert told(house, would_be) == set()
