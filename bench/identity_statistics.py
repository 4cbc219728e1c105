# SPDX-License-Identifier: Apache-2.0
"""Statistics of matching (比对统计): error rates with their intervals, trade-off curves, what a sample can prove. Pure.

Pairs that share a person are not independent: the true intervals are wider than these, the more so the fewer persons.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import exp, isqrt, log
from typing import Any

import numpy as np

Numbers = np.ndarray[Any, Any]
CLAIM = 1e-4
HALVINGS = 60


@dataclass(frozen=True, slots=True)
class Rate:
    """How many of how many, and where the true share lies with 95 % (Clopper–Pearson)."""

    count: int
    of: int

    @property
    def share(self) -> float:
        return self.count / self.of if self.of else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        return clopper_pearson(self.count, self.of)

    def __str__(self) -> str:
        if not self.of:
            return "– (0 pairs)"
        low, high = self.interval
        return f"{percent(self.share)} ({self.count}/{self.of:,}; {percent(low)}–{percent(high)})"


def percent(share: float) -> str:
    shown = f"{share * 100:.3g}" if share < 0.0995 else f"{share * 100:.0f}"
    return f"{shown} %"


@lru_cache(maxsize=4)
def _log_factorials(most: int) -> Numbers:
    return np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])


def at_most(count: int, of: int, share: float) -> float:
    """The probability of `count` or fewer of `of`, summed term by term but for those far from all that counts."""
    if share <= 0 or count >= of:
        return 1.0
    if share >= 1:
        return 0.0
    factorials = _log_factorials(of)
    middle, wide = min(count, int(of * share)), 20 * isqrt(of) + 20
    k = np.arange(max(0, middle - wide), min(count, middle + wide) + 1)
    terms = factorials[of] - factorials[k] - factorials[of - k] + k * log(share) + (of - k) * np.log1p(-share)
    top = float(terms.max())
    return min(1.0, exp(top) * float(np.exp(terms - top).sum()))


def clopper_pearson(count: int, of: int, confidence: float = 0.95) -> tuple[float, float]:
    """The exact interval: no share outside it would have given so extreme a count with more than half the rest."""
    if not of:
        return 0.0, 1.0
    tail = (1 - confidence) / 2
    low = 0.0 if count == 0 else _where(lambda share: 1 - at_most(count - 1, of, share) > tail)
    high = 1.0 if count == of else _where(lambda share: at_most(count, of, share) < tail)
    return low, high


def _where(is_beyond: Callable[[float], bool]) -> float:
    low, high = 0.0, 1.0
    for _halving in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if is_beyond(middle) else (middle, high)
    return (low + high) / 2


def false_matches(impostors: Numbers, limit: float) -> Rate:
    """Different persons at the limit or nearer."""
    return Rate(int((impostors <= limit).sum()), len(impostors))


def false_non_matches(genuine: Numbers, limit: float) -> Rate:
    """One person, further than the limit."""
    return Rate(int((genuine > limit).sum()), len(genuine))


def limit_for(impostors: Numbers, false_match_rate: float) -> float:
    """The largest limit that so many of these different persons do not pass: just below the next of them."""
    ordered = np.sort(impostors)
    place = int(false_match_rate * len(ordered))
    return float(np.nextafter(ordered[place], -np.inf)) if place < len(ordered) else float("inf")


def trade_off(genuine: Numbers, impostors: Numbers) -> list[tuple[float, float, float]]:
    """(limit, FMR, FNMR) at every distance that was seen: the first rises, the second falls."""
    limits = np.unique(np.concatenate([genuine, impostors]))
    matches = np.searchsorted(np.sort(impostors), limits, side="right") / max(1, len(impostors))
    refusals = 1 - np.searchsorted(np.sort(genuine), limits, side="right") / max(1, len(genuine))
    return list(zip(limits.tolist(), matches.tolist(), refusals.tolist(), strict=True))


def claim(matches: Rate, limit: float) -> str:
    """The claim, or why the sample does not carry it."""
    high = matches.interval[1]
    if high <= CLAIM:
        return f"FMR ≤ 1:10 000 at {limit:g} ({matches.count} of {matches.of:,}; upper bound {high:.2g})."
    return (
        f"No claim of FMR ≤ 1:10 000 at {limit:g}: {matches.count} of {matches.of:,} pairs, upper bound {high:.2g}. "
        f"At least {pairs_needed():,} pairs without a false match are needed."
    )


def pairs_needed(confidence: float = 0.95, rate: float = CLAIM) -> int:
    """How many pairs without one error it takes to claim the rate: 1:10 000 false matches, if nothing else is said."""
    return int(np.ceil(log((1 - confidence) / 2) / log(1 - rate)))


def sign_test(better: int, worse: int) -> float:
    """How likely so uneven a split of the pairs on which two methods differ is by chance alone, two-sided."""
    differing = better + worse
    return min(1.0, 2 * at_most(min(better, worse), differing, 0.5)) if differing else 1.0
