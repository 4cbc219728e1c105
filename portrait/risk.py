# SPDX-License-Identifier: Apache-2.0
"""Risk (信用风险分类): a class A to D and every reason that made it. Pure, but for reading its own table once.

No rule of approval can know it: `approval` lies below this package, and the layers of imports are checked.
"""

from dataclasses import asdict, dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "risk.toml"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted of one business. Leads are not among it: they are to be looked at and prove nothing."""

    abnormal_inspections: int = 0
    problem_inspections: int = 0
    credit_findings: int = 0
    permits_not_promised: int = 0
    permits_missing: int = 0


class Class(Frozen):
    """From so many points on."""

    letter: Literal["A", "B", "C", "D"]
    start: int = Field(alias="from", ge=0)
    said: Text


class Weight(Frozen):
    """So many points for each, `most` for all of them."""

    fact: str
    points: int = Field(ge=1, le=100)
    most: int = Field(ge=1, le=100)
    said: Text
    basis: Text
    confidence: Literal["V", "M", "D"]


class Lead(Frozen):
    """From how many businesses behind one thing it is told."""

    kind: Literal["address", "person", "device", "phone"]
    many: int = Field(ge=2)
    said: Text


class RiskTable(Frozen):
    """As it is declared."""

    note: Text
    classes: tuple[Class, ...]
    reasons: tuple[Weight, ...]
    leads: tuple[Lead, ...]

    @model_validator(mode="after")
    def _fits(self) -> "RiskTable":
        starts = [one.start for one in self.classes]
        if [one.letter for one in self.classes] != list("ABCD") or starts != sorted(set(starts)) or starts[0] != 0:
            raise ValueError("the classes are A to D, from 0 points upwards")
        if {one.fact for one in self.reasons} != set(asdict(Facts())):
            raise ValueError("each fact has one reason")
        return self


@dataclass(frozen=True, slots=True)
class Shared:
    """What others have in common with one business: their names and codes, at most so many, and how many they are."""

    lead: Lead
    others: tuple[tuple[str, str], ...]
    count: int

    @property
    def is_crowded(self) -> bool:
        return self.count + 1 >= self.lead.many


@dataclass(frozen=True, slots=True)
class Reason:
    """Why, with what it weighs and by what."""

    said: Text
    points: int
    basis: Text
    confidence: str


@dataclass(frozen=True, slots=True)
class Risk:
    """The class, and all that made it, the heaviest first."""

    letter: str
    said: Text
    points: int
    reasons: tuple[Reason, ...]
    note: Text


@cache
def load_risk_table() -> RiskTable:
    """Raises Refused."""
    return declared(FILE, RiskTable)


def risk_of(facts: Facts, table: RiskTable) -> Risk:
    """The class of a business of which this is counted."""
    counted = asdict(facts)
    reasons = [
        Reason(one.said.filled(count=number), min(one.points * number, one.most), one.basis, one.confidence)
        for one in table.reasons
        if (number := counted[one.fact])
    ]
    points = sum(one.points for one in reasons)
    found = [one for one in table.classes if one.start <= points][-1]
    heaviest = tuple(sorted(reasons, key=lambda one: -one.points))
    return Risk(found.letter, found.said, points, heaviest, table.note)
