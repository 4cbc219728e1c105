# SPDX-License-Identifier: Apache-2.0
"""Roles (所需手续): what is asked of a person whom a form names beside the holder: proving, signing, or both. Pure.

Only `load_needs` reads a file of the package, once.
"""

from functools import lru_cache
from pathlib import Path

from pydantic import Field

from kit.declared import declared
from kit.text import Frozen

FILE = Path(__file__).parent / "roles.toml"


class Need(Frozen):
    """What one role asks for; nothing unless declared."""

    proves: bool = False
    signs: bool = False

    @property
    def is_any(self) -> bool:
        return self.proves or self.signs

    def joined(self, other: "Need") -> "Need":
        """Of one person in two roles: what either asks, once."""
        return Need(proves=self.proves or other.proves, signs=self.signs or other.signs)


NOTHING, BOTH = Need(), Need(proves=True, signs=True)


class Needs(Frozen):
    """The declaration."""

    version: int = Field(ge=1)
    roles: dict[str, Need]

    def of(self, role: str) -> Need:
        return self.roles.get(role, Need())


@lru_cache(maxsize=4)
def load_needs(file: Path = FILE) -> Needs:
    """Raises kit.declared.Refused with file, line and reason."""
    return declared(file, Needs)
