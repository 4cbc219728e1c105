# SPDX-License-Identifier: Apache-2.0
"""Readiness (就绪): whether this process may be sent requests, as the names of what does not answer. I/O: its checks.

A check says True, or in words for whoever watches why not; what it raises is told to nobody.
A check that hangs is a failing one, and is not asked again before it has ended: what is down is not flooded.
"""

from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from threading import Lock

import structlog

PATIENCE_S = 2.0
log = structlog.get_logger()

Check = Callable[[], bool | str]


class Readiness:
    """`checks` by name; each answers True, or anything else (words are passed on), or raises."""

    def __init__(self, checks: Mapping[str, Check] | None = None, patience_s: float = PATIENCE_S) -> None:
        self._checks, self._patience_s = dict(checks or {}), patience_s
        self._pool = ThreadPoolExecutor(max(1, len(self._checks)), "readiness")
        self._running: dict[str, Future[bool | str]] = {}
        self._lock = Lock()
        self.is_stopping = False  # a process that ends is sent nothing more

    def failing(self) -> list[str]:
        """Names, in order; empty when all is well."""
        return list(self.reasons())

    def reasons(self) -> dict[str, str]:
        """By the name of what fails, in order: why, as far as the check says so in words, else nothing."""
        if self.is_stopping:
            return {"stopping": ""}
        with self._lock:
            for name, check in self._checks.items():
                if name not in self._running:
                    self._running[name] = self._pool.submit(check)
            asked = dict(self._running)
        wait(asked.values(), self._patience_s)
        found = {name: _words(answer) for name, answer in sorted(asked.items()) if not _holds(answer)}
        with self._lock:
            self._running = {name: answer for name, answer in self._running.items() if not answer.done()}
        if found:
            log.warning("not_ready", failing=list(found))
        return found


def _holds(answer: Future[bool | str]) -> bool:
    return answer.done() and answer.exception() is None and answer.result() is True


def _words(answer: Future[bool | str]) -> str:
    if not answer.done() or answer.exception() is not None:
        return ""
    said = answer.result()
    return said if isinstance(said, str) else ""
