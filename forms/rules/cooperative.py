# SPDX-License-Identifier: Apache-2.0
"""Cooperative (农民专业合作社): who its members may be (农民专业合作社法). Pure."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from forms.problem import Values, Weight
from forms.rules.registry import Wrong, rule
from forms.rules.tables import numbers_in, twice
from kit.text import Text

FEWEST = 5
SMALL = 20
FEWEST_OF_UNION = 3
# An organisation that joins an ordinary cooperative, another cooperative among them (第19、20条).
ORGANISATIONS = ("organisation", "cooperative")


def _is_union(values: Values) -> bool:
    return values.get("cooperative_kind") == "union"


def _of(kind: str, values: Values) -> int:
    return sum(row.get("kind") == kind for row in values.get("members") or [])


@rule("COOP-01", "农民专业合作社法第12条", "Farmers' Cooperatives Law art. 12")
def five_members(values: Values, _today: date) -> Iterator[Wrong]:
    if not _is_union(values) and 0 < len(values.get("members") or []) < FEWEST:
        yield "members", Text(zh="农民专业合作社有五名以上的成员", en="A farmers' cooperative has five members or more")
    yield from twice("members", values, "同一成员填写了两次", "This member is listed twice")


@rule("COOP-02", "农民专业合作社法第20条", "Farmers' Cooperatives Law art. 20")
def four_fifths_are_farmers(values: Values, _today: date) -> Iterator[Wrong]:
    count = len(values.get("members") or [])
    farmers = _of("farmer", values)
    if not _is_union(values) and count and 5 * farmers < 4 * count:
        yield (
            "members",
            Text(
                zh=f"农民至少应占成员总数的百分之八十，现为 {farmers} / {count}",
                en=f"Farmers are at least 80% of the members; they are {farmers} of {count}",
            ),
        )


@rule("COOP-03", "农民专业合作社法第20条", "Farmers' Cooperatives Law art. 20")
def few_organisations(values: Values, _today: date) -> Iterator[Wrong]:
    count, organisations = len(values.get("members") or []), sum(_of(kind, values) for kind in ORGANISATIONS)
    if _is_union(values):
        return
    if count <= SMALL and organisations > 1:
        yield (
            "members",
            Text(
                zh="成员总数二十人以下的，可以有一个企业、事业单位或者社会组织成员",
                en="Up to 20 members, one of them may be an organisation",
            ),
        )
    elif count > SMALL and 20 * organisations > count:
        yield (
            "members",
            Text(
                zh="企业、事业单位和社会组织成员不得超过成员总数的百分之五",
                en="Organisations are at most 5% of the members",
            ),
        )


@rule("COOP-04", "农民专业合作社法第19条", "Farmers' Cooperatives Law art. 19")
def no_public_bodies(values: Values, _today: date) -> Iterator[Wrong]:
    for index, row in enumerate(values.get("members") or []):
        if row.get("kind") == "public":
            yield (
                f"members.{index}.kind",
                Text(
                    zh="具有管理公共事务职能的单位不得加入农民专业合作社",
                    en="Bodies with functions of public affairs cannot be members",
                ),
            )


@rule("COOP-05", "农民专业合作社法第33条", "Farmers' Cooperatives Law art. 33", Weight.PERSON)
def chair_is_a_member(values: Values, _today: date) -> Iterator[Wrong]:
    """The chair of the council is the legal representative; that of a union is sent by one of its cooperatives."""
    number, members = values.get("chair_id"), numbers_in("members", values)
    if not _is_union(values) and number and members and number not in members:
        yield (
            "chair_id",
            Text(
                zh="理事长（法定代表人）不在成员名册中，请核对",
                en="The chair, who is the legal representative, is not among the members: please check",
            ),
        )


@rule("COOP-06", "市场主体登记管理条例实施细则第6、29条", "Detailed Rules arts 6, 29")
def contributions_add_up(values: Values, _today: date) -> Iterator[Wrong]:
    capital, rows = values.get("capital"), values.get("members") or []
    amounts = [row.get("amount") for row in rows]
    if capital is not None and rows and None not in amounts and sum(amounts, Decimal(0)) != capital:
        yield (
            "members",
            Text(
                zh=f"出资清单合计 {sum(amounts, Decimal(0))} 万元，与出资总额 {capital} 万元不一致，请修改其中一项",
                en="The list of contributions does not add up to the total: change one",
            ),
        )


@rule("COOP-07", "农民专业合作社法（名称）", "Farmers' Cooperatives Law (name)", Weight.PERSON, "M")
def name_says_cooperative(values: Values, _today: date) -> Iterator[Wrong]:
    name = values.get("enterprise_name", "")
    if values.get("members") and name and "专业合作社" not in name:
        yield (
            "enterprise_name",
            Text(zh="名称一般应含有“专业合作社”字样，请审查", en="The name usually says 专业合作社: please check"),
        )
    elif name and _is_union(values) and "联合社" not in name:
        yield (
            "enterprise_name",
            Text(zh="联合社的名称一般应含有“联合社”字样，请审查", en="A union usually says 联合社: please check"),
        )


@rule("COOP-08", "农民专业合作社法第56条", "Farmers' Cooperatives Law art. 56")
def three_cooperatives(values: Values, _today: date) -> Iterator[Wrong]:
    """A union is set up by three cooperatives or more, and by nobody else."""
    rows = values.get("members") or []
    if not _is_union(values) or not rows:
        return
    if len(rows) < FEWEST_OF_UNION:
        yield (
            "members",
            Text(
                zh="农民专业合作社联合社由三个以上的农民专业合作社设立",
                en="A union consists of three farmers' cooperatives or more",
            ),
        )
    for index, row in enumerate(rows):
        if row.get("kind") not in (None, "cooperative"):
            yield (
                f"members.{index}.kind",
                Text(zh="联合社的成员应当是农民专业合作社", en="The members of a union are farmers' cooperatives"),
            )


@rule("COOP-09", "农民专业合作社法第15条", "Farmers' Cooperatives Law art. 15", Weight.PERSON, "M")
def own_clauses_are_read(values: Values, _today: date) -> Iterator[Wrong]:
    if values.get("own_clauses"):
        yield (
            "own_clauses",
            Text(zh="章程另有约定的条款，请审阅", en="The articles have own clauses: read them"),
        )
