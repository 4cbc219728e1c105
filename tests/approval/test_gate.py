# SPDX-License-Identifier: Apache-2.0
import json
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from approval.gate import Facts, Gate, Rule, Verdict, evaluate, facts_of, stands
from approval.gatebook import load_gates
from forms import Answers, check, load_forms
from tests.builders import company_answers, fictitious_id, sole_trader_answers

TODAY = date(2026, 11, 23)
FORMS = {form.code: form for form in load_forms().values()}
LOADED = {f"{gate.name}.{gate.version}": gate for gate in load_gates().gates}
SHOP, FIRM = LOADED["sole-trader.1"], LOADED["company.1"]
GOOD: dict[str, Any] = {
    "is_correction": False,
    "identity_band": "accept",
    "identity_by_camera": True,
    "liveness_proven": True,
    "second_factor": "partner",
    "others_unproven": 0,
    "others_without_factor": 0,
    "contact_is_holder": "yes",
    "agent": "none",
    "premises_proof": "declaration",
    "address_known": True,
    "licensed_scope": (),
    "blocking_problems": 0,
    "form_warnings": 0,
    "credit_effects": (),
    "credit_unanswered": 0,
}
PERFECT: dict[str, dict[str, Any]] = {
    "sole-trader": GOOD | {"item": "sole-trader", "name_status": "none"},
    "company": GOOD
    | {
        "item": "company",
        "name_status": "reserved",
        "legal_shareholders": 0,
        "capital_yuan": 1_000_000,
        "articles": "template",
        "unsigned": 0,
        "beneficial_owners": "exempt",
    },
}
BAD: dict[str, list[Any]] = {
    "item": ["company-branch", None],
    "is_correction": [True, None],
    "identity_band": ["person", "retry", "", None],
    "identity_by_camera": [False, None],
    "liveness_proven": [False, None],
    "second_factor": ["none", "face", None],
    "others_unproven": [1, 7, None],
    "others_without_factor": [1, None],
    "contact_is_holder": ["no", None],
    "agent": ["undeclared", "", None],
    "name_status": ["unchecked", None],
    "address_known": [False, None],
    "premises_proof": ["lease", "own", "market", None],
    "licensed_scope": [("C-2670",), ("D-6291", "C-2670"), None],
    "legal_shareholders": [1, None],
    "capital_yuan": [10_000_001, None],
    "articles": ["own", None],
    "unsigned": [1, None],
    "beneficial_owners": ["file", None],
    "blocking_problems": [1, None],
    "form_warnings": [2, None],
    "credit_effects": [("allow_notice",), ("allow", "refuse_role"), ("manual",), None],
    "credit_unanswered": [1, None],
}
RULES = [(gate, rule) for gate in LOADED.values() for rule in gate.rules]
TEXT = {"zh": "甲", "en": "a"}
RULE: dict[str, Any] = {"id": "G-01", "fact": "item", "test": "equals", "threshold": "x", "confidence": "D"}
RULE |= {"title": TEXT, "citation": TEXT}


def a_gate(*rules: dict[str, Any]) -> Gate:
    named = [RULE, *(RULE | rule | {"id": f"G-{number:02d}"} for number, rule in enumerate(rules, 2))]
    return Gate.model_validate({"name": "x", "version": 1, "mode": "live", "sample_rate": 0.05, "rules": named})


@pytest.mark.parametrize("gate", LOADED.values(), ids=LOADED)
def test_a_perfect_case_passes(gate: Gate) -> None:
    verdict = evaluate(gate, Facts(**PERFECT[gate.name]))
    assert verdict.passed
    assert [line.rule for line in verdict.trace] == [rule.id for rule in gate.rules]


@pytest.mark.parametrize(("gate", "rule"), RULES, ids=lambda part: getattr(part, "fact", getattr(part, "name", "")))
def test_every_rule_alone_can_block(gate: Gate, rule: Rule) -> None:
    for bad in BAD[rule.fact]:
        verdict = evaluate(gate, Facts(**PERFECT[gate.name] | {rule.fact: bad}))
        assert not verdict.passed
        assert verdict.failing == (rule.id,)


def test_a_gate_without_rules_lets_nobody_through() -> None:
    assert not evaluate(SHOP.model_copy(update={"rules": ()}), Facts()).passed


@pytest.mark.parametrize("item", LOADED)
def test_of_nothing_known_nothing_passes(item: str) -> None:
    verdict = evaluate(LOADED[item], Facts())
    assert not verdict.passed
    assert len(verdict.failing) == len(LOADED[item].rules)


