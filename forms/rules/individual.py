# SPDX-License-Identifier: Apache-2.0
"""Individual business (个体工商户): who may run one, and who takes part. Pure."""

from collections.abc import Iterator
from datetime import date

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from forms.rules.tables import twice
from kit.numbers import age_on
from kit.text import Text


@rule(
    "IND-01",
    "促进个体工商户发展条例第2条（有经营能力）",
    "Individual Businesses Regulation art. 2",
    Weight.PERSON,
)
def operator_is_of_age(values: Values, today: date) -> Iterator[Wrong]:
    number = values.get("operator_id")
    if number and age_on(number, today) < 16:
        yield (
            "operator_id",
            Text(
                zh="经营者未满十六周岁，请核实其经营能力",
                en="The operator is under sixteen: check the capacity to trade",
            ),
        )


@rule("IND-02", "企业名称登记管理规定第25条（参照）", "Regulation on enterprise names art. 25", Weight.PERSON, "M")
def shop_is_no_company(values: Values, _today: date) -> Iterator[Wrong]:
    if "公司" in values.get("trade_name", ""):
        yield (
            "trade_name",
            Text(zh="个体工商户名称含有“公司”字样，请审查", en="The name of an individual business says 公司"),
        )


@rule("IND-03", "市场主体登记管理条例实施细则第6、7条", "Detailed Rules arts 6, 7")
def family_members_once(values: Values, _today: date) -> Iterator[Wrong]:
    """The operator is registered; the others who take part are recorded beside."""
    operator = values.get("operator_id")
    for index, row in enumerate(values.get("family") or []):
        if operator and row.get("id_number") == operator:
            said = Text(
                zh="经营者本人不用再列为家庭成员，请删除这一位",
                en="The operator need not be listed again: remove this entry",
            )
            yield f"family.{index}.id_number", said
    yield from twice("family", values, "同一家庭成员填写了两次", "This family member is listed twice")
