# SPDX-License-Identifier: Apache-2.0
"""Rulebook (惩戒规则): the measures in law, as data. Hides where they are kept; a rule without a basis does not load.

Only measures in law, 行政法规 or national policy and the national list may be applied (国办发〔2020〕49号). I/O: files.
"""

import tomllib
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from credit.effect import Effect, Role, Subject
from kit.errors import DomainError
from kit.text import Frozen, Text

RULES = Path(__file__).parent / "rules"
Confidence = Literal["V", "M"]
# A list is called by its statutory name, and no score is ever shown.
_BANNED = ("黑名单", "blacklist", "评分", "分数", "score")


class RuleUnfounded(DomainError):
    """A rule that cannot be applied: no basis for its effect, banned words, or not in the form of a rule."""


class Citation(Frozen):
    """`confidence` "V": compared with the text of the instrument; "M": to be confirmed, never enough to refuse."""

    instrument: str
    article: str
    effective: date
    confidence: Confidence


class Rule(Frozen):
    """If one of `facts` stands recorded against someone in one of `roles`, then `effect`.

    `years` counts from the record when the bureau gives no end. `ways` are the two ways on that a person always has.
    """

    id: str = Field(pattern=r"^CR-\d\d$")
    version: int = Field(ge=1)
    owner: str
    effect: Effect
    subject: Subject | None = None
    facts: tuple[str, ...]
    roles: tuple[Role, ...]
    trigger: tuple[Literal["submission", "decision"], ...] = ("submission", "decision")
    years: int = Field(default=0, ge=0)
    citations: tuple[Citation, ...]
    basis: Text
    title: Text
    consequence: Text
    ways: tuple[Text, Text] | None = None

    @model_validator(mode="after")
    def _is_founded(self) -> Self:
        if self.effect.is_refusal and self.confidence != "V":
            raise ValueError("a rule that refuses needs a citation compared with the text [V]")
        if self.effect is not Effect.ALLOW and self.ways is None:
            raise ValueError("a rule that is shown names two ways on")
        shown = (self.basis, self.title, self.consequence, *(self.ways or ()))
        if any(word in f"{text.zh} {text.en}".lower() for text in shown for word in _BANNED):
            raise ValueError("a banned word in a text that is shown")
        return self

    @property
    def confidence(self) -> Confidence:
        return "V" if any(citation.confidence == "V" for citation in self.citations) else "M"


def read_rule(source: str, name: str = "") -> Rule:
    """One rule from TOML. Raises RuleUnfounded."""
    try:
        return Rule.model_validate(tomllib.loads(source))
    except (ValidationError, tomllib.TOMLDecodeError) as error:
        raise RuleUnfounded(rule=name) from error


def read_rulebook(folder: Path = RULES) -> tuple[Rule, ...]:
    """All rules, by id. Raises RuleUnfounded for one that may not be applied, or for an id used twice."""
    rules = [read_rule(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.toml"))]
    if len({rule.id for rule in rules}) != len(rules):
        raise RuleUnfounded(rule="an id stands twice")
    return tuple(sorted(rules, key=lambda rule: rule.id))


@lru_cache
def rulebook() -> tuple[Rule, ...]:
    """The rules in force, read once."""
    return read_rulebook()
