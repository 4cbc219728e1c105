# SPDX-License-Identifier: Apache-2.0
"""Guards (流转条件): what must hold before a step takes an outcome, by the name that processes give it. Pure."""

from collections.abc import Callable, Sequence

from approval.application import Finding
from credit import Effect
from kit.errors import DomainError
from workflows import Human, Panel, Step


class GuardHolds(DomainError):
    """The outcome is not open: `guard` says which condition is missing, `rules` what stands against it."""


def _no_bar(findings: Sequence[Finding]) -> tuple[str, ...]:
    """No verified rule bars a person or the whole case: such a case is corrected or refused, not approved."""
    return tuple(f.rule for f in findings if Effect(f.effect) in (Effect.REFUSE, Effect.REFUSE_ROLE))


GUARDS: dict[str, Callable[[Sequence[Finding]], tuple[str, ...]]] = {"no_bar": _no_bar}


def must_be_open(step: Step, outcome: str, findings: Sequence[Finding]) -> None:
    """Raises GuardHolds."""
    if not isinstance(step, Human | Panel):
        return
    for name in step.guards.get(outcome, ()):
        if standing := GUARDS[name](findings):
            raise GuardHolds(guard=name, rules="、".join(sorted(set(standing))))
