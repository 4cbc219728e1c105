# SPDX-License-Identifier: Apache-2.0
"""By how much a goal is missed: never "met" where the pairs do not carry it."""

import numpy as np

from bench.identity_goals import at_each_rate, missed, most_allowed, ratio, told
from bench.identity_measuring import Trials
from bench.identity_statistics import Rate, pairs_needed


def of(genuine: list[float], impostors: list[float], groups: tuple[str, str] = ("", "")) -> Trials:
    """Pairs of one person stand in the first half of the list, pairs of two persons follow."""
    people = np.array(["a", "b"])
    scores = np.array([*genuine, *impostors])
    left = np.zeros(len(scores), dtype=np.intp)
    right = np.array([0] * len(genuine) + [1] * len(impostors), dtype=np.intp)
    return Trials(scores, left, right, people, np.array(groups))


def test_a_goal_is_met_only_if_the_far_end_of_the_interval_meets_it() -> None:
    assert missed(Rate(0, 400), 0.01) == "met"
    assert missed(Rate(0, 100), 0.01) == "met as measured, 2.62 % at worst"
    assert missed(Rate(5, 100), 0.01).startswith("4 % as measured, ")
    assert missed(Rate(0, 0), 0.01) == "not measured"


def test_how_many_pairs_a_rate_needs() -> None:
    assert [pairs_needed(rate=rate) for rate in (1e-2, 1e-3, 1e-4)] == [368, 3688, 36_887]


def test_each_rate_has_its_limit_and_says_what_is_missing() -> None:
    lines = at_each_rate(of([0.3, 0.5], [0.49 + n / 1000 for n in range(600)]))[2:5]
    hundred, thousand, most = (line.split(" | ") for line in lines)
    assert [row[0] for row in (hundred, thousand, most)] == ["| 1:100", "| 1:1,000 †", "| 1:10,000 †"]
    assert hundred[1] == "0.491", "one of six hundred may pass: with two the interval would reach beyond"
    assert hundred[2].startswith("0.167 % (1/600;")
    assert thousand[2].startswith("0 % (0/600;")
    assert thousand[3].startswith("50 % (1/2;")
    assert thousand[5:] == ["600, 3,688", "2, 368 |"]


def test_how_many_false_matches_a_rate_allows() -> None:
    assert [most_allowed(n, 0.01) for n in (100, 367, 368, 600)] == [None, None, 0, 1]


def test_every_goal_is_a_row_and_groups_are_compared_where_their_pairs_allow_it() -> None:
    rows = told(of([0.3] * 400, [0.9] * 40_000), 0.38, [])[2:]
    assert [row.rsplit(" | ", 1)[1] for row in rows] == [
        "met |",
        "met |",
        "met |",
        "not measured: photographs in folders of groups are needed |",
    ]
    few = Trials(np.array([0.3, 0.9]), np.array([0, 1]), np.array([0, 1]), np.array(["a", "b"]), np.array(["x", "y"]))
    assert "too few pairs to say" in ratio(few, 0.38, ["x", "y"])
    many = Trials(
        np.array([0.3] * 100 + [0.9] * 100),
        np.array([0] * 100 + [1] * 100),
        np.array([0] * 100 + [1] * 100),
        np.array(["a", "b"]),
        np.array(["x", "y"]),
    )
    assert ratio(many, 0.38, ["x", "y"]).endswith("| without bound")
