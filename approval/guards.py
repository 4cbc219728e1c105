# SPDX-License-Identifier: Apache-2.0
"""Guards (流转条件): what must hold before a step takes an outcome, by the name that processes give it. Pure."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from approval.application import Finding
from credit import Effect
from kit.errors import DomainError
from workflows import Human, Panel, Step


class GuardHolds(DomainError):
    """A verified rule bars a person or the whole case: `rules` says which."""


class NotVisited(DomainError):
    """Two officers have not looked at the place yet, or what they saw does not meet the conditions."""


class NotInRegister(DomainError):
    """The register has no such business, it is of another kind, or it has ended: there is nothing to enter."""


class HearingOutstanding(DomainError):
    """The hearing that this item asks for has not been held."""


class RegisteredHere(DomainError):
    """The register has the business already: what changes is entered there, nothing moves."""


class FileOutstanding(DomainError):
    """The file that the former registrar keeps has not come yet."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What stands for and against a case at the moment of deciding."""

    findings: Sequence[Finding]
    visit_conforms: bool
    hearing_held: bool
    is_in_register: bool = True
    is_new_here: bool = True
    file_came: bool = False


def _no_bar(case: Standing) -> None:
    """Such a case is corrected or refused, not approved."""
    against = {f.rule for f in case.findings if Effect(f.effect) in (Effect.REFUSE, Effect.REFUSE_ROLE)}
    if against:
        raise GuardHolds(rules="、".join(sorted(against)))


def _site_visited(case: Standing) -> None:
    """行政许可法第34条."""
    if not case.visit_conforms:
        raise NotVisited()


def _hearing_held(case: Standing) -> None:
    """行政许可法第46、48条: decided on the record of the hearing."""
    if not case.hearing_held:
        raise HearingOutstanding()


def _in_register(case: Standing) -> None:
    """登记管理条例第24、31条: what does not exist cannot be changed."""
    if not case.is_in_register:
        raise NotInRegister()


def _new_here(case: Standing) -> None:
    """A code stands in one register: whoever is in this one changes what is registered (登记管理条例第24条)."""
    if not case.is_new_here:
        raise RegisteredHere()


def _file_here(case: Standing) -> None:
    """登记管理条例第27条；实施细则第62条: what was registered elsewhere is decided on with the file of there."""
    if not case.file_came:
        raise FileOutstanding()


GUARDS: dict[str, Callable[[Standing], None]] = {
    "no_bar": _no_bar,
    "site_visited": _site_visited,
    "hearing_held": _hearing_held,
    "in_register": _in_register,
    "new_here": _new_here,
    "file_here": _file_here,
}


def held(case: Standing, names: Iterable[str] = GUARDS) -> dict[str, bool]:
    """Which of the guards hold, by name."""
    found = {}
    for name in names:
        try:
            GUARDS[name](case)
            found[name] = True
        except DomainError:
            found[name] = False
    return found


def must_be_open(step: Step, outcome: str, case: Standing) -> None:
    """Raises what stands against the outcome.

    GuardHolds, NotVisited, HearingOutstanding, NotInRegister, RegisteredHere, FileOutstanding.
    """
    if isinstance(step, Human | Panel):
        for name in step.guards.get(outcome, ()):
            GUARDS[name](case)
