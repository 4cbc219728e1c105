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
    """`checks` by name; each answers True, or anything else (words are passed on), or raises.

    What is `bearable` keeps nobody away.
    """

    def __init__(
        self,
        checks: Mapping[str, Check] | None = None,
        patience_s: float = PATIENCE_S,
        bearable: Mapping[str, Check] | None = None,
    ) -> None:
        self._checks, self._bearable, self._patience_s = dict(checks or {}), dict(bearable or {}), patience_s
        self._pool = ThreadPoolExecutor(max(1, len(self._checks) + len(self._bearable)), "readiness")
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
        if found := self._unwell(self._checks):
            log.warning("not_ready", failing=list(found))
        return found

    def silent(self) -> dict[str, str]:
        """The same of what is bearable."""
        return self._unwell(self._bearable)

    def _unwell(self, checks: Mapping[str, Check]) -> dict[str, str]:
        with self._lock:
            for name, check in checks.items():
                if name not in self._running:
                    self._running[name] = self._pool.submit(check)
            asked = {name: self._running[name] for name in checks}
        wait(asked.values(), self._patience_s)
        found = {name: _words(answer) for name, answer in sorted(asked.items()) if not _holds(answer)}
        with self._lock:
            self._running = {name: answer for name, answer in self._running.items() if not answer.done()}
        return found


def _holds(answer: Future[bool | str]) -> bool:
    return answer.done() and answer.exception() is None and answer.result() is True


def _words(answer: Future[bool | str]) -> str:
    if not answer.done() or answer.exception() is not None:
        return ""
    said = answer.result()
    return said if isinstance(said, str) else ""
