# SPDX-License-Identifier: Apache-2.0
"""Editions (失信惩戒措施清单版次): which measures may be applied on a day, by the national and the provincial list.

Hides editions and their days. Only what is on a list that is in force may be applied (国办发〔2020〕49号). I/O: files.
"""

from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, model_validator

from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "measures.toml"
Level = Literal["national", "provincial"]


class Edition(Frozen):
    """One edition of a list, in force from `valid_from` and before `valid_to`."""

    level: Level
    edition: str = Field(min_length=1, max_length=20)
    valid_from: date
    valid_to: date | None = None
    confidence: Literal["V", "M"]
    title: Text
    measures: tuple[str, ...] = Field(min_length=1)

    def is_in_force(self, day: date) -> bool:
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


class Measures(Frozen):
    """All editions, and what the measures are called."""

    editions: tuple[Edition, ...] = Field(min_length=1)
    measures: dict[str, Text]

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        for edition in self.editions:
            if unnamed := [code for code in edition.measures if code not in self.measures]:
                raise ValueError(f"{edition.level} {edition.edition}: nothing is called {unnamed[0]}")
            if edition.valid_to is not None and edition.valid_to <= edition.valid_from:
                raise ValueError(f"{edition.level} {edition.edition}: it ends before it begins")
        for level in ("national", "provincial"):
            in_turn = sorted((e for e in self.editions if e.level == level), key=lambda e: e.valid_from)
            for one, following in pairwise(in_turn):
                if one.valid_to is None or one.valid_to > following.valid_from:
                    raise ValueError(f"{level}: {one.edition} and {following.edition} are in force together")
        return self

    def edition_of(self, measure: str, day: date) -> Edition | None:
        """The edition in force on the day that has the measure; None if none has."""
        return next((e for e in self.editions if e.is_in_force(day) and measure in e.measures), None)


@lru_cache
def measures() -> Measures:
    """The lists that are installed, read once. Raises kit.declared.Refused."""
    return declared(FILE, Measures)
