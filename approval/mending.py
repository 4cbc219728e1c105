# SPDX-License-Identifier: Apache-2.0
"""Mending (调整建议): the smallest change of answers with which the gate would pass, found by trying. Pure.

Only choices that a rule's `mend` declares honest are tried, and only where the applicant has already answered. What
is not known before submitting may be assumed, and is then said; no change is promised that has not been tried whole.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import combinations, product

from approval.gate import Facts, Gate, Mend, Rule, evaluate
from forms import Answer, Answers
from kit.text import Frozen, Text

MOST_FIELDS = 3
FactsOf = Callable[[Answers], Facts]


class Edit(Frozen):
    """One answer to be given differently. A list stands for the answer to a question with several choices."""

    field: str
    value: str | tuple[str, ...]
    words: Text
    rule: str


class Assumed(Frozen):
    """A condition that nobody knows yet, and that the promise rests on."""

    rule: str
    fact: str
    title: Text


class Change(Frozen):
    """With these edits the gate passes, if all that is assumed turns out so. No edits: it passes as answered."""

    edits: tuple[Edit, ...]
    assumed: tuple[Assumed, ...]

    def applied_to(self, answers: Answers) -> Answers:
        return _applied(answers, self.edits)


class Obstacle(Frozen):
    """A rule that stands in the way."""

    rule: str
    title: Text
    way_on: Text | None = None


class Nothing(Frozen):
    """No change helps. `unmendable` failed whatever was tried; if it is empty, the rest cannot be had together."""

    failing: tuple[Obstacle, ...]
    unmendable: tuple[Obstacle, ...]


def smallest_change(
    gate: Gate, facts_of: FactsOf, answers: Answers, assumed: Mapping[str, object] | None = None
) -> Change | Nothing | None:
    """The fewest edits after which the gate passes; of equally few, what its rules name first.

    `assumed` fills in facts that are unknown, and never changes one that is known. None: the gate is not live, so
    that nothing may be promised. Raises ValidationError for an assumption about no known fact.
    """
    if gate.mode != "live":
        return None
    hopes = dict(assumed or {})
    Facts.model_validate(hopes)
    first = _failing(gate, facts_of(answers), hopes)
    never = set(first)
    options = _options(gate, facts_of(answers), answers)
    for edits in _smallest_first(options):
        facts = facts_of(_applied(answers, edits))
        failing = _failing(gate, facts, hopes)
        if not failing:
            return Change(edits=edits, assumed=_assumed(gate, facts, hopes))
        never &= failing
    return Nothing(failing=_obstacles(gate, first), unmendable=_obstacles(gate, never))


def _smallest_first(options: Mapping[str, list[Edit]]) -> Iterator[tuple[Edit, ...]]:
    """Every choice of at most three fields with one new value each, beginning with none."""
    for count in range(min(MOST_FIELDS, len(options)) + 1):
        for fields in combinations(options.values(), count):
            yield from product(*fields)


def _options(gate: Gate, facts: Facts, answers: Answers) -> dict[str, list[Edit]]:
    """What could be answered otherwise, by field. A question not yet answered is the applicant's own to answer."""
    options: dict[str, list[Edit]] = {}
    for rule in gate.rules:
        if rule.mend is None or not answers.get(rule.mend.field):
            continue
        current = answers[rule.mend.field]
        for value in _values(rule, rule.mend, facts, current):
            edits = options.setdefault(rule.mend.field, [])
            if value != current and value not in [edit.value for edit in edits]:
                edits.append(Edit(field=rule.mend.field, value=value, words=rule.mend.words, rule=rule.id))
    return {field: edits for field, edits in options.items() if edits}


def _values(rule: Rule, mend: Mend, facts: Facts, current: Answer) -> tuple[str | tuple[str, ...], ...]:
    if mend.to is not None:
        return (mend.to,) if isinstance(mend.to, str) else mend.to
    if not isinstance(current, list):
        return ()
    value = getattr(facts, rule.fact)
    unwanted = (value or ()) if rule.test == "empty" else rule.objects_to(value)
    kept = tuple(part for part in current if isinstance(part, str) and part not in unwanted)
    return (kept,) if kept and len(kept) < len(current) else ()


def _applied(answers: Answers, edits: tuple[Edit, ...]) -> Answers:
    changed: Answers = {e.field: e.value if isinstance(e.value, str) else list(e.value) for e in edits}
    return {**answers, **changed}


def _hoped(facts: Facts, hopes: Mapping[str, object]) -> Facts:
    unknown = {fact: value for fact, value in hopes.items() if getattr(facts, fact) is None}
    return Facts.model_validate(facts.model_dump() | unknown)


def _failing(gate: Gate, facts: Facts, hopes: Mapping[str, object]) -> set[str]:
    return set(evaluate(gate, _hoped(facts, hopes)).failing)


def _assumed(gate: Gate, facts: Facts, hopes: Mapping[str, object]) -> tuple[Assumed, ...]:
    rules = (rule for rule in gate.rules if rule.fact in hopes and getattr(facts, rule.fact) is None)
    return tuple(Assumed(rule=rule.id, fact=rule.fact, title=rule.title) for rule in rules)


def _obstacles(gate: Gate, failing: set[str]) -> tuple[Obstacle, ...]:
    return tuple(
        Obstacle(rule=rule.id, title=rule.title, way_on=rule.way_on) for rule in gate.rules if rule.id in failing
    )
