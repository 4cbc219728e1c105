# SPDX-License-Identifier: Apache-2.0
"""Serving (开门与收尾): on which sockets the pages are served, and how a process ends without dropping anybody.

A socket may be handed over by whoever started the process (systemd's LISTEN_FDS): then it outlives us, who connects
while nobody serves waits in its queue, and an old and a new process can serve side by side. I/O: sockets.
"""

import os
import socket
import time
from collections.abc import Mapping

import uvicorn

from web.readiness import Readiness

FIRST_FD = 3  # as systemd hands sockets over
IDLE_S = 1.0  # how long connections without a request are left open after the last answer asks them to close
BACKLOG = 2048


def handed_over(environment: Mapping[str, str] = os.environ) -> list[socket.socket]:
    """The sockets that this very process was started with; none without LISTEN_FDS.

    LISTEN_PID, where it is set, must name this process: a child that inherits the variables has no such sockets.
    """
    if environment.get("LISTEN_PID", str(os.getpid())) != str(os.getpid()):
        return []
    count = int(environment.get("LISTEN_FDS", "0") or 0)
    return [socket.socket(fileno=number) for number in range(FIRST_FD, FIRST_FD + count)]


def drain(server: uvicorn.Server, readiness: Readiness, most_s: float) -> None:
    """Take no new connection, answer what has come, ask every client to connect anew; then end.

    Called from another thread than the server's. What is still open after `most_s` is cut off by the server's own end.
    """
    readiness.is_stopping = True  # from now on every answer closes its connection
    until = time.monotonic() + most_s
    for listening in getattr(server, "servers", []):  # none if it never started
        listening.get_loop().call_soon_threadsafe(listening.close)
    quiet_since = time.monotonic()
    while server.server_state.connections and time.monotonic() < until:
        if server.server_state.tasks:
            quiet_since = time.monotonic()
        elif time.monotonic() - quiet_since > IDLE_S:
            break
        time.sleep(0.02)
    server.should_exit = True
