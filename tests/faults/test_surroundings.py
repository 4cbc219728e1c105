# SPDX-License-Identifier: Apache-2.0
"""Clocks that jump, sinks that do not answer, clients that vanish, memory that grows (rows 22, 41, 42, 48)."""

import gc
import resource
import shutil
import socket
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path

import httpx
import pytest
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace.export import BatchSpanProcessor

from kit import tracing
from kit.database import Database
from tests.faults.serving import Clients
from tests.journeys.conftest import running
from tests.journeys.inprocess import a_desk, a_site
from web.app import create_app

FAKETIME = shutil.which("faketime")
LOOK = """
import time
from datetime import date
from kit import clock
from kit.clock import office_day
begun = time.monotonic()
now = clock.now()
print(now.isoformat(), office_day(now).isoformat(), time.monotonic() - begun < 5)
"""


@pytest.mark.nightly
@pytest.mark.skipif(FAKETIME is None, reason="faketime is not installed")
@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2028-02-28 17:00:00", "2028-02-29"),
        ("2036-12-31 15:59:59", "2036-12-31"),
        ("2036-12-31 16:00:00", "2037-01-01"),
        ("2016-11-30 00:00:00", "2016-11-30"),
    ],
)
def test_whatever_the_clock_of_the_machine_says_the_day_is_that_of_beijing(moment: str, day: str) -> None:
    told = subprocess.run(
        [str(FAKETIME), "-f", moment, sys.executable, "-c", LOOK],
        capture_output=True,
        text=True,
        check=True,
        env={"TZ": "UTC", "FAKETIME_DONT_FAKE_MONOTONIC": "1", "PYTHONPATH": str(Path.cwd()), "PATH": "/usr/bin:/bin"},
    )
    assert told.stdout.split()[1:] == [day, "True"]


def test_a_collector_of_traces_that_hangs_holds_up_no_request(database: Database, tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        endpoint = f"http://127.0.0.1:{silent.getsockname()[1]}/v1/traces"
        exporter = OTLPSpanExporter(endpoint, timeout=1)
        processor = BatchSpanProcessor(exporter, schedule_delay_millis=10, max_queue_size=64, max_export_batch_size=8)
        tracing.record("test", processor)
        try:
            with a_site(a_desk(database, tmp_path)) as site:
                begun = time.monotonic()
                for _ in range(200):
                    assert site.request("GET", "/healthz").status_code == 200
                assert time.monotonic() - begun < 10
        finally:
            tracing.end()


def test_a_client_that_vanishes_in_the_middle_holds_nobody_up(database: Database, tmp_path: Path) -> None:
    url, server, thread = running(create_app(a_desk(database, tmp_path)))
    host, port = url.removeprefix("http://").split(":")
    kind = b"Content-Type: multipart/form-data; boundary=b\r\nContent-Length: 100000\r\n"
    head = b"POST /verify HTTP/1.1\r\nHost: x\r\n" + kind
    clients = Clients(url, ("/healthz", "/signin"), 2)
    try:
        with ExitStack() as stack:
            gone = [stack.enter_context(socket.create_connection((host, int(port)))) for _ in range(30)]
            for one in gone:
                one.sendall(head + b"\r\n--b\r\nContent-Disposition: form-data")
            for one in gone[:15]:
                one.close()
            httpx.get(f"{url}/signin", trust_env=False, timeout=30)  # the first page compiles its templates
            with clients.asking():
                time.sleep(2)
    finally:
        server.should_exit = True
        thread.join(10)
    assert clients.failures == []
    assert clients.answers > 10


@pytest.mark.nightly
def test_memory_and_open_files_stay_flat_over_many_requests(database: Database, tmp_path: Path) -> None:
    """Not the million requests of a soak: 20 000 after a warm-up, and five per cent."""

    def used() -> tuple[int, int]:
        gc.collect()
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        return pages * resource.getpagesize() // 1024, len(list(Path("/proc/self/fd").iterdir()))

    with a_site(a_desk(database, tmp_path)) as site:
        for _ in range(3000):
            site.request("GET", "/signin")
        before = used()
        for _ in range(20_000):
            site.request("GET", "/signin")
        after = used()
    print(f"memory {before[0]} → {after[0]} kB, files {before[1]} → {after[1]}")
    assert after[0] <= before[0] * 1.05
    assert after[1] <= before[1] + 2
