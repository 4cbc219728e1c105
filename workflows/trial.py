# SPDX-License-Identifier: Apache-2.0
"""Trial (试行比较): a changed definition tried against past cases before it is published. Pure.

What people and steps answered then is given to the new definition, step by step; where nobody has answered what it
asks, the trial of that case stops and says so.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from workflows.moving import Answered, Decided, Done, Failed, IllegalMove, RanOut, advance, begin
from workflows.process import End, Process

MOST_MOVES = 200
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


def replay(process: Process, past: Past) -> Result:
    """Walk the definition with the answers of then. A failure that was tried again is left out."""
    answers: dict[str, list[Recorded]] = {}
    for asked, event in past.events:
        if not isinstance(event, Failed) or event.is_final:
            answers.setdefault(asked, []).append(event)
    move = begin(process)
    steps = [move.position.step]
    for _ in range(MOST_MOVES):
        name = move.position.step
        step = process.steps[name]
        if isinstance(step, End):
            return Result(step.state, tuple(steps))
        waiting = answers.get(name, [])
        if not waiting:
            return Result(None, tuple(steps), f"no answer recorded for step {name}")
        event = waiting.pop(0)
        try:
            move = advance(process, move.position, event)
        except IllegalMove:
            outcome = getattr(event, "outcome", event.kind)
            return Result(None, tuple(steps), f"step {name} does not know the outcome {outcome}")
        if move.position.step != name:
            steps.append(move.position.step)
    return Result(None, tuple(steps), "goes round in circles")


def compare(before: Process, after: Process, pasts: Iterable[Past]) -> list[Compared]:
    """Every case under both."""
    return [Compared(past.number, replay(before, past), replay(after, past)) for past in pasts]
