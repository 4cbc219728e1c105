# SPDX-License-Identifier: Apache-2.0
"""Fifty at once: of whatever may happen once only, one gets it, and everybody else is told so."""

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

import audit
import licences
import notices
from approval import afterwards, cases, claims, deciding, opinions, papers, people
from approval.application import Application, DecisionRow, State, Transition
from approval.calendar import seed_calendar
from approval.decision import Correction, Decision, Outcome
from approval.opinions import View
from approval.running import Runner
from identity import Account, Role
from identity.messages import Message
from kit.database import Database
from kit.errors import DomainError
from kit.text import Text
from tests.conftest import NOON
from tests.journeys.inprocess import a_desk, a_house, a_site, staff_member
from tests.office import TestOffice, a_submitted_case, an_applicant, in_review

MANY = 50
SENTENCE = "地址与产权资料不一致，请核对后改正"


@pytest.fixture
def office(database: Database) -> TestOffice:
    kind = licences.Template.SOLE_TRADER
    with database.writing() as session:
        seed_calendar(session)
        licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 60))
    return TestOffice(database)


def at_once(count: int, act: Callable[[int], object]) -> list[Any]:
    """What came of it for each, in order. What is no refusal is a fault and fails the test."""
    barrier = threading.Barrier(count)

    def one(index: int) -> object:
        barrier.wait(20)
        try:
            return act(index)
        except (DomainError, StaleDataError) as refused:
            return refused

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(one, range(count)))


def told(outcomes: list[Any]) -> Counter[str]:
    """How many got it, and what the others were told."""
    return Counter("done" if not isinstance(o, Exception) else type(o).__name__ for o in outcomes)


def writing(office: TestOffice, act: Callable[[Session], Any]) -> Any:
    with office.database.writing() as session:
        return act(session)


def clerks(office: TestOffice, count: int, role: Role = Role.CLERK) -> list[Account]:
    with office.database.writing() as session:
        return [staff_member(session, f"{role}-{n}", role) for n in range(count)]


def events(session: Session, case: str) -> Counter[str]:
    number = session.get_one(Application, case).number or ""
    return Counter(entry.event for entry in audit.of_subject(session, number))


def say(outcome: Outcome, person: Account) -> Decision:
    corrections = (Correction("address", Text(zh="详细地址", en="Address"), SENTENCE),)
    return Decision(
        outcome,
        f"account:{person.id}",
        NOON,
        reason=SENTENCE if outcome is not Outcome.APPROVE else "",
        basis="SAMR-20" if outcome is Outcome.REFUSE else "",
        corrections=corrections if outcome is Outcome.RETURN else (),
    )


def check_whole(office: TestOffice, *names: str) -> None:
    with office.database.reading() as session:
        assert audit.check(session).is_whole
        for case in names:
            moves = session.scalars(select(Transition.seq).where(Transition.application_id == case)).all()
            assert sorted(moves) == list(range(session.get_one(Application, case).seq))


def test_of_fifty_who_claim_one_case_one_gets_it(office: TestOffice) -> None:
    case = in_review(office)
    people_at_work = clerks(office, MANY)
    outcomes = at_once(
        MANY, lambda n: writing(office, lambda session: claims.claim(session, case, people_at_work[n], NOON))
    )
    assert told(outcomes) == {"done": 1, "HeldByAnother": MANY - 1}
    winner = next(n for n, outcome in enumerate(outcomes) if isinstance(outcome, Application))
    with office.database.reading() as session:
        assert session.get_one(Application, case).held_by == people_at_work[winner].id


@pytest.mark.parametrize(("address", "won"), [("/review/{}/claim", 303), ("/api/v1/cases/{}/claim", 200)])
def test_of_fifty_requests_for_one_case_at_once_one_gets_it(
    database: Database, tmp_path: Path, address: str, won: int
) -> None:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        house = a_house(database, site, desk)
        case = in_review(house.office)
        house.enrol({f"clerk-{n}": Role.CLERK for n in range(MANY)})
        headers = [{"authorization": f"Bearer {house.token(who)}"} for who in house.people]
        answers = site.requests([("POST", address.format(case), {"headers": header}) for header in headers])
        assert Counter(answer.status_code for answer in answers) == {won: 1, 409: MANY - 1}


