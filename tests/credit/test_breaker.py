# SPDX-License-Identifier: Apache-2.0
import threading

from credit import Breaker


class Seconds:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.at = 100.0

    def __call__(self) -> float:
        return self.at


def opened(seconds: Seconds) -> Breaker:
    breaker = Breaker(seconds)
    for _ in range(5):
        assert breaker.admits()
        breaker.failed()
    return breaker


def test_five_failures_in_a_row_open_it_and_one_success_between_does_not() -> None:
    breaker = Breaker(Seconds())
    for _ in range(4):
        breaker.failed()
    breaker.succeeded()
    breaker.failed()
    assert not breaker.is_open
    assert opened(Seconds()).is_open


def test_it_stays_open_for_thirty_seconds_then_lets_one_try() -> None:
    seconds = Seconds()
    breaker = opened(seconds)
    seconds.at += 29.9
    assert not breaker.admits()
    seconds.at += 0.2
    assert [breaker.admits(), breaker.admits()] == [True, False]
    breaker.succeeded()
    assert breaker.admits()


def test_a_failed_trial_opens_it_again() -> None:
    seconds = Seconds()
    breaker = opened(seconds)
    seconds.at += 31
    assert breaker.admits()
    breaker.failed()
    seconds.at += 29
    assert not breaker.admits()


def test_of_many_threads_only_one_may_try() -> None:
    seconds = Seconds()
    breaker = opened(seconds)
    seconds.at += 31
    together, admitted = threading.Barrier(16), []

    def ask() -> None:
        together.wait()
        admitted.append(breaker.admits())

    threads = [threading.Thread(target=ask) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert admitted.count(True) == 1
