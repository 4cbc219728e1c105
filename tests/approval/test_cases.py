# SPDX-License-Identifier: Apache-2.0
"""The verbs on real rows, on SQLite and PostgreSQL; the bureau and the issuer are fakes at their ports."""

import threading
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text

import audit
import licences
from approval import cases, claims, clocks, deciding, queue
from approval.application import Application, DecisionRow, State
from approval.calendar import load_calendar, seed_calendar
from approval.deadlines import Clock
from approval.decision import Correction, Decision, Outcome
from approval.running import Runner
from credit import Effect
from identity import Account, Role, enrol_staff, evidence_of, latest_messages
from kit.database import Database
from kit.text import Text
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.office import TestOffice, a_clerk, a_submitted_case, an_applicant

REASON = "申报内容与提交的材料不一致，且申请人不予更正"


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
        for kind in licences.CODED:
            licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 20))
    return TestOffice(database)


def approval(clerk: Account) -> Decision:
    return Decision(Outcome.APPROVE, f"account:{clerk.id}", NOON)


def test_a_clean_case_is_approved_by_the_machine_and_licensed_once(office: TestOffice) -> None:
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    Runner(office.office).carry_on(case)

    with office.database.reading() as session:
        application = session.get_one(Application, case)
        licence = licences.of_application(session, case)
        assert application.state == State.REGISTERED
        assert application.decision is not None
        assert application.decision.is_by_machine
        assert licence is not None
        assert licence.status == licences.Status.IN_FORCE
        events = [entry.event for entry in audit.of_subject(session, application.number or "")]
        for once in ("application.submitted", "decision.made", "licence.reserved", "licence.issued"):
            assert events.count(once) == 1
        assert audit.check(session).is_whole
        assert evidence_of(session, case).portrait_picture is None


def test_without_straight_through_a_person_decides(office: TestOffice) -> None:
    office.allow_machine(False)
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.IN_REVIEW
        assert "GATE-01" in {finding.rule for finding in application.findings}


def test_a_bureau_that_does_not_answer_sends_the_case_to_a_person(office: TestOffice) -> None:
    office.bureau.is_away = True
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.IN_REVIEW
        assert ("CR-15", Effect.MANUAL) in {(f.rule, f.effect) for f in application.findings}


def test_an_application_is_submitted_once(office: TestOffice) -> None:
    case = a_submitted_case(office)
    with office.database.writing() as session, pytest.raises(cases.NotADraft):
        cases.submit(session, office.office, session.get_one(Application, case), NOON)


def test_answers_changed_after_signing_are_not_submitted(office: TestOffice) -> None:
    case = a_submitted_case(office, submit=False)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        cases.sign(session, application, "phone-code", "statement-1", NOON)
        cases.save_answers(session, office.office, application, "premises", {"address": "别处 1 号 1 室"}, NOON)
        with pytest.raises(cases.SignatureMissing):
            cases.submit(session, office.office, application, NOON)


def test_nobody_sees_the_application_of_another(office: TestOffice) -> None:
    case = a_submitted_case(office)
    with office.database.writing() as session:
        stranger = an_applicant(session, "13800000009")
        with pytest.raises(cases.NotYours):
            cases.own(session, stranger, case)


def waiting_case(office: TestOffice) -> str:
    office.allow_machine(False)
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    return case


def test_only_the_holder_decides_and_only_once(office: TestOffice) -> None:
    case = waiting_case(office)
    with office.database.writing() as session:
        clerk, other = a_clerk(session, "clerk"), a_clerk(session, "clerk2")
        version = session.get_one(Application, case).version
    with office.database.writing() as session, pytest.raises(claims.NotHeld):
        deciding.decide(session, office.office, case, version, approval(clerk), NOON)
    with office.database.writing() as session:
        claims.claim(session, case, clerk, NOON)
    with office.database.writing() as session, pytest.raises(claims.HeldByAnother):
        claims.claim(session, case, other, NOON)
    with office.database.writing() as session, pytest.raises(claims.NotHeld):
        deciding.decide(session, office.office, case, version, approval(other), NOON)
    with office.database.writing() as session, pytest.raises(deciding.StalePage):
        deciding.decide(session, office.office, case, version - 1, approval(clerk), NOON)
    with office.database.writing() as session:
        deciding.decide(session, office.office, case, version, approval(clerk), NOON)
    with office.database.writing() as session, pytest.raises(claims.NotOpenForDecision):
        deciding.decide(session, office.office, case, version + 1, approval(clerk), NOON)


def test_a_claim_runs_out(office: TestOffice) -> None:
    case = waiting_case(office)
    later = NOON + claims.CLAIM_LASTS + timedelta(seconds=1)
    with office.database.writing() as session:
        clerk, other = a_clerk(session, "clerk"), a_clerk(session, "clerk2")
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session, pytest.raises(claims.NotHeld):
        deciding.decide(session, office.office, case, version, approval(clerk), later)
    with office.database.writing() as session:
        assert claims.claim(session, case, other, later).held_by == other.id


