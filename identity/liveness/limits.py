# SPDX-License-Identifier: Apache-2.0
"""Limits (阈值): what each signal of liveness is held against, with the evidence it rests on. I/O: one file, at import.

A value never stands in the code: whoever changes one changes the file, its evidence and its version.
"""

from pathlib import Path

from pydantic import model_validator

from kit.declared import declared, read_toml
from kit.text import Frozen

FILE = Path(__file__).with_name("limits.toml")


class Limit(Frozen):
    """A value, and why it is that one."""

    value: float
    evidence: str


class Limits(Frozen):
    """All of them, under one version."""

    version: str
    known: dict[str, Limit]

    @model_validator(mode="after")
    def _reasoned(self) -> "Limits":
        bare = [name for name, limit in self.known.items() if len(limit.evidence) < 20]
        if bare:
            raise ValueError(f"limits without evidence: {bare}")
        return self

    def __getitem__(self, name: str) -> float:
        return self.known[name].value


def load_limits(file: Path = FILE) -> Limits:
    """Raises kit.declared.Refused with the line of a value that cannot be used."""
    tables = read_toml(file)
    version = tables.pop("version", None)
    return declared(file, Limits, {"version": version, "known": tables})


LIMITS = load_limits()
