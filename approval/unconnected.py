# SPDX-License-Identifier: Apache-2.0
"""Unconnected facts (尚未接入的事实): what gates ask for and no source supplies yet; verdicts apart from it.

The machine approves by the whole verdict only; this one is for comparing a gate with people. Pure; only
`load_unconnected` reads a file of the package, once.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import Field, field_validator, model_validator

from approval.gate import Facts, Line, Verdict
from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "unconnected.toml"


class UnconnectedFact(Frozen):
    """One fact; `values` are reported meanwhile and mean no more than that nobody knows."""

    fact: str
    values: tuple[str | bool, ...]
    why: Text

    @field_validator("fact")
    @classmethod
    def _is_a_fact(cls, name: str) -> str:
        if name not in Facts.model_fields:
            raise ValueError(f"no fact is called {name}")
        return name

    def explains(self, line: Line) -> bool:
        return line.fact == self.fact and (line.value is None or line.value in self.values)


class Unconnected(Frozen):
    """The declaration."""

    version: int = Field(ge=1)
    facts: tuple[UnconnectedFact, ...]

    @model_validator(mode="after")
    def _each_once(self) -> "Unconnected":
        if len({one.fact for one in self.facts}) != len(self.facts):
            raise ValueError("a fact stands twice")
        return self

    def of(self, facts: set[str]) -> tuple[UnconnectedFact, ...]:
        """Those among these facts."""
        return tuple(one for one in self.facts if one.fact in facts)


@lru_cache(maxsize=4)
def load_unconnected(file: Path = FILE) -> Unconnected:
    """Raises kit.declared.Refused with file, line and reason."""
    return declared(file, Unconnected)


def passed_apart(verdict: Verdict, unconnected: Unconnected) -> bool:
    """Whether every rule holds, but for those that ask for what no source supplies."""
    return bool(verdict.trace) and all(
        line.outcome or any(one.explains(line) for one in unconnected.facts) for line in verdict.trace
    )
