# SPDX-License-Identifier: Apache-2.0
"""Cases of rules: what is answered, and where the rule finds something wrong. Pure."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from forms.problem import Values
from forms.rules import apply_rule
from tests.builders import fictitious_id
from tests.filling import a_credit_code

TODAY = date(2026, 11, 23)
A, B, C, D, E = (fictitious_id("19800101", serial) for serial in range(1, 6))
FIRM = a_credit_code()


@dataclass(frozen=True, slots=True)
class Case:
    """`wrong` are the paths of all that the rule finds, in order; nothing for answers that pass."""

    rule: str
    says: str
    values: Values
    wrong: tuple[str, ...] = ()
    today: date = TODAY

    def __str__(self) -> str:
        return f"{self.rule}: {self.says}"

    def judged(self) -> tuple[str, ...]:
        return tuple(problem.path for problem in apply_rule(self.rule, self.values, self.today))


def passes(rule: str, says: str, **values: Any) -> Case:
    return Case(rule, says, values)


def fails(rule: str, says: str, *wrong: str, **values: Any) -> Case:
    return Case(rule, says, values, wrong)


def ids(count: int) -> list[str]:
    """So many different identity numbers."""
    return [fictitious_id(f"1980{1 + n // 500:02d}01", 1 + n % 500) for n in range(count)]
