# SPDX-License-Identifier: Apache-2.0
"""Keeping alive (守护): a process that runs until it is asked to end, and several that are started again when one dies.

I/O: processes, signals.
"""

import signal
import subprocess
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import structlog
from prometheus_client import start_http_server

from kit import measures

DRAIN_S = 10  # what is being answered or worked on may be finished; then it is cut off
log = structlog.get_logger()


def asked_to_stop() -> threading.Event:
    """Set by the signals that end a process."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    return stop


def wait_for_signal() -> None:
    """Until somebody asks this process to end."""
    asked_to_stop().wait()


def several(command: Sequence[str], name: str, processes: int) -> None:
    """So many workers as processes of their own, `name`-1, `name`-2, …, kept alive until a signal comes."""
    stop = asked_to_stop()
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        while not stop.is_set():
            for number in range(1, processes + 1):
                one = f"{name}-{number}"
                if one not in running or running[one].poll() is not None:
                    if one in running:
                        log.error("worker_died", worker=one, code=running[one].returncode)
                    running[one] = subprocess.Popen([*command, one])  # noqa: S603 (our own programme)
            stop.wait(1)
    finally:
        for process in running.values():
            process.terminate()
        for process in running.values():
            process.wait(2 * DRAIN_S)


@contextmanager
def measured(port: int, name: str) -> Iterator[None]:
    """The counts of this process for Prometheus, on this machine only; several workers one port behind the other.

    Nowhere for port 0. A port that is taken stops the start: somebody would watch another process for this one.
    """
    if not port:
        yield
        return
    number = name.rpartition("-")[2]
    at = port + int(number) - 1 if number.isascii() and number.isdecimal() else port
    server, thread = start_http_server(at, addr="127.0.0.1", registry=measures.REGISTRY)
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join(DRAIN_S)
