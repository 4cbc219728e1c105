# SPDX-License-Identifier: Apache-2.0
"""Trial (试行比较): a changed definition tried against past cases before it is published. Pure.

What people and steps answered then is given to the new definition, step by step; where nobody has answered what it
asks, or where a new guard is not known to have held, the trial of that case stops and says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workflows.moving import Answered, Decided, Done, Failed, IllegalMove, RanOut, advance, begin
from workflows.process import End, Human, Panel, Process

Recorded = Done | Failed | Decided | Answered | RanOut


@dataclass(frozen=True, slots=True)
class Past:
    """What happened in one case: each step with its event, in order.

    `stood` says by the place of an event which guards held then; a guard that is not named is not known.
    """

    number: str
    events: tuple[tuple[str, Recorded], ...]
    stood: Mapping[int, Mapping[str, bool]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Result:
    """Where a case ends under a definition; `state` is None where the trial stopped, and `why` says why."""

    state: str | None
    steps: tuple[str, ...]
    why: str = ""

    @property
    def stopped_at(self) -> str | None:
        return self.steps[-1] if self.state is None else None


@dataclass(frozen=True, slots=True)
class Compared:
    """One case under both definitions."""

    number: str
    before: Result
    after: Result

    @property
    def differs(self) -> bool:
        return self.before.state != self.after.state

    @property
    def is_open(self) -> bool:
        """Whether the new definition asks what nobody has answered."""
        return self.after.state is None


class Comparison(list[Compared]):
    """Every case under both, and how many came out how. Each case is counted once."""

    @property
    def undecidable(self) -> int:
        return sum(case.is_open for case in self)

    @property
    def different(self) -> int:
        return sum(case.differs and not case.is_open for case in self)

    @property
    def same(self) -> int:
        return len(self) - self.undecidable - self.different


def replay(process: Process, past: Past, before: Process | None = None) -> Result:
    """Walk the definition with the answers of then.

    With `before`, the definition under which they were given, guards are asked: what that one asked held, of any other
    it must be recorded that it did.
    """
    answers = _answers(past)
    move = begin(process)
    steps = [move.position.step]
    while not isinstance(step := process.steps[steps[-1]], End):
        name = steps[-1]
        if not answers.get(name):
            return Result(None, tuple(steps), f"no answer recorded for step {name}")
        event, stood = answers[name].pop(0)
        standing = move.position
        if before is not None and (why := _barred(process, before, name, event, stood)):
            return Result(None, tuple(steps), why)
        try:
            move = advance(process, standing, event)
        except IllegalMove:
            outcome = getattr(event, "outcome", event.kind)
            return Result(None, tuple(steps), f"step {name} does not know the outcome {outcome}")
        if move.position.step != name or not (move.position.given or move.position.attempts):
            steps.append(move.position.step)
    return Result(step.state, tuple(steps))


def _barred(process: Process, before: Process, name: str, event: Recorded, stood: Mapping[str, bool]) -> str:
    """Why this person could not, or might not, have decided so under the changed definition; "" if nothing bars it."""
    if not isinstance(event, Decided):
        return ""
    passed = _guards(before, name, event.outcome)
    for guard in _guards(process, name, event.outcome):
        if guard in passed or stood.get(guard) is True:
            continue
        if guard in stood:
            return f"step {name} takes {event.outcome} only if {guard}, which did not hold"
        return f"step {name} takes {event.outcome} only if {guard}, which is not recorded"
    return ""


def _guards(process: Process, name: str, outcome: str) -> tuple[str, ...]:
    step = process.steps.get(name)
    return step.guards.get(outcome, ()) if isinstance(step, Human | Panel) else ()


def _answers(past: Past) -> dict[str, list[tuple[Recorded, Mapping[str, bool]]]]:
    """Events by step. A failure that was tried again is left out; the last one, that sent the case on, is final."""
    answers: dict[str, list[tuple[Recorded, Mapping[str, bool]]]] = {}
    following = [step for step, _event in past.events[1:]]
    for place, (asked, event) in enumerate(past.events):
        if isinstance(event, Failed) and not event.is_final:
            if place < len(following) and following[place] == asked:
                continue
            event = event.model_copy(update={"is_final": True})
        answers.setdefault(asked, []).append((event, past.stood.get(place, {})))
    return answers


def compare(before: Process, after: Process, pasts: Iterable[Past]) -> Comparison:
    """Every case under both."""
    return Comparison(Compared(past.number, replay(before, past), replay(after, past, before)) for past in pasts)
