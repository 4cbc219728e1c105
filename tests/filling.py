# SPDX-License-Identifier: Apache-2.0
"""The form of any permit or filing, filled in with answers that are right, so that each item can be walked. Pure."""

from datetime import date, timedelta

from forms import Answer, Answers, Field, Form, Kind, Row
from kit.numbers import body_check, credit_code_check
from tests.builders import fictitious_id

A_FILE: Row = {"sha256": "ab" * 32, "name": "材料.pdf", "size": "1000"}


def a_credit_code() -> str:
    """Fictitious, with right check characters."""
    first = "92320113MA000001" + body_check("MA000001")
    return first + credit_code_check(first)


def filled(form: Form, today: date, *, choose: int = 0) -> Answers:
    """Right answers to everything that is asked; `choose` says which option is taken where there is a choice."""
    answers: Answers = {}
    for page in form.pages:
        if page not in form.asked_pages(answers):
            continue
        for field in page.fields:
            if field in form.asked_fields(page, answers):
                answers[field.name] = _answer(field, today, choose)
    return answers


def _answer(field: Field, today: date, choose: int) -> Answer:
    match field.kind:
        case Kind.CHOICE:
            return field.options[choose % len(field.options)].value
        case Kind.CHOICES:
            return [field.options[choose % len(field.options)].value]
        case Kind.PEOPLE:
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
        Kind.LONG_TEXT: "样例说明，写得清楚明白，供工作人员核对使用",
        Kind.MONEY: "200",
        Kind.PERCENT: "50",
        Kind.DATE: (today + timedelta(days=30 + choose)).isoformat(),
        Kind.WHOLE: str(max(field.least or 0, min(5, field.most or 5))),
        Kind.ID_NUMBER: fictitious_id("19900307", 1 + choose % 9),
        Kind.PARTY_NUMBER: fictitious_id("19900307", 1 + choose % 9),
        Kind.CREDIT_CODE: a_credit_code(),
        Kind.PHONE: "13800000001",
        Kind.EMAIL: "name@example.cn",
        Kind.TICK: "yes",
    }
    return words[field.kind]
