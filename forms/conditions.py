# SPDX-License-Identifier: Apache-2.0
"""Conditions (显示条件): when a question is asked, decided alike on the server and in the browser. Pure.

A condition looks only at questions asked before it, so that it cannot go in circles, and one that is not asked counts
as unanswered. What earlier pages settle is settled here; what is left speaks of the same page and goes to the browser
(`web/static/js/modules/conditions.js`).
"""

import re
from collections.abc import Mapping, Set
from typing import Any

from pydantic import model_validator

from forms.characters import tidied
from kit.text import Frozen

NUMBER = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,4}))?")
SCALE = 10_000  # numbers are compared in ten-thousandths, as whole numbers: what both sides count exactly


def scaled(answer: object) -> int | None:
    """A typed number in ten-thousandths, or None: 12.5 → 125000; a share may be typed with its sign."""
    plain = tidied(answer).replace(",", "").removesuffix("%").strip() if isinstance(answer, str) else ""
    found = NUMBER.fullmatch(plain)
    return int(found[1]) * SCALE + int((found[2] or "").ljust(4, "0")) if found else None


class When(Frozen):
    """Asked only if another question was answered with one of these, or with a number within bounds (both included).

    `all_of` and `any_of` join conditions.
    """

    field: str | None = None
    among: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    all_of: tuple["When", ...] = ()
    any_of: tuple["When", ...] = ()

    @model_validator(mode="after")
    def says_one_thing(self) -> "When":
        has_bounds = self.least is not None or self.most is not None
        asks = [bool(self.among), has_bounds] if self.field else [bool(self.all_of), bool(self.any_of)]
        stray = [bool(self.all_of), bool(self.any_of)] if self.field else [bool(self.among), has_bounds]
        if sum(asks) != 1 or any(stray):
            raise ValueError("a condition names a field with `among` or bounds, or joins others with all_of or any_of")
        if self.least is not None and self.most is not None and self.least > self.most:
            raise ValueError(f"no number is at least {self.least} and at most {self.most}")
        return self

    @property
    def names(self) -> frozenset[str]:
        """The fields it looks at."""
        own = {self.field} if self.field else set()
        return frozenset(own.union(*(part.names for part in (*self.all_of, *self.any_of))))

    @property
    def is_of_numbers(self) -> bool:
        return self.field is not None and not self.among

    def parts(self) -> "list[When]":
        """Itself if it names a field, else what it joins, down to single fields."""
        return [self] if self.field else [part for one in (*self.all_of, *self.any_of) for part in one.parts()]

    def holds(self, answers: Mapping[str, Any]) -> bool:
        """`answers` holds only what was asked."""
        if self.all_of:
            return all(part.holds(answers) for part in self.all_of)
        if self.any_of:
            return any(part.holds(answers) for part in self.any_of)
        answer = answers.get(self.field or "")
        if self.among:
            given = answer if isinstance(answer, list) else [answer]
            return any(value in self.among for value in given)
        number = scaled(answer)
        if number is None:
            return False
        return (self.least is None or number >= self.least * SCALE) and (
            self.most is None or number <= self.most * SCALE
        )

    def left(self, answers: Mapping[str, Any], here: Set[str]) -> "When | bool":
        """What the fields of this page (`here`) still decide, given the answers before it."""
        if self.field:
            return self if self.field in here else self.holds(answers)
        rest = [part.left(answers, here) for part in (*self.all_of, *self.any_of)]
        decisive = bool(self.any_of)  # one True settles any_of, one False all_of
        if decisive in rest:
            return decisive
        open_ones = tuple(part for part in rest if isinstance(part, When))
        if not open_ones:
            return not decisive
        return When(any_of=open_ones) if decisive else When(all_of=open_ones)

    def as_json(self) -> dict[str, Any]:
        """For the browser: short names, numbers in ten-thousandths."""
        if not self.field:
            joined = self.all_of or self.any_of
            return {"all" if self.all_of else "any": [part.as_json() for part in joined]}
        if self.among:
            return {"field": self.field, "among": list(self.among)}
        bounds = {"least": self.least, "most": self.most}
        return {"field": self.field, **{name: b * SCALE for name, b in bounds.items() if b is not None}}