def test_of_fifty_decisions_on_one_version_one_is_made(office: TestOffice) -> None:
    case = in_review(office)
    (holder,) = clerks(office, 1)
    version = writing(office, lambda session: claims.claim(session, case, holder, NOON)).version
    outcome = list(Outcome)

    def decide(n: int) -> Application:
        with office.database.writing() as session:
            decision = say(outcome[n % len(outcome)], holder)
            return deciding.decide(session, office.office, case, version, decision, NOON)

    outcomes = at_once(MANY, decide)
    assert told(outcomes) == {"done": 1, "NotOpenForDecision": MANY - 1}
    with office.database.reading() as session:
        assert session.scalar(select(func.count()).select_from(DecisionRow)) == 1
        assert events(session, case)["decision.made"] == 1
    check_whole(office, case)


def test_of_fifty_submissions_of_one_draft_one_gets_a_number(office: TestOffice) -> None:
    case = a_submitted_case(office, submit=False)
    writing(
        office,
        lambda session: cases.sign(session, session.get_one(Application, case), "phone-code", "statement-1", NOON),
    )

    def submit(_n: int) -> str | None:
        with office.database.writing() as session:
            return cases.submit(session, office.office, session.get_one(Application, case), NOON).number

    outcomes = at_once(MANY, submit)
    assert told(outcomes)["done"] == 1
    assert set(told(outcomes)) <= {"done", "NotADraft", "StaleDataError"}
    with office.database.reading() as session:
        assert session.get_one(Application, case).number in outcomes
        receipts = select(func.count()).select_from(Message).where(Message.key.startswith("receipt:"))
        assert session.scalar(receipts) == 1
        assert events(session, case)["application.submitted"] == 1
        assert len(notices.of_application(session, case)) == 1


def test_fifty_runs_of_one_approved_case_issue_one_licence(office: TestOffice) -> None:
    case = in_review(office)
    (holder,) = clerks(office, 1)
    version = writing(office, lambda session: claims.claim(session, case, holder, NOON)).version
    approval = say(Outcome.APPROVE, holder)
    writing(office, lambda session: deciding.decide(session, office.office, case, version, approval, NOON))

    at_once(MANY, lambda _n: Runner(office.office).carry_on(case))

    with office.database.reading() as session:
        assert session.get_one(Application, case).state == State.REGISTERED
        assert session.scalars(select(licences.Licence.number)).all() == ["QX-2026-000001"]
        told_of = events(session, case)
        once = ("licence.reserved", "licence.issued", "pictures.deleted")
        assert [told_of[event] for event in once] == [1, 1, 1]
        kinds = [notice.kind for notice in notices.of_application(session, case)]
        assert len(kinds) == len(set(kinds))
        assert notices.pending(session, case) == []
    check_whole(office, case)


def test_fifty_runs_of_one_case_without_doubts_decide_it_once(office: TestOffice) -> None:
    case = a_submitted_case(office)
    at_once(MANY, lambda _n: Runner(office.office).carry_on(case))
    with office.database.reading() as session:
        assert session.get_one(Application, case).state == State.REGISTERED
        assert events(session, case)["decision.made"] == events(session, case)["licence.issued"] == 1
    check_whole(office, case)


def test_twenty_clerks_who_press_next_over_twenty_cases_get_twenty(office: TestOffice) -> None:
    waiting = {in_review(office, f"1380000{n:04d}") for n in range(20)}
    people_at_work = clerks(office, 20)

    def press(n: int) -> str | None:
        with office.database.writing() as session:
            case = claims.claim_next(session, people_at_work[n], NOON)
            return case.id if case else None

    assert set(at_once(20, press)) == waiting


# Beyond the five: whatever else is said to happen once.


def test_of_withdrawing_and_deciding_at_once_one_happens(office: TestOffice) -> None:
    case = in_review(office)
    (holder,) = clerks(office, 1)
    version = writing(office, lambda session: claims.claim(session, case, holder, NOON)).version

    def act(n: int) -> Application:
        with office.database.writing() as session:
            if n % 2:
                return deciding.decide(session, office.office, case, version, say(Outcome.REFUSE, holder), NOON)
            return afterwards.withdraw(session, office.office, session.get_one(Application, case), NOON)

    assert told(at_once(20, act))["done"] == 1
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert (application.state == State.REFUSED) == (application.decision is not None)
        assert application.state in (State.REFUSED, State.WITHDRAWN)
    check_whole(office, case)


