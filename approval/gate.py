# SPDX-License-Identifier: Apache-2.0
"""Gate (自动审批规则，秒批): a closed list of rules under which the machine may approve, and can do nothing else.

A rule holds only where its fact is known, of the right type and on the right side of its threshold: whatever is
unknown goes to a person. Pure.
"""

from collections.abc import Mapping
from datetime import date
from typing import Literal

from pydantic import ConfigDict, Field, ValidationError, field_validator, model_validator

from forms import Checked, Form, Values
from kit.numbers import is_of_organisation
from kit.text import Frozen, Text

Plain = str | bool | int | tuple[str, ...] | None
Count = int | None


class Facts(Frozen):
    """What a gate may ask about one application; None is not known. No name, number or address is among them."""

    model_config = ConfigDict(strict=True)

    item: str | None = None
    is_correction: bool | None = None  # submitted again after a return (补正)
    identity_band: str | None = None  # of the holder: "accept", "person", ...; "assured" where an officer met them
    identity_by_camera: bool | None = None
    liveness_proven: bool | None = None
    second_factor: str | None = None  # "none", "partner", "window" or "video"
    others_unproven: Count = Field(default=None, ge=0)
    others_without_factor: Count = Field(default=None, ge=0)  # of whom nothing but a remote face or a picture speaks
    unsigned: Count = Field(
        default=None, ge=0
    )  # of those who must sign; None for what was submitted before it was asked
    contact_is_holder: str | None = None  # "yes" or "no"
    agent: str | None = None  # "none", "declared" or "undeclared"
    name_status: str | None = None  # "none", "reserved" or "unchecked"
    premises_proof: str | None = None
    address_known: bool | None = None  # whether the standard library has it; None where it has nothing of the street
    licensed_scope: tuple[str, ...] | None = None  # chosen items that need a permit
    legal_shareholders: Count = Field(default=None, ge=0)
    capital_yuan: Count = Field(default=None, ge=0)
    articles: str | None = None  # "template" or "own"
    beneficial_owners: str | None = None
    blocking_problems: Count = Field(default=None, ge=0)
    form_warnings: Count = Field(default=None, ge=0)
    credit_effects: tuple[str, ...] | None = None
    credit_unanswered: Count = Field(default=None, ge=0)

    @field_validator("licensed_scope", "credit_effects", mode="before")
    @classmethod
    def _read_list(cls, value: object) -> object:
        return tuple(value) if isinstance(value, list) else value  # as it comes back from JSON


class Mend(Frozen):
    """An honest choice by which an applicant can satisfy the rule. `to` gives the answers to try, best first.

    Without `to`, what the rule objects to is taken out of the list that was answered.
    """

    field: str = Field(pattern=r"^[a-z][a-z_]*$")
    to: str | tuple[str, ...] | None = None
    words: Text


class Rule(Frozen):
    """One condition. Of a list, `one_of` asks that each value be among the threshold, `none_of` that none be.

    `way_on`: what can be done where no answer of the form would satisfy it.
    """

    id: str = Field(pattern=r"^G-\d\d$")
    fact: str
    test: Literal["equals", "one_of", "at_most", "empty", "none_of"]
    threshold: Plain = None
    title: Text
    citation: Text
    confidence: Literal["V", "M", "D"]
    mend: Mend | None = None
    way_on: Text | None = None

    @model_validator(mode="after")
    def fits_together(self) -> "Rule":
        if self.fact not in Facts.model_fields:
            raise ValueError(f"{self.id}: no fact is called {self.fact}")
        wanted: dict[str, tuple[type, ...]] = {"equals": (str, bool, int), "at_most": (int,), "empty": (type(None),)}
        if type(self.threshold) not in wanted.get(self.test, (tuple,)):
            raise ValueError(f"{self.id}: {self.test} cannot be asked of {self.threshold!r}")
        return self

    def holds(self, value: Plain) -> bool:
        """Whether the rule is satisfied; never by what is unknown or of another type."""
        limit = self.threshold
        if self.test == "equals":
            return type(value) is type(limit) and value == limit
        if self.test == "at_most":
            return type(value) is int and type(limit) is int and 0 <= value <= limit
        if self.test == "empty":
            return value == ()
        if not isinstance(value, str | tuple) or not isinstance(limit, tuple):
            return False
        return not self.objects_to(value)

    def objects_to(self, value: Plain) -> tuple[str, ...]:
        """The parts of the value for which the rule fails."""
        parts = value if isinstance(value, tuple) else (value,) if isinstance(value, str) else ()
        limit = self.threshold if isinstance(self.threshold, tuple) else ()
        return tuple(part for part in parts if (part in limit) is (self.test == "none_of"))


