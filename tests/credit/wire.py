# SPDX-License-Identifier: Apache-2.0
"""A server that says whatever a test wants on the wire, byte by byte if need be."""

import re
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

Conversation = Callable[[socket.socket, threading.Event], None]


def http(body: bytes, status: str = "200 OK", headers: str = "") -> bytes:
    """One whole answer."""
    head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n{headers}\r\n"
    return head.encode() + body


def saying(answer: bytes) -> Conversation:
    def say(connection: socket.socket, _over: threading.Event) -> None:
        connection.sendall(answer)

    return say


def dripping(answer: bytes, every: float = 1.0) -> Conversation:
    def drip(connection: socket.socket, over: threading.Event) -> None:
        for byte in answer:
            connection.sendall(bytes([byte]))
            if over.wait(every):
                return

    return drip


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait(30)


def _request(connection: socket.socket) -> bytes:
    """One whole request: closing with some of it unread would reset the connection under the answer."""
    request = b""
    while part := connection.recv(65_536):
        request += part
        head, end, body = request.partition(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head.lower())
        if end and length and len(body) >= int(length[1]):
            break
    return request


@contextmanager
def wire(*conversations: Conversation, tls: ssl.SSLContext | None = None) -> Iterator[tuple[str, list[bytes]]]:
    """Yields the address and the requests as they came; each connection gets the next conversation, then the last."""
    over, requests, workers = threading.Event(), list[bytes](), list[threading.Thread]()

    def converse(raw: socket.socket, talk: Conversation) -> None:
        with suppress(OSError), raw:  # the client may leave at any moment
            connection = tls.wrap_socket(raw, server_side=True) if tls else raw
            with connection:
                connection.settimeout(5)
                requests.append(_request(connection))
                talk(connection, over)

    def accept() -> None:
        with suppress(OSError):
            for number in range(1_000):
                raw, _ = server.accept()
                talk = conversations[min(number, len(conversations) - 1)]
                workers.append(threading.Thread(target=converse, args=(raw, talk)))
                workers[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as server:
        accepting = threading.Thread(target=accept)
        accepting.start()
        scheme = "https" if tls else "http"
        try:
            yield f"{scheme}://127.0.0.1:{server.getsockname()[1]}", requests
        finally:
            over.set()
            server.shutdown(socket.SHUT_RDWR)
    for thread in (accepting, *workers):
        thread.join()
