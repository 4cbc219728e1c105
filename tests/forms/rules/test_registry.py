# SPDX-License-Identifier: Apache-2.0
"""What holds of all rules: each has its cases, a basis in two languages, and a form that uses it."""

import dataclasses
import re
from collections import Counter
from collections.abc import Iterator
from datetime import date

import pytest

from forms import Weight, load_forms
from forms.problem import Values
from forms.rules import apply_rule, known_rules
from forms.rules.registry import Rule, Unsound, Wrong, rule
from tests.forms.rules import (
    test_agents,
    test_changes,
    test_company,
    test_cooperative,
    test_endings,
    test_individual,
    test_moving,
    test_names,
    test_owners,
    test_partnership,
    test_sole,
)
from tests.forms.rules.judging import TODAY, Case

MODULES = (
    test_agents,
    test_changes,
    test_company,
    test_cooperative,
    test_endings,
    test_individual,
    test_moving,
    test_names,
    test_owners,
    test_partnership,
    test_sole,
)
CASES: list[Case] = [case for module in MODULES for case in module.CASES]
RULES = sorted(known_rules().values(), key=lambda one: one.id)
FORMS = load_forms()
CHINESE = re.compile("[一-鿿]")


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_every_rule_has_a_case_that_passes_and_one_that_fails(known: Rule) -> None:
    own = [case for case in CASES if case.rule == known.id]
    assert any(not case.wrong for case in own)
    assert any(case.wrong for case in own)


def test_every_case_is_of_a_rule_that_exists_and_is_told_once() -> None:
    assert {case.rule for case in CASES} <= set(known_rules())
    assert [said for said, count in Counter(map(str, CASES)).items() if count > 1] == []


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_only_what_was_checked_against_the_law_blocks(known: Rule) -> None:
    assert known.confidence == "V" or known.weight is not Weight.BLOCKS


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_every_rule_cites_the_law_in_two_languages(known: Rule) -> None:
    assert CHINESE.search(known.basis.zh)
    assert known.basis.en
    assert not CHINESE.search(known.basis.en)


@pytest.mark.parametrize("case", [case for case in CASES if case.wrong], ids=str)
def test_every_problem_says_in_two_languages_what_to_do(case: Case) -> None:
    known = known_rules()[case.rule]
    for problem in apply_rule(case.rule, case.values, case.today):
        assert CHINESE.search(problem.message.zh)
        assert re.search("[A-Za-z]{3}", problem.message.en)
        assert "{" not in problem.message.zh + problem.message.en
        assert (problem.rule, problem.basis, problem.weight) == (known.id, known.basis, known.weight)
        assert (problem.confidence, problem.blocks) == (known.confidence, known.weight is Weight.BLOCKS)


@pytest.mark.parametrize("known", RULES, ids=lambda known: known.id)
def test_where_nothing_was_answered_no_rule_finds_anything(known: Rule) -> None:
    assert apply_rule(known.id, {}, TODAY) == []


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.code)
def test_every_rule_that_a_form_names_exists_and_is_named_once(form: object) -> None:
    named: tuple[str, ...] = form.rules  # type: ignore[attr-defined]
    assert set(named) <= set(known_rules())
    assert len(named) == len(set(named))


def test_every_rule_is_used_by_some_form() -> None:
    assert set(known_rules()) - {one for form in FORMS.values() for one in form.rules} == set()


@pytest.mark.parametrize("case", [case for case in CASES if case.wrong], ids=str)
def test_what_a_rule_finds_is_asked_by_every_form_that_can_show_it(case: Case) -> None:
    """Some form that uses the rule has the field at which the problem stands."""
    users = [form for form in FORMS.values() if case.rule in form.rules]
    for path in case.wrong:
        assert any(path.split(".")[0] == field.name for form in users for page in form.pages for field in page.fields)


def nothing(_values: Values, _today: date) -> Iterator[Wrong]:
    yield from ()


@pytest.mark.parametrize("confidence", ["V2", "M"])
def test_a_rule_that_nobody_checked_cannot_be_made_to_block(confidence: str) -> None:
    with pytest.raises(Unsound):
        rule("LLC-99", "公司法", "Company Law", confidence=confidence)(nothing)  # type: ignore[arg-type]


def test_a_rule_cannot_take_the_id_of_another() -> None:
    with pytest.raises(ValueError, match="LLC-01"):
        rule("LLC-01", "公司法", "Company Law")(nothing)


def test_what_is_known_cannot_be_changed_from_outside() -> None:
    known_rules().clear()
    assert known_rules()
    with pytest.raises(dataclasses.FrozenInstanceError):
        known_rules()["LLC-01"].weight = Weight.NOTE  # type: ignore[misc]


def test_an_unknown_rule_is_an_error() -> None:
    with pytest.raises(KeyError):
        apply_rule("LLC-99", {}, TODAY)
