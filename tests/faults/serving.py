# SPDX-License-Identifier: Apache-2.0
"""The real service as processes of their own on a socket that was handed over, and clients that count what fails."""

import os
import secrets
import socket as sockets
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx

PATIENCE_S = 120


@dataclass
class Service:
    """`start` may be called again while an older process still serves: both accept on one socket."""

    folder: Path
    database_url: str = ""
    socket: sockets.socket = field(init=False)
    key: str = field(default_factory=lambda: secrets.token_hex(32))
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.socket = sockets.create_server(("127.0.0.1", 0), backlog=2048)
        self.socket.set_inheritable(True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.socket.getsockname()[1]}"

    def environment(self) -> dict[str, str]:
        told = {"MASTER_KEY": self.key, "DATA_DIR": str(self.folder / "data"), "FACE_WORKERS": "1", "LISTEN_FDS": "1"}
        if self.database_url:
            told["DATABASE_URL"] = self.database_url
        return {**{name: value for name, value in os.environ.items() if name != "LISTEN_PID"}, **told}

    def start(self, *more: str) -> "subprocess.Popen[bytes]":
        number = self.socket.fileno()

        def as_third() -> None:
            os.dup2(number, 3)

        log = (self.folder / f"serve-{len(self.running)}.log").open("wb")
        begun = subprocess.Popen(
            [sys.executable, "-W", "ignore", "main.py", "serve", *more],
            env=self.environment(),
            preexec_fn=as_third,
            pass_fds=(3, number),
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        log.close()
        self.running.append(begun)
        return begun

    def told(self) -> str:
        return "".join(path.read_text("utf-8", "replace")[-3000:] for path in sorted(self.folder.glob("serve-*.log")))

    def wait_for_workers(self, count: int) -> None:
        """Until each process has answered: each tells its start in its own way, so look at the sockets' owner."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            assert all(process.poll() is None for process in self.running[-count:]), self.told()
            if sum(_listens(process.pid, self.socket) for process in self.running) >= count:
                return
            time.sleep(0.2)
        raise TimeoutError(self.told())

    def end(self) -> None:
        for process in self.running:
            if process.poll() is None:
                process.kill()
                process.wait()
        self.socket.close()


def _listens(pid: int, listening: sockets.socket) -> bool:
    """Whether the process polls the socket: its server has started."""
    name = f"socket:[{os.fstat(listening.fileno()).st_ino}]"
    polled = set()
    for path in Path(f"/proc/{pid}/fdinfo").glob("*") if Path(f"/proc/{pid}").exists() else ():
        try:
            polled |= {line.split()[1] for line in path.read_text().splitlines() if line.startswith("tfd:")}
        except OSError:
            continue
    for number in polled:
        try:
            if str(Path(f"/proc/{pid}/fd/{number}").readlink()) == name:
                return True
        except OSError:
            continue
    return False


@dataclass
class Clients:
    """Threads that ask and ask; every answer that is not the expected one is a failure."""

    url: str
    paths: tuple[str, ...] = ("/healthz", "/signin", "/verify")
    count: int = 4
    answers: int = 0
    failures: list[str] = field(default_factory=list)
    slowest: float = 0.0

    @contextmanager
    def asking(self) -> Iterator["Clients"]:
        stop = threading.Event()
        threads = [threading.Thread(target=self._ask, args=(stop,)) for _ in range(self.count)]
        for thread in threads:
            thread.start()
        try:
            yield self
        finally:
            stop.set()
            for thread in threads:
                thread.join(60)

    def _ask(self, stop: threading.Event) -> None:
        with httpx.Client(base_url=self.url, timeout=60, trust_env=False) as client:
            while not stop.is_set():
                for path in self.paths:
                    begun = time.monotonic()
                    try:
                        answer = client.get(path)
                        if answer.status_code != 200:
                            self.failures.append(f"{path} {answer.status_code}")
                    except httpx.HTTPError as error:
                        self.failures.append(f"{path} {type(error).__name__}")
                    self.answers += 1
                    self.slowest = max(self.slowest, time.monotonic() - begun)
                time.sleep(0.01)
