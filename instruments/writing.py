# SPDX-License-Identifier: Apache-2.0
"""Writing (文书生成): answers put into the words of a declared text. Pure, but for reading the package's own texts.

A text is a template of lines: the first is its title, `# ` begins a heading, `> ` a line for signatures, the rest are
paragraphs. What was answered is put in as it was read, so that the instrument and the register never differ.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from jinja2 import FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from forms import TABLES, Field, Form, Kind, Values
from kit.errors import DomainError

TEXTS = Path(__file__).parent / "texts"
CODES = frozenset(file.stem for file in TEXTS.glob("*.txt"))
PUT_IN = "\0"  # stands before what was answered, which can never be typed: an answer begins no heading


def _put_in(value: object) -> object:
    return f"{PUT_IN}{' '.join(value.split())}" if isinstance(value, str) else value


_TEXTS = SandboxedEnvironment(
    loader=FileSystemLoader(TEXTS),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
    finalize=_put_in,
)
# Questions of one page whose answers are said in words; of the others the text asks for the choice itself.
WORDED = frozenset({"cause", "pause_cause"})


class Unwritable(DomainError):
    """The answers are not complete enough for the text."""


BlockKind = Literal["heading", "paragraph", "signature"]


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an instrument, in the order of the page."""

    kind: BlockKind
    text: str


@dataclass(frozen=True, slots=True)
class Instrument:
    """A text ready to be read and signed; `sha256` is that of its words."""

    code: str
    title: str
    blocks: tuple[Block, ...]

    @property
    def sha256(self) -> str:
        words = "\n".join([self.title, *(f"{block.kind}:{block.text}" for block in self.blocks)])
        return hashlib.sha256(words.encode()).hexdigest()


def write(code: str, form: Form, values: Values, known: Mapping[str, Any]) -> Instrument:
    """The declared text with these values; `known` adds words that are not answers. Raises Unwritable."""
    try:
        text = _TEXTS.get_template(f"{code}.txt").render({**_context(form, values), **known})
    except TemplateError as error:
        raise Unwritable() from error
    title, *lines = (line.strip() for line in text.split("\n") if line.replace(PUT_IN, "").strip())
    return Instrument(code, title.replace(PUT_IN, ""), tuple(block_of(line) for line in lines))


def block_of(line: str) -> Block:
    kinds: dict[str, BlockKind] = {"# ": "heading", "> ": "signature"}
    kind = kinds.get(line[:2], "paragraph")
    return Block(kind, (line if kind == "paragraph" else line[2:]).replace(PUT_IN, ""))


def _context(form: Form, values: Values) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for page in form.pages:
        for field in page.fields:
            found[field.name] = said(field, values.get(field.name))
    found["is_limited"] = values.get("partnership_kind") == "limited"
    found["term"] = term_of(values)
    return found


def term_of(values: Values) -> str:
    return f"{values['term_years']} 年" if values.get("term_years") else "长期"


def said(field: Field, value: Any) -> Any:
    """A value as texts use it: tables as rows of words, choices of a page by their value, of a row by their label."""
    if field.kind in TABLES:
        return [{column.name: words(column, row.get(column.name)) for column in field.fields} for row in value or []]
    if field.kind is Kind.CHOICE and field.name not in WORDED:
        return value
    return words(field, value)


def words(field: Field, value: Any) -> str:
    """One value in Chinese; "" for what was not answered."""
    if value is None:
        return ""
    if field.kind is Kind.CHOICE:
        return next((option.label.zh for option in field.options if option.value == value), "")
    if field.kind is Kind.CHOICES:
        return "；".join(option.label.zh for option in field.options if option.value in value)
    if isinstance(value, date):
        return f"{value.year}年{value.month}月{value.day}日"
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return " ".join(str(value).split())
