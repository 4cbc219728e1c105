# SPDX-License-Identifier: Apache-2.0
"""Process (流程): the steps that carry an application to its decision, as data, proved sound when read.

Hides what is reachable, what ends, who acts and which wait has which timer. Pure: no session, no clock.
"""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from kit.text import Frozen, Text

Role = Literal["clerk", "supervisor", "expert"]


class UnsoundProcess(ValueError):
    """A declaration names a step that is not there, cannot be reached, never ends or waits for nobody."""


class Retry(Frozen):
    """How often an automatic step that failed is tried again; the wait doubles each time."""

    most: int = Field(4, ge=1, le=20)
    first_wait_s: float = Field(2.0, gt=0)


class Timer(Frozen):
    """What a wait may last: the case's statutory clock, or `working_days` of its own.

    `then` names the step that is entered when it runs out. Without it nothing is decided by silence: the supervisor
    is told, every working day anew.
    """

    working_days: int | None = Field(None, ge=1, le=60, description="None: the statutory clock of the case")
    then: str | None = None


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


class Waiting(Frozen):
    """What all steps share that wait for people; such a wait costs a row."""

    title: Text
    role: Role
    timer: Timer

    def _late(self) -> set[str]:
        return {self.timer.then} if self.timer.then else set()


class Human(Waiting):
    """A step that waits for one person in `role`. `guards` names what must hold before an outcome is taken."""

    kind: Literal["human"]
    next: dict[str, str]
    guards: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def targets(self) -> set[str]:
        return {*self.next.values(), *self._late()}


class Panel(Waiting):
    """Second review (复核): `persons` different people decide, each blind to the others until all have.

    Equal outcomes are taken; different ones go to `on_disagreement`. Four eyes by person, not by role.
    """

    kind: Literal["panel"]
    persons: int = Field(2, ge=2, le=5)
    next: dict[str, str]
    on_disagreement: str
    guards: dict[str, tuple[str, ...]] = Field(default_factory=dict)

    def targets(self) -> set[str]:
        return {*self.next.values(), self.on_disagreement, *self._late()}


class Joint(Waiting):
    """Joint opinions (联合审查): all `departments` are asked at once and answer in any order, then `then` is entered.

    The timer is the departments' own; when it runs out the case goes on without the missing ones.
    """

    kind: Literal["joint"]
    departments: tuple[str, ...] = Field(min_length=1)
    then: str

    def targets(self) -> set[str]:
        return {self.then, *self._late()}


class End(Frozen):
    """A step after which nothing happens; `state` is the state the application stays in."""

    kind: Literal["end"]
    title: Text
    state: Literal["registered", "returned", "refused", "withdrawn"]

    def targets(self) -> set[str]:
        return set()


Step = Annotated[Automatic | Human | Panel | Joint | End, Field(discriminator="kind")]


class Process(Frozen):
    """Named steps. Sound by construction: every step can be reached and from every step an end can be reached.

    `departments` gives the names of those whom joint steps ask.
    """

    name: str = Field(pattern=r"^[a-z][a-z-]*$")
    version: int = Field(ge=1)
    title: Text
    start: str
    departments: dict[str, Text] = Field(default_factory=dict)
    steps: dict[str, Step]

    @model_validator(mode="after")
    def prove_sound(self) -> "Process":
        names = set(self.steps)
        for name, step in self.steps.items():
            self._prove_step(name, step, names)
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
        self._prove_machine_turns_nobody_away()
        self._prove_no_way_round_the_guards()
        return self

    def _prove_step(self, name: str, step: Step, names: set[str]) -> None:
        if strangers := step.targets() - names:
            raise UnsoundProcess(f"{self.name}: step {name} leads to unknown {sorted(strangers)}")
        if isinstance(step, Joint):
            if strangers := set(step.departments) - set(self.departments):
                raise UnsoundProcess(f"{self.name}: step {name} asks unknown departments {sorted(strangers)}")
            if step.timer.working_days is None or step.timer.then is None:
                raise UnsoundProcess(f"{self.name}: step {name} needs a timer with working_days and then")
        elif not isinstance(step, End) and not step.next:
            raise UnsoundProcess(f"{self.name}: step {name} has no outcome")
        if isinstance(step, Human | Panel) and (strangers := set(step.guards) - set(step.next)):
            raise UnsoundProcess(f"{self.name}: step {name} guards unknown outcomes {sorted(strangers)}")

    def _prove_machine_turns_nobody_away(self) -> None:
        """No automatic step, and no timer, leads into an end that is not a grant (Administrative Licensing Law 38)."""
        bad = {n for n, s in self.steps.items() if isinstance(s, End) and s.state in ("returned", "refused")}
        for name, step in self.steps.items():
            unheard = step.targets() if isinstance(step, Automatic) else set()
            if isinstance(step, Human | Panel | Joint) and step.timer.then:
                unheard = {step.timer.then}
            if found := unheard & bad:
                raise UnsoundProcess(f"{self.name}: step {name} would turn people away by machine: {sorted(found)}")

    def _prove_no_way_round_the_guards(self) -> None:
        """Whoever grants is bound by what binds the others, and whoever settles a panel by what binds the panel.

        Steps that only a failure leads to are left out: they send on what was decided before.
        """
        regular = {self.start}
        for step in self.steps.values():
            regular |= set(step.next.values()) if isinstance(step, Automatic) else step.targets()
        people = {n: s for n, s in self.steps.items() if isinstance(s, Human | Panel) and n in regular}
        granting = self._granting()
        grants = [(n, o, s.guards.get(o, ())) for n, s in people.items() for o, t in s.next.items() if t in granting]
        bound = {guard for _name, _outcome, guards in grants for guard in guards}
        for name, outcome, guards in grants:
            if missing := sorted(bound - set(guards)):
                raise UnsoundProcess(f"{self.name}: step {name} grants by {outcome} without the guards {missing}")
        for name, step in people.items():
            if bound and step.timer.then in granting:
                raise UnsoundProcess(f"{self.name}: step {name} would grant by silence what {sorted(bound)} guard")
            if isinstance(step, Panel):
                self._prove_settled(name, step)

    def _prove_settled(self, name: str, panel: Panel) -> None:
        """An outcome that a panel may not take is not open to whoever settles what it disagrees on."""
        settling = self.steps[panel.on_disagreement]
        if not isinstance(settling, Human | Panel):
            return
        for outcome in set(panel.guards) & set(settling.next):
            if missing := sorted(set(panel.guards[outcome]) - set(settling.guards.get(outcome, ()))):
                raise UnsoundProcess(
                    f"{self.name}: step {panel.on_disagreement} takes {outcome} without the guards {missing} of {name}"
                )

    def _granting(self) -> set[str]:
        """Steps from which machines alone lead to a grant, whatever they find."""
        found = {n for n, s in self.steps.items() if isinstance(s, End) and s.state == "registered"}
        machines = {n: s for n, s in self.steps.items() if isinstance(s, Automatic)}
        while more := {n for n, s in machines.items() if n not in found and set(s.next.values()) <= found}:
            found |= more
        return found

    @property
    def verbs(self) -> set[str]:
        return {step.verb for step in self.steps.values() if isinstance(step, Automatic)}

    @property
    def guards(self) -> set[str]:
        found = [step.guards for step in self.steps.values() if isinstance(step, Human | Panel)]
        return {guard for guards in found for names in guards.values() for guard in names}
