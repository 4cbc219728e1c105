# SPDX-License-Identifier: Apache-2.0
"""Keeping alive (守护): a process that runs until it is asked to end, and several that are started again when one dies.

I/O: processes, signals.
"""

import signal
import subprocess
import threading
from collections.abc import Sequence

import structlog

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
