# SPDX-License-Identifier: Apache-2.0
"""Confinement (受限进程): what strangers bring is taken apart in a process of its own, within limits.

A process that hangs or dies is replaced. Each is a pool of its own, so that ending one never disturbs what the others
are doing. Hides the pools. I/O: processes.
"""

import multiprocessing
import os
import queue
import resource
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from typing import Any, TypeVar

START_S = 60.0  # loading 100 MB of models from a cold disk
Result = TypeVar("Result")


class Unanswered(Exception):
    """No process was free, the task outlasted its patience, or it ended two of them. Callers say it in their words."""


def limit(parent: int, memory: int) -> None:
    """Limit this process to so many bytes, and end it when its parent is gone, however that ended."""
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a dump would write what is personal to the disk

    def watch() -> None:
        while os.getppid() == parent:
            time.sleep(1)
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()


class _Process:
    """One process, and its promise to have got ready."""

    def __init__(self, begin: Callable[[int], None], ready: Callable[[], object]) -> None:
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), begin, (os.getpid(),))
        self._ready: Future[object] = self._pool.submit(ready)

    @property
    def pid(self) -> int:
        return next(iter(self._pool._processes))

    def ready(self) -> object:
        """Waits until it has loaded what it needs: on a busy machine that alone outlasts the patience for a task."""
        return self._ready.result(START_S)

    def do(self, task: Callable[..., Result], arguments: tuple[object, ...], patience_s: float) -> Result:
        self.ready()
        return self._pool.submit(task, *arguments).result(patience_s)

    def end(self) -> None:
        """Kill the process: one that hangs hears nothing gentler."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()


class Confined:
    """`count` processes, started fresh so that they share nothing with this one.

    `begin` is called first in each, with the number of this process: it calls `limit`. `ready` is called next and gives
    what `loaded` tells. A task has `patience_s` from the moment a process is ready for it; it waits for that `queue_s`
    at most. All of them are functions at the top of a module, or partials of such.
    """

    def __init__(
        self,
        count: int,
        begin: Callable[[int], None],
        ready: Callable[[], Any] = os.getpid,
        *,
        patience_s: float,
        queue_s: float,
    ) -> None:
        self._begin, self._get_ready = begin, ready
        self._patience_s, self._queue_s, self._closed = patience_s, queue_s, False
        self._processes = [_Process(begin, ready) for _ in range(count)]
        self._free: queue.Queue[int] = queue.Queue()
        for place in range(count):
            self._free.put(place)

    @property
    def pids(self) -> list[int]:
        return [process.pid for process in self._processes]

    def loaded(self) -> list[Any]:
        """What each gave when it was ready. Raises Unanswered, and what getting ready raises."""
        try:
            return [process.ready() for process in self._processes]
        except (BrokenProcessPool, TookTooLong) as error:
            raise Unanswered from error

    def do(self, task: Callable[..., Result], *arguments: object) -> Result:
        """The task in a free process; once more in a new one if it died. Raises Unanswered and what the task raises."""
        try:
            place = self._free.get(timeout=self._queue_s)
        except queue.Empty:
            raise Unanswered from None
        try:
            return self._answer(place, task, arguments)
        finally:
            self._free.put(place)

    def close(self) -> None:
        self._closed = True
        for process in self._processes:
            process.end()

    def _answer(self, place: int, task: Callable[..., Result], arguments: tuple[object, ...]) -> Result:
        for _try in range(2):
            if self._closed:
                break
            try:
                return self._processes[place].do(task, arguments, self._patience_s)
            except (BrokenProcessPool, MemoryError):
                self._replace(place)
            except TookTooLong:
                self._replace(place)
                break
        raise Unanswered

    def _replace(self, place: int) -> None:
        """The new process starts loading at once."""
        self._processes[place].end()
        if not self._closed:
            self._processes[place] = _Process(self._begin, self._get_ready)
