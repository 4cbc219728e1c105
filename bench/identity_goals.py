# SPDX-License-Identifier: Apache-2.0
"""Goals of matching (比对目标): by how much the photographs at hand miss what is asked of face matching. Pure.

Asked are one person in a hundred refused at most (FNMR) where one stranger in ten thousand passes at most (FMR):
NIST SP 800-63A-4, IAL2 remote. A goal is met only if the far end of the 95 % interval meets it.
"""

from collections.abc import Sequence
from itertools import combinations

from bench.identity_measuring import Trials
from bench.identity_statistics import (
    Rate,
    false_matches,
    false_non_matches,
    limit_for,
    pairs_needed,
    percent,
)

FMR_GOALS = (1e-2, 1e-3, 1e-4)
FNMR_GOAL = 1e-2  # NIST SP 800-63A-4
FRR_GOAL = 5e-2  # FIDO Biometric Requirements v4
TINY = 1e-9
RATIO_GOAL = 2.0  # the worst group's FNMR over the best group's


def at_each_rate(of: Trials) -> list[str]:
    """FNMR at the widest limit at which the pairs show that so many strangers do not pass.

    Where they are too few for that, just below the nearest of them, marked: nothing is claimed of it.
    """
    lines = [
        "| strangers pass at most | limit | FMR there | FNMR there | FNMR goal 1 % missed by | pairs of strangers: "
        "at hand, needed | pairs of one person: at hand, needed |",
        "|---|---|---|---|---|---|---|",
    ]
    for rate in FMR_GOALS:
        allowed = most_allowed(len(of.impostors), rate)
        limit = limit_for(of.impostors, (allowed or 0) / max(1, len(of.impostors)) + TINY)
        matches, refusals = false_matches(of.impostors, limit), false_non_matches(of.genuine, limit)
        pairs = f"{matches.of:,}, {pairs_needed(rate=rate):,}"
        own = f"{refusals.of:,}, {pairs_needed(rate=FNMR_GOAL):,}"
        name = f"1:{round(1 / rate):,}{'' if allowed is not None else ' †'}"
        cells = (name, f"{limit:.3f}", str(matches), str(refusals), missed(refusals, FNMR_GOAL))
        lines.append(f"| {' | '.join(cells)} | {pairs} | {own} |")
    return [*lines, "", "† not shown: the pairs at hand are too few for this rate."]


def most_allowed(pairs: int, rate: float) -> int | None:
    """With how many false matches among them the far end of the interval is still below the rate; None with none."""
    most = None
    for count in range(pairs):
        if Rate(count, pairs).interval[1] > rate:
            break
        most = count
    return most


def missed(rate: Rate, goal: float) -> str:
    """In points, as measured and at the far end of the interval; a share below the goal is met if both are."""
    if not rate.of:
        return "not measured"
    high = rate.interval[1]
    if high <= goal:
        return "met"
    measured = "met as measured" if rate.share <= goal else f"{percent(rate.share - goal)} as measured"
    return f"{measured}, {percent(high - goal)} at worst"


def told(of: Trials, limit: float, groups: Sequence[str]) -> list[str]:
    """Each goal as a row: what is asked, what was measured at the limit of the bands, by how much it is missed."""
    matches, refusals = false_matches(of.impostors, limit), false_non_matches(of.genuine, limit)
    lines = ["| goal | source | measured | missed by |", "|---|---|---|---|"]
    lines += [
        f"| FMR ≤ 1:10 000 at {limit:g} | NIST SP 800-63A-4 | {matches} | {missed(matches, FMR_GOALS[-1])} |",
        f"| FNMR ≤ 1 % at {limit:g} | NIST SP 800-63A-4 | {refusals} | {missed(refusals, FNMR_GOAL)} |",
        f"| one person refused ≤ 5 % at {limit:g} | FIDO Biometric Requirements v4 | {refusals} | "
        f"{missed(refusals, FRR_GOAL)} |",
        f"| FNMR of groups: worst over best ≤ 2 | NIST SP 800-63A-4 | {ratio(of, limit, groups)} |",
    ]
    return lines


def ratio(of: Trials, limit: float, groups: Sequence[str]) -> str:
    """Measured and missed by, as two cells. Without two groups there is nothing to compare."""
    found = {group: false_non_matches(of.within(group).genuine, limit) for group in groups}
    usable = {group: rate for group, rate in found.items() if rate.of}
    if len(usable) < 2:
        return "– | not measured: photographs in folders of groups are needed"
    shares = "; ".join(f"{group} {rate}" for group, rate in usable.items())
    worst, best = max(rate.share for rate in usable.values()), min(rate.share for rate in usable.values())
    if all(_overlap(one, other) for one, other in combinations(usable.values(), 2)):
        return f"{shares} | too few pairs to say: the intervals lie over each other"
    times = f"{worst / best:.1f} times" if best else "without bound"
    return f"{shares} | {'met' if best and worst / best <= RATIO_GOAL else times}"


def _overlap(one: Rate, other: Rate) -> bool:
    return one.interval[0] <= other.interval[1] and other.interval[0] <= one.interval[1]
