# SPDX-License-Identifier: Apache-2.0
"""合伙企业法 on who may be a partner, with what, and under which name."""

from decimal import Decimal
from typing import Any

import pytest

from forms import Form, check, load_forms
from tests.filling import filled
from tests.forms.rules.judging import FIRM, TODAY, A, B, C, Case, fails, ids, passes


def partners(*liabilities: str, **more: Any) -> list[dict[str, Any]]:
    numbers = ids(len(liabilities))
    return [{"number": n, "liability": said, **more} for n, said in zip(numbers, liabilities, strict=True)]


def general(count: int, **more: Any) -> list[dict[str, Any]]:
    """Partners of a general partnership, who are not asked how they are liable."""
    return [{"number": number, **more} for number in ids(count)]


def limited(count: int) -> list[dict[str, Any]]:
    """One general partner, the others limited ones."""
    return partners("unlimited", *["limited"] * (count - 1))


def worth(*amounts: str) -> list[dict[str, Any]]:
    return [{"amount": Decimal(amount)} for amount in amounts]


PAIR = [{"number": A, "liability": "unlimited"}, {"number": B, "liability": "limited"}]

CASES = [
    passes("PTN-07", "the agreement as it is written", articles="template"),
    fails("PTN-07", "a clause of their own", "own_clauses", own_clauses=[{"text": "另有约定"}]),
    fails("PTN-01", "one partner is none", "partners", partnership_kind="general", partners=general(1)),
    passes("PTN-01", "two partners", partnership_kind="general", partners=general(2)),
    passes("PTN-01", "a general one may have more than fifty", partnership_kind="general", partners=general(51)),
    passes("PTN-01", "a limited one of fifty", partnership_kind="limited", partners=limited(50)),
    fails("PTN-01", "a limited one of fifty-one", "partners", partnership_kind="limited", partners=limited(51)),
    fails(
        "PTN-01",
        "somebody is a general partner",
        "partners",
        partnership_kind="limited",
        partners=partners("limited", "limited"),
    ),
    passes("PTN-01", "a change to one with a general partner", partners=partners("limited", "unlimited")),
    fails("PTN-01", "a change leaves a general partner", "partners", partners=partners("limited", "limited")),
    fails("PTN-01", "a change keeps a limited one at fifty", "partners", partners=limited(51)),
    fails("PTN-01", "nobody twice", "partners.1.number", partners=[{"number": A}, {"number": A}]),
    passes("PTN-02", "a business may be liable without limit", partners=general(1, kind="company")),
    *(
        fails("PTN-02", f"{kind} may not", "partners.0.kind", partners=general(1, kind=kind))
        for kind in ("state_owned", "listed", "institution", "social")
    ),
    passes("PTN-02", "a listed company may be a limited partner", partners=partners("limited", kind="listed")),
    passes("PTN-03", "general", partnership_kind="general", enterprise_name="南京样例中心（普通合伙）"),
    passes("PTN-03", "special", partnership_kind="special", enterprise_name="南京样例事务所（特殊普通合伙）"),
    passes("PTN-03", "limited", partnership_kind="limited", enterprise_name="南京样例中心（有限合伙）"),
    fails("PTN-03", "no word", "enterprise_name", partnership_kind="general", enterprise_name="南京样例中心"),
    fails(
        "PTN-03",
        "special is not general",
        "enterprise_name",
        partnership_kind="general",
        enterprise_name="南京样例中心（特殊普通合伙）",
    ),
    fails(
        "PTN-03",
        "general is not special",
        "enterprise_name",
        partnership_kind="special",
        enterprise_name="南京样例中心（普通合伙）",
    ),
    fails(
        "PTN-03",
        "general is not limited",
        "enterprise_name",
        partnership_kind="limited",
        enterprise_name="南京样例中心（普通合伙）",
    ),
    passes("PTN-04", "labour of a general partner", partners=partners("unlimited", method="labour")),
    passes("PTN-04", "labour in a general partnership", partners=general(2, method="labour")),
    passes("PTN-04", "money of a limited partner", partners=partners("limited", method="money")),
    fails("PTN-04", "labour of a limited one", "partners.0.method", partners=partners("limited", method="labour")),
    passes("PTN-05", "a general partner acts", partners=PAIR, executive_kind="person", acting_id=A),
    fails("PTN-05", "a limited one does not", "acting_id", partners=PAIR, executive_kind="person", acting_id=B),
    fails("PTN-05", "nor somebody else", "acting_id", partners=PAIR, executive_kind="person", acting_id=C),
    passes(
        "PTN-05",
        "an organisation acts through a delegate who is no partner",
        partners=[*PAIR, {"number": FIRM, "liability": "unlimited"}],
        executive_kind="organisation",
        executive_code=FIRM,
        acting_id=C,
    ),
    fails(
        "PTN-05",
        "an organisation that is no partner",
        "executive_code",
        partners=PAIR,
        executive_kind="organisation",
        executive_code=FIRM,
    ),
    passes("PTN-06", "contributions add up", capital=Decimal(100), partners=worth("60", "40")),
    passes("PTN-06", "an unreadable one is not judged twice", capital=Decimal(100), partners=[*worth("60"), {}]),
    fails("PTN-06", "one yuan is missing", "partners", capital=Decimal(100), partners=worth("60", "39.9999")),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_partnership_is_judged_by_the_partnership_law(case: Case) -> None:
    assert case.judged() == case.wrong


def of_partners(form: Form, count: int) -> list[str]:
    """What is said of so many partners of one unit each, the first of them acting."""
    answers = filled(form, TODAY)
    first, *_ = (row for row in answers["partners"] if isinstance(row, dict))
    rest = [{**first, "number": number, "amount": "1", "liability": "limited"} for number in ids(count - 1)]
    answers |= {"partners": [{**first, "amount": "1"}, *rest], "capital": str(count)}
    return [problem.path for problem in check(form, answers, TODAY).problems if problem.blocks]


def test_the_form_of_a_general_partnership_has_room_for_more_than_fifty() -> None:
    general_form, limited_form = (load_forms()[code, 1] for code in ("partnership", "limited-partnership"))
    assert of_partners(general_form, 51) == []
    assert of_partners(limited_form, 50) == []
    assert "partners" in of_partners(limited_form, 51)
