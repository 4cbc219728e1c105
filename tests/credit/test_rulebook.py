# SPDX-License-Identifier: Apache-2.0
from datetime import date
from pathlib import Path

import pytest
from pydantic import ValidationError

from credit import Effect, RuleUnfounded, must_be_listed, rulebook
from credit.editions import Edition, Measures
from credit.rulebook import RULES, read_rule, read_rulebook
from forms import Form, Option
from kit.text import Text
from tests.office import CATALOGUE

CR_01 = (RULES / "cr-01.toml").read_text("utf-8")


def test_every_rule_that_refuses_cites_a_text_that_was_compared() -> None:
    refusing = [rule for rule in rulebook() if rule.effect.is_refusal]
    barring = ["CR-01", "CR-03", "CR-05", "CR-06B", "CR-07B", "CR-09", "CR-09B", "CR-10B", "CR-11"]
    assert [rule.id for rule in refusing] == barring
    assert all(rule.confidence == "V" for rule in refusing)


def test_a_refusing_rule_from_memory_is_refused_at_load() -> None:
    read_rule(CR_01)
    with pytest.raises(RuleUnfounded):
        read_rule(CR_01.replace('confidence = "V"', 'confidence = "M"'))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("失信被执行人名单", "黑名单"),
        ("list of dishonest", "Blacklist of dishonest"),
        ("由工作人员核实后决定", "信用评分过低"),
        ('effect = "refuse_role"', 'effect = "destroy"'),
        ('id = "CR-01"', 'id = "X"'),
        ("version = 2", "version = 2\nlocal_addition = true"),
        ('"supervisor"', '"neighbour"'),
    ],
)
def test_a_rule_with_banned_words_or_unknown_parts_is_refused(old: str, new: str) -> None:
    assert old in CR_01
    with pytest.raises(RuleUnfounded):
        read_rule(CR_01.replace(old, new))


def test_a_rule_that_is_shown_names_two_ways_on() -> None:
    with pytest.raises(RuleUnfounded):
        read_rule(CR_01[: CR_01.rindex("[[ways]]")])


def test_every_rule_of_the_reference_is_there() -> None:
    assert {rule.id[:5] for rule in rulebook()} == {f"CR-{number:02}" for number in range(1, 17)}


def test_nobody_is_refused_or_barred_by_a_rule_from_memory() -> None:
    for rule in rulebook():
        if rule.confidence == "M":
            assert not rule.effect.is_refusal, rule.id
            assert rule.effect is not Effect.SUSPEND, rule.id


def test_what_rules_ask_of_a_change_is_something_that_a_form_of_changes_offers() -> None:
    offered = {option.value for form in CATALOGUE.forms.values() for option in _changes(form)}
    for rule in rulebook():
        assert {*rule.matters, *rule.unless} <= offered, rule.id


def _changes(form: Form) -> tuple[Option, ...]:
    try:
        return form.field("changes").options
    except KeyError:
        return ()


LISTED = date(2026, 12, 1)


def test_a_measure_that_is_on_no_list_in_force_is_refused_in_one_sentence() -> None:
    must_be_listed(rulebook(), LISTED)
    unknown = read_rule(CR_01.replace('"limit_office"', '"publish_on_a_screen"'))
    with pytest.raises(RuleUnfounded) as refused:
        must_be_listed([unknown], LISTED)
    said = "cr-01.toml: the measure publish_on_a_screen is on no list that is in force on 2026-12-01."
    assert str(refused.value) == said


def test_a_measure_counts_only_while_an_edition_has_it() -> None:
    rule = read_rule(CR_01)
    lists = Measures(
        editions=(edition("2025", date(2025, 1, 1), date(2026, 12, 1)),), measures={"limit_office": rule.title}
    )
    must_be_listed([rule], date(2026, 11, 30), lists)
    for day in (date(2024, 12, 31), LISTED):
        with pytest.raises(RuleUnfounded):
            must_be_listed([rule], day, lists)


def edition(name: str, since: date, until: date | None = None) -> Edition:
    title = Text(zh="清单", en="list")
    return Edition(
        level="national",
        edition=name,
        valid_from=since,
        valid_to=until,
        confidence="M",
        title=title,
        measures=("limit_office",),
    )


@pytest.mark.parametrize(
    ("editions", "why"),
    [
        ((edition("1", date(2025, 1, 1)), edition("2", date(2026, 1, 1))), "in force together"),
        ((edition("1", date(2025, 1, 1), date(2024, 1, 1)),), "ends before it begins"),
    ],
)
def test_editions_that_contradict_one_another_are_refused(editions: tuple[Edition, ...], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Measures(editions=editions, measures={"limit_office": Text(zh="限制任职", en="office")})


def test_a_measure_without_a_name_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing is called limit_office"):
        Measures(editions=(edition("1", date(2025, 1, 1)),), measures={})


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('measure = "limit_office"\n', ""),
        ('nature = "measure"', 'nature = "procedure"'),
        ('nature = "measure"\nmeasure = "limit_office"', 'nature = "design"'),
        ('on = ["setup", "change"]', 'on = ["setup", "change"]\nmatters = ["scope"]'),
        ('on = ["setup", "change"]', 'on = ["marriage"]'),
    ],
)
def test_a_rule_that_says_of_itself_what_does_not_fit_is_refused(old: str, new: str) -> None:
    assert old in CR_01
    with pytest.raises(RuleUnfounded):
        read_rule(CR_01.replace(old, new), "cr-01.toml")


def test_an_id_stands_once(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(CR_01, "utf-8")
    with pytest.raises(RuleUnfounded):
        read_rulebook(tmp_path)
