# SPDX-License-Identifier: Apache-2.0
"""农民专业合作社法 on who the members may be."""

from decimal import Decimal
from typing import Any

import pytest

from tests.forms.rules.judging import A, B, C, Case, fails, ids, passes


def members(farmer: int, **others: int) -> list[dict[str, Any]]:
    kinds = [kind for kind, count in {"farmer": farmer, **others}.items() for _ in range(count)]
    return [{"number": number, "kind": kind} for number, kind in zip(ids(len(kinds)), kinds, strict=True)]


TWICE = [*members(5), {"number": A}]

UNION, ORDINARY = {"cooperative_kind": "union"}, {"cooperative_kind": "ordinary"}
OWN_CLAUSES = [{"text": "成员退社应当在会计年度终了的三个月前提出。"}]

CASES = [
    passes("COOP-01", "five members", members=members(5)),
    fails("COOP-01", "four members", "members", members=members(4)),
    fails("COOP-01", "nobody twice", "members.5.number", members=TWICE),
    passes("COOP-01", "a union of three", members=members(0, cooperative=3), **UNION),
    fails("COOP-01", "three of an ordinary one", "members", members=members(0, cooperative=3), **ORDINARY),
    fails("COOP-01", "nobody twice in a union", "members.5.number", members=TWICE, **UNION),
    passes("COOP-02", "four of five are farmers: 80% exactly", members=members(4, resident=1)),
    fails("COOP-02", "three of five", "members", members=members(3, resident=2)),
    passes("COOP-02", "eighty of a hundred", members=members(80, resident=20)),
    fails("COOP-02", "seventy-nine of a hundred", "members", members=members(79, resident=21)),
    passes("COOP-02", "no farmer in a union", members=members(0, cooperative=3), **UNION),
    passes("COOP-03", "organisations only in a union", members=members(0, cooperative=3), **UNION),
    fails("COOP-03", "an organisation and a cooperative", "members", members=members(8, organisation=1, cooperative=1)),
    passes("COOP-03", "one organisation of five", members=members(4, organisation=1)),
    passes("COOP-03", "one organisation of twenty", members=members(19, organisation=1)),
    fails("COOP-03", "two organisations of twenty", "members", members=members(18, organisation=2)),
    passes("COOP-03", "one organisation of twenty-one", members=members(20, organisation=1)),
    fails("COOP-03", "two organisations of twenty-one", "members", members=members(19, organisation=2)),
    fails("COOP-03", "two organisations of thirty-nine", "members", members=members(37, organisation=2)),
    passes("COOP-03", "two organisations of forty: 5% exactly", members=members(38, organisation=2)),
    passes("COOP-04", "farmers, citizens and an organisation", members=members(4, resident=1, organisation=1)),
    fails("COOP-04", "a body with functions of public affairs", "members.4.kind", members=members(4, public=1)),
    passes("COOP-05", "a member chairs", chair_id=A, members=[{"number": A}, {"number": B}]),
    passes("COOP-05", "without members to compare nobody is asked", chair_id=A),
    fails("COOP-05", "somebody else chairs", "chair_id", chair_id=C, members=[{"number": A}, {"number": B}]),
    passes("COOP-05", "a cooperative sends who chairs a union", chair_id=C, members=[{"number": A}], **UNION),
    passes("COOP-06", "the list adds up", capital=Decimal(2), members=[{"amount": Decimal(1)}] * 2),
    passes(
        "COOP-06", "an unreadable one is not judged twice", capital=Decimal(2), members=[{"amount": Decimal(1)}, {}]
    ),
    fails("COOP-06", "the list does not add up", "members", capital=Decimal(3), members=[{"amount": Decimal(1)}] * 2),
    passes("COOP-07", "it is called 专业合作社", members=members(5), enterprise_name="南京样例芦蒿专业合作社"),
    fails("COOP-07", "it is called otherwise", "enterprise_name", members=members(5), enterprise_name="样例芦蒿合作社"),
    passes("COOP-07", "a union says so", members=members(5), enterprise_name="南京样例芦蒿专业合作社联合社", **UNION),
    fails(
        "COOP-07",
        "a union that does not say so",
        "enterprise_name",
        members=members(5),
        enterprise_name="南京样例芦蒿专业合作社",
        **UNION,
    ),
    passes("COOP-08", "three cooperatives", members=members(0, cooperative=3), **UNION),
    fails("COOP-08", "two cooperatives", "members", members=members(0, cooperative=2), **UNION),
    fails("COOP-08", "a farmer in a union", "members.0.kind", members=members(1, cooperative=3), **UNION),
    passes("COOP-08", "an ordinary cooperative", members=members(5), **ORDINARY),
    passes("COOP-09", "the text as it is written", members=members(5)),
    fails("COOP-09", "clauses of its own", "own_clauses", own_clauses=OWN_CLAUSES),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_cooperative_is_judged_by_its_law(case: Case) -> None:
    assert case.judged() == case.wrong
