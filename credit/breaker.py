# SPDX-License-Identifier: Apache-2.0
"""Breaker (断路器): stop asking a source that does not answer, and try again after a rest. Thread-safe. Pure."""

import threading
from collections.abc import Callable


class Breaker:
    """Opens after `failures` in a row; after `rest` seconds of the given clock lets one single call try."""

    def __init__(self, seconds: Callable[[], float], failures: int = 5, rest: float = 30.0) -> None:
        self._seconds = seconds
        self._most = failures
        self._rest = rest
        self._lock = threading.Lock()
        self._failed = 0
        self._try_at = 0.0

    @property
    def is_open(self) -> bool:
        with self._lock:
            return self._failed >= self._most

    def admits(self) -> bool:
        """Whether this call may go out; the caller then says `succeeded` or `failed`."""
        with self._lock:
            if self._failed < self._most:
                return True
            if self._seconds() < self._try_at:
                return False
            # The one who tries; should it never come back, the next may try after another rest.
            self._try_at = self._seconds() + self._rest
            return True

    def succeeded(self) -> None:
        with self._lock:
            self._failed = 0

    def failed(self) -> None:
        with self._lock:
            self._failed += 1
            if self._failed >= self._most:
                self._try_at = self._seconds() + self._rest