class Gate(Frozen):
    """One version of the rules for one item, in force before `valid_to`.

    In `shadow` the verdict is only kept beside the clerk's; `off` is off.
    """

    name: str
    version: int = Field(ge=1)
    valid_from: date = date.min
    valid_to: date | None = None
    mode: Literal["live", "shadow", "off"]
    sample_rate: float = Field(ge=0, le=1)
    rules: tuple[Rule, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def is_closed(self) -> "Gate":
        if len({rule.id for rule in self.rules}) != len(self.rules):
            raise ValueError(f"{self.name}: a rule stands twice")
        if not any((r.fact, r.test, r.threshold) == ("item", "equals", self.name) for r in self.rules):
            raise ValueError(f"{self.name}: a rule must ask that the item is {self.name}")
        emptied = [r.mend.field for r in self.rules if r.mend and r.mend.to is None]
        if len(emptied) != len(set(emptied)):
            raise ValueError(f"{self.name}: two rules take out of the same answer")
        return self

    def is_asked(self, day: date) -> bool:
        """Whether it says something of a case that is weighed on that day."""
        return self.mode != "off" and self.valid_from <= day and (self.valid_to is None or day < self.valid_to)

    def approves(self, verdict: "Verdict") -> bool:
        """Whether the machine may approve on this verdict: it is this gate's, it passed, and the gate is live."""
        is_ours = (verdict.gate, verdict.version) == (self.name, self.version)
        return is_ours and verdict.passed and self.mode == "live"


class Line(Frozen):
    """What one rule saw and said."""

    rule: str
    fact: str
    value: Plain
    threshold: Plain
    outcome: bool
    citation: Text
    confidence: str


class Verdict(Frozen):
    """The whole trace; `passed` only if every line is true. `model_dump(mode="json")` is what the log keeps."""

    passed: bool
    trace: tuple[Line, ...]
    gate: str
    version: int

    @property
    def failing(self) -> tuple[str, ...]:
        return tuple(line.rule for line in self.trace if not line.outcome)


def evaluate(gate: Gate, facts: Facts) -> Verdict:
    """Every rule is asked, also after one has failed: the trace is always whole."""
    trace = tuple(_ask(rule, _plain(getattr(facts, rule.fact, None))) for rule in gate.rules)
    passed = bool(trace) and all(line.outcome for line in trace)
    return Verdict(passed=passed, trace=trace, gate=gate.name, version=gate.version)


def stands(gate: Gate, verdict: Verdict) -> bool:
    """Whether the gate, asked again of the facts in the trace, says exactly the same: the offline check."""
    try:
        facts = Facts.model_validate({line.fact: line.value for line in verdict.trace})
    except ValidationError:
        return False
    return evaluate(gate, facts) == verdict


def _ask(rule: Rule, value: Plain) -> Line:
    return Line(
        rule=rule.id,
        fact=rule.fact,
        value=value,
        threshold=rule.threshold,
        outcome=rule.holds(value),
        citation=rule.citation,
        confidence=rule.confidence,
    )


def _plain(value: object) -> Plain:
    """What is no plain value counts as unknown."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, list | tuple):
        return tuple(str(part) for part in value) if all(isinstance(part, str) for part in value) else None
    return value if isinstance(value, bool | int) else None


def facts_of(item: str, form: Form, checked: Checked, known: Mapping[str, object] | None = None) -> Facts:
    """What the form says, and what is `known` from elsewhere. Raises ValidationError for a wrong type."""
    values = checked.values
    licensed = [o.value for o in form.field("scope").options if o.licensed and o.value in values.get("scope", ())]
    capital = values.get("capital")
    said: dict[str, object] = {
        "item": item,
        "contact_is_holder": values.get("contact_is_holder"),
        "agent": values.get("agent"),
        "name_status": _name_status(values),
        "premises_proof": values.get("premises_proof"),
        "licensed_scope": licensed if "scope" in values else None,
        "legal_shareholders": _legal_persons(values.get("shareholders")),
        "capital_yuan": None if capital is None else int(capital * 10000),
        # The text is the template unless clauses were added to it; a form without the question offers nothing else.
        "articles": values.get("articles") or "template",
        "beneficial_owners": values.get("beneficial_owners"),
        "blocking_problems": sum(problem.blocks for problem in checked.problems),
        "form_warnings": sum(not problem.blocks for problem in checked.problems),
    }
    return Facts.model_validate(said | dict(known or {}))


def _name_status(values: Values) -> str | None:
    """That a name is reserved is known from its register only, never from the form."""
    if values.get("company_name") or values.get("uses_name") == "yes":
        return "unchecked"
    return "none" if values.get("uses_name") == "no" else None


def _legal_persons(parties: list[Values] | None) -> int | None:
    """How many of the parties are firms; unknown while a number could not be read."""
    if parties is None or not all(party.get("number") for party in parties):
        return None
    return sum(is_of_organisation(party["number"]) for party in parties)
