# SPDX-License-Identifier: Apache-2.0
"""What was read of the card against the form: agreement is the machine's to say, everything else a person's."""

import json
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from approval import cases, prefilling
from approval.application import Application, State
from approval.cards import agrees, of_card, same
from approval.cases import NotADraft
from approval.running import Runner
from approval.seen import CardFacts, EvidenceFacts, facts_of
from credit import Effect
from identity import evidence_of
from kit.database import Database
from tests.builders import fictitious_id, sole_trader_answers
from tests.conftest import NOON
from tests.office import CATALOGUE, TestOffice, a_submitted_case, an_applicant

TODAY = date(2026, 11, 30)
ITEM = CATALOGUE.current("sole-trader", TODAY)
VALUES: dict[str, Any] = dict(sole_trader_answers())
READ = {
    "name": str(VALUES["operator_name"]),
    "number": str(VALUES["operator_id"]),
    "address": str(VALUES["operator_address"]),
    "valid_until": "2039-03-12",
}
CARD = CardFacts(is_read=True, read=READ)


def found(card: CardFacts | None) -> dict[str, Effect]:
    return {one.rule: one.effect for one in of_card(card, ITEM, VALUES, TODAY)}


def test_a_card_that_says_what_the_form_says_agrees() -> None:
    assert found(CARD) == {"CARD-00": Effect.ALLOW}
    assert found(CARD.model_copy(update={"read": {**READ, "valid_until": "长期"}})) == {"CARD-00": Effect.ALLOW}
    assert agrees(CARD, READ["name"], READ["number"], TODAY)
    assert not agrees(None, READ["name"], READ["number"], TODAY)


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"read": {**READ, "name": "陈其美"}}, "CARD-02"),
        ({"read": {**READ, "number": fictitious_id("19900307", 2)}}, "CARD-02"),
        ({"read": {**READ, "valid_until": "2026-11-29"}}, "CARD-03"),
        ({"read": {**READ, "valid_until": ""}}, "CARD-04"),
        ({"read": {**READ, "name": ""}}, "CARD-04"),
        ({"read": {}}, "CARD-04"),
        ({"doubtful": ("number",)}, "CARD-04"),
        ({"doubtful": ("valid_until",)}, "CARD-04"),
        ({"faults": ("copy",)}, "CARD-05"),
        ({"faults": ("blurred",)}, "CARD-06"),
        ({"is_read": False, "document": "passport"}, "CARD-07"),
        ({"is_read": False, "read": {}}, "CARD-09"),
    ],
)
def test_whatever_else_is_for_a_person_and_never_a_refusal(changed: dict[str, Any], rule: str) -> None:
    told = found(CARD.model_copy(update=changed))
    assert told[rule] is Effect.MANUAL
    assert "CARD-00" not in told
    assert set(told.values()) <= {Effect.MANUAL, Effect.ALLOW_NOTICE}
    assert not agrees(CARD.model_copy(update=changed), READ["name"], READ["number"], TODAY)


def test_another_home_is_said_and_holds_nobody_up() -> None:
    moved = CARD.model_copy(update={"read": {**READ, "address": "样例省示范市试验区范例路9号"}})
    assert found(moved) == {"CARD-00": Effect.ALLOW, "CARD-08": Effect.ALLOW_NOTICE}


def test_no_word_of_the_card_stands_in_a_finding() -> None:
    read = {"name": "陈其美", "number": fictitious_id("19900307", 2), "address": "样例省", "valid_until": "2020-01-01"}
    for one in of_card(CARD.model_copy(update={"read": read, "faults": ("copy", "glare")}), ITEM, VALUES, TODAY):
        told = json.dumps(one.told(), ensure_ascii=False)
        assert not any(word in told for word in (*read.values(), *READ.values()))
        assert one.confidence == "V"


def test_spaces_and_dots_of_a_name_make_no_difference() -> None:
    assert same("阿依古丽·买买提", "阿依古丽•买买提 ")
    assert same("南京市栖霞区样例路1号", "南京市栖霞区样例路 1 号")
    assert not same("林清和", "林清禾")


def test_facts_of_before_cards_were_read_keep_their_form() -> None:
    before = {"band": "accept", "distance": 0.31, "consent": "agree", "without_camera": False, "model": "m"}
    facts = EvidenceFacts.model_validate(before)
    assert facts.model_dump(mode="json") == before
    assert found(facts.card) == {}


@pytest.fixture
def office(database: Database) -> TestOffice:
    return TestOffice(database)


def a_case(office: TestOffice, **changed: Any) -> str:
    """Submitted with a card of which this was read."""
    case = a_submitted_case(office, submit=False)
    with office.database.writing() as session:
        evidence = evidence_of(session, case)
        evidence.card_read = {**(evidence.card_read or {}), **changed} if "none" not in changed else None
        application = session.get_one(Application, case)
        cases.sign(session, application, "phone-code", "statement-1", NOON)
        cases.submit(session, office.office, application, NOON)
    Runner(office.office).carry_on(case)
    return case


@pytest.mark.parametrize(
    ("changed", "rule"),
    [
        ({"none": True}, "CARD-09"),
        ({"faults": ["copy"]}, "CARD-05"),
        ({"fields": {"name": {"value": "陈其美", "confidence": 0.99, "doubtful": False}}}, "CARD-02"),
        ({"other": True, "fields": {}, "document": {"kind": "passport"}}, "CARD-07"),
    ],
)
def test_the_machine_never_approves_on_a_card_with_a_doubt(
    office: TestOffice, changed: dict[str, Any], rule: str
) -> None:
    case = a_case(office, **changed)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.IN_REVIEW
        assert rule in {one.rule for one in application.findings}


def a_draft(session: Session, office: TestOffice) -> Application:
    return cases.start(session, office.office, an_applicant(session), "sole-trader", NOON)


SAID = {"name": "林清和", "number": "999999199003070017", "address": "样例路1号", "valid_until": "长期"}


def test_the_card_answers_what_nobody_has_answered(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_draft(session, office)
        cases.save_answers(session, office.office, draft, "operator", {"operator_name": "陈其美"}, NOON)
        draft.visited = []
        prefilling.from_card(session, office.office, draft, SAID, NOON)
        assert draft.answers["operator_name"] == "陈其美"
        assert draft.answers["operator_id"] == SAID["number"]
        assert draft.answers["operator_address"] == SAID["address"]
        assert draft.prefilled == {
            name: {"zh": "身份证", "en": "identity card"} for name in ("operator_id", "operator_address")
        }


def test_what_the_card_answers_does_not_hide_what_earlier_cases_offer(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_draft(session, office)
        assert not prefilling._taken_over(draft)
        prefilling.from_card(session, office.office, draft, SAID, NOON)
        assert not prefilling._taken_over(draft)


def test_nothing_is_filled_in_after_submitting(office: TestOffice) -> None:
    case = a_submitted_case(office)
    with office.database.writing() as session, pytest.raises(NotADraft):
        prefilling.from_card(session, office.office, session.get_one(Application, case), SAID, NOON)


def test_facts_name_the_kind_of_another_document(office: TestOffice) -> None:
    case = a_case(office, other=True, fields={}, document={"kind": "passport"})
    with office.database.reading() as session:
        card = facts_of(evidence_of(session, case)).card
    assert card is not None
    assert (card.document, card.is_read, card.read) == ("passport", False, {})
