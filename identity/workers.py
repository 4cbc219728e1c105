# SPDX-License-Identifier: Apache-2.0
"""Workers (图像工作进程): where pictures are decoded and measured, apart from the service and within limits.

I/O: processes (`kit.confined`). A task is named "module:function" within `identity`; only the workers load the image
libraries.
"""

import importlib
import os
from collections.abc import Sequence
from functools import partial
from typing import Any

from identity.weights import Choice, ModelRefused
from kit import measures
from kit.confined import Confined, Unanswered
from kit.errors import DomainError
from kit.images import MOST_BYTES, ImageTooLarge

PATIENCE_S = 10.0  # one task; five comparisons take half a second
QUEUE_S = 20.0  # until a worker is free: about forty comparisons before this one on each core


class FaceServiceDown(DomainError):
    """The workers do not answer; the applicant can try again or be checked by a clerk."""


def _set_up(choice: Choice | None, parent: int) -> None:
    from identity import workshop

    workshop.set_up(parent, choice)


def _in_worker(task: str, *arguments: object) -> Any:
    module, _, function = task.partition(":")
    return getattr(importlib.import_module(f"identity.{module}"), function)(*arguments)


def _get_ready(prepare: Sequence[str]) -> str:
    for task in prepare:
        _in_worker(task, [])
    return str(_in_worker("workshop:model_name"))


class Workers:
    """`count` limited processes (`kit.confined`) for pictures.

    `choice`: what faces are described by; the bundled model if nothing is said. `prepare` names tasks without pictures
    that a new worker carries out before any other: nobody waits for models to load. Raises ModelRefused.
    """

    def __init__(
        self,
        count: int = 2,
        patience_s: float = PATIENCE_S,
        queue_s: float = QUEUE_S,
        choice: Choice | None = None,
        prepare: Sequence[str] = (),
    ) -> None:
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        ready = partial(_get_ready, tuple(prepare))
        self._confined = Confined(count, partial(_set_up, choice), ready, patience_s=patience_s, queue_s=queue_s)
        try:
            self.model: str = set(self._confined.loaded()).pop()
        except Unanswered as error:
            self.close()
            raise FaceServiceDown() from error
        except ModelRefused:
            self.close()
            raise

    @property
    def pids(self) -> list[int]:
        return self._confined.pids

    def do(self, task: str, pictures: Sequence[bytes], *more: object) -> Any:
        """The task over the pictures, in a free worker; once more in a new one if it died.

        Raises ImageTooLarge, FaceServiceDown, and what the task raises.
        """
        if any(len(picture) > MOST_BYTES for picture in pictures):
            raise ImageTooLarge(limit=MOST_BYTES)  # before it is sent to another process
        with measures.timed(task):
            try:
                return self._confined.do(_in_worker, task, list(pictures), *more)
            except Unanswered:
                raise FaceServiceDown() from None

    def close(self) -> None:
        self._confined.close()
