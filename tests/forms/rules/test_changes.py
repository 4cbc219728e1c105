# SPDX-License-Identifier: Apache-2.0
"""市场主体登记管理条例 on changes: in time, decided, signed by the new one, announced."""

from datetime import date, timedelta
from typing import Any

import pytest

from forms.rules import apply_rule
from tests.forms.rules.judging import TODAY, A, B, Case, fails, passes


def told(days: int, change: str = "decrease") -> dict[str, Any]:
    """A reduction that was announced so many days ago."""
    return {"capital_change": change, "reduction_notice_on": TODAY - timedelta(days=days)}


HEADS = [
    ("representative", "legal_representative_id"),
    ("representative", "chair_id"),
    ("operator", "operator_id"),
    ("head", "head_id"),
    ("executive", "acting_id"),
    ("investor", "investor_id"),
]

CASES = [
    passes("CHG-01", "thirty days after the decision", decided_on=date(2026, 10, 24)),
    fails("CHG-01", "thirty-one days after it", "decided_on", decided_on=date(2026, 10, 23)),
    passes("CHG-02", "decided today", decided_on=TODAY),
    fails("CHG-02", "decided tomorrow", "decided_on", decided_on=TODAY + timedelta(days=1)),
    *(
        passes("CHG-03", f"the new {field} signs", changes=(change,), responsible_id=A, **{field: A})
        for change, field in HEADS
    ),
    *(
        fails("CHG-03", f"not the old {field}", "responsible_id", changes=(change,), responsible_id=B, **{field: A})
        for change, field in HEADS
    ),
    passes("CHG-03", "what is not changed is signed by whoever is there", changes=("name",), responsible_id=A),
    fails("CAP-01", "the 45th day of the notice", "reduction_notice_on", **told(45)),
    passes("CAP-01", "the day after its 45 days", **told(46)),
    fails("CAP-01", "on the day of the notice", "reduction_notice_on", **told(0)),
    passes("CAP-01", "to cover losses, on the day of the notice", **told(0, "losses")),
    fails("CAP-01", "a notice of tomorrow", "reduction_notice_on", **told(-1)),
    fails("CAP-01", "also to cover losses", "reduction_notice_on", **told(-1, "losses")),
    passes("CAP-01", "an increase is not announced", capital_change="increase"),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_change_is_made_by_the_regulation(case: Case) -> None:
    assert case.judged() == case.wrong


@pytest.mark.parametrize(("days", "left"), [(45, 1), (10, 36), (0, 46)])
def test_too_early_says_how_many_days_are_left(days: int, left: int) -> None:
    [problem] = apply_rule("CAP-01", told(days), TODAY)
    assert f"还差 {left} 日" in problem.message.zh
    assert f"{left} days are left" in problem.message.en
    assert not apply_rule("CAP-01", told(days), TODAY + timedelta(days=left))
