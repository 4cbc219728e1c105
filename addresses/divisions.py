# SPDX-License-Identifier: Apache-2.0
"""Divisions (行政区划): city, districts, subdistricts and towns by code, and from when to when each of them stands.

Pure, but for the one file of the package that is read once: `divisions.toml`, refused with file, line and reason.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from kit.declared import Location, declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "divisions.toml"
DISTRICT_DIGITS = 6  # 320113; a code of nine digits is that of a subdistrict or town


class Division(Frozen):
    """One division. `parent` is the code of the one that it lies in, "" for the city.

    `valid_from` and `valid_to` are its first and last day; without `valid_to` it stands. `confidence`: V checked
    against the official list, V2 two other sources agree, M from a copy that nobody checked.
    """

    code: str = Field(pattern=r"^\d{6}(\d{3})?$")
    name: Text
    parent: str = ""
    valid_from: date
    valid_to: date | None = None
    confidence: Literal["V", "V2", "M"]

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_to is not None and self.valid_to < self.valid_from:
            raise ValueError("valid_to lies before valid_from")
        return self

    @property
    def is_street(self) -> bool:
        return len(self.code) > DISTRICT_DIGITS

    def is_in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)


class Divisions(Frozen):
    """The whole table by code. Every parent is there, and a code begins with that of its parent."""

    version: int = Field(ge=1)
    divisions: Mapping[str, Division]

    @model_validator(mode="before")
    @classmethod
    def _code_is_the_key(cls, tables: object) -> object:
        """A line is `code = {...}`: the code is said once."""
        if not isinstance(tables, dict) or not isinstance(tables.get("divisions"), dict):
            return tables
        lines = tables["divisions"]
        coded = {code: {**line, "code": code} if isinstance(line, dict) else line for code, line in lines.items()}
        return {**tables, "divisions": coded}

    @model_validator(mode="after")
    def _hang_together(self) -> Self:
        for code, division in self.divisions.items():
            parent = self.divisions.get(division.parent)
            if not division.parent:
                if not code.endswith("00") or division.is_street:
                    raise ValueError(f"{code}: only a city stands alone")
            elif parent is None:
                raise ValueError(f"{code}: nobody declares its parent {division.parent}")
            elif not _may_hold(parent.code, code):
                raise ValueError(f"{code}: cannot lie in {division.parent}")
        return self


def _may_hold(parent: str, code: str) -> bool:
    """A city holds districts, 320100 › 320113; a district holds streets, 320113 › 320113001."""
    if len(code) > DISTRICT_DIGITS:
        return code.startswith(parent) and len(parent) == DISTRICT_DIGITS and not parent.endswith("00")
    return parent.endswith("00") and code.startswith(parent[:4]) and code != parent


def _place(reason: str) -> Location:
    """Faults of the whole table begin with the code they are about."""
    code = reason.partition(":")[0]
    return ("divisions", code) if code.isdigit() else ()


@lru_cache(maxsize=4)
def load_divisions(file: Path = FILE) -> Divisions:
    """The table, read once. Raises kit.declared.Refused with file, line and reason."""
    return declared(file, Divisions, spoken_of=_place)


def streets(district: str, day: date) -> list[Division]:
    """Subdistricts and towns of the district (a six-digit code) that stand on `day`, by code."""
    within = [d for d in load_divisions().divisions.values() if d.parent == district and d.is_street]
    return sorted((d for d in within if d.is_in_force(day)), key=lambda d: d.code)


def division_of(code: str) -> Division | None:
    """Whatever the code stood or stands for; None if the table does not have it."""
    return load_divisions().divisions.get(code)


def name_of(code: str) -> Text:
    """What the division is called, also after it ended. Raises KeyError."""
    return load_divisions().divisions[code].name


def in_force(code: str, day: date) -> bool:
    """Whether the division, and whatever it lies in, stands on `day`; False for an unknown code."""
    path = path_of(code)
    return bool(path) and all(division.is_in_force(day) for division in path)


def path_of(code: str) -> tuple[Division, ...]:
    """City, district, street, as far down as the code goes; () for an unknown one."""
    division = division_of(code)
    if division is None:
        return ()
    return (*path_of(division.parent), division)
