# SPDX-License-Identifier: Apache-2.0
"""Moving (流转): where an application stands in its process, and the one function that moves it. Pure."""

from typing import Annotated, Literal

from pydantic import Field

from kit.errors import DomainError
from kit.text import Frozen
from workflows.process import Automatic, End, Human, Joint, Panel, Process


class IllegalMove(DomainError):
    """The event does not belong to the step in which the application stands."""


class Position(Frozen):
    """Where an application stands: its step, how many moves it has made, how often this step has failed.

    `given` holds what has come in of what a step collects: opinion by department, or outcome by person.
    """

    step: str
    seq: int = 0
    attempts: int = 0
    given: dict[str, str] = Field(default_factory=dict)


class Done(Frozen):
    """An automatic step finished with `outcome`."""

    kind: Literal["done"] = "done"
    outcome: str


class Failed(Frozen):
    """An automatic step could not be carried out; `error` is a stable code, never free text."""

    kind: Literal["failed"] = "failed"
    error: str
    is_final: bool = False


class Decided(Frozen):
    """A person decided; in a panel, `by` casts one vote."""

    kind: Literal["decided"] = "decided"
    outcome: str
    by: str = ""


class Answered(Frozen):
    """A department gave its opinion."""

    kind: Literal["answered"] = "answered"
    department: str
    outcome: str


class RanOut(Frozen):
    """The timer of the step ran out."""

    kind: Literal["ran_out"] = "ran_out"


Event = Annotated[Done | Failed | Decided | Answered | RanOut, Field(discriminator="kind")]


class Move(Frozen):
    """What follows from an event: the new position, and who goes on when."""

    position: Position
    wait_s: float | None = Field(None, description="run the automatic step after this wait; None: nothing to run")
    role: str | None = None
    ended: str | None = None


def begin(process: Process) -> Move:
    """The first move of an application that is submitted."""
    return _enter(process, Position(step=process.start))


def advance(process: Process, position: Position, event: Done | Failed | Decided | Answered | RanOut) -> Move:
    """The move that `event` makes from `position`. Raises IllegalMove."""
    step = process.steps[position.step]
    match step, event:
        case Automatic(), Done(outcome=outcome) if outcome in step.next:
            target = step.next[outcome]
        case Automatic(), Failed(is_final=is_final):
            tries = position.attempts + 1
            if not is_final and tries < step.retry.most:
                again = Position(step=position.step, seq=position.seq + 1, attempts=tries)
                return Move(position=again, wait_s=step.retry.first_wait_s * 2 ** (tries - 1))
            target = step.on_exhausted
        case Human(), Decided(outcome=outcome) if outcome in step.next:
            target = step.next[outcome]
        case Panel(), Decided(outcome=outcome, by=by) if outcome in step.next and by and by not in position.given:
            votes = {**position.given, by: outcome}
            if len(votes) < step.persons:
                return _stay(position, votes, step.role)
            target = step.next[outcome] if set(votes.values()) == {outcome} else step.on_disagreement
        case Joint(), Answered(department=department, outcome=outcome) if (
            department in step.departments and department not in position.given
        ):
            answers = {**position.given, department: outcome}
            if len(answers) < len(step.departments):
                return _stay(position, answers, step.role)
            target = step.then
        case Human() | Panel() | Joint(), RanOut() if step.timer.then:
            target = step.timer.then
        case _:
            raise IllegalMove(step=position.step, event=event.kind)
    return _enter(process, Position(step=target, seq=position.seq + 1))


def _stay(position: Position, given: dict[str, str], role: str) -> Move:
    return Move(position=Position(step=position.step, seq=position.seq + 1, given=given), role=role)


def _enter(process: Process, position: Position) -> Move:
    match process.steps[position.step]:
        case Automatic():
            return Move(position=position, wait_s=0.0)
        case Human(role=role) | Panel(role=role) | Joint(role=role):
            return Move(position=position, role=role)
        case End(state=state):
            return Move(position=position, ended=state)
