# SPDX-License-Identifier: Apache-2.0
"""Face (人脸比对): the port through which pictures are measured and compared. Hides the worker processes.

I/O: processes. Decoding and comparing happen in workers with limits; one that hangs or dies is replaced.
"""

import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures import TimeoutError as TookTooLong
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any, Protocol

from identity.checks import Comparison, FaceReading
from identity.images import ImageTooLarge
from kit.errors import DomainError

PATIENCE_S = 10.0
MOST_FRAMES = 8
MOST_FRAME_BYTES = 2**20


class FaceServiceDown(DomainError):
    """The workers do not answer; the applicant can try again or be checked by a clerk."""


@dataclass(frozen=True, slots=True)
class Portrait:
    """The card's photograph (JPEG written anew), the portrait cut out of it, and what was measured."""

    jpeg: bytes
    crop: bytes
    reading: FaceReading


class FaceMatcher(Protocol):
    """What pages need of a matcher. `model` names the weights that decide."""

    @property
    def model(self) -> str: ...

    def read_portrait(self, data: bytes) -> Portrait:
        """Raises NotAnImage, ImageTooLarge, ImageTruncated, FaceServiceDown."""
        ...

    def compare(self, card: bytes, frames: Sequence[bytes]) -> tuple[Comparison, bytes | None]:
        """The comparison, and the live frame to keep. Raises as `read_portrait`."""
        ...

    def close(self) -> None: ...


def _set_up(parent: int) -> None:
    from identity import workshop  # only the workers load the image libraries

    workshop.set_up(parent)


def _in_worker(task: str, *arguments: object) -> Any:
    from identity import workshop

    return getattr(workshop, task)(*arguments)


class DlibMatcher:
    """face_recognition (dlib) in `workers` processes, started fresh so that they share nothing with this one."""

    def __init__(self, workers: int = 2, patience_s: float = PATIENCE_S) -> None:
        self._workers, self._patience_s = workers, patience_s
        self._changing = threading.Lock()
        self._pool = self._new_pool()
        self.model = str(self._do("model_name", patience_s=60.0))

    def read_portrait(self, data: bytes) -> Portrait:
        return Portrait(*self._do("read_portrait", data))

    def compare(self, card: bytes, frames: Sequence[bytes]) -> tuple[Comparison, bytes | None]:
        if any(len(frame) > MOST_FRAME_BYTES for frame in frames):
            frames = [frame for frame in frames if len(frame) <= 10 * MOST_FRAME_BYTES]
            if not frames:
                raise ImageTooLarge(limit=MOST_FRAME_BYTES)
        answer: tuple[Comparison, bytes | None] = self._do("compare", card, list(frames[:MOST_FRAMES]), self.model)
        return answer

    def close(self) -> None:
        self._end(self._pool)

    def _new_pool(self) -> ProcessPoolExecutor:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        return ProcessPoolExecutor(self._workers, multiprocessing.get_context("spawn"), _set_up, (os.getpid(),))

    def _do(self, task: str, *arguments: object, patience_s: float | None = None) -> Any:
        """In a worker; once more in a new one if it died. Raises FaceServiceDown, and what the task raises."""
        for _try in range(2):
            pool = self._pool
            try:
                future: Future[Any] = pool.submit(_in_worker, task, *arguments)
                return future.result(patience_s or self._patience_s)
            except BrokenProcessPool:
                self._replace(pool)
            except TookTooLong:
                self._replace(pool)
                break
        raise FaceServiceDown()

    def _replace(self, broken: ProcessPoolExecutor) -> None:
        with self._changing:
            if self._pool is broken:
                self._pool = self._new_pool()
                self._end(broken)

    @staticmethod
    def _end(pool: ProcessPoolExecutor) -> None:
        processes = list((pool._processes or {}).values())
        pool.shutdown(wait=False, cancel_futures=True)
        for process in processes:
            process.kill()
