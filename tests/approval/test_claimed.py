# SPDX-License-Identifier: Apache-2.0
"""Whoever knows a number stops nothing with it; whoever proves that it is theirs stops whatever names it."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

import audit
from approval import cases, claimed, freezing, memos, participants, proving
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.freezing import Freeze
from approval.meetings import ChecksMissing, NoSuchMeeting
from approval.people import ConflictOfInterest, NumberMalformed, declare_kin
from approval.running import Runner
from forms import Answers, rows_of
from identity import Account, Way, assuring, evidence_of
from kit.database import Database
from licences import Template, fictitious_codes, fill_pool
from tests.approval.test_participants import SECOND, a_company, invited
from tests.approval.test_proving import a_living_face
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.office import HOLDER as NUMBER
from tests.office import TestOffice, a_clerk, a_submitted_case, a_supervisor, an_applicant, in_review

NAME = "林清和"
ANOTHER = fictitious_id("19850612", 12)
POINTS = [point.code for point in claimed.checks()]
WHY = "已电话核实，系本人误点，身份无误"


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


def claim(session: Session, office: TestOffice, number: str = NUMBER, phone: str = "13800000009") -> Freeze:
    return claimed.say_number_is_used(session, office.office, an_applicant(session, phone), number, NOON)


def is_frozen(session: Session, case: str) -> bool:
    return session.get_one(Application, case).frozen_at is not None


def own_draft(session: Session, office: TestOffice, account: Account, number: str = NUMBER) -> Application:
    draft = cases.start(session, office.office, account, "sole-trader", NOON)
    named: Answers = {"operator_name": NAME, "operator_id": number}
    cases.save_answers(session, office.office, draft, "operator", named, NOON)
    return draft


def test_whoever_only_knows_a_number_stops_nothing_and_clerks_are_told(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        made = claim(session, office)
        assert not is_frozen(session, case)
        assert (made.is_proven, made.application_id, len(made.code or "")) == (False, None, claimed.DIGITS)
        for person in (a_clerk(session, "zhou"), a_supervisor(session)):
            assert [memo.kind for memo in memos.unseen(session, person)] == ["not_me_claimed"]
        assert [one.id for one in freezing.frozen_cases(session)] == [case]
        number = session.get_one(Application, case).number or ""
        (told,) = [one.told for one in audit.of_subject(session, number) if one.event == "case.disputed"]
        assert told == {"person": "holder", "proven": False, "froze": False}


def test_many_accounts_that_claim_one_number_stop_nothing_and_do_not_flood_anybody(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        for place in range(claimed.MOST_OF_NUMBER + 3):
            claim(session, office, phone=f"1380000100{place}")
        assert not is_frozen(session, case)
        assert len(freezing.claims(session, case)) == claimed.MOST_OF_NUMBER
        assert len(memos.unseen(session, a_clerk(session, "zhou"))) == 1


def test_one_account_claims_three_times_a_day_whether_anything_is_found(office: TestOffice) -> None:
    in_review(office)
    with office.database.writing() as session:
        made = [claim(session, office, number) for number in (NUMBER, ANOTHER, NUMBER, fictitious_id("19850612", 13))]
        assert made[0] is made[2], "said again, and still to be proved"
        with pytest.raises(claimed.TooManyClaims):
            claim(session, office, fictitious_id("19850612", 14))
        with pytest.raises(NumberMalformed):
            claim(session, office, "123", "13800000010")


def test_what_is_only_claimed_does_not_keep_the_machine_from_approving(office: TestOffice) -> None:
    with office.database.writing() as session:
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 10))
    case = a_submitted_case(office)
    with office.database.writing() as session:
        claim(session, office)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        assert session.get_one(Application, case).state == State.REGISTERED


@pytest.mark.parametrize("way", [Way.FACE, Way.PARTNER, Way.WINDOW, Way.VIDEO])
def test_whoever_has_proved_the_number_in_a_draft_of_their_own_stops_the_others_at_once(
    office: TestOffice, way: Way
) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        victim = an_applicant(session, "13800000009")
        draft = own_draft(session, office, victim)
        if way is Way.FACE:
            a_living_face(session, draft, "holder", NAME, NUMBER)
        else:
            who = proving.holder_of(office.office, draft).who
            assuring.assure(evidence_of(session, draft.id), way, "test", who, NOON, {})
        made = claim(session, office)
        assert (made.is_proven, made.proven_by, made.code) == (True, claimed.HERE, None)
        assert (is_frozen(session, case), is_frozen(session, draft.id)) == (True, False), "one's own is withdrawn"


def test_whoever_proves_themselves_after_they_claimed_says_it_once_more_and_it_stops(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        made = claim(session, office)
        draft = own_draft(session, office, an_applicant(session, "13800000009"))
        a_living_face(session, draft, "holder", NAME, NUMBER)
        assert claim(session, office) is made
        assert (made.is_proven, is_frozen(session, case)) == (True, True)


@pytest.mark.parametrize("what", ["nothing", "another card", "another number", "another name", "an uploaded picture"])
def test_a_draft_that_only_names_the_victim_proves_nothing(office: TestOffice, what: str) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        attacker = an_applicant(session, "13800000009")
        draft = own_draft(session, office, attacker, ANOTHER if what == "another number" else NUMBER)
        if what == "another card":
            a_living_face(session, draft, "holder", "别样例", ANOTHER)
        if what == "another number":
            a_living_face(session, draft, "holder", NAME, ANOTHER)
        if what == "another name":
            a_living_face(session, draft, "holder", "别样例", NUMBER)
        if what == "an uploaded picture":
            a_living_face(session, draft, "holder", NAME, NUMBER).without_camera = True
        assert not claim(session, office).is_proven
        assert not is_frozen(session, case)


def test_a_proof_that_another_account_made_is_nobody_elses(office: TestOffice) -> None:
    case = in_review(office)  # its applicant is proved to be of this number
    with office.database.writing() as session:
        assert claimed.is_holder_of(session, office.office, an_applicant(session), NUMBER, NOON)
        assert not claim(session, office).is_proven
        assert not is_frozen(session, case)


def test_whoever_proved_themselves_in_their_part_of_a_case_stops_the_others(office: TestOffice) -> None:
    with office.database.writing() as session:
        company = a_company(session, office)
        invited(session, office, company)
        number = rows_of(company.answers["shareholders"])[1]["number"]
        part = participants.of_place(session, company.id, "shareholders.1")
        assert part is not None
        named = proving.named_at(session, office.office, company, part.place)
        a_living_face(session, company, part.place, named.name, named.number)
        account = an_applicant(session, SECOND)
    other = in_review(office, "13800000077", operator_id=number, operator_name=named.name)
    with office.database.writing() as session:
        assert claimed.say_number_is_used(session, office.office, account, number, NOON).is_proven
        assert is_frozen(session, other)


def test_at_a_window_the_card_in_hand_stops_what_names_its_number(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        made = claim(session, office)
        clerk, code = a_clerk(session, "zhou"), made.code or ""
        assert claimed.by_code(session, f"{code[:3]} {code[3:]}", NOON) is made
        with pytest.raises(ChecksMissing):
            claimed.prove_at_window(session, made.id, clerk, NUMBER, POINTS[:1], NOON)
        with pytest.raises(claimed.NumberDiffers):
            claimed.prove_at_window(session, made.id, clerk, ANOTHER, POINTS, NOON)
        assert not is_frozen(session, case)
        claimed.prove_at_window(session, made.id, clerk, f" {NUMBER} ", POINTS, NOON)
        assert is_frozen(session, case)
        assert [one.is_proven for one in freezing.claims(session, case)] == [True], "the claim is proved, not doubled"
        (entry,) = audit.of_subject(session, f"claim:{made.id}")
        assert (entry.event, entry.actor) == ("claim.proven", f"account:{clerk.id}")
        with pytest.raises(NoSuchMeeting):
            claimed.by_code(session, code, NOON)
        with pytest.raises(NoSuchMeeting):
            claimed.open_claim(session, made.id, NOON)


def test_a_code_for_the_window_runs_out_and_an_officer_keeps_off_relatives(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        made, clerk = claim(session, office), a_clerk(session, "zhou")
        with pytest.raises(NoSuchMeeting):
            claimed.by_code(session, made.code or "", NOON + timedelta(days=15))
        declare_kin(session, clerk, NUMBER, "spouse", NOON)
        with pytest.raises(ConflictOfInterest):
            claimed.prove_at_window(session, made.id, clerk, NUMBER, POINTS, NOON)
        assert not is_frozen(session, case)


def test_a_clerk_may_stop_a_case_of_which_something_is_only_claimed_or_leave_it(office: TestOffice) -> None:
    first, second = in_review(office), in_review(office, "13800000002")
    with office.database.writing() as session:
        claim(session, office)
        clerk = a_clerk(session, "zhou")
        freezing.keep_frozen(session, first, clerk, WHY, NOON)
        freezing.lift(session, office.office, second, clerk, WHY, NOON)
        assert (is_frozen(session, first), is_frozen(session, second)) == (True, False)
        assert freezing.frozen_cases(session) == []


def test_what_a_clerk_left_while_it_was_a_claim_is_stopped_once_it_is_proved(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        made, clerk = claim(session, office), a_clerk(session, "zhou")
        freezing.lift(session, office.office, case, clerk, WHY, NOON)
        claimed.prove_at_window(session, made.id, clerk, NUMBER, POINTS, NOON)
        assert is_frozen(session, case)
        freezing.lift(session, office.office, case, clerk, WHY, NOON)
        assert not freezing.say_not_me(session, case, "holder", session.get_one(Account, made.said_by), NOON)
