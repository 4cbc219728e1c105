# SPDX-License-Identifier: Apache-2.0
"""Proxy (故障代理): stands between the service and what it talks to, and does what networks do. I/O: loopback."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum

PART = 65_536
FLOOD = 1_000_000_000  # bytes


class Fault(StrEnum):
    """What happens to answers; questions go through, but a torn one and those to a black hole."""

    NONE = "none"
    SLOW = "slow"  # each part of an answer `delay_s` later
    CUT = "cut"  # the question arrives, the answer is lost with the connection
    GARBAGE = "garbage"
    HALF = "half-closed"  # the first bytes of an answer, then the end
    BLACK_HOLE = "black hole"  # taken, never passed on, never answered
    TORN = "torn"  # half of a question arrives, then the connection ends
    FLOOD = "flood"  # an answer of a gigabyte


class Proxy:
    """`fault` may be changed at any moment and counts from the next part on. `sent` is bytes given as answers."""

    def __init__(self, host: str, port: int) -> None:
        self.fault, self.delay_s, self.sent, self.questions = Fault.NONE, 0.0, 0, 0
        self._target = host, port
        self._over = threading.Event()
        self._open: list[socket.socket] = []
        self._server = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._server.getsockname()[1])
        self._threads = [threading.Thread(target=self._accept, daemon=True)]
        self._threads[0].start()

    def cut(self) -> None:
        """Every connection there is ends now, without a word."""
        while self._open:
            one = self._open.pop()
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def end(self) -> None:
        self._over.set()
        with suppress(OSError):
            self._server.shutdown(socket.SHUT_RDWR)
        self._server.close()
        self.cut()
        for thread in self._threads:
            thread.join(10)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._server.accept()
                self._threads.append(threading.Thread(target=self._join, args=(near,), daemon=True))
                self._threads[-1].start()

    def _join(self, near: socket.socket) -> None:
        """One connection from its beginning to its end; both sockets are closed then."""
        with near, suppress(OSError), socket.create_connection(self._target) as far:
            self._open += [near, far]
            back = threading.Thread(target=self._carry, args=(far, near, self._answer), daemon=True)
            back.start()
            self._carry(near, far, self._question)
            back.join(10)

    def _carry(self, source: socket.socket, sink: socket.socket, carry: Callable[[socket.socket, bytes], bool]) -> None:
        with suppress(OSError):
            while part := source.recv(PART):
                if not carry(sink, part):
                    break
        for one in (source, sink):
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)

    def _question(self, sink: socket.socket, part: bytes) -> bool:
        self.questions += 1
        if self.fault is Fault.TORN:
            sink.sendall(part[: len(part) // 2])
            return False
        if self.fault is not Fault.BLACK_HOLE:
            sink.sendall(part)
        return True

    def _answer(self, sink: socket.socket, part: bytes) -> bool:
        fault = self.fault
        if fault is Fault.BLACK_HOLE:
            return True
        if fault is Fault.CUT:
            return False
        if fault is Fault.SLOW:
            self._over.wait(self.delay_s)
        if fault is Fault.FLOOD:
            self._flood(sink)
            return False
        said = {Fault.GARBAGE: b"\x00\xff" * 40, Fault.HALF: part[:20]}.get(fault, part)
        sink.sendall(said)
        self.sent += len(said)
        return fault in (Fault.NONE, Fault.SLOW)

    def _flood(self, sink: socket.socket) -> None:
        sink.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n")
        while self.sent < FLOOD and not self._over.is_set():
            self.sent += sink.send(b" " * PART)


@contextmanager
def proxy(host: str, port: int) -> Iterator[Proxy]:
    made = Proxy(host, port)
    try:
        yield made
    finally:
        made.end()
