# SPDX-License-Identifier: Apache-2.0
""" "That is not me": nothing is approved or issued until a clerk has looked, and nobody is refused by it."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

import audit
from approval import cases, claims, deciding, freezing, memos
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.decision import Decision, Outcome, ReasonRequired
from approval.freezing import CaseFrozen, NotFrozen
from approval.people import ConflictOfInterest, declare_kin
from approval.running import Runner
from identity import HOLDER, Account
from kit.database import Database
from licences import Template, fictitious_codes, fill_pool, of_application
from tests.conftest import NOON
from tests.office import (
    HOLDER as NUMBER,
)
from tests.office import TestOffice, a_clerk, a_submitted_case, a_supervisor, an_applicant, in_review

WHY = "已电话核实，系本人误点，身份无误"


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 20))
    return TestOffice(database)


def state(office: TestOffice, case: str) -> str:
    with office.database.reading() as session:
        return session.get_one(Application, case).state


def disputed(office: TestOffice, case: str, phone: str = "13800000009") -> None:
    with office.database.writing() as session:
        assert freezing.say_not_me(session, case, HOLDER, an_applicant(session, phone), NOON)


def decide(session: Session, office: TestOffice, case: str, clerk: Account, outcome: Outcome) -> Application:
    version = claims.claim(session, case, clerk, NOON).version
    decision = Decision(outcome, f"account:{clerk.id}", NOON, reason=WHY, basis="SAMR-20")
    return deciding.decide(session, office.office, case, version, decision, NOON)


def test_the_machine_leaves_a_frozen_case_to_a_person(office: TestOffice) -> None:
    case = a_submitted_case(office)
    disputed(office, case)
    Runner(office.office).carry_on(case)
    assert state(office, case) == State.IN_REVIEW
    with office.database.reading() as session:
        assert "ID-09" in {finding.rule for finding in session.get_one(Application, case).findings}


def test_a_claim_while_the_machine_weighs_stops_its_approval(office: TestOffice) -> None:
    case = a_submitted_case(office)
    runner = Runner(office.office)
    weigh = runner._verbs["weigh_findings"]

    def interrupted(*args: object) -> object:
        carried = weigh(*args)  # type: ignore[arg-type]
        if state(office, case) == State.CHECKING and not frozen:
            frozen.append(case)
            disputed(office, case)
        return carried

    frozen: list[str] = []
    runner._verbs = {**runner._verbs, "weigh_findings": interrupted}  # type: ignore[dict-item]
    runner.carry_on(case)
    with office.database.reading() as session:
        assert session.get_one(Application, case).decision is None


def test_a_person_cannot_approve_it_but_can_refuse_on_the_facts(office: TestOffice) -> None:
    case = in_review(office)
    disputed(office, case)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        with pytest.raises(CaseFrozen):
            decide(session, office, case, clerk, Outcome.APPROVE)
        assert decide(session, office, case, clerk, Outcome.REFUSE).state == State.REFUSED


def test_what_was_approved_is_not_issued_while_it_is_frozen_and_goes_on_afterwards(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        decide(session, office, case, clerk, Outcome.APPROVE)
    disputed(office, case)
    Runner(office.office).carry_on(case)
    assert state(office, case) == State.CHECKING
    with office.database.writing() as session:
        assert of_application(session, case) is None
        kicks = len(office.kicks)
        freezing.lift(session, office.office, case, clerk, WHY, NOON)
        assert len(office.kicks) == kicks + 1
    Runner(office.office).carry_on(case)
    assert state(office, case) == State.REGISTERED


def test_a_clerk_frees_or_keeps_with_a_reason_and_both_are_logged(office: TestOffice) -> None:
    case = in_review(office)
    disputed(office, case)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        with pytest.raises(ReasonRequired):
            freezing.lift(session, office.office, case, clerk, "好", NOON)
        freezing.keep_frozen(session, case, clerk, WHY, NOON)
        assert session.get_one(Application, case).frozen_at is not None
        assert [one.id for one in freezing.frozen_cases(session)] == []
        freezing.lift(session, office.office, case, clerk, WHY, NOON)
        with pytest.raises(NotFrozen):
            freezing.lift(session, office.office, case, clerk, WHY, NOON)
        number = session.get_one(Application, case).number or ""
        told = [entry.event for entry in audit.of_subject(session, number) if entry.event.startswith("case.")]
        assert told == ["case.disputed", "case.kept_frozen", "case.freed"]
        assert decide(session, office, case, clerk, Outcome.APPROVE).decision is not None


def test_clerks_and_supervisors_are_told(office: TestOffice) -> None:
    case = in_review(office)
    disputed(office, case)
    with office.database.writing() as session:
        for person in (a_clerk(session, "zhou"), a_supervisor(session)):
            assert [memo.kind for memo in memos.unseen(session, person)] == ["not_me"]
        assert [one.id for one in freezing.frozen_cases(session)] == [case]


def test_who_says_it_again_after_a_clerk_has_looked_is_heard_and_stops_nothing(office: TestOffice) -> None:
    case = in_review(office)
    disputed(office, case)
    with office.database.writing() as session:
        freezing.lift(session, office.office, case, a_clerk(session, "zhou"), WHY, NOON)
        assert not freezing.say_not_me(session, case, HOLDER, an_applicant(session, "13800000009"), NOON)
        assert [one.id for one in freezing.frozen_cases(session)] == [case]


def test_a_draft_is_neither_submitted_nor_thrown_away_while_it_is_frozen(office: TestOffice) -> None:
    case = a_submitted_case(office, submit=False)
    disputed(office, case)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        cases.sign(session, draft, "phone-code", "statement-1", NOON)
        for verb in (lambda: cases.submit(session, office.office, draft, NOON), lambda: cases.discard(session, draft)):
            forbidden: Callable[[], object] = verb
            with pytest.raises(CaseFrozen):
                forbidden()
        freezing.lift(session, office.office, case, a_clerk(session, "zhou"), WHY, NOON)
        cases.discard(session, draft)


def test_a_registered_business_is_told_to_clerks_and_not_stopped(office: TestOffice) -> None:
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    assert state(office, case) == State.REGISTERED
    with office.database.writing() as session:
        assert not freezing.say_not_me(session, case, HOLDER, an_applicant(session, "13800000009"), NOON)
        assert [memo.kind for memo in memos.unseen(session, a_clerk(session, "zhou"))] == ["not_me"]


def test_nobody_frees_a_case_of_their_own(office: TestOffice) -> None:
    case = in_review(office)
    disputed(office, case)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        declare_kin(session, clerk, NUMBER, "self", NOON)
        with pytest.raises(ConflictOfInterest):
            freezing.lift(session, office.office, case, clerk, WHY, NOON)
