# SPDX-License-Identifier: Apache-2.0
from datetime import timedelta
from pathlib import Path

import pytest

from identity import load_retention
from identity.retention import FILE, What
from kit.declared import Refused
from tests.conftest import NOON


def changed(tmp_path: Path, old: str, new: str) -> Path:
    text = FILE.read_text("utf-8")
    assert old in text
    file = tmp_path / "periods.toml"
    file.write_text(text.replace(old, new, 1), "utf-8")
    return file


def test_every_period_has_a_ground_and_says_how_sure_it_is() -> None:
    retention = load_retention()
    assert [rule.what for rule in retention.rules] == list(What)
    assert all(rule.basis.zh and rule.basis.en for rule in retention.rules)
    assert "第15条" in retention.persons.basis.zh
    assert (retention.persons.warn, retention.persons.file) == (80_000, 100_000)


def test_pictures_go_with_the_decision_and_a_failed_session_within_a_day() -> None:
    retention = load_retention()
    assert retention.limit(What.DECIDED_PICTURES, NOON) == NOON
    failed = retention.rule(What.FAILED_SESSIONS).period + retention.grace
    assert failed <= timedelta(hours=24)
    assert retention.rule(What.ORPHANS).period + retention.grace <= timedelta(hours=24)
    assert retention.limit(What.DRAFT_PICTURES, NOON) == NOON - timedelta(days=30)
    assert retention.notice == timedelta(days=7)


def test_another_file_may_set_other_periods(tmp_path: Path) -> None:
    file = changed(tmp_path, 'what = "decided_pictures"\ndays = 0', 'what = "decided_pictures"\ndays = 60')
    assert load_retention(file).rule(What.DECIDED_PICTURES).period == timedelta(days=60)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('what = "drafts"', 'what = "orphans"', "no period for drafts"),
        ("days = 53", "days = 61", "told before"),
        ("warn = 80000", "warn = 100000", "before the filing"),
        ("days = 30", "days = -1", "greater than or equal"),
        ("days = 6", "days = 7", "second look for 7 days"),
        ('confidence = "V2"', 'confidence = "sure"', "Input should be"),
    ],
)
def test_a_file_that_cannot_be_right_is_refused_with_its_name(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(Refused, match=said) as refused:
        load_retention(changed(tmp_path, old, new))
    assert "periods.toml" in str(refused.value)


def test_the_threshold_says_which_of_the_two_is_reached() -> None:
    persons = load_retention().persons
    assert [persons.reached(n) for n in (79_999, 80_000, 99_999, 100_000)] == [None, "warn", "warn", "file"]
