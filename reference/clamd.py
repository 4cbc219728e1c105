# SPDX-License-Identifier: Apache-2.0
"""Reference scanner (参考查毒服务): speaks as clamd does and knows one file, the test file of EICAR. I/O: network.

It stands in for the scanner of an office: `with scanner() as address: …`. `manner` makes it behave badly.
"""

import socket
import socketserver
import struct
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Literal

# Kept in two parts: a scanner of the machine that holds this source would take it away (eicar.org).
EICAR = (r"X5O!P%@AP[4\PZX54(P^)7CC)7}$EICAR" + r"-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*").encode()
MOST_BYTES = 25 * 2**20  # StreamMaxLength
Manner = Literal["well", "silent", "cut", "garbled", "drip"]


class _Scan(socketserver.BaseRequestHandler):
    manner: Manner = "well"
    most: int = MOST_BYTES

    def handle(self) -> None:
        command = b""
        while not command.endswith(b"\0"):
            part = self.request.recv(1)
            if not part:
                return
            command += part
        try:
            self._answer(b"PONG" if command == b"zPING\0" else self._verdict())
        except OSError:  # whoever asked has gone
            return

    def _answer(self, said: bytes) -> None:
        if self.manner == "silent":
            time.sleep(30)
        elif self.manner == "drip":
            for _second in range(300):
                self.request.sendall(b"s")
                time.sleep(0.1)
        elif self.manner != "cut":
            self.request.sendall((b"stream: perhaps" if self.manner == "garbled" else said) + b"\0")

    def _verdict(self) -> bytes:
        data = b""
        while length := struct.unpack("!I", self._exactly(4))[0]:
            data += self._exactly(length)
            if len(data) > self.most:
                return b"INSTREAM size limit exceeded. ERROR"
        return b"stream: Eicar-Test-Signature FOUND" if EICAR in data else b"stream: OK"

    def _exactly(self, count: int) -> bytes:
        got = b""
        while len(got) < count:
            part = self.request.recv(count - len(got))
            if not part:
                raise ConnectionError("cut off")
            got += part
        return got


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    block_on_close = False


class _SocketServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True
    block_on_close = False


@contextmanager
def scanner(manner: Manner = "well", most: int = MOST_BYTES, path: str = "") -> Iterator[str]:
    """Its address: of this machine, or of the socket at `path`."""
    handler = type("Scan", (_Scan,), {"manner": manner, "most": most})
    server: socketserver.BaseServer = _SocketServer(path, handler) if path else _Server(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield f"unix:{path}" if path else f"clamd://127.0.0.1:{_port(server)}"
    finally:
        server.shutdown()
        server.server_close()


def _port(server: socketserver.BaseServer) -> int:
    bound: socket.socket = server.socket  # type: ignore[attr-defined]
    return int(bound.getsockname()[1])
