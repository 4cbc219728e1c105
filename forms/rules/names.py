# SPDX-License-Identifier: Apache-2.0
"""Names (名称): what the form of a name must be; whether it is free is asked elsewhere. Pure."""

from collections.abc import Iterator
from datetime import date

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from kit.text import Text

NAMES = ("company_name", "enterprise_name", "trade_name")
"""The fields in which a business is given its name."""
BRANCH_ENDS = ("分公司", "分厂", "分店", "分社", "分所", "分部", "分院", "分校")


def _is_character(c: str) -> bool:
    """Of the blocks of Chinese characters; the hexagrams lie among them and are none."""
    return ("㐀" <= c <= "鿿" and not "䷀" <= c <= "䷿") or ord(c) > 0x1FFFF


@rule("NAME-08", "企业名称登记管理规定第8条", "Regulation on enterprise names art. 8")
def standard_characters(values: Values, _today: date) -> Iterator[Wrong]:
    for path in NAMES:
        name = values.get(path, "")
        if name and not all(_is_character(c) or c in "（）()" for c in name):
            yield path, Text(zh="名称应当使用规范汉字", en="The name must be written in standard Chinese characters")


@rule("NAME-13", "企业名称登记管理规定第13条", "Regulation on enterprise names art. 13")
def branch_bears_its_parents_name(values: Values, _today: date) -> Iterator[Wrong]:
    name, parent = values.get("enterprise_name", ""), values.get("parent_name", "")
    if not name or not parent:
        return
    if not name.startswith(parent):
        yield (
            "enterprise_name",
            Text(
                zh=f"分支机构名称应当冠以其所属企业的名称“{parent}”",
                en="The name of a branch begins with that of its parent",
            ),
        )
    elif not name.endswith(BRANCH_ENDS):
        yield (
            "enterprise_name",
            Text(zh="分支机构名称应以“分公司”“分厂”“分店”等结尾", en="It ends in 分公司, 分厂, 分店 or the like"),
        )


@rule("BR-01", "市场主体登记管理条例实施细则第21条", "Detailed Rules art. 21", Weight.NOTE)
def branch_applies_in_time(values: Values, today: date) -> Iterator[Wrong]:
    decided = values.get("branch_decided_on")
    if decided and (today - decided).days > 30:
        yield (
            "branch_decided_on",
            Text(
                zh="决定设立分支机构之日起三十日内应申请登记；现已超过，仍可以办理",
                en="A branch applies within 30 days of the decision; it is late and can still be registered",
            ),
        )
