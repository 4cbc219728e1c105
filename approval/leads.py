# SPDX-License-Identifier: Apache-2.0
"""Leads (线索): what others at the same address are worth, from what was counted. Pure.

A lead is no fact against anybody: it is said beside the case, and from a declared number on a person looks. Only
`load_leads` reads a file of the package, once.
"""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from approval.findings import Found
from credit import Effect
from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "leads.toml"
FIELD = "address"  # the question that these findings are about


class Neighbours(Frozen):
    """Who else is at the address of a case, and whether the standard library has it.

    `licences` business licences in force, `cases` other open cases. `is_standard` is None where the library has
    nothing of the street and therefore says nothing. `community` and `grid` are those of the standard address.
    """

    licences: int = Field(ge=0)
    cases: int = Field(ge=0)
    is_standard: bool | None
    community: str = ""
    grid: str = ""

    @property
    def others(self) -> int:
        return self.licences + self.cases


class PlaceLeads(Frozen):
    """From how many others on they are said, and from how many a person looks. Unverified policy never refuses."""

    notice_from: int = Field(ge=1)
    person_from: int = Field(ge=1)
    basis: Text
    confidence: Literal["V", "M", "D"]

    @model_validator(mode="after")
    def _says_before_it_asks(self) -> Self:
        if self.person_from < self.notice_from:
            raise ValueError("person_from lies below notice_from")
        return self


class Filed(Frozen):
    """How many new businesses the person, and how many different persons the device, filed in the declared days."""

    businesses: int = Field(ge=0)
    persons: int = Field(ge=0)


class FilingLeads(Frozen):
    """More than so many within `days` are for a person to look at."""

    days: int = Field(ge=1)
    businesses_most: int = Field(ge=1)
    persons_most: int = Field(ge=1)
    basis: Text
    confidence: Literal["V", "M", "D"]


class Leads(Frozen):
    """The declaration."""

    version: int = Field(ge=1)
    place: PlaceLeads
    filings: FilingLeads


@lru_cache(maxsize=4)
def load_leads(file: Path = FILE) -> Leads:
    """Raises kit.declared.Refused with file, line and reason."""
    return declared(file, Leads)


def of_place(neighbours: Neighbours | None) -> Iterator[Found]:
    """PLACE-00: a standard address, with community and grid; 01: others, said; 02: so many that a person looks; 03: not
    in the standard library.

    None is a case in which nobody looked, and nothing is said.
    """
    if neighbours is None:
        return
    leads = load_leads().place
    told = Text(
        zh=f"同一地址已有 {neighbours.licences} 户有效营业执照、{neighbours.cases} 件在办申请",
        en=f"At this address: {neighbours.licences} business licences in force, {neighbours.cases} open applications",
    )
    if neighbours.others >= leads.person_from:
        said = Text(zh=f"{told.zh}，请核对场所能否共用（线索）", en=f"{told.en}; can they share it? (a lead)")
        yield Found(
            "PLACE-02",
            Effect.MANUAL,
            said,
            leads.basis,
            leads.confidence,
            FIELD,
            "",
            neighbours.others,
            leads.person_from,
        )
    elif neighbours.others >= leads.notice_from:
        said = Text(zh=f"{told.zh}（线索，仅供参考）", en=f"{told.en} (a lead, for information)")
        yield Found(
            "PLACE-01",
            Effect.ALLOW_NOTICE,
            said,
            leads.basis,
            leads.confidence,
            FIELD,
            "",
            neighbours.others,
            leads.notice_from,
        )
    if neighbours.is_standard:
        placed = "、".join(word for word in (neighbours.community, neighbours.grid) if word)
        said = Text(
            zh="与标准地址库一致" + (f"：{placed}" if placed else ""),
            en="The standard address library has this address" + (f": {placed}" if placed else ""),
        )
        yield Found("PLACE-00", Effect.ALLOW, said, leads.basis, leads.confidence, FIELD, "", True, True)
    elif neighbours.is_standard is False:
        said = Text(
            zh="该地址不在标准地址库中，可能是新地址或写法不同（线索，仅供参考）",
            en="The standard address library does not have this address: new, or written otherwise (for information)",
        )
        yield Found("PLACE-03", Effect.ALLOW_NOTICE, said, leads.basis, leads.confidence, FIELD, "", False, True)


def of_filings(filed: Filed | None) -> Iterator[Found]:
    """FILE-01: many new businesses by one person; FILE-02: many persons from one device. None: nobody counted."""
    if filed is None:
        return
    leads = load_leads().filings
    if filed.businesses > leads.businesses_most:
        said = Text(
            zh=f"同一人 {leads.days} 天内申请新设 {filed.businesses} 户，请核实是否本人真实意愿（线索）",
            en=f"{filed.businesses} new businesses by one person in {leads.days} days: is it their own will? (a lead)",
        )
        yield Found("FILE-01", Effect.MANUAL, said, leads.basis, leads.confidence)
    if filed.persons > leads.persons_most:
        said = Text(
            zh=f"同一台设备 {leads.days} 天内为 {filed.persons} 名不同的人提交申请，请核实是否代办或冒用（线索）",
            en=f"One device filed for {filed.persons} persons within {leads.days} days: an agent, or misuse? (a lead)",
        )
        yield Found("FILE-02", Effect.MANUAL, said, leads.basis, leads.confidence)
