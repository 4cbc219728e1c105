# SPDX-License-Identifier: Apache-2.0
"""Item (事项): one thing that can be applied for: its form, its process, its clock and its result. Pure."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field, model_validator

from kit.errors import DomainError
from kit.text import Frozen, Text

Confidence = Literal["V", "V2", "M"]
"""How sure a fact of law is: checked against the text; from an official notice; from memory, to be confirmed."""


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


class Material(Frozen):
    """One document that the decision rests on (申请材料).

    What other offices hold is fetched and never asked for (政务服务规定第7条；登记管理条例第16条); only what the
    `applicant` brings has a `field` of the form, in which it is uploaded or given by number.
    """

    name: Text
    source: Literal["applicant", "shared", "licence", "promise", "answers"]
    field: str | None = Field(None, description="where the form takes it")
    required: bool = True

    @model_validator(mode="after")
    def is_asked_of_those_who_have_it(self) -> "Material":
        asked = self.source in ("applicant", "promise", "answers")
        if asked != (self.field is not None):
            raise ValueError(f"{self.name.zh}: from {self.source} it {'needs a' if asked else 'has no'} field")
        return self


class OwnedType(Frozen):
    """The type of a business by who owns it: `held_by` whom, all of it or more than half; `alone` if by one only."""

    held_by: Literal["persons", "organisations"]
    share: Literal["all", "most"] = "all"
    alone: bool = False
    type: str


class Ownership(Frozen):
    """Where the form names the owners with their contributions, and the types that follow: the first that fits."""

    table: str
    number: str = "number"
    amount: str = "amount"
    types: tuple[OwnedType, ...] = Field(min_length=1)


class MovedIn(Frozen):
    """A business that another registrar registered (迁移): the fields of the form in which it says who it is.

    Its licence bears the `code` that it has, and the day on which it was `founded`. `division` is where it comes from,
    `registrar` who is asked for its file.
    """

    code: str = "business_code"
    founded: str = "founded_on"
    division: str = "former_division"
    registrar: str = "former_registrar"

    @property
    def fields(self) -> tuple[str, ...]:
        return self.code, self.founded, self.division, self.registrar


class LicenceResult(Frozen):
    """A business licence with a unified social credit code: one of its own, or that of a business that `moved` here.

    The type that is printed is what `types` gives by the answer to `type_field`, if a question decides; else what
    follows from the owners; else `entity_type`.
    """

    template: Literal["company", "sole_trader", "sole_proprietorship", "partnership", "cooperative", "branch"]
    entity_type: str
    type_field: str | None = None
    types: dict[str, str] = Field({}, description="the type by answer to `type_field`")
    owned: Ownership | None = None
    moved: MovedIn | None = None


class EntryResult(Frozen):
    """An entry in the register of businesses that exist: what is changed, ended, paused, or printed anew.

    `kinds`: the templates of the licences that it is for, and `setups`, where that says too little, the items under
    which the business was registered. The form names the business by `code` and `name`.

    `converts`: items of another type, whose businesses become of the first of `setups` by a change of their type.
    `is_simple`: the short way to end a business (简易注销), closed to some for whom the general one is open.
    """

    template: Literal["entry"]
    act: Literal["change", "deregistration", "suspension", "replacement"]
    kinds: tuple[str, ...] = Field(min_length=1)
    setups: tuple[str, ...] = ()
    converts: tuple[str, ...] = ()
    is_simple: bool = False
    code: str = "business_code"
    name: str = "business_name"

    @model_validator(mode="after")
    def converts_into_something(self) -> "EntryResult":
        if self.converts and (self.act != "change" or not self.setups):
            raise ValueError("converts: only a change turns a business into one of `setups`")
        return self

    @model_validator(mode="after")
    def ends_simply(self) -> "EntryResult":
        if self.is_simple and self.act != "deregistration":
            raise ValueError("is_simple: only a deregistration is general or simple")
        return self


class LeastCapital(Frozen):
    """The registered capital, in 万元, that the law asks of whoever holds the permit; the register knows it."""

    amount: int = Field(ge=1)
    basis: Text
    confidence: Confidence = "V"


class PermitResult(Frozen):
    """A certificate for a business that exists (许可证). It lasts `valid_years`, or until the day in `until`.

    `holder`, `holder_code` and `scope` name the fields of the form whose words stand on it; neither `valid_years` nor
    `until` means without limit.
    """

    template: Literal["permit"]
    title: Text
    holder: str
    holder_code: str | None = None
    scope: tuple[str, ...] = Field(min_length=1)
    valid_years: int | None = Field(None, ge=1, le=20)
    until: str | None = None
    validity_confidence: Confidence = "V"
    least_capital: LeastCapital | None = None

    @model_validator(mode="after")
    def is_looked_up(self) -> "PermitResult":
        if self.least_capital is not None and self.holder_code is None:
            raise ValueError("least_capital: the register is asked by a code, and there is no holder_code")
        return self

    @model_validator(mode="after")
    def ends_in_one_way(self) -> "PermitResult":
        if self.valid_years is not None and self.until is not None:
            raise ValueError("a permit ends after years or on a day of the form, not both")
        return self


class Item(Frozen):
    """One item of the catalogue in one version; an application keeps the version it began under."""

    code: str = Field(pattern=r"^[a-z][a-z-]*$")
    version: int = Field(ge=1)
    valid_from: date
    valid_to: date | None = None
    kind: Literal["registration", "permit", "filing"] = "registration"
    theme: str = Field(description="a heading of the catalogue")
    title: Text
    summary: Text
    keywords: tuple[str, ...] = Field((), description="everyday words by which it is found")
    authority: Text | None = Field(None, description="who decides; None: the registrar that is configured")
    basis: Text
    basis_confidence: Confidence = "V"
    conditions: tuple[Text, ...] = ()
    materials: tuple[Material, ...] = ()
    fee: Text
    minutes: int = Field(ge=1, le=120, description="what an applicant should reckon with")
    bring: tuple[Text, ...]
    steps: tuple[Text, ...]
    form: Pinned
    process: Pinned
    working_days: int = Field(ge=1, description="statutory limit")
    extension_working_days: int = Field(0, ge=0, description="by which the head of the office may extend it, once")
    promised_working_days: int | None = Field(None, ge=1, description="what the office promises; its breach is told")
    excluded: tuple[Literal["litigation", "hearing", "expert_review", "file_transfer"], ...] = Field(
        (), description="grounds on which the statutory clock stands still"
    )
    deadline_basis: Text
    deadline_confidence: Confidence = "V"
    on_site: bool = Field(False, description="two officers look at the place before it is granted (许可法第34条)")
    hearing: bool = Field(False, description="a hearing is held before it is decided")
    needs: tuple[str, ...] = Field((), description="items of which one must have been granted first (先照后证)")
    follows: tuple[str, ...] = Field((), description="registrations it can be applied for with, and need not wait for")
    refusal_bases: tuple[str, ...] = Field(min_length=1, description="codes of the provisions on which a refusal rests")
    skills: tuple[str, ...] = Field((), max_length=1, description="what a desk must know to take it, if any desk does")
    may_be_bulk: bool = Field(False, description="whether many cases may be approved at once, each its own decision")
    holder: Holder
    persons: tuple[PersonAsked, ...]
    result: Annotated[LicenceResult | PermitResult | EntryResult, Field(discriminator="template")] | None = Field(
        None, description="None: the decision itself is what is handed over"
    )
    instruments: tuple[str, ...] = Field((), description="documents that are written from the answers to be signed")

    @model_validator(mode="after")
    def dates_and_result_fit(self) -> "Item":
        if self.valid_to is not None and self.valid_to <= self.valid_from:
            raise ValueError("valid_to: it ends before it begins")
        is_entered = isinstance(self.result, LicenceResult | EntryResult)
        kind = "registration" if is_entered else "permit" if isinstance(self.result, PermitResult) else "filing"
        if kind != self.kind:
            raise ValueError(f"result: that of a {kind}, and this is a {self.kind}")
        if (self.moved is not None) != ("file_transfer" in self.excluded):
            raise ValueError("excluded: the clock stands still for a file exactly where a business moves here")
        return self

    @property
    def moved(self) -> MovedIn | None:
        """How the form names a business that moves here; None for every other item."""
        return self.result.moved if isinstance(self.result, LicenceResult) else None

    def is_offered(self, today: date) -> bool:
        return self.valid_from <= today and (self.valid_to is None or today < self.valid_to)

    @property
    def is_registration(self) -> bool:
        return self.kind == "registration"

    def goes_with(self, registration: "Item") -> bool:
        """Whether it can be a follow-on (后续事项) of this registration in one bundle (一件事)."""
        return isinstance(registration.result, LicenceResult) and registration.code in (*self.needs, *self.follows)