def test_of_many_clerks_at_once_exactly_one_gets_the_case(office: TestOffice) -> None:
    case = waiting_case(office)
    with office.database.writing() as session:
        clerks = [a_clerk(session, f"clerk{n}") for n in range(8)]
    got: list[str] = []

    def try_to(clerk: Account) -> None:
        with office.database.writing() as session:
            try:
                claims.claim(session, case, clerk, NOON)
            except claims.HeldByAnother:
                return
            got.append(clerk.id)

    threads = [threading.Thread(target=try_to, args=(clerk,)) for clerk in clerks]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(got) == 1


def test_a_return_is_corrected_by_a_new_submission_with_its_own_clock(office: TestOffice) -> None:
    case = waiting_case(office)
    correction = Correction("address", Text(zh="详细地址", en="Address"), "请补充室号")
    with office.database.writing() as session:
        clerk = a_clerk(session, "clerk")
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        decision = Decision(Outcome.RETURN, f"account:{clerk.id}", NOON, corrections=(correction,))
        deciding.decide(session, office.office, case, version, decision, NOON)
    tomorrow = NOON + timedelta(days=1)
    with office.database.writing() as session:
        returned = session.get_one(Application, case)
        assert returned.state == State.RETURNED
        successor = cases.correct(session, office.office, returned, tomorrow)
        assert cases.correct(session, office.office, returned, tomorrow).id == successor.id
        assert evidence_of(session, successor.id).is_complete
        cases.save_answers(session, office.office, successor, "premises", {"address": "文苑路 1 号 1 室"}, tomorrow)
        cases.sign(session, successor, "phone-code", "statement-1", tomorrow)
        cases.submit(session, office.office, successor, tomorrow)
        assert successor.number != returned.number
        assert returned.due_on is not None
        assert successor.due_on is not None
        assert successor.due_on > returned.due_on
        assert any("补正" in message.body for message in latest_messages(session))


def test_a_refusal_deletes_the_pictures_and_keeps_its_reason_out_of_the_log(office: TestOffice) -> None:
    case = waiting_case(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "clerk")
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        decision = Decision(Outcome.REFUSE, f"account:{clerk.id}", NOON, reason=REASON, basis="SAMR-20")
        deciding.decide(session, office.office, case, version, decision, NOON)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.REFUSED
        assert application.decision is not None
        assert application.decision.reason == REASON
        assert evidence_of(session, case).portrait_picture is None
        assert all(REASON not in entry.facts for entry in audit.search(session, limit=500))


def test_the_most_urgent_case_comes_first_and_one_without_deadline_before_all(office: TestOffice) -> None:
    office.allow_machine(False)
    first, second, third = (a_submitted_case(office, f"1380000001{n}") for n in range(3))
    for case in (first, second, third):
        Runner(office.office).carry_on(case)
    with office.database.writing() as session:
        clocks.show(session.get_one(Application, second), Clock("unknown", None, 3))
        clocks.show(session.get_one(Application, third), Clock("running", date(2026, 11, 17), 3))
        clerk = a_clerk(session, "clerk")
    with office.database.reading() as session:
        lines, _more = queue.page_of_queue(session, clerk, "open", None, load_calendar(session), NOON)
        assert [line.application.id for line in lines] == [second, third, first]
        assert [line.urgency for line in lines] == ["unknown", "overdue", "calm"]
        assert claims.claim_next(session, clerk, NOON).id == second  # type: ignore[union-attr]


def test_a_broken_step_sets_the_case_aside_and_a_supervisor_sends_it_on(office: TestOffice) -> None:
    office.issuer.is_broken = True
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    with office.database.writing() as session:
        assert session.get_one(Application, case).state == State.SET_ASIDE
        supervisor = enrol_staff(session, "supervisor", "郑负责", Role.SUPERVISOR, "a long password", NOON)
        deciding.resume(session, office.office, case, supervisor, NOON)
    office.issuer.is_broken = False
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        assert session.get_one(Application, case).state == State.REGISTERED
        assert len(session.scalars(select(DecisionRow)).all()) == 1


def test_what_is_personal_is_unreadable_in_the_database(office: TestOffice) -> None:
    case = a_submitted_case(office)
    with office.database.reading() as session:
        rows = [
            session.execute(text(f"SELECT * FROM {table}")).all() for table in ("application", "account", "message")
        ]
    raw = repr(rows)
    assert case in raw
    for personal in ("林清和", "文苑路", "13800000001", fictitious_id("19900307", 1)):
        assert personal not in raw
        assert personal.encode().hex() not in raw
