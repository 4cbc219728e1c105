# SPDX-License-Identifier: Apache-2.0
from itertools import repeat
from math import comb
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approval.agreement import Agreement, drift, exact_interval, is_sampled, tally

KEY = b"a key of the tests"


@pytest.mark.parametrize(
    ("successes", "trials", "lower", "upper"),
    [(81, 263, 0.2527, 0.3676), (15, 148, 0.0578, 0.1617), (0, 20, 0.0, 0.1684), (1, 29, 0.0009, 0.1776)],
)
def test_the_interval_is_that_of_the_published_table(successes: int, trials: int, lower: float, upper: float) -> None:
    # Newcombe, Statistics in Medicine 17 (1998) p. 861, table I, Clopper-Pearson
    assert exact_interval(successes, trials) == pytest.approx((lower, upper), abs=0.00005)


@given(trials=st.integers(0, 300), share=st.floats(0, 1))
def test_the_interval_holds_the_share_and_mirrors_its_complement(trials: int, share: float) -> None:
    successes = round(trials * share)
    lower, upper = exact_interval(successes, trials)
    assert 0 <= lower <= upper <= 1
    if trials:
        assert lower <= successes / trials <= upper
    other = exact_interval(trials - successes, trials)
    assert (1 - other[1], 1 - other[0]) == pytest.approx((lower, upper), abs=1e-9)


@pytest.mark.parametrize("precision", [0.5, 0.9, 0.97, 0.99, 0.995])
def test_the_interval_covers_as_often_as_it_says(precision: float) -> None:
    trials = 120
    covered = sum(
        comb(trials, k) * precision**k * (1 - precision) ** (trials - k)
        for k in range(trials + 1)
        if exact_interval(k, trials)[0] <= precision <= exact_interval(k, trials)[1]
    )
    assert covered >= 0.95


@pytest.mark.parametrize(("successes", "trials", "confidence"), [(2, 1, 0.95), (-1, 1, 0.95), (1, 2, 1.0), (1, 2, 0.0)])
def test_an_interval_of_nonsense_is_refused(successes: int, trials: int, confidence: float) -> None:
    with pytest.raises(ValueError, match="confidence"):
        exact_interval(successes, trials, confidence)


def test_a_gate_goes_live_only_when_its_precision_is_sure() -> None:
    assert not Agreement().may_go_live()
    assert not Agreement(machine_yes_human_yes=367).may_go_live(least=1)
    assert Agreement(machine_yes_human_yes=368).may_go_live(least=1)
    assert not Agreement(machine_yes_human_yes=399).may_go_live()
    assert Agreement(machine_yes_human_yes=400).may_go_live()
    assert not Agreement(553, 1).may_go_live()
    assert Agreement(554, 1).may_go_live()
    assert not Agreement(980, 20).may_go_live()


def test_what_the_machine_left_to_people_does_not_make_it_less_precise() -> None:
    counted = tally([(True, True)] * 9 + [(True, False)] + [(False, True)] * 27 + [(False, False)] * 3)
    assert counted == Agreement(9, 1, 27, 3)
    assert (counted.precision, counted.reach) == (0.9, 0.25)
    assert (Agreement().precision, Agreement().reach, Agreement().interval) == (None, None, (0.0, 1.0))
    with pytest.raises(ValueError, match="negative"):
        Agreement(machine_no_human_no=-1)


def errors(rate: float, count: int, random: Random) -> list[bool]:
    return [random.random() < rate for _ in range(count)]


def test_a_bad_gate_is_stopped() -> None:
    random = Random(20261123)  # noqa: S311
    stopped = sum(drift(errors(0.05, 1000, random)) == "stop" for _ in range(400))
    assert stopped >= 396


def test_a_good_gate_is_rarely_stopped() -> None:
    random = Random(20261124)  # noqa: S311
    assert sum(drift(errors(0.001, 2000, random)) == "stop" for _ in range(400)) <= 4


def test_each_test_keeps_to_its_two_risks() -> None:
    def first_end(rate: float, random: Random) -> str:
        outcomes: list[bool] = []
        while (course := drift(outcomes)) == "go on":
            outcomes.append(random.random() < rate)
        return course

    random = Random(20261125)  # noqa: S311
    false_stops = sum(first_end(0.005, random) == "stop" for _ in range(500))
    false_clears = sum(first_end(0.03, random) == "clear" for _ in range(500))
    assert false_stops <= 12  # alpha = 0.01, and chance
    assert false_clears <= 40  # beta = 0.05, and chance


def test_a_clear_test_begins_anew_and_forgets_its_credit() -> None:
    assert drift([]) == "go on"
    clear = next(n for n in range(1, 1000) if drift(repeat(False, n)) == "clear")
    assert drift([False] * (clear + 1)) == "go on"
    assert drift([False] * clear * 50) == "clear"
    assert drift([False] * clear * 50 + [True] * 3) == "stop"


def test_it_takes_walds_bounds_to_stop_and_to_clear() -> None:
    assert drift([True] * 6, 0.01, 0.02, alpha=0.01, beta=0.05) == "go on"  # 2**6 < 95 < 2**7
    assert drift([True] * 7, 0.01, 0.02, alpha=0.01, beta=0.05) == "stop"
    assert drift([False] * 5, 0.2, 0.6, alpha=0.01, beta=0.05) == "clear"  # 2**-5 < 0.0505 < 2**-4
    assert drift([False] * 4, 0.2, 0.6, alpha=0.01, beta=0.05) == "go on"


def test_a_stop_is_final() -> None:
    assert drift([True] * 3 + [False] * 5000) == "stop"


@pytest.mark.parametrize("rates", [(0.03, 0.005), (0.0, 0.1), (0.1, 1.0)])
def test_rates_that_make_no_sense_are_refused(rates: tuple[float, float]) -> None:
    with pytest.raises(ValueError, match="rates"):
        drift([], *rates)
    with pytest.raises(ValueError, match="rates"):
        drift([], alpha=0.6, beta=0.5)


@pytest.mark.parametrize("rate", [0.01, 0.05, 0.5])
def test_as_many_are_sampled_as_the_rate_says(rate: float) -> None:
    sampled = sum(is_sampled(f"application-{number}", rate, KEY) for number in range(20_000))
    assert abs(sampled - 20_000 * rate) < 4 * (20_000 * rate * (1 - rate)) ** 0.5


@given(st.text(), st.floats(0, 1), st.floats(0, 1))
def test_a_higher_rate_samples_what_a_lower_one_does(application_id: str, one: float, two: float) -> None:
    low, high = sorted((one, two))
    assert is_sampled(application_id, low, KEY) <= is_sampled(application_id, high, KEY)
    assert is_sampled(application_id, 1, KEY)
    assert not is_sampled(application_id, 0, KEY)


def test_nobody_foresees_the_sample_without_the_key() -> None:
    numbers = [f"application-{number}" for number in range(2_000)]
    ours = {number for number in numbers if is_sampled(number, 0.5, KEY)}
    theirs = {number for number in numbers if is_sampled(number, 0.5, b"another key")}
    assert ours == {number for number in numbers if is_sampled(number, 0.5, KEY)}
    assert 400 < len(ours & theirs) < 600  # a quarter: as if by chance


@pytest.mark.parametrize(("rate", "key"), [(-0.1, KEY), (1.1, KEY), (0.5, b"")])
def test_a_sample_needs_a_rate_and_a_key(rate: float, key: bytes) -> None:
    with pytest.raises(ValueError, match="rate"):
        is_sampled("a", rate, key)
