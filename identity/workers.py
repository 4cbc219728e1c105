# SPDX-License-Identifier: Apache-2.0
"""Workers (图像工作进程): where pictures are decoded and measured, apart from the service and within limits.

I/O: processes. Every upload is hostile: a worker that hangs or dies is replaced. Each worker is a pool of its own, so
that ending one never disturbs what the others are doing. A task is named "module:function" within `identity`; only the
workers load the image libraries.
"""

import importlib
import multiprocessing
import os
import queue
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from typing import Any

from identity.weights import Choice, ModelRefused
from kit import measures
from kit.errors import DomainError
from kit.images import MOST_BYTES, ImageTooLarge

PATIENCE_S = 10.0  # one task; five comparisons take half a second
QUEUE_S = 20.0  # until a worker is free: about forty comparisons before this one on each core
START_S = 60.0  # loading 100 MB of models from a cold disk


class FaceServiceDown(DomainError):
    """The workers do not answer; the applicant can try again or be checked by a clerk."""


def _set_up(parent: int, choice: Choice | None) -> None:
    from identity import workshop

    workshop.set_up(parent, choice)


def _in_worker(task: str, *arguments: object) -> Any:
    module, _, function = task.partition(":")
    return getattr(importlib.import_module(f"identity.{module}"), function)(*arguments)


def _get_ready(prepare: Sequence[str]) -> str:
    for task in prepare:
        _in_worker(task, [])
    return str(_in_worker("workshop:model_name"))


class _Worker:
    """One process, and its promise to have loaded the models."""

    def __init__(self, choice: Choice | None, prepare: Sequence[str]) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        self._pool = ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), _set_up, (os.getpid(), choice))
        self._ready: Future[Any] = self._pool.submit(_get_ready, prepare)

    @property
    def pid(self) -> int:
        return next(iter(self._pool._processes))

    def model(self) -> str:
        """Waits until the models are loaded: on a busy machine that alone outlasts the patience for a task."""
        return str(self._ready.result(START_S))

    def do(self, task: str, arguments: Sequence[object], patience_s: float) -> Any:
        self.model()
        return self._pool.submit(_in_worker, task, *arguments).result(patience_s)

    def end(self) -> None:
        """Kill the process: one that hangs hears nothing gentler."""
        processes = list((self._pool._processes or {}).values())
        self._pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()


class Workers:
    """`count` processes, started fresh so that they share nothing with this one.

    A task has `patience_s` from the moment a worker is ready for it; it waits for that `queue_s` at most. `choice`:
    what faces are described by; the bundled model if nothing is said. `prepare` names tasks without pictures that a new
    worker carries out before any other: nobody waits for models to load. Raises ModelRefused.
    """

    def __init__(
        self,
        count: int = 2,
        patience_s: float = PATIENCE_S,
        queue_s: float = QUEUE_S,
        choice: Choice | None = None,
        prepare: Sequence[str] = (),
    ) -> None:
        self._patience_s, self._queue_s, self._closed, self._choice = patience_s, queue_s, False, choice
        self._prepare = tuple(prepare)
        self._workers = [_Worker(choice, self._prepare) for _ in range(count)]
        self._free: queue.Queue[int] = queue.Queue()
        try:
            self.model = {worker.model() for worker in self._workers}.pop()
        except (BrokenProcessPool, TookTooLong) as error:
            self.close()
            raise FaceServiceDown() from error
        except ModelRefused:
            self.close()
            raise
        for place in range(count):
            self._free.put(place)

    @property
    def pids(self) -> list[int]:
        return [worker.pid for worker in self._workers]

    def do(self, task: str, pictures: Sequence[bytes], *more: object) -> Any:
        """The task over the pictures, in a free worker; once more in a new one if it died.

        Raises ImageTooLarge, FaceServiceDown, and what the task raises.
        """
        if any(len(picture) > MOST_BYTES for picture in pictures):
            raise ImageTooLarge(limit=MOST_BYTES)  # before it is sent to another process
        with measures.timed(task):
            try:
                place = self._free.get(timeout=self._queue_s)
            except queue.Empty:
                raise FaceServiceDown() from None
            try:
                return self._answer(place, task, (list(pictures), *more))
            finally:
                self._free.put(place)

    def close(self) -> None:
        self._closed = True
        for worker in self._workers:
            worker.end()

    def _answer(self, place: int, task: str, arguments: Sequence[object]) -> Any:
        for _try in range(2):
            try:
                return self._workers[place].do(task, arguments, self._patience_s)
            except (BrokenProcessPool, MemoryError):
                self._replace(place)
            except TookTooLong:
                self._replace(place)
                break
        raise FaceServiceDown()

    def _replace(self, place: int) -> None:
        """The new worker starts loading at once. Raises FaceServiceDown when the workers are closed."""
        self._workers[place].end()
        if self._closed:
            raise FaceServiceDown()
        self._workers[place] = _Worker(self._choice, self._prepare)
