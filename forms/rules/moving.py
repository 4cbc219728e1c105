# SPDX-License-Identifier: Apache-2.0
"""Moving (迁移): what is asked of a company that moves into the district from another registrar. Pure."""

from collections.abc import Iterator
from datetime import date

from forms.problem import Values, Weight
from forms.rules.company import five_years_on
from forms.rules.registry import Wrong, rule
from kit.text import Text

HERE, NAME_HERE = "320113", "栖霞"
# Companies of before the new law: what is still due falls inside five years from the day after the transition.
BEFORE_THE_LAW, LAST_DUE = date(2024, 6, 30), date(2032, 6, 30)
WITHIN = Text(
    zh="在本区内变更住所不需要迁移，请办理“公司变更登记、备案”",
    en="Within the district nothing moves: apply to change what is registered of a company",
)


@rule("MOVE-01", "市场主体登记管理条例实施细则第35条", "Detailed Rules art. 35")
def comes_from_elsewhere(values: Values, _today: date) -> Iterator[Wrong]:
    """The former registrar is not of this district."""
    if values.get("former_division") == HERE:
        yield "former_division", WITHIN
    elif NAME_HERE in str(values.get("former_registrar") or ""):
        yield "former_registrar", WITHIN


@rule(
    "MOVE-02",
    "公司法第47条；国务院关于实施注册资本登记管理制度的规定第2条",
    "Company Law art. 47; State Council provisions on registered capital art. 2",
    Weight.PERSON,
)
def paid_in_time(values: Values, _today: date) -> Iterator[Wrong]:
    """From the founding, not from the move; later days may be of an increase since, so that a person looks."""
    founded = values.get("founded_on")
    if founded is None:
        return
    last = LAST_DUE if founded <= BEFORE_THE_LAW else five_years_on(founded)
    for index, row in enumerate(values.get("shareholders") or []):
        if row.get("due_on") and row["due_on"] > last:
            yield (
                f"shareholders.{index}.due_on",
                Text(
                    zh=f"出资日期晚于 {last:%Y-%m-%d}，请核对是否为设立后增资部分的出资",
                    en=f"The contribution is due after {last:%Y-%m-%d}: is it of an increase since?",
                ),
            )
