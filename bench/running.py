# SPDX-License-Identifier: Apache-2.0
"""Running: the demonstration in processes of its own, to be measured from outside. I/O: processes, HTTP."""

import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from demonstration.run import wait_for

BUREAU_DELAY_S = 0.05


@contextmanager
def service() -> Iterator[tuple[str, Path]]:
    """Address and folder of a fresh demonstration whose bureau answers in 50 ms."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work) / "demonstration"
        command = [sys.executable, "main.py", "demo", "--no-run", "--port", str(port), "--folder", str(folder)]
        process = subprocess.Popen([*command, "--bureau-delay", str(BUREAU_DELAY_S)], stdout=subprocess.DEVNULL)
        try:
            wait_for(f"http://127.0.0.1:{port}", process, 120)
            yield f"http://127.0.0.1:{port}", folder
        finally:
            process.terminate()
            process.wait(20)


def quantile(values: list[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * (len(ordered) - 1)))]
