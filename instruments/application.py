# SPDX-License-Identifier: Apache-2.0
"""Application form (申请书): everything that was answered, as a document; what is personal stands on a page of its own.

经营主体登记文书规范（2026年版）: numbers of persons, their homes and telephones are apart, so that the form can be
shown and copied without them. Pure.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from forms import TABLES, Answers, Field, Form, Kind, in_words, rows_of
from instruments.writing import Block, Instrument

APART = frozenset({Kind.ID_NUMBER, Kind.PARTY_NUMBER, Kind.PHONE, Kind.EMAIL})
HOMES = ("_address", "residence")


def is_apart(field: Field) -> bool:
    """Whether the answer belongs to the page with personal data."""
    return field.kind in APART or (field.personal and field.name.endswith(HOMES))


def application_form(form: Form, answers: Answers, number: str) -> Instrument:
    """Everything but what stands on the personal page."""
    return Instrument("application", form.title.zh, tuple(_blocks(form, answers, number, apart=False)))


def personal_page(form: Form, answers: Answers, number: str) -> Instrument:
    """Numbers, homes and telephones of the persons named, and nothing else."""
    blocks = tuple(_blocks(form, answers, number, apart=True))
    return Instrument("personal-page", f"{form.title.zh}（个人信息页）", blocks)


def _blocks(form: Form, answers: Answers, number: str, *, apart: bool) -> Iterator[Block]:
    if number:
        yield Block("paragraph", f"受理编号：{number}")
    for page, fields in form.asked(answers):
        lines = [line for field in fields for line in _lines(field, answers, apart=apart)]
        if lines:
            yield Block("heading", page.title.zh)
            yield from (Block("paragraph", line) for line in lines)


def _lines(field: Field, answers: Answers, *, apart: bool) -> Iterator[str]:
    if field.kind in TABLES:
        title = (field.row_title or field.label).zh
        for index, row in enumerate(rows_of(answers.get(field.name)), 1):
            said = list(_cells(field, row, apart=apart))
            if said:
                yield f"{title} {index}：{'；'.join(said)}"
    elif is_apart(field) is apart:
        value = in_words(field, answers.get(field.name), "zh", False)
        if value:
            yield f"{field.label.zh}：{value}"


def _cells(field: Field, row: Mapping[str, Any], *, apart: bool) -> Iterator[str]:
    for column in field.fields:
        value = in_words(column, row.get(column.name), "zh", False)
        names = column.name == "name" and apart and any(is_apart(other) for other in field.fields)
        if value and (names or is_apart(column) is apart):
            yield f"{column.label.zh} {value}"
