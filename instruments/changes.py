# SPDX-License-Identifier: Apache-2.0
"""Changes (变更内容): what a resolution says of a change, which clauses it alters, and who owns the business.

Pure, but for reading the package's own declaration. What articles contain is known from their text: it is written from
the facts before and after, and the clauses that differ are the amendment (公司法第46、59条).
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from forms import TABLES, Answers, Field, Form, Kind, Values, When
from instruments.writing import Block, Instrument, Unwritable, term_of, words, write
from kit.declared import declared
from kit.text import Frozen

FILE = Path(__file__).parent / "changes.toml"
ARTICLES = ("company-articles", "partnership-agreement", "cooperative-articles")
OWNER_TABLES = ("shareholders", "partners", "members")
OWNER_FIELDS = (("investor_name", "investor_id"), ("operator_name", "operator_id"), ("parent_name", "parent_code"))
CLAUSE = re.compile(r"(第[一二三四五六七八九十百]+条) ?(.*)")


class Line(Frozen):
    """How a resolution speaks of one thing."""

    called: str
    unit: str = ""


class Owners(Frozen):
    sign: tuple[str, ...]


class Declared(Frozen):
    when: dict[str, When]
    owners: Owners
    lines: dict[str, Line]


RULES = declared(FILE, Declared)


@dataclass(frozen=True, slots=True)
class Facts:
    """A business by the form of its registration; `known` are words that are not answers, its premises among them."""

    form: Form
    values: Values
    known: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Business:
    """A registered business, as it is and as it would become; `articles` names the text of its articles."""

    before: Facts
    after: Facts
    articles: str | None


@dataclass(frozen=True, slots=True)
class Owner:
    """Somebody who owns a part of the business; `place` is where the facts name them: "shareholders.0"."""

    place: str
    name: str
    number: str


def is_needed(code: str, answers: Answers) -> bool:
    """Whether the text is signed, by what was asked and answered."""
    when = RULES.when.get(code)
    return when is None or when.holds(answers)


def owners_of(facts: Mapping[str, Any]) -> list[Owner]:
    """Shareholders, partners or members; else whoever owns the business alone."""
    for table in OWNER_TABLES:
        rows = facts.get(table)
        if isinstance(rows, list) and rows:
            return [Owner(f"{table}.{n}", _word(row, "name"), _word(row, "number")) for n, row in enumerate(rows)]
    for name, number in OWNER_FIELDS:
        if facts.get(name):
            return [Owner(name, _word(facts, name), _word(facts, number))]
    return []


def _word(facts: Mapping[str, Any], name: str) -> str:
    return str(facts.get(name) or "").strip()


def changed(form: Form, values: Values, known: Mapping[str, str], before: Facts | None) -> list[str]:
    """What was asked and differs, a sentence each; all that was asked of a business that is not in the register."""
    lines = []
    for field in (field for page in form.pages for field in page.fields):
        name = "premises" if field.name == "street" else field.name
        line, value = RULES.lines.get(name), values.get(field.name)
        if line is None or value in (None, "", [], ()) or "changes" not in values:
            continue
        now = _said(field, values, known)
        then = _said(field, before.values, before.known) if before else ""
        if now != then:
            lines.append(_sentence(field, line, then, now))
    return lines


def _said(field: Field, values: Values, known: Mapping[str, str]) -> str:
    value = values.get(field.name)
    if value is None:
        return ""
    if field.name == "street":
        return known.get("premises", "")
    if field.name == "term":
        return term_of(values)
    if field.kind in TABLES:
        return "；".join(_row(field, row) for row in value)
    return words(field, value)


def _row(field: Field, row: Mapping[str, Any]) -> str:
    parts = [
        words(column, row.get(column.name)) + (column.unit.zh if column.unit else "")
        for column in field.fields
        if row.get(column.name) is not None
        and column.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.MONEY, Kind.CHOICE, Kind.DATE, Kind.PERCENT)
        and column.name not in ("residence", "is_employee")
    ]
    return "，".join(parts)


def _sentence(field: Field, line: Line, then: str, now: str) -> str:
    if field.kind is Kind.TICK:
        return f"{line.called}。"
    if then and field.kind not in TABLES:
        return f"{line.called}由“{then}{line.unit}”变更为“{now}{line.unit}”。"
    return f"{line.called}变更为：{now.removesuffix('。')}{line.unit}。"


def amended(business: Business) -> list[str]:
    """The clauses of the articles that read otherwise afterwards; nothing where there are none to be written."""
    code, both = business.articles, (business.before, business.after)
    if code is None:
        return []
    try:
        then, now = (_clauses(write(code, facts.form, facts.values, facts.known)) for facts in both)
    except Unwritable:
        return []
    written = [
        _amendment(clause, then.get(clause, ""), said) for clause, said in now.items() if then.get(clause) != said
    ]
    return written + [f"删去{clause}：“{text.rstrip('。；')}”。" for clause, text in then.items() if clause not in now]


def _amendment(clause: str, then: str, now: str) -> str:
    then, now = then.rstrip("。；"), now.rstrip("。；")
    return f"{clause}原为“{then}”，修改为“{now}”。" if then else f"增加{clause}：“{now}”。"


def _clauses(instrument: Instrument) -> dict[str, str]:
    """The words of each clause, with the lines that belong to it."""
    found: dict[str, str] = {}
    current = ""
    for clause, text in (_read(block) for block in instrument.blocks):
        current = clause if clause is not None else current
        if current and text:
            found[current] = f"{found.get(current, '')}{text}"
    return found


def _read(block: Block) -> tuple[str | None, str]:
    """The clause that the block begins, or "" where none goes on, and its words; a heading names its clause only."""
    begins = CLAUSE.match(block.text)
    if block.kind == "heading":
        return (begins[1] if begins else ""), ""
    if block.kind == "signature":
        return "", ""
    return (begins[1], begins[2]) if begins else (None, block.text)


def told(form: Form, values: Values, known: Mapping[str, str], business: Business | None) -> Iterator[tuple[str, Any]]:
    """What texts about a registered business are written from, besides answers; None for one not in the register."""
    yield "is_registered", business is not None
    yield "changed", changed(form, values, known, business.before if business else None)
    owners = [owner.name for owner in owners_of(business.before.values if business else values)]
    yield "owners", owners
    after = owners_of(business.after.values) if business else []
    yield "new_owners", [owner.name for owner in after if owner.name not in owners]
    yield "amended", amended(business) if business else []
