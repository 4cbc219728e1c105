# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from credit import RuleUnfounded, rulebook
from credit.rulebook import RULES, read_rule, read_rulebook

CR_01 = (RULES / "cr-01.toml").read_text("utf-8")


def test_every_rule_that_refuses_cites_a_text_that_was_compared() -> None:
    refusing = [rule for rule in rulebook() if rule.effect.is_refusal]
    assert [rule.id for rule in refusing] == ["CR-01", "CR-05"]
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
        ("version = 1", "version = 1\nlocal_addition = true"),
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


def test_an_id_stands_once(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(CR_01, "utf-8")
    with pytest.raises(RuleUnfounded):
        read_rulebook(tmp_path)
