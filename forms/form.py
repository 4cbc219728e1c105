# SPDX-License-Identifier: Apache-2.0
"""Form (表单): questions declared as data, one page each. Hides which questions an applicant is asked. Pure."""

from datetime import date
from enum import StrEnum
from typing import Literal

from pydantic import Field as Limit
from pydantic import model_validator

from forms.conditions import When
from kit.text import Frozen, Text

Row = dict[str, str]
Answer = str | list[str] | list[Row]
Answers = dict[str, Answer]
"""What was typed, by field name, as typed; a table of persons is a list of rows."""


def rows_of(answer: object) -> list[Row]:
    """The rows of a table or of uploaded files, whatever else was stored."""
    return [row for row in answer if isinstance(row, dict)] if isinstance(answer, list) else []


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "longtext"
    ADDRESS = "address"  # road, house, room within the division that `within` names: a choice asked before it
    CHOICE = "choice"
    CHOICES = "choices"
    MONEY = "money"  # 万元, at most four decimals: down to one yuan
    DATE = "date"
    WHOLE = "whole"
    ID_NUMBER = "id_number"
    PARTY_NUMBER = "party_number"  # identity number or unified social credit code
    CREDIT_CODE = "credit_code"
    PERCENT = "percent"  # over 0 up to 100, at most four decimals
    PHONE = "phone"
    EMAIL = "email"
    TICK = "tick"
    PEOPLE = "people"
    TABLE = "table"  # rows of anything but persons: equipment, vehicles, shares
    MATERIAL = "material"  # uploaded files, each a row of sha256, name and size in bytes
    # A signature is no kind: it binds all answers of a case and is a step of its own (see docs/glossary.md).


CHOSEN = (Kind.CHOICE, Kind.CHOICES, Kind.TICK)
TABLES = (Kind.PEOPLE, Kind.TABLE)
NUMBERS = (Kind.WHOLE, Kind.MONEY, Kind.PERCENT)


class Option(Frozen):
    """One of the answers to choose from. `licensed` marks a business that needs a permit (许可经营项目).

    `valid_from` and `valid_to` are its first and last day: divisions and directories change.
    """

    value: str
    label: Text
    hint: Text | None = None
    licensed: bool = False
    valid_from: date | None = None
    valid_to: date | None = None

    def is_offered(self, day: date) -> bool:
        return (self.valid_from is None or self.valid_from <= day) and (self.valid_to is None or day <= self.valid_to)


class Total(Frozen):
    """What the numbers of a column come to: at most `most`, or `exactly` that; apart for each answer of `by`."""

    column: str
    most: int = 100
    exactly: bool = False
    by: str | None = None


class Field(Frozen):
    """One question. `fields` are the columns of a table."""

    name: str = Limit(pattern=r"^[a-z][a-z_]*$")
    kind: Kind
    label: Text
    hint: Text | None = None
    required: bool = True
    options: tuple[Option, ...] = ()
    when: When | None = None
    fields: tuple["Field", ...] = ()
    row_title: Text | None = None
    least: int | None = None
    most: int | None = None
    unit: Text | None = None
    autocomplete: str | None = None
    personal: bool = False
    not_before: str | None = Limit(None, description="of a date: `today`, or a date that the same page asks before it")
    not_after: Literal["today"] | None = Limit(None, description="of a date: what has happened lies not in the future")

    within: str | None = Limit(None, description="of an address: the choice of a division that is asked before it")
    total: Total | None = Limit(None, description="of a table: what a column of numbers adds up to")
    once: str | None = Limit(None, description="of a table: the column whose answer a person has once, else it is told")

    @model_validator(mode="after")
    def fit_together(self) -> "Field":
        if (self.kind in (Kind.CHOICE, Kind.CHOICES)) != bool(self.options):
            raise ValueError(f"{self.name}: options belong to a choice, and a choice needs them")
        if (self.not_before or self.not_after) is not None and self.kind is not Kind.DATE:
            raise ValueError(f"{self.name}: only a date can be not_before or not_after another")
        if (self.kind in TABLES) != bool(self.fields):
            raise ValueError(f"{self.name}: fields belong to a table, and it needs them")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"{self.name}: at least {self.least} and at most {self.most} cannot both be")
        if len({option.value for option in self.options}) != len(self.options):
            raise ValueError(f"{self.name}: an option stands twice")
        if (self.kind is Kind.ADDRESS) != (self.within is not None):
            raise ValueError(f"{self.name}: an address lies within a division, and nothing else does")
        self._columns_fit()
        return self

    def _columns_fit(self) -> None:
        """Columns are asked in every row, one after the other."""
        names = [column.name for column in self.fields]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.name}: a column name stands twice")
        for column in self.fields:
            if column.kind in (*TABLES, Kind.MATERIAL):
                raise ValueError(f"{self.name}: column {column.name} cannot be a {column.kind}")
            if column.when is not None:
                raise ValueError(f"{self.name}: column {column.name} is asked in every row: it has no condition")
            if column.not_before not in (None, "today", *names[: names.index(column.name)]):
                raise ValueError(f"{self.name}: column {column.name}: no date {column.not_before} is asked before it")
        kinds = {column.name: column.kind for column in self.fields}
        if self.total and (kinds.get(self.total.column) not in NUMBERS or self.total.by not in (None, *names)):
            raise ValueError(f"{self.name}: total: there is no column of numbers {self.total.column}")
        if self.once is not None and self.once not in names:
            raise ValueError(f"{self.name}: once: there is no column {self.once}")


