# SPDX-License-Identifier: Apache-2.0
from datetime import date
from itertools import combinations, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approval.gate import Facts, Gate, evaluate, facts_of
from approval.gatebook import load_gates
from approval.mending import Change, Nothing, smallest_change
from forms import Answers, check, load_forms
from tests.builders import company_answers, sole_trader_answers

TODAY = date(2026, 11, 23)
FORMS = {form.code: form for form in load_forms().values()}
BOOK = load_gates()
GATES = {item: BOOK.versions(item)[-1] for item in BOOK.items}
SHOP = GATES["sole-trader"]
ASSUMED: dict[str, object] = {
    "is_correction": False,
    "identity_band": "accept",
    "identity_by_camera": True,
    "liveness_proven": True,
    "second_factor": "partner",
    "others_unproven": 0,
    "credit_effects": (),
    "credit_unanswered": 0,
}
TEXT = {"zh": "甲", "en": "a"}


def of_shop(answers: Answers) -> Facts:
    return facts_of("sole-trader", FORMS["sole-trader"], check(FORMS["sole-trader"], answers, TODAY))


def of_company(answers: Answers) -> Facts:
    return facts_of("company", FORMS["company"], check(FORMS["company"], answers, TODAY))


def passes(gate: Gate, facts: Facts, assumed: dict[str, object]) -> bool:
    return evaluate(gate, Facts.model_validate(facts.model_dump() | assumed)).passed


def test_a_case_that_passes_needs_no_edit_and_says_what_it_rests_on() -> None:
    change = smallest_change(SHOP, of_shop, sole_trader_answers(), ASSUMED)
    assert isinstance(change, Change)
    assert change.edits == ()
    assert {assumed.fact for assumed in change.assumed} == set(ASSUMED)


def test_a_shop_with_a_name_is_told_that_it_may_do_without() -> None:
    answers = sole_trader_answers() | {"uses_name": "yes", "trade_name": "南京市栖霞区样例小吃店"}
    change = smallest_change(SHOP, of_shop, answers, ASSUMED)
    assert isinstance(change, Change)
    assert [(edit.field, edit.value) for edit in change.edits] == [("uses_name", "no")]
    assert change.edits[0].words.zh == "不使用名称先行办理，之后可变更登记"
    assert passes(SHOP, of_shop(change.applied_to(answers)), ASSUMED)
    assert answers["uses_name"] == "yes"


def test_three_answers_are_changed_if_it_takes_three() -> None:
    answers = sole_trader_answers() | {
        "uses_name": "yes",
        "trade_name": "南京市栖霞区样例小吃店",
        "premises_proof": "lease",
        "premises_certificate": "样例-1",
        "contact_is_holder": "no",
        "contact_name": "陈样例",
        "contact_id": sole_trader_answers()["operator_id"],
    }
    change = smallest_change(SHOP, of_shop, answers, ASSUMED)
    assert isinstance(change, Change)
    assert {edit.field for edit in change.edits} == {"uses_name", "premises_proof", "contact_is_holder"}


def with_explosives(answers: Answers) -> Facts:
    """As if the form offered an item that must be approved before registration."""
    chosen = [str(part) for part in answers["scope"]]
    general: Answers = {"scope": [part for part in chosen if part != "C-2670"] or ["F-5213"]}
    licensed = tuple(part for part in chosen if part == "C-2670")
    return of_shop(answers | general).model_copy(update={"licensed_scope": licensed})


def test_what_must_be_approved_beforehand_is_left_for_later() -> None:
    answers = sole_trader_answers() | {"scope": ["F-5213", "C-2670"]}
    change = smallest_change(SHOP, with_explosives, answers, ASSUMED)
    assert isinstance(change, Change)
    assert [(edit.field, edit.value) for edit in change.edits] == [("scope", ("F-5213",))]
    assert change.applied_to(answers)["scope"] == ["F-5213"]


def test_a_scope_is_never_emptied() -> None:
    found = smallest_change(SHOP, with_explosives, sole_trader_answers() | {"scope": ["C-2670"]}, ASSUMED)
    assert isinstance(found, Nothing)
    assert [obstacle.title.zh for obstacle in found.unmendable] == ["没有登记前须经批准的经营项目"]


def test_nothing_is_promised_where_a_rule_cannot_be_mended() -> None:
    answers = sole_trader_answers() | {"uses_name": "yes", "trade_name": "南京市栖霞区样例小吃店"}
    found = smallest_change(SHOP, of_shop, answers, ASSUMED | {"credit_effects": ("manual",)})
    assert isinstance(found, Nothing)
    facts = {rule.id: rule.fact for rule in SHOP.rules}
    assert [facts[obstacle.rule] for obstacle in found.unmendable] == ["credit_effects"]
    assert {facts[obstacle.rule] for obstacle in found.failing} == {"name_status", "credit_effects"}


