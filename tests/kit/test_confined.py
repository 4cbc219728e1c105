# SPDX-License-Identifier: Apache-2.0
"""A process that dies, hangs or eats memory harms its task only, and another takes its place."""

import os
import sys
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest

from kit.confined import Confined, Unanswered, limit


def begin(memory: int, parent: int) -> None:
    limit(parent, memory)


def made(patience_s: float = 10.0, memory: int = 2**30) -> Confined:
    return Confined(1, partial(begin, memory), patience_s=patience_s, queue_s=0.5)


def gone(pid: int) -> bool:
    """Killed, or killed and not yet collected."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].startswith("Z")
    except FileNotFoundError:
        return True


@pytest.fixture(scope="module")
def confined() -> Iterator[Confined]:
    one = made()
    yield one
    one.close()


def test_a_task_is_done_elsewhere_and_what_it_raises_comes_back(confined: Confined) -> None:
    assert confined.do(os.getpid) == confined.pids[0] != os.getpid()
    with pytest.raises(ValueError, match="invalid literal"):
        confined.do(int, "x")
    assert confined.do(int, "7") == 7


def test_a_task_that_ends_its_process_is_tried_once_more_and_given_up(confined: Confined) -> None:
    before = confined.pids[0]
    with pytest.raises(Unanswered):
        confined.do(os._exit, 3)
    assert confined.do(os.getpid) not in (before, os.getpid())


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux limits the memory of a process so")
def test_a_task_that_wants_too_much_memory_is_given_up(confined: Confined) -> None:
    before = confined.pids[0]
    with pytest.raises(Unanswered):
        confined.do(bytearray, 2**31)
    assert confined.pids[0] != before
    assert len(confined.do(bytearray, 2**20)) == 2**20


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_task_that_hangs_is_given_up_in_time_and_its_process_is_ended() -> None:
    one = made(patience_s=0.5)
    try:
        hanging, began = one.do(os.getpid), time.monotonic()
        with pytest.raises(Unanswered):
            one.do(time.sleep, 30)
        assert time.monotonic() - began < 3
        assert one.do(int, "7") == 7
        assert gone(hanging)
    finally:
        one.close()
    with pytest.raises(Unanswered):
        one.do(int, "7")
