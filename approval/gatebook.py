# SPDX-License-Identifier: Apache-2.0
"""Gate book (自动审批规则各版本): every version of every gate, one file each; which are asked on a day.

A version stays here after it has ended, so that what was decided under it can be run again. Of an item one gate may be
live and one in shadow at a time. I/O: files of the package, at start-up.
"""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

from approval.gate import Gate
from forms import Form, Kind

GATES = Path(__file__).parent / "gates"


class GateUnsound(ValueError):
    """A declaration that cannot be used: which, and why. Found at start-up, told to nobody else."""


@dataclass(frozen=True, slots=True)
class GateBook:
    """Sound by construction: no version stands twice, and no two of a kind are in force on the same day."""

    gates: tuple[Gate, ...] = ()

    def __post_init__(self) -> None:
        for one, other in combinations(self.gates, 2):
            if one.name != other.name:
                continue
            if one.version == other.version:
                raise GateUnsound(f"{one.name}: version {one.version} stands twice")
            if one.mode == other.mode != "off" and _overlap(one, other):
                raise GateUnsound(f"{one.name}: versions {one.version} and {other.version} are both {one.mode}")

    @property
    def items(self) -> tuple[str, ...]:
        """What there are gates for."""
        return tuple(sorted({gate.name for gate in self.gates}))

    def versions(self, item: str) -> tuple[Gate, ...]:
        """All that there ever were, the newest first."""
        return tuple(sorted((g for g in self.gates if g.name == item), key=lambda gate: -gate.version))

    def version(self, item: str, version: int) -> Gate | None:
        return next((gate for gate in self.versions(item) if gate.version == version), None)

    def asked(self, item: str, day: date) -> tuple[Gate, ...]:
        """The live one first, then the one in shadow."""
        found = [gate for gate in self.versions(item) if gate.is_asked(day)]
        return tuple(sorted(found, key=lambda gate: gate.mode != "live"))

    def live(self, item: str, day: date) -> Gate | None:
        return next((gate for gate in self.asked(item, day) if gate.mode == "live"), None)

    def altered(self, names: Iterable[str] | None = None, **changed: Any) -> "GateBook":
        """The same with other fields, of all or of some items: to try something out."""
        wanted = set(self.items if names is None else names)
        return GateBook(tuple(g.model_copy(update=changed) if g.name in wanted else g for g in self.gates))


def _overlap(one: Gate, other: Gate) -> bool:
    begins = max(one.valid_from, other.valid_from)
    return all(gate.valid_to is None or begins < gate.valid_to for gate in (one, other))


def load_gate(file: Path) -> Gate:
    """One declaration, called as its item and its version. Raises GateUnsound with file and reason."""
    try:
        gate = Gate.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, ValueError) as error:
        raise GateUnsound(f"{file.name}: {error}") from error
    if f"{gate.name}.{gate.version}" != file.stem:
        raise GateUnsound(f"{file.name}: declares {gate.name} in version {gate.version}")
    return gate


def load_gates(folder: Path = GATES) -> GateBook:
    """Raises GateUnsound."""
    return GateBook(tuple(load_gate(file) for file in sorted(folder.glob("*.toml"))))


def check_mends(gate: Gate, form: Form) -> None:
    """That mends only choose among the form's own options, never a person's data. Raises GateUnsound."""
    for mend in (rule.mend for rule in gate.rules if rule.mend):
        try:
            field = form.field(mend.field)
        except KeyError:
            raise GateUnsound(f"{gate.name}: the form does not ask for {mend.field}") from None
        wanted = Kind.CHOICES if mend.to is None else Kind.CHOICE
        tried = {mend.to} if isinstance(mend.to, str) else set(mend.to or ())
        if field.personal or field.kind is not wanted or tried - {option.value for option in field.options}:
            raise GateUnsound(f"{gate.name}: no honest choice mends {mend.field}")
