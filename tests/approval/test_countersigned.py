# SPDX-License-Identifier: Apache-2.0
"""Who must sign and has not, when a case is submitted: counted once, told to a person, and never again asked."""

from dataclasses import asdict
from datetime import date

import pytest

from approval.countersigned import of_signatures
from approval.findings import Found, Held
from approval.gate import Facts
from approval.gatebook import load_gates
from credit import Effect
from tests.office import CATALOGUE

DAY = date(2026, 11, 30)


@pytest.mark.parametrize(
    ("code", "citation", "confidence"),
    [
        ("company", "公司法第46条", "V"),
        ("company-change", "公司法第46条", "V"),
        ("partnership", "市场主体登记管理条例实施细则第25、32条", "M"),
        ("cooperative-change", "市场主体登记管理条例实施细则第25、32条", "M"),
        ("simple-deregistration", "市场主体登记管理条例实施细则第25、32条", "M"),
    ],
)
def test_who_has_not_signed_is_a_question_for_a_person(code: str, citation: str, confidence: str) -> None:
    (said,) = of_signatures(CATALOGUE.current(code, DAY), 2)
    assert isinstance(said, Found)
    assert (said.rule, said.effect, said.value, said.threshold) == ("SIGN-01", Effect.MANUAL, 2, 0)
    assert (said.basis.zh, said.confidence) == (citation, confidence)
    assert "2 名" in said.message.zh


def test_where_everybody_has_signed_nobody_is_told() -> None:
    (said,) = of_signatures(CATALOGUE.current("company", DAY), 0)
    assert isinstance(said, Held)
    assert asdict(said)["value"] == 0


def test_what_was_never_counted_and_permits_are_not_asked() -> None:
    assert list(of_signatures(CATALOGUE.current("company", DAY), None)) == []
    assert list(of_signatures(CATALOGUE.current("food-service", DAY), 3)) == []


def test_the_gate_of_a_company_asks_for_all_signatures_and_that_of_a_sole_trader_does_not() -> None:
    book = load_gates()
    gate, before = book.version("company", 3), book.version("company", 2)
    assert gate is not None
    assert before is not None
    (rule,) = [one for one in gate.rules if one.fact == "unsigned"]
    assert rule.holds(Facts(unsigned=0).unsigned)
    assert not rule.holds(Facts(unsigned=1).unsigned)
    assert not rule.holds(Facts().unsigned)
    assert "unsigned" not in {one.fact for one in before.rules}
    trader = book.version("sole-trader", 2)
    assert trader is not None
    assert "unsigned" not in {one.fact for one in trader.rules}
