# SPDX-License-Identifier: Apache-2.0
"""Rulebook (惩戒规则): the measures in law, as data. Hides where they are kept; a rule without a basis does not load.

Only measures in law, 行政法规 or national policy and on the lists in force may be applied (国办发〔2020〕49号). I/O:
files.
"""

import tomllib
from collections.abc import Iterable
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Literal, Self

from pydantic import Field, ValidationError, model_validator

from credit.editions import Measures, measures
from credit.effect import Effect, Role, Subject
from credit.filing import Act, Filing
from kit.errors import DomainError
from kit.text import Frozen, Text

RULES = Path(__file__).parent / "rules"
Confidence = Literal["V", "M"]
Nature = Literal["measure", "procedure", "design"]
# A list is called by its statutory name, and no score is ever shown.
_BANNED = ("黑名单", "blacklist", "评分", "分数", "score")


class RuleUnfounded(DomainError):
    """A rule that cannot be applied: no basis for its effect, banned words, or not in the form of a rule.

    `str` is one sentence: the file and why.
    """

    def __init__(self, rule: str = "", why: str = "") -> None:
        super().__init__(rule=rule, why=why)

    def __str__(self) -> str:
        return f"{self.facts['rule']}: {self.facts['why']}."


class Citation(Frozen):
    """`confidence` "V": compared with the text of the instrument; "M": to be confirmed, never enough to refuse."""

    instrument: str
    article: str
    effective: date
    confidence: Confidence


class Rule(Frozen):
    """If one of `facts` stands recorded against someone in one of `roles`, and `on` names the filing, then `effect`.

    `nature`: a "measure" because of dishonesty is named by its code on the lists; "procedure" is what the law of
    registration asks of this filing whoever files it; "design" is a rule of this service and asks for a person at most.
    `on` empty: any filing. Of a change, `matters` are those that it acts on (empty: any), and where one of `unless` is
    changed with it, it does not act. `years` counts from the record when the bureau gives no end. `ways` are the two
    ways on that a person always has. One text of law may take several rules: CR-06, CR-06B.
    """

    id: str = Field(pattern=r"^CR-\d\d[B-Z]?$")
    version: int = Field(ge=1)
    owner: str
    nature: Nature
    measure: str | None = None
    effect: Effect
    subject: Subject | None = None
    facts: tuple[str, ...]
    roles: tuple[Role, ...]
    on: tuple[Act, ...] = ()
    matters: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
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
        if (self.nature == "measure") != (self.measure is not None):
            raise ValueError("a measure, and nothing else, names its code on the lists of measures")
        if self.nature == "design" and self.effect.severity > Effect.MANUAL.severity:
            raise ValueError("a rule of design asks for a person at most")
        if (self.matters or self.unless) and self.on != (Act.CHANGE,):
            raise ValueError("only a change has matters")
        shown = (self.basis, self.title, self.consequence, *(self.ways or ()))
        if any(word in f"{text.zh} {text.en}".lower() for text in shown for word in _BANNED):
            raise ValueError("a banned word in a text that is shown")
        return self

    @property
    def confidence(self) -> Confidence:
        return "V" if any(citation.confidence == "V" for citation in self.citations) else "M"

    def acts_on(self, filing: Filing) -> bool:
        """Whether the rule says anything of such a filing."""
        if self.on and filing.act not in self.on:
            return False
        if self.matters and not filing.matters & set(self.matters):
            return False
        return not filing.matters & set(self.unless)

    def is_listed(self, day: date, lists: Measures) -> bool:
        """Whether it may be applied on the day: its measure, if it is one, stands on a list that is in force."""
        return self.measure is None or lists.edition_of(self.measure, day) is not None


def read_rule(source: str, name: str = "") -> Rule:
    """One rule from TOML. Raises RuleUnfounded."""
    try:
        return Rule.model_validate(tomllib.loads(source))
    except tomllib.TOMLDecodeError as error:
        raise RuleUnfounded(rule=name, why=str(error)) from error
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        why = first["msg"].removeprefix("Value error, ")
        raise RuleUnfounded(rule=name, why=f"{where}: {why}" if where else why) from error


def read_rulebook(folder: Path = RULES) -> tuple[Rule, ...]:
    """All rules, by id. Raises RuleUnfounded for one that may not be applied, or for an id used twice."""
    rules = [read_rule(path.read_text("utf-8"), path.name) for path in sorted(folder.glob("*.toml"))]
    if len({rule.id for rule in rules}) != len(rules):
        raise RuleUnfounded(rule=str(folder.name), why="an id stands twice")
    return tuple(sorted(rules, key=lambda rule: rule.id))


def must_be_listed(rules: Iterable[Rule], day: date, lists: Measures | None = None) -> None:
    """Raises RuleUnfounded for a measure that is on no list in force on the day: the service does not start with it."""
    lists = measures() if lists is None else lists
    for rule in rules:
        if not rule.is_listed(day, lists):
            why = f"the measure {rule.measure} is on no list that is in force on {day}"
            raise RuleUnfounded(rule=f"{rule.id.lower()}.toml", why=why)


@lru_cache
def rulebook() -> tuple[Rule, ...]:
    """The rules that are installed, read once. `must_be_listed` says whether they may be applied."""
    return read_rulebook()
