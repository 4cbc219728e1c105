# SPDX-License-Identifier: Apache-2.0
"""Bands (判定区间): the limits of every matcher that was measured, read from `bands.toml`. Pure.

A matcher is found by the hashes in its label. One that is not declared, or that differs in anything, accepts nothing:
every result goes to a person. Only `load_bands` reads a file of the package, once.
"""

import math
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from identity.checks import Bands
from identity.weights import BUNDLED_SHA256, Method, key_of
from kit.declared import declared
from kit.text import Frozen

FILE = Path(__file__).parent / "bands.toml"
UNKNOWN = "no-bands"
Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Share = Annotated[float, Field(ge=0, le=1)]


class Rests(Frozen):
    """On what photographs the limits rest: pairs of different persons and of one person, and how often each erred."""

    photographs: str = Field(min_length=10)
    made_on: date
    persons: int = Field(ge=2)
    impostor_pairs: int = Field(ge=1)
    fmr_accept: Share
    fmr_person: Share
    genuine_pairs: int = Field(ge=1)
    fnmr_accept: Share
    fnmr_person: Share


class Measured(Frozen):
    """The limits of one matcher: its models, how they are applied, against which cohorts."""

    name: str
    models: list[Sha256] = Field(min_length=1, max_length=2)
    method: Method = Method.PLAIN
    cohorts: list[Sha256] = Field(default=[], max_length=2)
    accept: float
    person: float
    portrait_width: int = Field(ge=100)
    same_picture: float
    between_strangers: float | None = Field(default=None, gt=0)
    evidence: Rests

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if not self.same_picture < self.accept <= self.person:
            raise ValueError("same_picture < accept ≤ person does not hold")
        if self.evidence.fmr_accept > self.evidence.fmr_person:
            raise ValueError("fmr_accept lies above fmr_person")
        return self

    @property
    def key(self) -> str:
        return key_of(self.models, self.method, self.cohorts)


class Declared(Frozen):
    """The whole file."""

    version: str = Field(max_length=40)
    matchers: list[Measured]

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        keys = [matcher.key for matcher in self.matchers]
        if len(set(keys)) != len(keys):
            raise ValueError("a matcher is declared twice")
        return self

    def of(self, label: str) -> Bands:
        """The limits for results under this label; such as accept nothing where there are none."""
        key = label.partition(" ")[2]
        for matcher in self.matchers:
            if matcher.key == key:
                limits = (matcher.accept, matcher.person, matcher.portrait_width, matcher.same_picture)
                return Bands(self.version, *limits, matcher=key)
        return Bands(UNKNOWN, -math.inf, math.inf, 0, -math.inf, matcher=key)


@lru_cache(maxsize=4)
def load_bands(file: Path = FILE) -> Declared:
    """Raises kit.declared.Refused with file, line and reason."""
    return declared(file, Declared)


def bands_of(label: str) -> Bands:
    """The limits for a comparison by this matcher."""
    return load_bands().of(label)


def between_strangers(model_sha256: str) -> float | None:
    """What is usual between different persons, for a model applied plainly."""
    matchers = load_bands().matchers
    return next((m.between_strangers for m in matchers if m.models == [model_sha256] and not m.cohorts), None)


BANDS = bands_of(f"bundled {key_of([BUNDLED_SHA256], Method.PLAIN)}")