def test_without_assumptions_what_is_unknown_stands_in_the_way() -> None:
    found = smallest_change(SHOP, of_shop, sole_trader_answers())
    assert isinstance(found, Nothing)
    facts = {rule.id: rule.fact for rule in SHOP.rules}
    assert {facts[obstacle.rule] for obstacle in found.unmendable} == set(ASSUMED)


def test_an_assumption_never_changes_what_is_known() -> None:
    def known(answers: Answers) -> Facts:
        return of_shop(answers).model_copy(update={"identity_band": "person"})

    assert isinstance(smallest_change(SHOP, known, sole_trader_answers(), ASSUMED), Nothing)
    with pytest.raises(ValidationError):
        smallest_change(SHOP, of_shop, sole_trader_answers(), {"mood": "good"})


def test_a_gate_that_approves_nobody_promises_nothing() -> None:
    assert smallest_change(GATES["company"], of_company, company_answers(), ASSUMED) is None


def test_a_company_is_told_that_its_name_must_be_reserved_first() -> None:
    live = GATES["company"].model_copy(update={"mode": "live"})
    found = smallest_change(live, of_company, company_answers(), ASSUMED)
    assert isinstance(found, Nothing)
    assert [obstacle.title.zh for obstacle in found.unmendable] == ["公司名称已保留"]
    change = smallest_change(
        live,
        lambda a: of_company(a).model_copy(update={"name_status": None}),
        company_answers(),
        ASSUMED | {"name_status": "reserved"},
    )
    assert isinstance(change, Change)
    assert [edit.field for edit in change.edits] == ["premises_proof"]
    assert "公司名称已保留" in [assumed.title.zh for assumed in change.assumed]


def test_a_question_not_answered_yet_is_left_to_the_applicant() -> None:
    answers = sole_trader_answers()
    del answers["premises_proof"]
    found = smallest_change(SHOP, of_shop, answers, ASSUMED)
    assert isinstance(found, Nothing)
    assert len(found.unmendable) == 2  # the rule on premises, and the form that is not complete


# A made-up gate whose facts depend on the answers in every which way, against trying everything.
FIELDS = ("field_a", "field_b", "field_c", "field_d")
ASKED = ("identity_band", "contact_is_holder", "agent", "premises_proof")
VALUES = ("one", "two", "three")


def made_up(mends: tuple[tuple[str, ...], ...]) -> Gate:
    rule = {"test": "equals", "threshold": "good", "title": TEXT, "citation": TEXT, "confidence": "D"}
    rules: list[dict[str, Any]] = [rule | {"id": "G-01", "fact": "item", "threshold": "x"}]
    for number, (field, fact, to) in enumerate(zip(FIELDS, ASKED, mends, strict=True), 2):
        mend = {"mend": {"field": field, "to": to, "words": TEXT}} if to else {}
        rules.append(rule | {"id": f"G-{number:02d}", "fact": fact} | mend)
    return Gate.model_validate({"name": "x", "version": 1, "mode": "live", "sample_rate": 0, "rules": rules})


@given(
    mends=st.tuples(*[st.lists(st.sampled_from(VALUES), unique=True).map(tuple)] * 4),
    start=st.tuples(*[st.sampled_from(VALUES)] * 4),
    goods=st.tuples(*[st.sets(st.sampled_from(VALUES), min_size=1)] * 4),
    exceptions=st.sets(st.tuples(*[st.sampled_from(VALUES)] * 4), max_size=30),
)
def test_the_change_passes_when_applied_and_no_smaller_one_does(
    mends: tuple[tuple[str, ...], ...],
    start: tuple[str, ...],
    goods: tuple[set[str], ...],
    exceptions: set[tuple[str, ...]],
) -> None:
    gate, answers = made_up(mends), dict(zip(FIELDS, start, strict=True))

    def facts(answers: Any) -> Facts:
        given_ = tuple(answers[field] for field in FIELDS)
        said = {fact: "good" if v in good else "bad" for fact, v, good in zip(ASKED, given_, goods, strict=True)}
        if given_ in exceptions:  # answers that do not go together
            said["agent"] = "bad"
        return Facts.model_validate(said | {"item": "x"})

    found = smallest_change(gate, facts, dict(answers))
    passing = []
    for count in range(4):
        for fields in combinations(range(4), count):
            for values in product(*(mends[index] for index in fields)):
                tried = answers | {FIELDS[i]: v for i, v in zip(fields, values, strict=True)}
                if evaluate(gate, facts(tried)).passed:
                    passing.append(sum(tried[field] != answers[field] for field in FIELDS))
    if isinstance(found, Change):
        assert evaluate(gate, facts(found.applied_to(dict(answers)))).passed
        assert len(found.edits) == min(passing)
        assert all(edit.value != answers[edit.field] for edit in found.edits)
    else:
        assert isinstance(found, Nothing)
        assert passing == []
        assert found.failing
