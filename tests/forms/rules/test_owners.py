# SPDX-License-Identifier: Apache-2.0
"""受益所有人信息管理办法 on who is filed, and who may declare exemption."""

from decimal import Decimal
from typing import Any

import pytest

from tests.forms.rules.judging import FIRM, A, B, Case, fails, passes


def exempt(capital: str, *numbers: str, table: str = "shareholders") -> dict[str, Any]:
    rows = [{"number": number} for number in numbers]
    return {"beneficial_owners": "exempt", "capital": Decimal(capital), table: rows}


def owned(nature: str, share: str | None) -> dict[str, Any]:
    return {"owners": [{"nature": nature, "share": Decimal(share) if share else None}]}


CASES = [
    passes("BO-01", "ten million yuan exactly, of persons", **exempt("1000", A, B)),
    fails("BO-01", "a yuan over ten million", "beneficial_owners", **exempt("1000.0001", A, B)),
    fails("BO-01", "an organisation among the shareholders", "beneficial_owners", **exempt("100", A, FIRM)),
    fails("BO-01", "or the partners", "beneficial_owners", **exempt("100", A, FIRM, table="partners")),
    passes("BO-01", "who files them is not asked", **{**exempt("9999", FIRM), "beneficial_owners": "file"}),
    passes("BO-02", "a quarter exactly", **owned("equity", "25")),
    fails("BO-02", "less than a quarter of the shares", "owners.0.share", **owned("equity", "24.9999")),
    fails("BO-02", "less than a quarter of the votes", "owners.0.share", **owned("votes", "1")),
    passes("BO-02", "control needs no share", **owned("control", "1")),
    passes("BO-02", "a share that was not told", **owned("equity", None)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_beneficial_owners_are_asked_about_by_the_measures(case: Case) -> None:
    assert case.judged() == case.wrong
