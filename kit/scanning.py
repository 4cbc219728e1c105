# SPDX-License-Identifier: Apache-2.0
"""Scanning (查毒): whether a file is known malware, asked of the scanner that the installation brings. I/O: network.

Hides the protocol of clamd (INSTREAM, docs.clamav.net/manual/Usage/Scanning.html#clamd). It knows no TLS, so the
scanner is behind a socket or on this machine. A scanner that does not answer has said nothing: the file is not kept.
"""

import socket
import struct
import time
from typing import Protocol
from urllib.parse import urlsplit

import structlog

from kit.errors import DomainError

PATIENCE_S = 20.0  # for the whole file
PORT = 3310
PIECE = 2**16
MOST_ANSWER = 4096
CLEAN = b"stream: OK"
log = structlog.get_logger()


class MalwareFound(DomainError):
    """The scanner knows this file."""


class FileNotScanned(DomainError):
    """The scanner did not answer, or not as agreed: the file is not kept."""


class Scanner(Protocol):
    """Returns if nothing is known against the file. Raises MalwareFound and FileNotScanned."""

    def must_be_clean(self, data: bytes) -> None: ...

    def answers(self) -> bool: ...


class Clamd:
    """A clamd at `unix:/path` or `clamd://127.0.0.1:3310`; `kit.soundness` refuses any other address."""

    def __init__(self, address: str, patience_s: float = PATIENCE_S) -> None:
        self._parts, self._patience_s = urlsplit(address), patience_s

    def must_be_clean(self, data: bytes) -> None:
        try:
            answer = self._ask(b"INSTREAM", data)
        except OSError as error:
            log.error("scanner_silent", why=type(error).__name__)
            raise FileNotScanned() from None
        if answer == CLEAN:
            return
        if answer.startswith(b"stream: ") and answer.endswith(b" FOUND"):
            log.warning("malware_found", name=answer[8:-6].decode("ascii", "replace")[:100], bytes=len(data))
            raise MalwareFound()
        log.error("scanner_silent", why=answer[:100].decode("ascii", "replace"))
        raise FileNotScanned()

    def answers(self) -> bool:
        try:
            return self._ask(b"PING") == b"PONG"
        except OSError:
            return False

    def _ask(self, command: bytes, data: bytes | None = None) -> bytes:
        """Raises OSError, also when the whole outlasts the patience."""
        until = time.monotonic() + self._patience_s
        with self._connected() as asked:
            asked.sendall(b"z" + command + b"\0")
            if data is not None:
                self._send(asked, data, until)
            answer = b""
            while not answer.endswith(b"\0"):
                asked.settimeout(_left(until))
                part = asked.recv(MOST_ANSWER)
                if not part or len(answer) > MOST_ANSWER:
                    raise ConnectionError("cut off")
                answer += part
        return answer[:-1]

    def _send(self, asked: socket.socket, data: bytes, until: float) -> None:
        """In pieces, each after its length; an empty one ends it."""
        for start in range(0, len(data), PIECE):
            piece = data[start : start + PIECE]
            asked.settimeout(_left(until))
            asked.sendall(struct.pack("!I", len(piece)) + piece)
        asked.sendall(struct.pack("!I", 0))

    def _connected(self) -> socket.socket:
        if self._parts.scheme == "unix":
            made = socket.socket(socket.AF_UNIX)
            made.settimeout(self._patience_s)
            try:
                made.connect(self._parts.path)
            except OSError:
                made.close()
                raise
            return made
        place = (self._parts.hostname or "", self._parts.port or PORT)
        return socket.create_connection(place, self._patience_s)


def _left(until: float) -> float:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def scanner_at(address: str) -> Scanner | None:
    """None where the installation brings none."""
    return Clamd(address) if address else None
