# SPDX-License-Identifier: Apache-2.0
"""Who may work on which case, what two people decide, what departments say."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from approval import afterwards, claims, deciding, memos, opinions, people, votes
from approval.application import Application, DecisionRow, State, Transition
from approval.calendar import seed_calendar
from approval.decision import Correction, Decision, Outcome, ReasonRequired
from approval.dossier import history
from approval.guards import GuardHolds
from approval.opinions import View
from approval.running import Runner
from approval.sweeping import sweep
from identity import Account
from kit.clock import office_day
from kit.database import Database
from kit.text import Text
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.office import TestOffice, a_clerk, a_submitted_case, a_supervisor, an_expert, in_review
from workflows import IllegalMove

SENTENCE = "疏散通道宽度不足，不符合公共场所卫生要求"


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


def clerks(office: TestOffice, *names: str) -> list[Account]:
    with office.database.writing() as session:
        return [a_clerk(session, name) for name in names]


def version_of(office: TestOffice, case: str) -> int:
    with office.database.reading() as session:
        return session.get_one(Application, case).version


def say(outcome: Outcome, person: Account, reason: str = SENTENCE) -> Decision:
    corrections = (Correction("address", Text(zh="详细地址", en="Address"), reason),)
    return Decision(
        outcome,
        f"account:{person.id}",
        NOON,
        reason=reason if outcome is not Outcome.APPROVE else "",
        basis="LIC-38" if outcome is Outcome.REFUSE else "",
        corrections=corrections if outcome is Outcome.RETURN else (),
    )


def decide(office: TestOffice, case: str, person: Account, outcome: Outcome) -> Application:
    with office.database.writing() as session:
        version = claims.claim(session, case, person, NOON).version
    with office.database.writing() as session:
        return deciding.decide(session, office.office, case, version, say(outcome, person), NOON)


# Claims.


def test_a_case_that_is_handed_over_waits_for_the_colleague_who_is_told(office: TestOffice) -> None:
    case = in_review(office)
    zhou, wu, third = clerks(office, "zhou", "wu", "third")
    with office.database.writing() as session:
        claims.claim(session, case, zhou, NOON)
        claims.hand_over(session, case, zhou, wu, "请核对场所", NOON)
    with office.database.writing() as session:
        assert [(memo.kind, memo.words) for memo in memos.unseen(session, wu)] == [("handed_over", "请核对场所")]
        assert claims.claim_next(session, third, NOON) is None
        with pytest.raises(claims.HeldByAnother):
            claims.claim(session, case, third, NOON)
        taken = claims.claim_next(session, wu, NOON)
        assert taken is not None
        assert taken.held_by == wu.id


def test_taking_over_needs_a_reason_and_is_told_to_whoever_had_it(office: TestOffice) -> None:
    case = in_review(office)
    zhou, wu = clerks(office, "zhou", "wu")
    with office.database.writing() as session:
        claims.claim(session, case, zhou, NOON)
    with office.database.writing() as session, pytest.raises(ReasonRequired):
        claims.take_over(session, case, wu, "快", NOON)
    with office.database.writing() as session:
        assert claims.take_over(session, case, wu, "周审查今天请假，期限将至", NOON).held_by == wu.id
        assert [memo.kind for memo in memos.unseen(session, zhou)] == ["taken_over"]
        with pytest.raises(claims.NotHeld):
            claims.keep(session, case, zhou, NOON)


def test_a_heartbeat_holds_the_case_and_changes_no_version(office: TestOffice) -> None:
    case = in_review(office)
    (zhou,) = clerks(office, "zhou")
    with office.database.writing() as session:
        before = claims.claim(session, case, zhou, NOON).version
        kept = claims.keep(session, case, zhou, NOON + timedelta(minutes=14))
    assert kept.version == before
    assert claims.held_now(kept, NOON + timedelta(minutes=28))


def test_a_deputy_sees_to_the_cases_of_whoever_is_away(office: TestOffice) -> None:
    case = in_review(office)
    zhou, wu, third = clerks(office, "zhou", "wu", "third")
    today = office_day(NOON)
    with office.database.writing() as session:
        claims.claim(session, case, zhou, NOON)
        claims.hand_over(session, case, zhou, zhou, "", NOON)
        people.be_away(session, zhou.id, today, today + timedelta(days=3), wu.id)
    with office.database.writing() as session:
        with pytest.raises(claims.CannotTake):
            claims.hand_over(session, case, zhou, zhou, "", NOON)
        with pytest.raises(claims.HeldByAnother):
            claims.claim(session, case, third, NOON)
        assert claims.claim(session, case, wu, NOON).held_by == wu.id
    with pytest.raises(ValueError, match="ends after"):
        people.be_away(session, zhou.id, today, today - timedelta(days=1), wu.id)


def test_a_desk_takes_the_items_and_areas_it_is_authorised_for(office: TestOffice) -> None:
    case = in_review(office)
    zhou, wu, third = clerks(office, "zhou", "wu", "third")
    with office.database.writing() as session:
        people.post(session, zhou.id, ["company"], [])
        people.post(session, wu.id, ["sole-trader"], ["320113001"])
        people.post(session, third.id, ["sole-trader"], ["320113007", "320113001"])
    with office.database.writing() as session:
        for person in (zhou, wu):
            assert claims.claim_next(session, person, NOON) is None
            with pytest.raises(people.NotAuthorised):
                claims.claim(session, case, person, NOON)
        assert claims.claim_next(session, third, NOON) is not None


def test_nobody_works_on_a_case_that_names_them_or_a_declared_relative(office: TestOffice) -> None:
    case = in_review(office)
    zhou, wu = clerks(office, "zhou", "wu")
    with office.database.writing() as session:
        people.declare_kin(session, zhou, fictitious_id("19900307", 1), "spouse", NOON)
        with pytest.raises(people.NumberMalformed):
            people.declare_kin(session, wu, "320113199003071234", "spouse", NOON)
    with office.database.writing() as session:
        assert claims.claim_next(session, zhou, NOON) is None
        with pytest.raises(people.ConflictOfInterest):
            claims.claim(session, case, zhou, NOON)
        with pytest.raises(people.ConflictOfInterest):
            claims.take_over(session, case, zhou, "期限将至，由我接手办理", NOON)
        with pytest.raises(claims.CannotTake):
            claims.hand_over(session, case, a_supervisor(session), zhou, "", NOON)
        kept = session.scalars(select(people.Kinship.key)).all()
        assert all(fictitious_id("19900307", 1) not in key for key in kept)


def test_one_person_holds_no_more_than_they_can_work_on(office: TestOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(people, "MOST_HELD", 2)
    cases = [in_review(office, f"1380000010{n}") for n in range(3)]
    (zhou,) = clerks(office, "zhou")
    with office.database.writing() as session:
        for case in cases[:2]:
            claims.claim(session, case, zhou, NOON)
        with pytest.raises(claims.TooManyHeld):
            claims.claim(session, cases[2], zhou, NOON)
        with pytest.raises(claims.TooManyHeld):
            claims.claim_next(session, zhou, NOON)


# A permit: acceptance, departments, two people.


def with_departments(office: TestOffice) -> str:
    case = in_review(office, item="public-venue")
    (clerk,) = clerks(office, "front")
    with office.database.writing() as session:
        version = claims.claim(session, case, clerk, NOON).version
    with office.database.writing() as session:
        deciding.accept(session, office.office, case, version, clerk, NOON)
    return case


def with_panel(office: TestOffice) -> str:
    case = with_departments(office)
    with office.database.writing() as session:
        for name in ("fire", "health"):
            afterwards.give_opinion(session, office.office, case, an_expert(session, name), View.AGREE, "", NOON)
    return case


def state_of(office: TestOffice, case: str) -> tuple[str, str | None]:
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        return application.state, application.step


def test_departments_are_asked_at_once_and_each_answers_once_with_reasons_for_objections(office: TestOffice) -> None:
    case = with_departments(office)
    assert state_of(office, case) == (State.WITH_DEPARTMENTS, "opinions")
    with office.database.writing() as session:
        fire, police = an_expert(session, "fire"), an_expert(session, "police")
        assert [application.id for _o, application in opinions.awaited_from(session, "health")] == [case]
        with pytest.raises(ReasonRequired):
            afterwards.give_opinion(session, office.office, case, fire, View.OBJECT, "不", NOON)
        with pytest.raises(afterwards.NotAsked):
            afterwards.give_opinion(session, office.office, case, police, View.AGREE, "", NOON)
        afterwards.give_opinion(session, office.office, case, fire, View.OBJECT, SENTENCE, NOON)
        with pytest.raises(afterwards.NotAsked):
            afterwards.give_opinion(session, office.office, case, fire, View.AGREE, "", NOON)
    assert state_of(office, case)[1] == "opinions"


def test_a_department_that_is_late_is_not_waited_for(office: TestOffice) -> None:
    case = with_departments(office)
    assert sweep(office.office, NOON + timedelta(days=9)) == 0
    assert sweep(office.office, NOON + timedelta(days=10)) == 1
    assert sweep(office.office, NOON + timedelta(days=10)) == 0
    assert state_of(office, case) == (State.IN_REVIEW, "review")


def test_an_application_not_looked_at_in_five_working_days_counts_as_accepted(office: TestOffice) -> None:
    case = in_review(office, item="public-venue")
    assert state_of(office, case)[1] == "acceptance"
    assert sweep(office.office, NOON + timedelta(days=8)) == 1
    assert state_of(office, case)[1] == "opinions"


def test_two_people_decide_and_neither_sees_what_the_other_said(office: TestOffice) -> None:
    case = with_panel(office)
    zhou, wu = clerks(office, "zhou", "wu")
    decide(office, case, zhou, Outcome.REFUSE)
    assert state_of(office, case) == (State.IN_REVIEW, "review")
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.decision is None
        assert votes.settled(session, case) == []
        told = [line.what.zh for line in history(session, office.office, application)]
        assert told[-1] == "双人审查：已提出审查意见"
    with office.database.writing() as session:
        assert claims.claim_next(session, zhou, NOON) is None
        with pytest.raises(claims.AlreadyCast):
            claims.claim(session, case, zhou, NOON)
    decide(office, case, wu, Outcome.REFUSE)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.REFUSED
        decision = session.scalars(select(DecisionRow)).one()
        assert (decision.decided_by, decision.cosigned_by) == (f"account:{wu.id}", [f"account:{zhou.id}"])
        assert [vote.person_id for vote in votes.settled(session, case)] == [zhou.id, wu.id]


def test_when_they_disagree_the_supervisor_settles_it(office: TestOffice) -> None:
    case = with_panel(office)
    zhou, wu = clerks(office, "zhou", "wu")
    decide(office, case, zhou, Outcome.APPROVE)
    decide(office, case, wu, Outcome.REFUSE)
    assert state_of(office, case) == (State.IN_REVIEW, "reconcile")
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
        assert "disagreement" in {memo.kind for memo in memos.unseen(session, supervisor)}
        with pytest.raises(claims.NotOpenForDecision):
            claims.claim(session, case, zhou, NOON)
    decide(office, case, supervisor, Outcome.APPROVE)
    Runner(office.office).carry_on(case)
    assert state_of(office, case) == (State.REGISTERED, "granted")


def test_two_returns_become_one_notice_with_every_defect(office: TestOffice) -> None:
    case = with_panel(office)
    zhou, wu = clerks(office, "zhou", "wu")
    decide(office, case, zhou, Outcome.RETURN)
    other = Correction("test_report", Text(zh="报告编号", en="Report"), "编号与报告不一致")
    with office.database.writing() as session:
        version = claims.claim(session, case, wu, NOON).version
        decision = Decision(Outcome.RETURN, f"account:{wu.id}", NOON, corrections=(other,))
        deciding.decide(session, office.office, case, version, decision, NOON)
    with office.database.reading() as session:
        kept = session.scalars(select(DecisionRow)).one()
        assert {c["path"] for c in kept.corrections} == {"address", "test_report"}


def test_an_outcome_that_the_step_does_not_offer_is_refused_by_the_domain(office: TestOffice) -> None:
    case = in_review(office)
    (zhou,) = clerks(office, "zhou")
    with office.database.writing() as session:
        version = claims.claim(session, case, zhou, NOON).version
        with pytest.raises(IllegalMove):
            deciding.accept(session, office.office, case, version, zhou, NOON)


def test_what_the_law_bars_is_not_approved_by_anybody(office: TestOffice) -> None:
    case = in_review(office)
    (zhou,) = clerks(office, "zhou")
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        application.findings[0].effect = "refuse_role"
        version = claims.claim(session, case, zhou, NOON).version
    with office.database.writing() as session, pytest.raises(GuardHolds):
        deciding.decide(session, office.office, case, version, say(Outcome.APPROVE, zhou), NOON)


def test_while_the_clock_is_stopped_nothing_is_decided(office: TestOffice) -> None:
    case = in_review(office)
    (zhou,) = clerks(office, "zhou")
    with office.database.writing() as session:
        claims.claim(session, case, zhou, NOON)
        afterwards.suspend(session, office.office, case, "litigation", SENTENCE, zhou, NOON)
    with office.database.writing() as session:
        version = session.get_one(Application, case).version
        with pytest.raises(deciding.ClockSuspended):
            deciding.decide(session, office.office, case, version, say(Outcome.APPROVE, zhou), NOON)


# Withdrawing and reopening.


def test_the_applicant_may_withdraw_until_the_decision(office: TestOffice) -> None:
    case, other = in_review(office), in_review(office, "13800000002")
    (zhou,) = clerks(office, "zhou")
    with office.database.writing() as session:
        claims.claim(session, case, zhou, NOON)
        afterwards.withdraw(session, office.office, session.get_one(Application, case), NOON)
        assert [memo.kind for memo in memos.unseen(session, zhou)] == ["withdrawn"]
    assert state_of(office, case)[0] == State.WITHDRAWN
    decide(office, other, zhou, Outcome.APPROVE)
    with office.database.writing() as session:
        with pytest.raises(afterwards.TooLateToWithdraw):
            afterwards.withdraw(session, office.office, session.get_one(Application, other), NOON)
        with pytest.raises(claims.NotOpenForDecision):
            deciding.decide(session, office.office, case, 1, say(Outcome.APPROVE, zhou), NOON)


def test_what_the_machine_works_on_when_the_case_is_withdrawn_has_no_effect(office: TestOffice) -> None:
    case = a_submitted_case(office)
    with office.database.writing() as session:
        afterwards.withdraw(session, office.office, session.get_one(Application, case), NOON)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        assert session.get_one(Application, case).state == State.WITHDRAWN
        assert session.scalars(select(Transition)).one().event == {"kind": "withdrawn"}


def test_a_refusal_that_was_set_aside_is_handled_anew_once(office: TestOffice) -> None:
    case = in_review(office)
    (zhou,) = clerks(office, "zhou")
    with office.database.writing() as session:
        version = claims.claim(session, case, zhou, NOON).version
        decision = Decision(Outcome.REFUSE, f"account:{zhou.id}", NOON, reason=SENTENCE, basis="SAMR-20")
        deciding.decide(session, office.office, case, version, decision, NOON)
    reason = "宁栖行复〔2026〕12号撤销原不予登记决定"
    with office.database.writing() as session:
        again = afterwards.reopen(session, office.office, case, reason, a_supervisor(session), NOON)
    Runner(office.office).carry_on(again.id)
    assert state_of(office, again.id) == (State.IN_REVIEW, "review")
    assert state_of(office, case)[0] == State.REFUSED
    with office.database.writing() as session, pytest.raises(afterwards.NothingToReopen):
        afterwards.reopen(session, office.office, case, reason, a_supervisor(session), NOON)


def test_who_settles_a_disagreement_has_no_seat_in_the_panel(office: TestOffice) -> None:
    case = with_panel(office)
    with office.database.writing() as session:
        supervisor = a_supervisor(session)
        with pytest.raises(claims.NotOpenForDecision):
            claims.claim(session, case, supervisor, NOON)
        assert claims.claim_next(session, supervisor, NOON) is None


def test_the_time_of_a_hearing_is_given_back_to_the_departments_too(office: TestOffice) -> None:
    case = with_departments(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "front")
        afterwards.suspend(session, office.office, case, "hearing", SENTENCE, clerk, NOON)
    assert sweep(office.office, NOON + timedelta(days=14)) == 0
    with office.database.writing() as session:
        afterwards.go_on(session, office.office, case, SENTENCE, clerk, NOON + timedelta(days=14))
        asked = opinions.open_opinion(session, case, "fire")
        assert asked is not None
        assert asked.due_on == session.get_one(Application, case).timer_on == office_day(NOON + timedelta(days=23))
    assert sweep(office.office, NOON + timedelta(days=23)) == 0
    assert sweep(office.office, NOON + timedelta(days=24)) == 1
