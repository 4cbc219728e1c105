# SPDX-License-Identifier: Apache-2.0
"""Problem (需更正之处): one thing that an applicant can put right. Pure."""

from dataclasses import dataclass
from typing import Any

from kit.text import Text

Values = dict[str, Any]
"""What answers mean, by field name: str, int, bool, Decimal, date, tuple of str, or a list of such rows."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Where it is ("shareholders.0.amount"), what to do, and by which rule.

    One that does not `block` is told to the clerk instead: its basis is not certain enough to hold anybody up.
    """

    path: str
    message: Text
    rule: str = ""
    basis: Text | None = None
    blocks: bool = True
