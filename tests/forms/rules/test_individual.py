# SPDX-License-Identifier: Apache-2.0
"""促进个体工商户发展条例 on who runs an individual business."""

import pytest

from forms.rules import apply_rule
from tests.builders import fictitious_id
from tests.forms.rules.judging import TODAY, A, B, C, Case, fails, passes

CHILD = fictitious_id("20101124", 1)

CASES = [
    passes("IND-01", "sixteen today", operator_id=fictitious_id("20101123", 1)),
    fails("IND-01", "sixteen tomorrow", "operator_id", operator_id=CHILD),
    passes("IND-02", "a shop", trade_name="南京市栖霞区样例小吃店"),
    passes("IND-02", "without a name"),
    fails("IND-02", "a shop is no company", "trade_name", trade_name="南京市栖霞区样例小吃公司"),
    passes("IND-03", "two others of the family", operator_id=A, family=[{"id_number": B}, {"id_number": C}]),
    fails(
        "IND-03", "the operator again", "family.1.id_number", operator_id=A, family=[{"id_number": B}, {"id_number": A}]
    ),
    fails("IND-03", "somebody twice", "family.1.id_number", operator_id=A, family=[{"id_number": B}, {"id_number": B}]),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_individual_business_is_judged_by_its_regulation(case: Case) -> None:
    assert case.judged() == case.wrong


def test_a_rule_without_certain_basis_does_not_hold_anybody_up() -> None:
    [problem] = apply_rule("IND-01", {"operator_id": CHILD}, TODAY)
    assert not problem.blocks
