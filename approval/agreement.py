# SPDX-License-Identifier: Apache-2.0
"""Agreement (人机一致性): whether a gate says what clerks say: before it goes live, and ever after by samples. Pure.

In shadow the gate is compared with every decision; live, a part of its approvals is looked at by a second person, and
a sequential test stops the gate when too many of them were wrong.
"""

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p
from typing import Literal

Course = Literal["go on", "stop", "clear"]


@dataclass(frozen=True, slots=True)
class Agreement:
    """How often the machine and the clerk would have approved the same case."""

    machine_yes_human_yes: int = 0
    machine_yes_human_no: int = 0
    machine_no_human_yes: int = 0
    machine_no_human_no: int = 0

    def __post_init__(self) -> None:
        cells = (self.machine_yes_human_yes, self.machine_yes_human_no)
        if min(*cells, self.machine_no_human_yes, self.machine_no_human_no) < 0:
            raise ValueError("a count is not negative")

    @property
    def machine_yes(self) -> int:
        return self.machine_yes_human_yes + self.machine_yes_human_no

    @property
    def precision(self) -> float | None:
        """Of what the machine would approve, the part that the clerk approved; None while there is nothing."""
        return self.machine_yes_human_yes / self.machine_yes if self.machine_yes else None

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the precision."""
        return exact_interval(self.machine_yes_human_yes, self.machine_yes)

    @property
    def reach(self) -> float | None:
        """Of what the clerk approved, the part that would have needed no clerk."""
        approved = self.machine_yes_human_yes + self.machine_no_human_yes
        return self.machine_yes_human_yes / approved if approved else None

    def may_go_live(self, target: float = 0.99, least: int = 400) -> bool:
        """Whether at least `least` approvals were compared and the precision is surely not below `target`.

        Without a single error 368 cases give a lower bound of 0.99; with one error it takes 555.
        """
        return self.machine_yes >= least and self.interval[0] >= target


def tally(pairs: Iterable[tuple[bool, bool]]) -> Agreement:
    """Count pairs of what the machine and what the clerk said, true for an approval."""
    counts = {(True, True): 0, (True, False): 0, (False, True): 0, (False, False): 0}
    for pair in pairs:
        counts[pair] += 1
    return Agreement(*counts.values())


def exact_interval(successes: int, trials: int, confidence: float = 0.95) -> tuple[float, float]:
    """Clopper and Pearson's interval (Biometrika 26, 1934, p. 404): it covers at least as often as it says.

    Wilson's is narrower, but near 1, where a gate must be, it can fall short of its level.
    """
    if not 0 <= successes <= trials or not 0 < confidence < 1:
        raise ValueError("successes are among the trials, and the confidence lies between 0 and 1")
    tail = (1 - confidence) / 2
    lower, upper = 0.0, 1.0
    if successes > 0:
        lower = _where_reached(lambda p: _at_least(successes, trials, p), tail)
    if successes < trials:
        upper = 1 - _where_reached(lambda p: _at_least(trials - successes, trials, p), tail)
    return lower, upper


def _at_least(successes: int, trials: int, p: float) -> float:
    """The probability of that many successes or more."""
    if p <= 0 or p >= 1:
        return float(p >= 1)
    ways = lgamma(trials + 1)
    terms = (
        exp(ways - lgamma(k + 1) - lgamma(trials - k + 1) + k * log(p) + (trials - k) * log1p(-p))
        for k in range(successes, trials + 1)
    )
    return fsum(terms)


def _where_reached(rising: Callable[[float], float], level: float) -> float:
    """The largest p found at which a rising function is still below the level."""
    low, high = 0.0, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if rising(middle) < level else (low, middle)
    return low


def drift(
    outcomes: Iterable[bool], p0: float = 0.005, p1: float = 0.03, alpha: float = 0.01, beta: float = 0.05
) -> Course:
    """Wald's sequential probability ratio test (Ann. Math. Statist. 16, 1945, p. 117) of errors, in order.

    True is an approval that the second person found wrong. "stop" as soon as a rate of `p1` is so much likelier than
    `p0` that a good gate is stopped with probability `alpha`, and final. Once it is clear that the rate is `p0` (a
    bad gate is cleared with probability `beta`) the test begins anew; "clear" if that is where the outcomes end.
    Each new beginning is a new test, so over years a good gate is stopped now and then: a person starts it again.
    """
    if not 0 < p0 < p1 < 1 or min(alpha, beta) <= 0 or alpha + beta >= 1:
        raise ValueError("rates rise between 0 and 1, and both risks are small")
    stop_at, clear_at = log((1 - beta) / alpha), log(beta / (1 - alpha))
    for_error, for_none = log(p1 / p0), log((1 - p1) / (1 - p0))
    weight, course = 0.0, "go on"
    for is_error in outcomes:
        weight += for_error if is_error else for_none
        if weight >= stop_at:
            return "stop"
        course = "clear" if weight <= clear_at else "go on"
        if course == "clear":
            weight = 0.0
    return "clear" if course == "clear" else "go on"


def is_sampled(application_id: str, rate: float, key: bytes) -> bool:
    """Whether this approval is looked at by a second person: always the same answer, foreseen only with the key."""
    if not 0 <= rate <= 1 or not key:
        raise ValueError("a rate lies between 0 and 1, and there is a key")
    mark = hmac.digest(key, b"second look\0" + application_id.encode(), hashlib.sha256)
    return int.from_bytes(mark[:8], "big") < rate * 2**64
