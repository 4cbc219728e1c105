# SPDX-License-Identifier: Apache-2.0
from typing import Any

import pytest
from pydantic import ValidationError

from approval.gate import Facts, evaluate
from approval.unconnected import Unconnected, load_unconnected, passed_apart
from tests.approval.test_gate import LOADED, PERFECT, TEXT


def test_a_verdict_apart_from_what_is_not_connected_is_for_comparing_only() -> None:
    perfect = PERFECT["company"]
    unknown = evaluate(LOADED["company.2"], Facts(**perfect | {"name_status": "unchecked", "address_known": None}))
    assert not unknown.passed
    assert unknown.failing == ("G-09", "G-21")
    assert passed_apart(unknown, load_unconnected())
    assert not LOADED["company.2"].model_copy(update={"mode": "live"}).approves(unknown)


@pytest.mark.parametrize(
    "bad",
    [{"address_known": False}, {"agent": None}, {"credit_effects": ("manual",)}, {"capital_yuan": 10_000_001}],
)
def test_what_is_known_and_bad_counts_all_the_same(bad: dict[str, Any]) -> None:
    verdict = evaluate(LOADED["company.2"], Facts(**PERFECT["company"] | {"name_status": "unchecked"} | bad))
    assert not passed_apart(verdict, load_unconnected())


def test_only_facts_that_gates_know_can_be_declared_unconnected_and_each_once() -> None:
    fact = {"fact": "name_status", "values": [], "why": TEXT}
    for facts in ([{**fact, "fact": "mood"}], [fact, fact]):
        with pytest.raises(ValidationError):
            Unconnected.model_validate({"version": 1, "facts": facts})
    assert {one.fact for one in load_unconnected().of({"name_status", "item"})} == {"name_status"}
