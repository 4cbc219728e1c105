# SPDX-License-Identifier: Apache-2.0
"""The form of any item, filled in with answers that are right, so that each item can be walked. Pure."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import Any

from forms import Answer, Answers, Field, Form, Kind, Row
from kit.numbers import body_check, credit_code_check
from tests.builders import company_answers, fictitious_id

A_FILE: Row = {"sha256": "ab" * 32, "name": "材料.pdf", "size": "1000"}


def a_credit_code(begins: str = "92320113", serial: int = 1) -> str:
    """Fictitious, with right check characters."""
    body = f"MA{serial:06d}"
    first = begins + body + body_check(body)
    return first + credit_code_check(first)


def filled(form: Form, today: date, *, choose: int = 0, given: Mapping[str, Any] | None = None) -> Answers:
    """Right answers to everything that is asked; `choose` says which option is taken where there is a choice.

    `given` are answers that are settled already: what they open is filled in.
    """
    own = {**(OWN[form.code](today, choose) if form.code in OWN else {}), **(given or {})}
    answers: Answers = {}
    for page in form.pages:
        if page not in form.asked_pages(answers):
            continue
        for field in page.fields:
            if field in form.asked_fields(page, answers):
                answers[field.name] = own[field.name] if field.name in own else _answer(field, today, choose)
    return answers


# What the rules over several answers ask of the forms of registration.

PEOPLE = [fictitious_id("19850612", serial) for serial in range(11, 17)]


def _company(today: date, choose: int) -> dict[str, Any]:
    due = (today + timedelta(days=300)).isoformat()
    answers = {**company_answers(), "scope": ["I-6513", "M-7519"], "uses_name": "no"}
    rows: list[Row] = answers["shareholders"]  # type: ignore[assignment]
    answers["shareholders"] = [{**row, "due_on": due} for row in rows]
    answers["beneficial_owners"] = ("exempt", "file")[choose % 2]
    return answers


def _moving(today: date, choose: int) -> dict[str, Any]:
    return {
        **_company(today, choose),
        "business_code": a_credit_code("91320106", 2),
        "founded_on": "2019-03-07",
        "former_division": ("320106", "elsewhere")[choose % 2],
        "former_registrar": "南京市鼓楼区样例登记机关",
        "move_decided_on": (today - timedelta(days=3)).isoformat(),
    }


def _partners(limited: bool) -> Callable[[date, int], dict[str, Any]]:
    def own(today: date, choose: int) -> dict[str, Any]:
        due = (today + timedelta(days=300)).isoformat()
        rows = [
            {"name": "林清和", "number": PEOPLE[0], "residence": "样例路 1 号", "kind": "natural", "amount": "60"},
            {"name": "陈其美", "number": PEOPLE[1], "residence": "样例路 2 号", "kind": "natural", "amount": "40"},
        ]
        for row in rows:
            row |= {"method": "money", "due_on": due}
        if limited:
            rows[0]["liability"], rows[1]["liability"] = "unlimited", "limited"
        kind = "limited" if limited else ("general", "special")[choose % 2]
        word = {"limited": "有限合伙", "general": "普通合伙", "special": "特殊普通合伙"}[kind]
        return {
            "partnership_kind": kind,
            "enterprise_name": f"南京栖云样例咨询中心（{word}）",
            "capital": "100",
            "partners": rows,
            "executive_kind": "person",
            "acting_name": "林清和",
            "acting_id": PEOPLE[0],
            "scope": ["L-7249"],
        }

    return own


def _cooperative(_today: date, _choose: int) -> dict[str, Any]:
    names = ("林清和", "陈其美", "周样例", "吴样例", "郑样例")
    members = [
        {"name": name, "number": number, "kind": "farmer", "amount": "4"}
        for name, number in zip(names, PEOPLE, strict=False)
    ]
    return {
        "cooperative_kind": "ordinary",
        "enterprise_name": "南京栖霞八卦洲样例芦蒿专业合作社",
        "capital": "20",
        "members": members,
        "chair_name": "林清和",
        "chair_id": PEOPLE[0],
        "directors": [{"name": "林清和", "id_number": PEOPLE[0]}],
        "scope": ["A-0141"],
    }


def _sole(_today: date, _choose: int) -> dict[str, Any]:
    return {
        "enterprise_name": "南京栖云样例设计工作室",
        "investor_name": "林清和",
        "investor_id": PEOPLE[0],
        "investor_barred": "no",
        "scope": ["L-7251"],
    }


def _branch(today: date, _choose: int) -> dict[str, Any]:
    parent = "南京栖云样例科技有限公司"
    return {
        "parent_kind": "company",
        "parent_name": parent,
        "enterprise_name": f"{parent}仙林分公司",
        "head_name": "林清和",
        "head_id": PEOPLE[0],
        "branch_decided_on": today.isoformat(),
        "scope": ["I-6513"],
    }


def _trader(_today: date, _choose: int) -> dict[str, Any]:
    return {"operator_name": "林清和", "operator_id": PEOPLE[0], "trade_name": "南京市栖霞区样例小吃店"}


def _entry(today: date, choose: int) -> dict[str, Any]:
    return {
        "decided_on": (today - timedelta(days=3)).isoformat(),
        "responsible_name": "林清和",
        "responsible_id": PEOPLE[0],
        "business_kind": "sole_trader",
        "votes_for": "80",
        "reduction_notice_on": (today - timedelta(days=60)).isoformat(),
        "closing_notice_on": (today - timedelta(days=25)).isoformat(),
        "loss_notice_on": (today - timedelta(days=2)).isoformat(),
        "liquidation_ended_on": (today - timedelta(days=5)).isoformat(),
        "obstacles": ["none"],
        "branches": ("none", "closed")[choose % 2],
    }


def _change(own: Callable[[date, int], dict[str, Any]]) -> Callable[[date, int], dict[str, Any]]:
    return lambda today, choose: {**own(today, choose), **_entry(today, choose)}


OWN: dict[str, Callable[[date, int], dict[str, Any]]] = {
    "sole-trader": _trader,
    "company": _company,
    "company-move-in": _moving,
    "sole-proprietorship": _sole,
    "partnership": _partners(limited=False),
    "limited-partnership": _partners(limited=True),
    "cooperative": _cooperative,
    "branch": _branch,
    "sole-trader-change": _change(_trader),
    "company-change": _change(_company),
    "sole-proprietorship-change": _change(_sole),
    "partnership-change": _change(_partners(limited=False)),
    "limited-partnership-change": _change(_partners(limited=True)),
    "cooperative-change": _change(_cooperative),
    "branch-change": _change(_branch),
    "simple-deregistration": lambda today, choose: {**_entry(today, choose), "business_kind": "company"},
    **dict.fromkeys(("deregistration", "sole-trader-closing"), _entry),
    **dict.fromkeys(("business-suspension", "licence-replacement"), _entry),
}


def _answer(field: Field, today: date, choose: int) -> Answer:
    match field.kind:
        case Kind.CHOICE:
            return field.options[choose % len(field.options)].value
        case Kind.CHOICES:
            return [field.options[choose % len(field.options)].value]
        case Kind.PEOPLE | Kind.TABLE:
            return [_row(field, today, choose, index) for index in range(field.least or 1)]
        case Kind.MATERIAL:
            return [A_FILE]
        case _:
            return _word(field, today, choose)


def _row(field: Field, today: date, choose: int, index: int) -> Row:
    return {column.name: str(_answer(column, today, choose + index)) for column in field.fields}


def _word(field: Field, today: date, choose: int) -> str:
    words: dict[Kind, str] = {
        Kind.TEXT: "样例" + "甲乙丙丁"[choose % 4] * max(0, (field.least or 0) - 2),
        Kind.ADDRESS: "样例路 1 号",
        Kind.LONG_TEXT: "样例说明，写得清楚明白，供工作人员核对使用",
        Kind.MONEY: "200",
        Kind.PERCENT: "50",
        Kind.DATE: (today if field.not_after else today + timedelta(days=30 + choose)).isoformat(),
        Kind.WHOLE: str(max(field.least or 0, min(5, field.most or 5))),
        Kind.ID_NUMBER: fictitious_id("19900307", 1 + choose % 9),
        Kind.PARTY_NUMBER: fictitious_id("19900307", 1 + choose % 9),
        Kind.CREDIT_CODE: a_credit_code(),
        Kind.PHONE: "13800000001",
        Kind.EMAIL: "name@example.cn",
        Kind.TICK: "yes",
    }
    return words[field.kind]
