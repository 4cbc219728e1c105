# SPDX-License-Identifier: Apache-2.0
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from approval.gatebook import GATES, GateBook, GateUnsound, check_mends, load_gate, load_gates
from tests.approval.test_gate import FORMS, LOADED, TEXT, TODAY, a_gate

BOOK = load_gates()


def test_a_file_that_cannot_be_used_is_named(tmp_path: Path) -> None:
    good = (GATES / "sole-trader.1.toml").read_text("utf-8")
    wrong = {"a.1.toml": "name =", "b.1.toml": good, "c.1.toml": 'name = "c"', "sole-trader.2.toml": good}
    for name, text in wrong.items():
        (tmp_path / name).write_text(text, "utf-8")
        with pytest.raises(GateUnsound, match=name):
            load_gate(tmp_path / name)
    with pytest.raises(GateUnsound, match=r"d\.1\.toml"):
        load_gate(tmp_path / "d.1.toml")


@pytest.mark.parametrize("item", LOADED)
def test_the_declared_mends_are_choices_of_the_form_and_no_data_of_a_person(item: str) -> None:
    check_mends(LOADED[item], FORMS[LOADED[item].name])


@pytest.mark.parametrize(
    "mend",
    [
        {"field": "operator_name", "to": "no"},
        {"field": "no_such_question", "to": "no"},
        {"field": "uses_name", "to": "perhaps"},
        {"field": "uses_name"},
        {"field": "scope", "to": "F-5213"},
    ],
)
def test_a_mend_that_is_no_honest_choice_is_found(mend: dict[str, Any]) -> None:
    gate = a_gate({"fact": "name_status", "test": "one_of", "threshold": ["none"], "mend": mend | {"words": TEXT}})
    with pytest.raises(GateUnsound):
        check_mends(gate, FORMS["sole-trader"])


def test_of_each_item_one_gate_may_be_live_and_one_in_shadow() -> None:
    assert [(gate.version, gate.mode) for gate in BOOK.asked("sole-trader", TODAY)] == [(1, "live"), (2, "shadow")]
    assert [(gate.version, gate.mode) for gate in BOOK.asked("company", TODAY)] == [(2, "shadow")]
    assert [gate.version for gate in BOOK.asked("company", date(2026, 10, 31))] == [1]
    assert BOOK.asked("company", date(2026, 4, 30)) == ()
    assert BOOK.live("company", TODAY) is None
    assert BOOK.live("sole-trader", TODAY) is BOOK.version("sole-trader", 1)
    assert BOOK.version("sole-trader", 9) is None
    assert [gate.version for gate in BOOK.versions("sole-trader")] == [4, 3, 2, 1]
    later = date(2026, 12, 1)
    assert [(gate.version, gate.mode) for gate in BOOK.asked("sole-trader", later)] == [(3, "live"), (4, "shadow")]


def test_whatever_is_asked_from_now_on_asks_everybody_for_a_second_factor_and_says_how_to_mend_it() -> None:
    for item in BOOK.items:
        for gate in BOOK.asked(item, date(2026, 12, 1)):
            (rule,) = [rule for rule in gate.rules if rule.fact == "others_without_factor"]
            assert rule.way_on is not None
            assert "second_factor" in {one.fact for one in gate.rules}


@pytest.mark.parametrize(
    ("first", "second", "fits"),
    [
        ({"mode": "live"}, {"mode": "shadow"}, True),
        ({"mode": "live"}, {"mode": "live"}, False),
        ({"mode": "shadow"}, {"mode": "shadow"}, False),
        ({"mode": "off"}, {"mode": "off"}, True),
        ({"mode": "live", "valid_to": TODAY}, {"mode": "live", "valid_from": TODAY}, True),
        ({"mode": "live", "valid_to": TODAY}, {"mode": "live", "valid_from": date(2026, 11, 22)}, False),
        ({"mode": "live"}, {"mode": "shadow", "version": 1}, False),
        ({"mode": "live"}, {"mode": "live", "name": "y"}, True),
    ],
)
def test_no_two_versions_decide_on_the_same_day(first: dict[str, Any], second: dict[str, Any], fits: bool) -> None:
    gates = (a_gate().model_copy(update=first), a_gate().model_copy(update={"version": 2, **second}))
    if fits:
        assert GateBook(gates).gates == gates
    else:
        with pytest.raises(GateUnsound):
            GateBook(gates)
