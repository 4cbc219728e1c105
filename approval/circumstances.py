# SPDX-License-Identifier: Apache-2.0
"""Circumstances (决定时的情形): what stood beside the rules when a case was decided, and what each of it says. Pure.

Guards, visits, opinions of departments and votes: none is found by a rule over the answers, all decide with them.
"""

from collections.abc import Collection, Iterator
from datetime import date
from typing import Any

from pydantic import Field

from approval.asked import line
from approval.findings import DESIGN, Measured
from kit.text import Frozen, Text

NO_BAR = Text(
    zh="市场主体登记管理条例第20条；行政许可法第38条",
    en="Registration Regulation art. 20; Administrative Licensing Law art. 38",
)
IN_REGISTER = Text(zh="市场主体登记管理条例第24、31条", en="Registration Regulation arts 24, 31")
VISIT = Text(zh="行政许可法第34条", en="Administrative Licensing Law art. 34")
HEARING = Text(zh="行政许可法第46、48条", en="Administrative Licensing Law arts 46, 48")
JOINT = Text(zh="行政许可法第26条", en="Administrative Licensing Law art. 26")
MOVES = Text(
    zh="市场主体登记管理条例第27条；实施细则第62条", en="Registration Regulation art. 27; Detailed Rules art. 62"
)
CITATIONS = {"no_bar": NO_BAR, "site_visited": VISIT, "hearing_held": HEARING, "in_register": IN_REGISTER}
CITATIONS |= {"new_here": IN_REGISTER, "file_here": MOVES}


class Visited(Frozen):
    """The latest look at the place."""

    on: date
    conforms: bool


class Opined(Frozen):
    """What a department said; None where it has not answered."""

    department: str
    view: str | None


class Voted(Frozen):
    """What one person of a panel decided."""

    by: str
    outcome: str
    basis: str = ""


class Circumstances(Frozen):
    """`bars` are the rules that bar an approval, as they were recorded with the case."""

    bars: tuple[str, ...]
    in_register: bool
    hearing_held: bool
    new_here: bool = Field(default=True, exclude_if=lambda is_new: is_new)
    file_here: bool = Field(default=False, exclude_if=lambda came: not came)
    visit: Visited | None = None
    opinions: tuple[Opined, ...] = ()
    votes: tuple[Voted, ...] = ()

    def lines(self, guards: Collection[str]) -> Iterator[dict[str, Any]]:
        """A line for each guard that the process has, each department and each vote."""
        known: dict[str, tuple[Measured, Measured, bool]] = {
            "no_bar": (self.bars, (), not self.bars),
            "site_visited": (self._seen(), "conforms", self._seen() == "conforms"),
            "hearing_held": (self.hearing_held, True, self.hearing_held),
            "in_register": (self.in_register, True, self.in_register),
            "new_here": (self.new_here, True, self.new_here),
            "file_here": (self.file_here, True, self.file_here),
        }
        for guard in sorted(guards):
            value, threshold, outcome = known[guard]
            yield line(guard, CITATIONS[guard], "V", value=value, threshold=threshold, outcome=outcome)
        for said in self.opinions:
            agrees = None if said.view is None else said.view == "agree"
            yield line(
                "opinion", JOINT, "V", value=said.view, threshold="agree", outcome=agrees, subject=said.department
            )
        for place, vote in enumerate(self.votes, 1):
            yield line(
                "vote",
                DESIGN,
                "D",
                value=vote.outcome,
                threshold="approve",
                outcome=vote.outcome == "approve",
                subject=str(place),
            )

    def _seen(self) -> str:
        if self.visit is None:
            return "none"
        return "conforms" if self.visit.conforms else "does not conform"
