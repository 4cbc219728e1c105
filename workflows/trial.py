# SPDX-License-Identifier: Apache-2.0
"""Trial (试行比较): a changed definition tried against past cases before it is published. Pure.

What people and steps answered then is given to the new definition, step by step; where nobody has answered what it
asks, the trial of that case stops and says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.moving import Answered, Decided, Done, Failed, IllegalMove, RanOut, advance, begin
from workflows.process import End, Process

Recorded = Done | Failed | Decided | Answered | RanOut


@dataclass(frozen=True, slots=True)
class Past:
    """What happened in one case: each step with its event, in order."""

    number: str
    events: tuple[tuple[str, Recorded], ...]


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


def replay(process: Process, past: Past) -> Result:
    """Walk the definition with the answers of then."""
    answers = _answers(past)
    move = begin(process)
    steps = [move.position.step]
    while not isinstance(step := process.steps[steps[-1]], End):
        name = steps[-1]
        if not answers.get(name):
            return Result(None, tuple(steps), f"no answer recorded for step {name}")
        event = answers[name].pop(0)
        before = move.position
        try:
            move = advance(process, before, event)
        except IllegalMove:
            outcome = getattr(event, "outcome", event.kind)
            return Result(None, tuple(steps), f"step {name} does not know the outcome {outcome}")
        if move.position.step != name or not (move.position.given or move.position.attempts):
            steps.append(move.position.step)
    return Result(step.state, tuple(steps))


def _answers(past: Past) -> dict[str, list[Recorded]]:
    """Events by step. A failure that was tried again is left out; the last one, that sent the case on, is final."""
    answers: dict[str, list[Recorded]] = {}
    following = [step for step, _event in past.events[1:]]
    for place, (asked, event) in enumerate(past.events):
        if isinstance(event, Failed) and not event.is_final:
            if place < len(following) and following[place] == asked:
                continue
            event = event.model_copy(update={"is_final": True})
        answers.setdefault(asked, []).append(event)
    return answers


def compare(before: Process, after: Process, pasts: Iterable[Past]) -> Comparison:
    """Every case under both."""
    return Comparison(Compared(past.number, replay(before, past), replay(after, past)) for past in pasts)
