# SPDX-License-Identifier: Apache-2.0
"""Everybody whom a case names proves who they are, once, by whichever way; a clerk sees who has."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval import cases, claims, deciding, participants, proofs, proving, signers
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.claims import NotHeld
from approval.decision import Decision, Outcome, ReasonRequired
from approval.participants import NotInvited, Participant
from approval.proving import CaseClosed, PictureMissing
from approval.roles import load_needs
from approval.running import Runner
from approval.steps import _is_as_weighed
from approval.weighing import weigh
from forms import Answers, rows_of
from identity import HOLDER, AlreadyAssured, Evidence, Way, assuring, evidence_of, keep_portrait
from identity.messages import Message
from identity.record import records_of
from kit.database import Database
from licences import Template, fictitious_codes, fill_pool
from tests.approval.test_participants import SECOND, a_company, invited
from tests.conftest import NOON
from tests.office import CATALOGUE, JPEG, TestOffice, a_clerk, a_submitted_case, an_applicant, in_review

PLACES = ["holder", "supervisors.0", "shareholders.1"]
WHY = "照片与证件为同一人，五官特征一致"


@pytest.fixture
def office(database: Database) -> TestOffice:
    return TestOffice(database)


def vouch(session: Session, office: TestOffice, case: Application, place: str) -> None:
    named = proving.named_at(session, office.office, case, place)
    evidence = evidence_of(session, case.id, place)
    assuring.assure(evidence, Way.PARTNER, "partner:test", named.who, NOON, {})


def test_everybody_of_whom_a_proof_is_asked_stands_beside_the_holder(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        listed = proving.named_in(session, office.office, case)
        assert [one.place for one in listed] == PLACES
        assert all(one.is_whole for one in listed)


def test_what_is_asked_of_a_role_is_declared() -> None:
    needs = load_needs()
    assert (needs.of("shareholder").proves, needs.of("shareholder").signs) == (True, True)
    assert (needs.of("contact").proves, needs.of("contact").signs) == (True, False)
    assert not needs.of("entity").is_any


def test_a_contact_person_proves_and_does_not_sign(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        named: Answers = {"contact_is_holder": "no", "contact_name": "吴样例", "contact_id": "999999198506120152"}
        cases.save_answers(session, office.office, case, "contact", named, NOON)
        found = {one.name: one for one in signers.wanted(session, office.office, case)}
        assert (found["吴样例"].need.proves, found["吴样例"].need.signs) == (True, False)


def test_only_those_who_have_not_proved_themselves_are_counted(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        assert proving.unproven_others(session, office.office, case, NOON) == 2
        vouch(session, office, case, "shareholders.1")
        assert proving.unproven_others(session, office.office, case, NOON) == 1
        vouch(session, office, case, "supervisors.0")
        assert proving.unproven_others(session, office.office, case, NOON) == 0
        taken = proofs.snapshot(session, office.office, case, NOON)
        assert taken.others_unproven == 0


def test_of_everybody_else_a_second_factor_is_counted_apart_from_a_proof(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        supervisor = proving.named_at(session, office.office, case, "supervisors.0")
        a_living_face(session, case, supervisor.place, supervisor.name, supervisor.number)
        seen = evidence_of(session, case.id, "shareholders.1")
        who = proving.named_at(session, office.office, case, "shareholders.1").who
        assuring.assure(seen, Way.EYE, "account:test", who, NOON, {})
        assert proving.unproven_others(session, office.office, case, NOON) == 0
        assert proving.others_without_factor(session, office.office, case, NOON) == 2, "a face, and pictures compared"
        vouch(session, office, case, "supervisors.0")
        assert proving.others_without_factor(session, office.office, case, NOON) == 1
        assert proofs.snapshot(session, office.office, case, NOON).others_without_factor == 1


LATER = NOON + timedelta(days=9)  # under the gates of December
AGENT: dict[str, Any] = {
    "agent": "declared",
    "agent_name": "吴样例",
    "agent_number": "999999198506120152",
    "agent_powers": ["collect"],
}


def test_the_machine_asks_an_agent_for_a_second_factor_and_says_how_it_is_had(office: TestOffice) -> None:
    with office.database.writing() as session:
        seed_calendar(session)
        fill_pool(session, Template.SOLE_TRADER, fictitious_codes(Template.SOLE_TRADER, 1000, 10))
    office.at(LATER)
    alone, vouched = (a_submitted_case(office, f"1380000000{n}", **AGENT) for n in (1, 2))
    with office.database.writing() as session:
        for one in (alone, vouched):
            agent = session.get_one(Application, one)
            a_living_face(session, agent, "agent_name", AGENT["agent_name"], AGENT["agent_number"])
        vouch(session, office, session.get_one(Application, vouched), "agent_name")
    for one in (alone, vouched):
        Runner(office.office).carry_on(one)
    with office.database.reading() as session:
        waiting = session.get_one(Application, alone)
        assert waiting.state == State.IN_REVIEW
        (found,) = [found for found in waiting.findings if found.rule.startswith("G-")]
        assert found.rule == "G-17"
        assert "请他们打开各自的链接" in found.message["zh"]
        assert session.get_one(Application, vouched).state == State.REGISTERED


def test_what_somebody_else_takes_back_while_the_machine_weighs_is_weighed_again(office: TestOffice) -> None:
    office.at(LATER)
    case = a_submitted_case(office, **AGENT)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        a_living_face(session, application, "agent_name", AGENT["agent_name"], AGENT["agent_number"])
        vouch(session, office, application, "agent_name")
    with office.database.reading() as session:
        weighed = proofs.snapshot(session, office.office, session.get_one(Application, case), LATER)
        assert _is_as_weighed(session, office.office, session.get_one(Application, case), weighed, LATER)
    with office.database.writing() as session:
        assuring.forget_assurance(evidence_of(session, case, "agent_name"))
    with office.database.reading() as session:
        assert not _is_as_weighed(session, office.office, session.get_one(Application, case), weighed, LATER)


def test_a_proof_in_one_role_counts_in_every_other(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        rows = [{"name": "陈其美", "id_number": rows_of(case.answers["shareholders"])[1]["number"]}]
        cases.save_answers(session, office.office, case, "directors", {"supervisors": rows}, NOON)
        assert [one.place for one in proving.named_in(session, office.office, case)] == ["holder", "supervisors.0"]
        vouch(session, office, case, "supervisors.0")
        assert proving.unproven_others(session, office.office, case, NOON) == 0


def test_a_word_for_whoever_stood_there_before_does_not_count(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        vouch(session, office, case, "shareholders.1")
        rows = [dict(row) for row in rows_of(case.answers["shareholders"])]
        rows[1]["name"] = "别人"
        cases.save_answers(session, office.office, case, "shareholders", {"shareholders": rows}, NOON)
        assert proving.unproven_others(session, office.office, case, NOON) == 2


def a_living_face(session: Session, case: Application, place: str, name: str, number: str, **read: Any) -> Evidence:
    """What a live session leaves that went well, on a card of this name and number."""
    evidence = evidence_of(session, case.id, place)
    evidence.band, evidence.liveness = "accept", "pass"
    fields = {"name": name, "number": number, "valid_until": "长期"}
    kept = {key: {"value": value, "confidence": 0.99, "doubtful": False} for key, value in fields.items()}
    evidence.card_read = {"fields": kept, "faults": [], "engine": "test", "other": False, **read}
    return evidence


def test_a_face_proves_one_of_the_others_as_it_does_the_holder(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        named = proving.named_at(session, office.office, case, "shareholders.1")
        a_living_face(session, case, named.place, named.name, named.number)
        assert proving.unproven_others(session, office.office, case, NOON) == 1
        told = proving.standing(session, office.office, case, NOON)
        assert [one.is_assured for one in told] == [False, False, True]
        assert proving.note_face(session, office.office, case.id, named.place, NOON)
        entries = audit.of_subject(session, case.id)
        assert [entry.event for entry in entries] == ["identity.assured", "identity.recorded"]
        assert entries[0].told == {"person": "shareholders", "way": "face"}
        (kept,) = records_of(session, case.id)
        assert (kept.person, kept.occasion, kept.content["liveness"]["verdict"]) == (named.place, "assurance", "pass")
        cases.discard(session, case)
        assert records_of(session, case.id) == []


@pytest.mark.parametrize(
    ("name", "number", "read"),
    [
        ("别样例", None, {}),
        (None, "999999199003070017", {}),
        (None, None, {"faults": ["copy"]}),
        (None, None, {"fields": {}}),
        (None, None, {"other": True, "fields": {}, "document": {"kind": "passport"}}),
    ],
)
@pytest.mark.parametrize("place", PLACES)
def test_a_living_face_on_a_card_of_somebody_else_assures_nobody(
    office: TestOffice, place: str, name: str | None, number: str | None, read: dict[str, Any]
) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        named = proving.named_at(session, office.office, case, place)
        a_living_face(session, case, place, name or named.name, number or named.number, **read)
        before = proving.unproven_others(session, office.office, case, NOON)
        assert not any(one.is_assured for one in proving.standing(session, office.office, case, NOON))
        assert before == 2
        assert not proving.note_face(session, office.office, case.id, place, NOON)
        assert audit.of_subject(session, case.id) == []
        if place == HOLDER:
            assert proving.evidence_facts(session, office.office, case, NOON).card_agrees is None


def test_a_case_whose_face_is_on_a_card_of_somebody_else_goes_to_a_person(office: TestOffice) -> None:
    office.allow_machine(True)
    case = a_submitted_case(office)
    with office.database.writing() as session:
        evidence = evidence_of(session, case)
        kept = dict(evidence.card_read or {})
        kept["fields"] = {**kept["fields"], "name": {"value": "陈其美", "confidence": 0.99, "doubtful": False}}
        evidence.card_read = kept
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.IN_REVIEW
        rules = {one.rule: one.effect for one in application.findings}
        assert (rules["CARD-02"], rules["ID-06"]) == ("manual", "manual")
        taken = proofs.snapshot(session, office.office, application, NOON)
        verdict = weigh(taken, CATALOGUE, office.office.gates).verdicts[0]
        assert (verdict.passed, verdict.failing) == (False, ("G-05",))


def test_an_invitation_carries_a_link_that_nobody_can_guess_and_that_an_invitation_renews(office: TestOffice) -> None:
    office.office = replace(office.office, public_url="https://our.example")
    with office.database.writing() as session:
        case = a_company(session, office)
        participant = invited(session, office, case)
        first = _link(session)
        assert len(first) == 26
        assert participants.by_link(session, first, NOON) is participant
        assert session.scalars(select(Participant.link_key)).one() != first, "only its keyed hash is kept"
        invited(session, office, case)
        with pytest.raises(NotInvited):
            participants.by_link(session, first, NOON)
        second = _link(session)
        with pytest.raises(NotInvited):
            participants.by_link(session, second, NOON + participants.LINK_LIVES * 1.01)
        with pytest.raises(NotInvited):
            participants.by_link(session, second[:-1] + "0", NOON)


def _link(session: Session) -> str:
    said = session.scalars(select(Message).where(Message.key.like("invite:%")).order_by(Message.id.desc())).first()
    assert said is not None
    assert "https://our.example/p/" in said.body
    return said.body.split("/p/")[1].split()[0]


def test_another_person_in_the_same_place_begins_anew(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        invited(session, office, case)
        evidence = evidence_of(session, case.id, "shareholders.1")
        keep_portrait(session, evidence, JPEG, JPEG, 228, NOON)
        rows = [dict(row) for row in rows_of(case.answers["shareholders"])]
        rows[1]["name"] = "别人"
        cases.save_answers(session, office.office, case, "shareholders", {"shareholders": rows}, NOON)
        participants.invite(session, office.office, case, "shareholders.1", "13800000007", NOON)
        assert evidence_of(session, case.id, "shareholders.1").card_picture is None


def test_a_draft_that_is_thrown_away_leaves_nothing_of_the_others(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = a_company(session, office)
        invited(session, office, case)
        keep_portrait(session, evidence_of(session, case.id, "shareholders.1"), JPEG, JPEG, 228, NOON)
        cases.discard(session, case)
        session.flush()
        assert participants.of_account(session, an_applicant(session, SECOND)) == []


def test_a_clerk_compares_by_eye_what_they_hold_with_a_reason(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        evidence = evidence_of(session, case)
        evidence.assured_at = evidence.assurance = None
        clerk = a_clerk(session, "zhou")
        judge = (session, office.office, case, HOLDER, clerk)
        with pytest.raises(NotHeld):
            proving.judge_by_eye(*judge, True, WHY, NOON)
        claims.claim(session, case, clerk, NOON)
        with pytest.raises(ReasonRequired):
            proving.judge_by_eye(*judge, True, "像", NOON)
        proving.judge_by_eye(*judge, False, WHY, NOON)
        application = session.get_one(Application, case)
        assert proving.evidence_facts(session, office.office, application, NOON).unsure
        proving.judge_by_eye(*judge, True, WHY, NOON)
        facts = proving.evidence_facts(session, office.office, application, NOON)
        assert (facts.assured, facts.second_factor, facts.unsure) == ("eye", "none", None)
        with pytest.raises(AlreadyAssured):
            proving.judge_by_eye(*judge, True, WHY, NOON)
        evidence.card_picture = evidence.assured_at = None
        with pytest.raises(PictureMissing):
            proving.judge_by_eye(*judge, True, WHY, NOON)


def test_nothing_is_proved_in_a_case_that_is_decided(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        clerk = a_clerk(session, "zhou")
        version = claims.claim(session, case, clerk, NOON).version
        decision = Decision(Outcome.REFUSE, f"account:{clerk.id}", NOON, reason=WHY, basis="SAMR-20")
        deciding.decide(session, office.office, case, version, decision, NOON)
        application = session.get_one(Application, case)
        with pytest.raises(CaseClosed):
            proving.choose(session, office.office, application, HOLDER, Way.EYE, NOON)


def test_the_way_can_be_changed_in_review_and_no_clock_moves(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        evidence_of(session, case).assured_at = None
        before = (application.due_on, application.timer_on, application.suspended_on, application.version)
        proving.choose(session, office.office, application, HOLDER, Way.WINDOW, NOON)
        session.flush()
        assert (application.due_on, application.timer_on, application.suspended_on, application.version) == before
