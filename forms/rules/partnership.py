# SPDX-License-Identifier: Apache-2.0
"""Partnership (合伙企业): who may be a partner, with what, and what the name says (合伙企业法). Pure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from forms.rules.tables import numbers_in, twice
from kit.text import Text

NO_UNLIMITED = frozenset({"state_owned", "listed", "institution", "social"})
NAMED = {"general": "普通合伙", "special": "特殊普通合伙", "limited": "有限合伙"}


def _limited(row: Values) -> bool:
    return row.get("liability") == "limited"


@rule("PTN-01", "合伙企业法第14、61条", "Partnership Law arts 14, 61")
def enough_partners(values: Values, _today: date) -> Iterator[Wrong]:
    rows = values.get("partners") or []
    is_limited = values.get("partnership_kind") == "limited" or any(_limited(row) for row in rows)
    if len(rows) == 1:
        yield "partners", Text(zh="合伙企业有二个以上合伙人", en="A partnership has two partners or more")
    if is_limited and len(rows) > 50:
        yield (
            "partners",
            Text(zh="有限合伙企业的合伙人不超过五十个", en="A limited partnership has at most 50 partners"),
        )
    if len(rows) > 1 and all(_limited(row) for row in rows):
        yield "partners", Text(zh="至少应当有一个普通合伙人", en="At least one partner is a general partner")
    yield from twice("partners", values, "同一合伙人填写了两次", "This partner is listed twice")


@rule("PTN-02", "合伙企业法第3条", "Partnership Law art. 3")
def who_cannot_be_unlimited(values: Values, _today: date) -> Iterator[Wrong]:
    for index, row in enumerate(values.get("partners") or []):
        if not _limited(row) and row.get("kind") in NO_UNLIMITED:
            yield (
                f"partners.{index}.kind",
                Text(
                    zh="国有独资公司、国有企业、上市公司以及公益性的事业单位、社会团体不得成为普通合伙人",
                    en="State-owned or listed companies, public institutions, associations cannot be general partners",
                ),
            )


@rule("PTN-03", "合伙企业法第15、56、62条", "Partnership Law arts 15, 56, 62")
def name_says_which(values: Values, _today: date) -> Iterator[Wrong]:
    name, kind = values.get("enterprise_name", ""), values.get("partnership_kind", "")
    if not name or kind not in NAMED:
        return
    word = NAMED[kind]
    is_wrong = word not in name or (kind == "general" and "特殊普通合伙" in name)
    if is_wrong:
        yield "enterprise_name", Text(zh=f"名称中应当标明“{word}”字样", en=f"The name must say {word}")


@rule("PTN-04", "合伙企业法第16、64条", "Partnership Law arts 16, 64")
def no_labour_of_limited_partners(values: Values, _today: date) -> Iterator[Wrong]:
    for index, row in enumerate(values.get("partners") or []):
        if _limited(row) and row.get("method") == "labour":
            yield (
                f"partners.{index}.method",
                Text(zh="有限合伙人不得以劳务出资", en="A limited partner cannot contribute labour"),
            )


@rule("PTN-05", "市场主体登记管理条例实施细则第11条", "Detailed Rules art. 11")
def who_acts_is_unlimited(values: Values, _today: date) -> Iterator[Wrong]:
    rows = values.get("partners") or []
    acting = values.get("executive_code") if values.get("executive_kind") == "organisation" else values.get("acting_id")
    if not rows or not acting:
        return
    path = "executive_code" if values.get("executive_kind") == "organisation" else "acting_id"
    if acting not in numbers_in("partners", values):
        yield (
            path,
            Text(zh="执行事务合伙人须是上面所列的合伙人", en="The managing partner is one of the partners above"),
        )
    elif any(_limited(row) and row.get("number") == acting for row in rows):
        said = Text(
            zh="执行事务合伙人由普通合伙人担任，有限合伙人不执行合伙事务",
            en="The managing partner is a general partner",
        )
        yield path, said


@rule("PTN-06", "市场主体登记管理条例实施细则第6、7条", "Detailed Rules arts 6, 7")
def contributions_add_up(values: Values, _today: date) -> Iterator[Wrong]:
    capital, rows = values.get("capital"), values.get("partners") or []
    amounts = [row.get("amount") for row in rows]
    if capital is None or not rows or None in amounts:
        return
    total = sum(amounts, Decimal(0))
    if total != capital:
        yield (
            "partners",
            Text(
                zh=f"各合伙人出资额合计 {total} 万元，与出资额 {capital} 万元不一致，请修改其中一项",
                en=f"The contributions add up to {total}, not {capital} (10,000 yuan): change one",
            ),
        )


@rule("PTN-07", "合伙企业法第18、63条", "Partnership Law arts 18, 63", Weight.PERSON)
def own_clauses_are_read(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("own_clauses"):
        said = Text(zh="合伙协议另有约定的条款，请审阅", en="The agreement has clauses of its own: read them")
        yield "own_clauses", said
