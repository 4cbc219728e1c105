# SPDX-License-Identifier: Apache-2.0
"""Problem (需更正之处): one thing that an applicant can put right, or that a clerk should look at. Pure."""

from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from kit.text import Text

Values = dict[str, Any]
"""What answers mean, by field name: str, int, bool, Decimal, date, tuple of str, or a list of such rows."""


class Weight(StrEnum):
    """What a problem does: it is put right before submitting, a person looks at it, or it is only worth knowing."""

    BLOCKS = "blocks"
    PERSON = "person"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Problem:
    """Where it is ("shareholders.0.amount"), what to do, and by which rule.

    One whose basis is not certain enough to hold anybody up does not block: it is told to the clerk instead.
    """

    path: str
    message: Text
    rule: str = ""
    basis: Text | None = None
    weight: Weight = Weight.BLOCKS
    confidence: str = "V"

    @property
    def blocks(self) -> bool:
        return self.weight is Weight.BLOCKS

    def worded(self, message: Text) -> "Problem":
        """The same problem in other words."""
        return replace(self, message=message)