ANY_FACTS = st.fixed_dictionaries(
    {
        fact: st.sampled_from([*bad, PERFECT["company"][fact], PERFECT["sole-trader"].get(fact)])
        for fact, bad in BAD.items()
    }
)


@given(item=st.sampled_from(sorted(LOADED)), facts=ANY_FACTS, fact=st.sampled_from(sorted(BAD)), pick=st.integers(0, 9))
def test_one_more_bad_fact_never_turns_a_failure_into_a_pass(
    item: str, facts: dict[str, Any], fact: str, pick: int
) -> None:
    before = evaluate(LOADED[item], Facts(**facts))
    worse = facts | {fact: BAD[fact][pick % len(BAD[fact])]}
    after = evaluate(LOADED[item], Facts(**worse))
    assert before.passed or not after.passed
    asked = {rule.id for rule in LOADED[item].rules if rule.fact == fact}
    assert set(before.failing) - asked <= set(after.failing)
    assert asked <= set(after.failing)


ANYTHING = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.lists(st.integers(), min_size=1), st.binary()
)


@given(item=st.sampled_from(sorted(LOADED)), fact=st.sampled_from(sorted(BAD)), value=ANYTHING)
def test_a_value_that_the_rule_does_not_name_fails_it_and_breaks_nothing(item: str, fact: str, value: object) -> None:
    rules = [rule for rule in LOADED[item].rules if rule.fact == fact]
    verdict = evaluate(LOADED[item], Facts.model_construct(**PERFECT[LOADED[item].name] | {fact: value}))
    good = PERFECT[LOADED[item].name].get(fact)
    is_small = type(value) is int and rules and type(rules[0].threshold) is int and 0 <= value <= rules[0].threshold
    is_named = (type(value), value) == (type(good), good) or is_small or value in ("none", "declared", "reserved")
    assert is_named or not rules or not verdict.passed
    assert Verdict.model_validate_json(verdict.model_dump_json()) == verdict


@pytest.mark.parametrize(
    ("rule", "passing", "failing"),
    [
        ({"fact": "is_correction", "threshold": False}, [False], [0, "", None, True]),
        ({"fact": "others_unproven", "threshold": 1}, [1], [True, 1.0, "1", None]),
        ({"fact": "others_unproven", "test": "at_most", "threshold": 2}, [0, 2], [3, -1, True, 1.5, "1", None]),
        ({"fact": "licensed_scope", "test": "empty", "threshold": None}, [(), []], ["", 0, None, ("a",)]),
        (
            {"fact": "licensed_scope", "test": "one_of", "threshold": ["a"]},
            [(), "a", ("a",)],
            ["b", ("a", "b"), None, 1],
        ),
        ({"fact": "licensed_scope", "test": "none_of", "threshold": ["a"]}, [(), ("b",)], [("a", "b"), None, (1,), 1]),
    ],
)
def test_each_test_holds_for_its_own_type_only(rule: dict[str, Any], passing: list[Any], failing: list[Any]) -> None:
    gate = a_gate(rule)
    for value in passing + failing:
        verdict = evaluate(gate, Facts.model_construct(item="x", **{rule["fact"]: value}))
        assert verdict.passed is any(value is one for one in passing)


