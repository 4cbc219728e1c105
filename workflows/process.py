# SPDX-License-Identifier: Apache-2.0
"""Process (流程): the steps that carry an application to its decision, as data, and the one function that moves it.

Hides what is reachable, what ends and what is legal in which step. Pure: no session, no clock.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kit.errors import DomainError
from kit.text import Frozen, Text


class IllegalMove(DomainError):
    """The event does not belong to the step in which the application stands."""


class UnsoundProcess(ValueError):
    """A declaration names a step that is not there, cannot be reached or never ends."""


class Retry(Frozen):
    """How often an automatic step that failed is tried again; the wait doubles each time."""

    most: int = Field(4, ge=1, le=20)
    first_wait_s: float = Field(2.0, gt=0)


class Automatic(Frozen):
    """A step that the service carries out itself by one of the registered verbs."""

    kind: Literal["automatic"]
    title: Text
    verb: str
    next: dict[str, str]
    retry: Retry = Retry()
    on_exhausted: str

    def targets(self) -> set[str]:
        return {*self.next.values(), self.on_exhausted}


class Human(Frozen):
    """A step that waits for a person in `role`; it costs a row while it waits."""

    kind: Literal["human"]
    title: Text
    role: Literal["clerk", "supervisor"]
    next: dict[str, str]

    def targets(self) -> set[str]:
        return set(self.next.values())


class End(Frozen):
    """A step after which nothing happens; `state` is the state the application stays in."""

    kind: Literal["end"]
    title: Text
    state: Literal["registered", "returned", "refused", "withdrawn"]

    def targets(self) -> set[str]:
        return set()


Step = Annotated[Automatic | Human | End, Field(discriminator="kind")]


class Process(Frozen):
    """Named steps. Sound by construction: every step can be reached and from every step an end can be reached."""

    name: str
    version: int = Field(ge=1)
    title: Text
    start: str
    steps: dict[str, Step]

    @model_validator(mode="after")
    def prove_sound(self) -> "Process":
        names = set(self.steps)
        for name, step in self.steps.items():
            if strangers := step.targets() - names:
                raise UnsoundProcess(f"{self.name}: step {name} leads to unknown {sorted(strangers)}")
        if self.start not in names:
            raise UnsoundProcess(f"{self.name}: the start {self.start} is not a step")
        reached, waiting = set[str](), [self.start]
        while waiting:
            name = waiting.pop()
            if name not in reached:
                reached.add(name)
                waiting.extend(self.steps[name].targets())
        if lost := names - reached:
            raise UnsoundProcess(f"{self.name}: nothing leads to {sorted(lost)}")
        ending = {name for name, step in self.steps.items() if isinstance(step, End)}
        while more := {n for n in names - ending if self.steps[n].targets() & ending}:
            ending |= more
        if stuck := names - ending:
            raise UnsoundProcess(f"{self.name}: no path ends from {sorted(stuck)}")
        return self

    @property
    def verbs(self) -> set[str]:
        return {step.verb for step in self.steps.values() if isinstance(step, Automatic)}


class Position(Frozen):
    """Where an application stands: its step, how many moves it has made, how often this step has failed."""

    step: str
    seq: int = 0
    attempts: int = 0


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
    """A person decided."""

    kind: Literal["decided"] = "decided"
    outcome: str


Event = Annotated[Done | Failed | Decided, Field(discriminator="kind")]


class Move(Frozen):
    """What follows from an event: the new position, and who goes on when."""

    position: Position
    wait_s: float | None = Field(None, description="run the automatic step after this wait; None: nothing to run")
    role: str | None = None
    ended: str | None = None


def begin(process: Process) -> Move:
    """The first move of an application that is submitted."""
    return _enter(process, Position(step=process.start))


def advance(process: Process, position: Position, event: Done | Failed | Decided) -> Move:
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
        case _:
            raise IllegalMove(step=position.step, event=event.kind)
    return _enter(process, Position(step=target, seq=position.seq + 1))


def _enter(process: Process, position: Position) -> Move:
    match process.steps[position.step]:
        case Automatic():
            return Move(position=position, wait_s=0.0)
        case Human(role=role):
            return Move(position=position, role=role)
        case End(state=state):
            return Move(position=position, ended=state)
