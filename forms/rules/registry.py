# SPDX-License-Identifier: Apache-2.0
"""Registry (规则登记): every rule over answers taken together, by its id, with its citation. Pure.

A rule finds problems of form that the applicant can put right before submitting (形式审查, 登记管理条例第17、19条);
it never refuses anybody. Only one whose basis was checked against the text of the law (V) may block.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from forms.problem import Problem, Values, Weight
from kit.text import Text

Wrong = tuple[str, Text]
"""A path ("shareholders.0.amount") and what is said about it."""
Finder = Callable[[Values, date], Iterator[Wrong]]
Confidence = Literal["V", "V2", "M"]


class Unsound(ValueError):
    """A rule that would hold people up on a basis that nobody has checked."""


@dataclass(frozen=True, slots=True)
class Rule:
    """`find` yields (path, message) for everything that is wrong in values that could be read."""

    id: str
    basis: Text
    find: Finder
    weight: Weight
    confidence: Confidence


_RULES: dict[str, Rule] = {}


def rule(
    id_: str, zh: str, en: str, weight: Weight = Weight.BLOCKS, confidence: Confidence = "V"
) -> Callable[[Finder], Finder]:
    """Register the rule under its id. Raises Unsound, and ValueError for an id that is taken."""
    if weight is Weight.BLOCKS and confidence != "V":
        raise Unsound(f"{id_} blocks, and its basis is only {confidence}")
    if id_ in _RULES:
        raise ValueError(f"two rules are called {id_}")

    def register(find: Finder) -> Finder:
        _RULES[id_] = Rule(id_, Text(zh=zh, en=en), find, weight, confidence)
        return find

    return register


def known_rules() -> dict[str, Rule]:
    return dict(_RULES)


def apply_rule(id_: str, values: Values, today: date) -> list[Problem]:
    """Every problem that the rule finds in the values that could be read. Raises KeyError for an unknown rule."""
    known = _RULES[id_]
    return [
        Problem(path, message, known.id, known.basis, known.weight, known.confidence)
        for path, message in known.find(values, today)
    ]