@given(item=st.sampled_from(sorted(LOADED)), facts=ANY_FACTS)
def test_a_verdict_comes_back_from_the_log_as_it_was_and_stands(item: str, facts: dict[str, Any]) -> None:
    verdict = evaluate(LOADED[item], Facts(**facts))
    kept = json.dumps(verdict.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    assert Verdict.model_validate(json.loads(kept)) == verdict
    assert stands(LOADED[item], Verdict.model_validate(json.loads(kept)))


def test_an_altered_trace_does_not_stand() -> None:
    verdict = evaluate(SHOP, Facts(**PERFECT["sole-trader"] | {"agent": "undeclared"}))
    lines = [line.model_copy(update={"outcome": True}) for line in verdict.trace]
    assert not stands(SHOP, verdict.model_copy(update={"passed": True}))
    assert not stands(SHOP, verdict.model_copy(update={"passed": True, "trace": tuple(lines)}))
    assert not stands(SHOP, verdict.model_copy(update={"trace": verdict.trace[1:]}))
    assert not stands(FIRM, verdict)
    wrong = verdict.trace[0].model_copy(update={"value": 3})
    assert not stands(SHOP, verdict.model_copy(update={"trace": (wrong, *verdict.trace[1:])}))


def test_only_a_live_gate_approves_and_only_on_its_own_verdict() -> None:
    gate = SHOP
    passed = evaluate(gate, Facts(**PERFECT["sole-trader"]))
    assert gate.approves(passed)
    for mode in ("shadow", "off"):
        assert not gate.model_copy(update={"mode": mode}).approves(passed)
    assert not gate.approves(passed.model_copy(update={"passed": False}))
    assert not gate.model_copy(update={"version": 2}).approves(passed)
    assert not gate.approves(passed.model_copy(update={"gate": "company"}))
    assert FIRM.mode == "shadow"


@pytest.mark.parametrize(
    "facts", [{"others_unproven": "0"}, {"is_correction": 0}, {"others_unproven": -1}, {"name": "x"}]
)
def test_facts_of_a_wrong_type_cannot_be_stated(facts: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Facts.model_validate(facts)


@pytest.mark.parametrize(
    "rule",
    [
        {"fact": "mood"},
        {"threshold": None},
        {"test": "one_of", "threshold": "x"},
        {"test": "at_most", "threshold": True},
        {"test": "empty", "threshold": ["x"]},
        {"test": "like"},
        {"id": "1"},
    ],
)
def test_a_rule_that_makes_no_sense_is_not_loaded(rule: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Rule.model_validate(RULE | rule)


@pytest.mark.parametrize("change", [{"rules": []}, {"rules": [RULE, RULE]}, {"name": "y"}, {"sample_rate": 2}])
def test_a_gate_that_is_not_closed_is_not_loaded(change: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Gate.model_validate(a_gate().model_dump() | change)


KNOWN = {
    fact: GOOD[fact]
    for fact in (
        "is_correction",
        "identity_band",
        "identity_by_camera",
        "liveness_proven",
        "second_factor",
        "others_unproven",
        "credit_effects",
        "credit_unanswered",
    )
}


def test_a_plain_shop_passes_with_what_its_form_says() -> None:
    facts = facts_of(
        "sole-trader", FORMS["sole-trader"], check(FORMS["sole-trader"], sole_trader_answers(), TODAY), KNOWN
    )
    assert evaluate(SHOP, facts).passed


def test_a_snack_bar_passes_as_its_permit_follows_the_licence() -> None:
    answers = sole_trader_answers() | {"scope": ["D-6291"]}
    facts = facts_of("sole-trader", FORMS["sole-trader"], check(FORMS["sole-trader"], answers, TODAY), KNOWN)
    assert facts.licensed_scope == ("D-6291",)
    assert evaluate(SHOP, facts).passed


def test_what_a_form_leaves_open_stays_unknown() -> None:
    facts = facts_of("sole-trader", FORMS["sole-trader"], check(FORMS["sole-trader"], {}, TODAY))
    assert (facts.name_status, facts.licensed_scope, facts.premises_proof, facts.agent) == (None,) * 4
    assert facts.blocking_problems


def test_a_company_passes_once_its_name_is_reserved_and_its_people_are_proven() -> None:
    form, answers = FORMS["company"], company_answers() | {"premises_proof": "declaration"}
    checked = check(form, answers, TODAY)
    failing = evaluate(FIRM, facts_of("company", form, checked, KNOWN)).failing
    assert [rule.fact for rule in FIRM.rules if rule.id in failing] == ["name_status"]
    reserved = facts_of("company", form, checked, KNOWN | {"name_status": "reserved"})
    assert reserved.capital_yuan == 1_000_000
    assert evaluate(FIRM, reserved).passed


@pytest.mark.parametrize(
    ("number", "counted"), [("91320113MA0000015K", 1), ("x", None), (fictitious_id("19700101", 5), 0)]
)
def test_firms_among_the_shareholders_are_counted_only_if_every_number_is_read(
    number: str, counted: int | None
) -> None:
    answers = company_answers()
    rows = [dict(row) for row in answers["shareholders"] if isinstance(row, dict)]
    rows[1]["number"] = number
    checked = check(FORMS["company"], answers | {"shareholders": rows}, TODAY)
    assert facts_of("company", FORMS["company"], checked).legal_shareholders == counted


@pytest.mark.parametrize("who", ["none", "declared", "undeclared"])
def test_who_files_is_what_the_form_says(who: str) -> None:
    asked: Answers = {
        "agent": who,
        "agent_name": "吴样例",
        "agent_number": fictitious_id("19700101", 5),
        "agent_powers": ["copies"],
    }
    answers = {**sole_trader_answers(), **asked}
    facts = facts_of("sole-trader", FORMS["sole-trader"], check(FORMS["sole-trader"], answers, TODAY), KNOWN)
    assert facts.agent == who
    assert ("G-08" in evaluate(SHOP, facts).failing) == (who == "undeclared")
