# SPDX-License-Identifier: Apache-2.0
"""Filing (申请事由): which act is applied for, as far as a measure of credit law asks. Hides what a change counts as.

A measure acts on one kind of filing and not on another: a frozen share stops its own transfer, not a new address. Pure.
"""

from dataclasses import dataclass
from enum import StrEnum


class Act(StrEnum):
    """What is applied for."""

    SETUP = "setup"
    CHANGE = "change"
    DEREGISTRATION = "deregistration"
    SIMPLE_DEREGISTRATION = "simple_deregistration"
    SUSPENSION = "suspension"
    REPLACEMENT = "replacement"
    PERMIT = "permit"
    RECORD = "record"


@dataclass(frozen=True, slots=True)
class Filing:
    """One application: its act and, of a change, the matters (变更事项) that were chosen."""

    act: Act
    matters: frozenset[str] = frozenset()
