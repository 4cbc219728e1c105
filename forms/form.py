# SPDX-License-Identifier: Apache-2.0
"""Form (表单): questions declared as data, one page each. Hides which questions an applicant is asked. Pure."""

from enum import StrEnum

from pydantic import Field as Limit
from pydantic import model_validator

from kit.text import Frozen, Text

Row = dict[str, str]
Answer = str | list[str] | list[Row]
Answers = dict[str, Answer]
"""What was typed, by field name, as typed; a table of persons is a list of rows."""


class Kind(StrEnum):
    TEXT = "text"
    LONG_TEXT = "longtext"
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
    MATERIAL = "material"  # uploaded files, each a row of sha256, name and size in bytes


class Option(Frozen):
    """One of the answers to choose from. `licensed` marks a business that needs a permit (许可经营项目)."""

    value: str
    label: Text
    hint: Text | None = None
    licensed: bool = False


class When(Frozen):
    """Asked only if another field was answered with one of these."""

    field: str
    among: tuple[str, ...]

    def holds(self, answers: Answers) -> bool:
        return answers.get(self.field) in self.among


class Field(Frozen):
    """One question. `fields` are the columns of a table of persons."""

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

    @model_validator(mode="after")
    def fit_together(self) -> "Field":
        if (self.kind in (Kind.CHOICE, Kind.CHOICES)) != bool(self.options):
            raise ValueError(f"{self.name}: options belong to a choice, and a choice needs them")
        if (self.kind is Kind.PEOPLE) != bool(self.fields):
            raise ValueError(f"{self.name}: fields belong to a table of persons, and it needs them")
        return self


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
        conditions = [page.when for page in self.pages] + [f.when for page in self.pages for f in page.fields]
        if unknown := {c.field for c in conditions if c} - set(names):
            raise ValueError(f"{self.code}: a condition asks for unknown {sorted(unknown)}")
        return self

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
        return [page for page in self.pages if page.when is None or page.when.holds(answers)]

    def asked_fields(self, page: Page, answers: Answers) -> list[Field]:
        return [field for field in page.fields if field.when is None or field.when.holds(answers)]
