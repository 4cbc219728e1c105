# SPDX-License-Identifier: Apache-2.0
import math

import numpy as np
import pytest

from bench.identity_statistics import (
    Rate,
    at_most,
    claim,
    clopper_pearson,
    false_matches,
    false_non_matches,
    limit_for,
    pairs_needed,
    sign_test,
    trade_off,
)


@pytest.mark.parametrize(
    ("count", "of", "low", "high"),
    [
        (0, 10, 0.0, 0.308497),
        (1, 10, 0.002529, 0.445016),
        (5, 10, 0.187086, 0.812914),
        (10, 10, 0.691503, 1.0),
        (0, 16, 0.0, 0.205907),
        (4, 20, 0.057334, 0.436614),
        (0, 36_888, 0.0, 1e-4),
    ],
)
def test_the_interval_is_that_of_the_tables(count: int, of: int, low: float, high: float) -> None:
    assert clopper_pearson(count, of) == pytest.approx((low, high), abs=2e-6)


def test_without_a_pair_everything_is_possible() -> None:
    assert clopper_pearson(0, 0) == (0.0, 1.0)
    assert str(Rate(0, 0)) == "– (0 pairs)"


@pytest.mark.parametrize(
    ("count", "of", "share"),
    [(0, 5, 0.3), (2, 9, 0.5), (7, 30, 0.11), (40, 41, 0.97), (900, 1000, 0.02), (1, 1000, 0.5)],
)
def test_the_sum_of_the_binomial_is_exact(count: int, of: int, share: float) -> None:
    expected = sum(math.comb(of, k) * share**k * (1 - share) ** (of - k) for k in range(count + 1))
    assert at_most(count, of, share) == pytest.approx(expected, rel=1e-9)


def test_the_interval_of_a_million_pairs_is_found() -> None:
    low, high = clopper_pearson(600_000, 1_000_000)
    assert low == pytest.approx(0.6 - 1.96 * math.sqrt(0.24 / 1e6), abs=2e-6)
    assert high == pytest.approx(0.6 + 1.96 * math.sqrt(0.24 / 1e6), abs=2e-6)


def test_a_distance_at_the_limit_is_a_match() -> None:
    assert false_matches(np.array([0.3, 0.38, 0.381]), 0.38) == Rate(2, 3)
    assert false_non_matches(np.array([0.3, 0.38, 0.381]), 0.38) == Rate(1, 3)


@pytest.mark.parametrize("share", [0.0, 0.01, 0.1, 0.5])
def test_a_limit_lets_no_more_strangers_pass_than_was_said(share: float) -> None:
    impostors = np.random.default_rng(1).normal(0.8, 0.1, 137)
    assert false_matches(impostors, limit_for(impostors, share)).count == int(share * 137)


def test_with_the_limit_matches_rise_and_refusals_fall() -> None:
    chance = np.random.default_rng(2)
    points = trade_off(chance.normal(0.35, 0.08, 60).round(2), chance.normal(0.7, 0.12, 500).round(2))
    limits, matches, refusals = (np.array(column) for column in zip(*points, strict=True))
    assert (np.diff(limits) > 0).all()
    assert (np.diff(matches) >= 0).all()
    assert (np.diff(refusals) <= 0).all()
    assert (matches[-1], refusals[-1]) == (1, 0)


def test_one_in_ten_thousand_is_claimed_only_where_the_pairs_allow_it() -> None:
    assert pairs_needed() == 36_887
    assert claim(Rate(0, 36_887), 0.38).startswith("FMR ≤ 1:10 000")
    assert claim(Rate(0, 36_886), 0.38).startswith("No claim")
    assert claim(Rate(1, 36_888), 0.38).startswith("No claim")
    assert claim(Rate(0, 0), 0.38).startswith("No claim")


@pytest.mark.parametrize(("better", "worse", "chance"), [(0, 0, 1.0), (5, 0, 0.0625), (6, 0, 0.03125), (3, 3, 1.0)])
def test_a_split_is_weighed_against_chance(better: int, worse: int, chance: float) -> None:
    assert sign_test(better, worse) == pytest.approx(chance)