class Page(Frozen):
    """One question per page, or the few that are one thought."""

    name: str = Limit(pattern=r"^[a-z][a-z-]*$")
    title: Text
    hint: Text | None = None
    when: When | None = None
    fields: tuple[Field, ...]


class Form(Frozen):
    """The pages of one form and the rules over all of them. `rules` name functions of `forms.rules`."""

    code: str
    version: int
    title: Text
    source: Text
    pages: tuple[Page, ...]
    rules: tuple[str, ...]

    @model_validator(mode="after")
    def names_resolve(self) -> "Form":
        names = [field.name for page in self.pages for field in page.fields]
        if len(names) != len(set(names)):
            raise ValueError(f"{self.code}: a field name stands twice")
        if len({page.name for page in self.pages}) != len(self.pages):
            raise ValueError(f"{self.code}: a page name stands twice")
        known: dict[str, Field] = {}
        for page in self.pages:
            if page.when:
                self._looks_back(f"page {page.name}", page.when, known)
            for field in page.fields:
                if field.when:
                    self._looks_back(f"field {field.name}", field.when, known)
                earlier = {one.name for one in page.fields if one.kind is Kind.DATE and one.name in known}
                if field.not_before not in (None, "today", *earlier):
                    raise ValueError(f"{self.code}: field {field.name}: no date {field.not_before} is asked before it")
                if field.within is not None and known.get(field.within, field).kind is not Kind.CHOICE:
                    raise ValueError(f"{self.code}: field {field.name}: no choice {field.within} is asked before it")
                known[field.name] = field
        return self

    def _looks_back(self, who: str, when: When, known: dict[str, Field]) -> None:
        """Only at what was asked before: so no condition can go in circles."""
        for part in when.parts():
            asked = known.get(part.field or "")
            if asked is None:
                raise ValueError(f"{self.code}: {who} depends on {part.field}, which is not asked before it")
            if asked.kind not in (NUMBERS if part.is_of_numbers else CHOSEN):
                raise ValueError(f"{self.code}: {who} cannot depend on {part.field}, which is a {asked.kind}")
            offered = {option.value for option in asked.options} or {"yes"}
            if unknown := [value for value in part.among if value not in offered]:
                raise ValueError(f"{self.code}: {who} waits for {part.field} to be {unknown[0]}, which is not offered")

    def field(self, name: str) -> Field:
        """The field of that name. Raises KeyError."""
        for page in self.pages:
            for field in page.fields:
                if field.name == name:
                    return field
        raise KeyError(name)

    def page_of(self, path: str) -> Page:
        """The page that asks for the field at `path` ("shareholders.0.name"). Raises KeyError."""
        name = path.split(".")[0]
        for page in self.pages:
            if any(field.name == name for field in page.fields):
                return page
        raise KeyError(path)

    def asked_pages(self, answers: Answers) -> list[Page]:
        return [page for page, _fields in self.asked(answers)]

    def asked_fields(self, page: Page, answers: Answers) -> list[Field]:
        """The questions of the page that are asked; of a page that is not asked itself, none."""
        return next((fields for one, fields in self.asked(answers) if one.name == page.name), [])

    def asked(self, answers: Answers) -> list[tuple[Page, list[Field]]]:
        """All that is asked, in order; an answer to what is not asked decides nothing."""
        found: list[tuple[Page, list[Field]]] = []
        counted: Answers = {}
        for page in self.pages:
            if page.when is not None and not page.when.holds(counted):
                continue
            fields = []
            for field in page.fields:
                if field.when is None or field.when.holds(counted):
                    fields.append(field)
                    if field.name in answers:
                        counted[field.name] = answers[field.name]
            found.append((page, fields))
        return found

    def shown(self, page: Page, answers: Answers) -> list[tuple[Field, When | None]]:
        """The questions that the page may show: with what is left of their condition for the browser to decide."""
        counted: Answers = {}
        for before, fields in self.asked(answers):
            if before.name == page.name:
                break
            counted |= {field.name: answers[field.name] for field in fields if field.name in answers}
        here = {field.name for field in page.fields}
        shown: list[tuple[Field, When | None]] = []
        for field in page.fields:
            left = True if field.when is None else field.when.left(counted, here)
            if left is not False:
                shown.append((field, None if left is True else left))
        return shown
