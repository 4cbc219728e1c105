# SPDX-License-Identifier: Apache-2.0
"""Where a company that moves here comes from, and until when its contributions are due."""

from datetime import date

import pytest

from tests.forms.rules.judging import Case, fails, passes

REGISTRAR = "南京市鼓楼区样例登记机关"


def due(*days: date) -> list[dict[str, date]]:
    return [{"due_on": day} for day in days]


CASES = [
    passes("MOVE-01", "another district", former_division="320106", former_registrar=REGISTRAR),
    passes("MOVE-01", "outside the city", former_division="elsewhere", former_registrar="上海市样例区市场监督管理局"),
    fails("MOVE-01", "this district", "former_division", former_division="320113", former_registrar=REGISTRAR),
    fails(
        "MOVE-01",
        "this registrar under another district",
        "former_registrar",
        former_division="320106",
        former_registrar="南京市栖霞区行政审批局",
    ),
    passes("MOVE-02", "five years on", founded_on=date(2025, 3, 7), shareholders=due(date(2030, 3, 7))),
    fails(
        "MOVE-02",
        "a day later",
        "shareholders.1.due_on",
        founded_on=date(2025, 3, 7),
        shareholders=due(date(2030, 3, 7), date(2030, 3, 8)),
    ),
    passes("MOVE-02", "of before the law", founded_on=date(2024, 6, 30), shareholders=due(date(2032, 6, 30))),
    fails(
        "MOVE-02",
        "of before the law, too late",
        "shareholders.0.due_on",
        founded_on=date(2019, 3, 7),
        shareholders=due(date(2032, 7, 1)),
    ),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_company_that_moves_here(case: Case) -> None:
    assert case.judged() == case.wrong
