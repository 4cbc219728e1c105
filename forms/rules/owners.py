# SPDX-License-Identifier: Apache-2.0
"""Beneficial owners (受益所有人): who must be filed, and who may declare exemption. Pure.

受益所有人信息管理办法（2024）第2、3条, known from notices and not from the full text: nobody is held up by these.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from kit.numbers import is_of_organisation
from kit.text import Text

EXEMPT_CAPITAL = Decimal(1000)
QUARTER = Decimal(25)


@rule("BO-01", "受益所有人信息管理办法第3条", "Beneficial Owners Measures art. 3", Weight.PERSON, "V2")
def exemption_fits(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("beneficial_owners") != "exempt":
        return
    parties = [*(values.get("shareholders") or []), *(values.get("partners") or [])]
    capital = values.get("capital")
    if capital is not None and capital > EXEMPT_CAPITAL:
        yield (
            "beneficial_owners",
            Text(
                zh="出资额超过一千万元，一般不能承诺免报受益所有人，请核对",
                en="Over ten million yuan an exemption is not usual: please check",
            ),
        )
    if any(is_of_organisation(party.get("number") or "") for party in parties):
        yield (
            "beneficial_owners",
            Text(
                zh="有非自然人的股东或者合伙人，一般不能承诺免报受益所有人，请核对",
                en="With an organisation among the owners an exemption is not usual: please check",
            ),
        )


@rule("BO-02", "受益所有人信息管理办法第2条", "Beneficial Owners Measures art. 2", Weight.PERSON, "V2")
def a_quarter_or_control(values: Values, _today: date) -> Iterator[Wrong]:
    for index, row in enumerate(values.get("owners") or []):
        share = row.get("share")
        if row.get("nature") in ("equity", "votes") and share is not None and share < QUARTER:
            yield (
                f"owners.{index}.share",
                Text(
                    zh="按股权或表决权认定的受益所有人一般不低于 25%，请核对认定标准",
                    en="By equity or votes a beneficial owner usually has 25% or more: please check",
                ),
            )
