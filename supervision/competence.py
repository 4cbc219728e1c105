# SPDX-License-Identifier: Apache-2.0
"""Competence (监管职责): which permits follow from a business, and which department is told of it. Pure.

But for reading the package's own table once. What is in no row is nobody's yet and never silently dropped: it goes to
the pool.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "competence.toml"
Confidence = Literal["V", "V2", "M"]


@dataclass(frozen=True, slots=True)
class Phrase:
    """One chosen business of the scope; `licensed` if the directory says that it needs a permit."""

    code: str
    label: Text
    licensed: bool


class Department(Frozen):
    """One that supervises; `for_all` is told of every business that is registered."""

    code: str = Field(pattern=r"^[a-z][a-z-]{1,38}$")
    name: Text
    for_all: bool = False


class Permit(Frozen):
    """What must be obtained, or filed, before trading; `item` is what is applied for here."""

    item: str
    name: Text
    kind: Literal["permit", "filing"] = "permit"
    department: str
    phrases: tuple[str, ...] = ()
    basis: Text
    confidence: Confidence
    fits: Confidence = "V"


class Unclear(Frozen):
    """Businesses of which nobody can say beforehand who supervises them."""

    phrases: tuple[str, ...] = Field(min_length=1)
    why: Text


@dataclass(frozen=True, slots=True)
class Later:
    """A permit that follows from what was chosen. `permit` is None where no row knows it: the pool finds out."""

    phrases: tuple[Phrase, ...]
    permit: Permit | None
    department: Department | None


@dataclass(frozen=True, slots=True)
class Addressed:
    """Who is told, and of which of the chosen businesses. `department` is None for the pool."""

    department: str | None
    phrases: tuple[Phrase, ...]
    permits: tuple[Permit, ...]


class Competence(Frozen):
    """The table as it is declared."""

    pool_working_days: int = Field(ge=1, le=30)
    departments: tuple[Department, ...] = Field(min_length=1)
    permits: tuple[Permit, ...]
    unclear: tuple[Unclear, ...] = ()

    @model_validator(mode="after")
    def fits_together(self) -> "Competence":
        known = [one.code for one in self.departments]
        if len(set(known)) != len(known):
            raise ValueError("a department stands here twice")
        for permit in self.permits:
            if permit.department not in known:
                raise ValueError(f"{permit.item}: there is no department {permit.department}")
        claimed = [phrase for row in self.permits for phrase in row.phrases]
        claimed += [phrase for row in self.unclear for phrase in row.phrases]
        twice = {phrase for phrase in claimed if claimed.count(phrase) > 1}
        if twice:
            raise ValueError(f"in two rows: {', '.join(sorted(twice))}")
        return self

    def department(self, code: str | None) -> Department | None:
        return next((one for one in self.departments if one.code == code), None)

    def of_item(self, item: str) -> Permit | None:
        """What is known of a permit that is applied for here."""
        return next((permit for permit in self.permits if permit.item == item), None)

    def later(self, chosen: Iterable[Phrase]) -> list[Later]:
        """The permits to obtain, each with the businesses that need it, in the order of the table."""
        phrases = list(chosen)
        found = [
            Later(those, permit, self.department(permit.department))
            for permit in self.permits
            if (those := tuple(phrase for phrase in phrases if phrase.code in permit.phrases))
        ]
        unknown = tuple(phrase for phrase in phrases if phrase.licensed and self._permit_of(phrase) is None)
        return [*found, Later(unknown, None, None)] if unknown else found

    def addressed(self, chosen: Iterable[Phrase]) -> list[Addressed]:
        """Who is told of a business with this scope; always whoever supervises all of them."""
        phrases = list(chosen)
        told: dict[str | None, list[Permit]] = {one.code: [] for one in self.departments if one.for_all}
        for later in self.later(phrases):
            told.setdefault(later.department.code if later.department else None, []).extend(
                [later.permit] if later.permit else []
            )
        if any(self._is_unclear(phrase) for phrase in phrases):
            told.setdefault(None, [])
        return [Addressed(code, self._of(code, phrases), tuple(permits)) for code, permits in told.items()]

    def _of(self, code: str | None, phrases: list[Phrase]) -> tuple[Phrase, ...]:
        department = self.department(code)
        if department is not None and department.for_all:
            return tuple(phrases)
        if code is None:
            return tuple(p for p in phrases if self._is_unclear(p) or (p.licensed and self._permit_of(p) is None))
        return tuple(p for p in phrases if (row := self._permit_of(p)) is not None and row.department == code)

    def _permit_of(self, phrase: Phrase) -> Permit | None:
        return next((permit for permit in self.permits if phrase.code in permit.phrases), None)

    def _is_unclear(self, phrase: Phrase) -> bool:
        return any(phrase.code in row.phrases for row in self.unclear)


@cache
def load_competence(file: Path = FILE) -> Competence:
    """The table. Raises kit.declared.Refused with file, line and reason."""
    return declared(file, Competence)
