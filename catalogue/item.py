# SPDX-License-Identifier: Apache-2.0
"""Item (事项): one thing that can be applied for: its form, its process, its clock and its result. Pure."""

from datetime import date
from typing import Literal

from pydantic import Field

from kit.errors import DomainError
from kit.text import Frozen, Text


class UnknownItem(DomainError):
    """No item of that code is offered today."""


class Pinned(Frozen):
    """A declaration in the version that an application keeps for life."""

    name: str
    version: int

    @property
    def key(self) -> tuple[str, int]:
        return self.name, self.version


class PersonAsked(Frozen):
    """Where the form names a person, and in which role the credit rules look at them.

    With `table` the name and number are columns of that table.
    """

    role: str
    label: Text
    name: str
    number: str
    table: str | None = None


class Holder(Frozen):
    """The person who must prove who they are: the fields of name and identity number."""

    label: Text
    name: str
    number: str


class Result(Frozen):
    """The licence that an approval yields."""

    template: Literal["company", "sole_trader"]
    entity_type: str


class Item(Frozen):
    """One item of the catalogue in one version; an application keeps the version it began under."""

    code: str = Field(pattern=r"^[a-z][a-z-]*$")
    version: int = Field(ge=1)
    valid_from: date
    valid_to: date | None = None
    title: Text
    summary: Text
    basis: Text
    fee: Text
    minutes: int = Field(description="what an applicant should reckon with")
    bring: tuple[Text, ...]
    steps: tuple[Text, ...]
    form: Pinned
    process: Pinned
    working_days: int = Field(ge=1, description="statutory limit")
    extension_working_days: int = Field(0, ge=0, description="by which the head of the office may extend it, once")
    promised_working_days: int | None = Field(None, ge=1, description="what the office promises; its breach is told")
    excluded: tuple[Literal["litigation", "hearing", "expert_review"], ...] = Field(
        (), description="grounds on which the statutory clock stands still"
    )
    deadline_basis: Text
    refusal_bases: tuple[str, ...] = Field(min_length=1, description="codes of the provisions on which a refusal rests")
    may_be_bulk: bool = Field(False, description="whether many cases may be approved at once, each its own decision")
    holder: Holder
    persons: tuple[PersonAsked, ...]
    result: Result | None = Field(None, description="None: the decision itself is what is handed over")

    def is_offered(self, today: date) -> bool:
        return self.valid_from <= today and (self.valid_to is None or today < self.valid_to)