def test_of_departments_that_answer_at_once_each_is_heard_once(office: TestOffice) -> None:
    case = in_review(office, item="public-venue")
    (clerk,) = clerks(office, 1)
    version = writing(office, lambda session: claims.claim(session, case, clerk, NOON)).version
    writing(office, lambda session: deciding.accept(session, office.office, case, version, clerk, NOON))
    experts = clerks(office, 20, Role.EXPERT)
    with office.database.writing() as session:
        for n, expert in enumerate(experts):
            people.post(session, expert.id, [], [], ("health", "fire")[n % 2])

    def answer(n: int) -> Application:
        with office.database.writing() as session:
            return afterwards.give_opinion(session, office.office, case, experts[n], View.AGREE, "", NOON)

    assert told(at_once(20, answer)) == {"done": 2, "NotAsked": 18}
    with office.database.reading() as session:
        assert session.get_one(Application, case).step == "review"
        assert {o.department for o in opinions.of_application(session, case) if o.given_at} == {"health", "fire"}
    check_whole(office, case)


def decided(office: TestOffice, outcome: Outcome) -> str:
    case = in_review(office)
    (holder,) = clerks(office, 1)
    version = writing(office, lambda session: claims.claim(session, case, holder, NOON)).version
    decision = say(outcome, holder)
    writing(office, lambda session: deciding.decide(session, office.office, case, version, decision, NOON))
    Runner(office.office).carry_on(case)
    return case


def test_of_fifty_who_reopen_a_refused_case_one_does(office: TestOffice) -> None:
    case = decided(office, Outcome.REFUSE)
    supervisors = clerks(office, MANY, Role.SUPERVISOR)

    def reopen(n: int) -> Application:
        with office.database.writing() as session:
            return afterwards.reopen(session, office.office, case, SENTENCE, supervisors[n], NOON)

    assert told(at_once(MANY, reopen)) == {"done": 1, "NothingToReopen": MANY - 1}


def test_fifty_corrections_of_one_returned_case_are_one_draft(office: TestOffice) -> None:
    case = decided(office, Outcome.RETURN)

    def correct(_n: int) -> str:
        with office.database.writing() as session:
            return cases.correct(session, office.office, session.get_one(Application, case), NOON).id

    outcomes = at_once(MANY, correct)
    with office.database.reading() as session:
        successors = session.scalars(select(Application.id).where(Application.predecessor_id == case)).all()
    assert len(successors) == 1
    assert set(told(outcomes)) <= {"done", "StaleDataError"}


def test_a_document_that_is_opened_fifty_times_at_once_is_served_once(office: TestOffice) -> None:
    case = decided(office, Outcome.RETURN)
    with office.database.reading() as session:
        paper = notices.of_application(session, case)[0].id

    def open_it(_n: int) -> None:
        with office.database.writing() as session:
            found = notices.find(session, paper)
            assert found is not None
            papers.serve(session, session.get_one(Application, case), found, "online", NOON)

    at_once(MANY, open_it)
    with office.database.reading() as session:
        assert events(session, case)["notice.handed_over"] == 1
    check_whole(office, case)


def test_nobody_holds_more_cases_than_one_person_may_by_claiming_them_at_once(office: TestOffice) -> None:
    waiting = [in_review(office, f"1380000{n:04d}") for n in range(people.MOST_HELD + 10)]
    (greedy,) = clerks(office, 1)
    outcomes = at_once(
        len(waiting), lambda n: writing(office, lambda session: claims.claim(session, waiting[n], greedy, NOON))
    )
    assert told(outcomes) == {"done": people.MOST_HELD, "TooManyHeld": 10}


def test_nobody_has_more_drafts_than_anybody_fills_in_by_starting_them_at_once(office: TestOffice) -> None:
    applicant = writing(office, an_applicant)

    def start(_n: int) -> str:
        with office.database.writing() as session:
            return cases.start(session, office.office, applicant, "sole-trader", NOON).id

    assert told(at_once(MANY, start)) == {"done": cases.MOST_DRAFTS, "TooManyDrafts": MANY - cases.MOST_DRAFTS}
