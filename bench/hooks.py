# SPDX-License-Identifier: Apache-2.0
"""Bench of telling departments (告知测速): written, then delivered to a hundred systems of which a tenth fails.

python -m bench.hooks [--departments 100] [--each 50]

The systems are one server in a process beside, over real HTTP; every tenth request is answered 503.
"""

import argparse
import multiprocessing
import socket
import statistics
import sys
import tempfile
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import structlog
import uvicorn
from fastapi import FastAPI, Response
from sqlalchemy import select

import supervision
from kit import clock, sealing
from kit.database import Base, Database
from kit.text import Text
from supervision import Competence, Department, Event, Hook
from supervision.hooks import HookState, deliver_due

SECRET = "bench-" * 8
CODE = "92320113MA00000007"


def _systems(port: int) -> None:
    app, asked = FastAPI(), {"count": 0}

    @app.post("/{department}")
    async def take(department: str) -> Response:
        asked["count"] += 1
        return Response(status_code=503 if asked["count"] % 10 == 0 else 202)

    uvicorn.run(app, host="127.0.0.1", port=port, log_level="error")


def _write(database: Database, codes: list[str], each: int, now: datetime) -> float:
    """Seconds in which each department was told so often, in transactions of all departments."""
    everybody = tuple(Department(code=code, name=Text(zh=code, en=code), for_all=True) for code in codes)
    table = Competence(pool_working_days=3, departments=everybody, permits=())
    began = time.perf_counter()
    for number in range(each):
        with database.writing() as session:
            supervision.tell(session, table, Event(f"QX-{number:06d}", CODE, "registration"), [], now)
    return time.perf_counter() - began


def measure(departments: int, each: int, folder: Path) -> str:
    sealing.install(bytes(32))
    database = Database(f"sqlite:///{folder / 'bench.db'}")
    Base.metadata.create_all(database.engine)
    codes, now = [f"dep-{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(departments)], clock.now()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    process: Any = multiprocessing.get_context("spawn").Process(target=_systems, args=(port,))
    process.start()
    hooks = {code: Hook(department=code, url=f"http://127.0.0.1:{port}/{code}") for code in codes}
    try:
        _await(port)
        written = _write(database, codes, each, now)
        total, looks, took = departments * each, 0, []
        arrived, began = 0, time.perf_counter()
        while arrived < total:
            look = time.perf_counter()
            arrived += deliver_due(database, hooks, SECRET, now + timedelta(hours=looks))
            took.append(time.perf_counter() - look)
            looks += 1
        delivered = time.perf_counter() - began
        with database.reading() as session:
            behind = [one for one in session.scalars(select(HookState)) if one.tries]
    finally:
        process.terminate()
        process.join(10)
    return "\n".join(
        [
            "| departments | notifications | written/s | delivered/s | looks | a look, ms (median) | left behind |",
            "|---|---|---|---|---|---|---|",
            f"| {departments} | {total:,} | {total / written:,.0f} | {total / delivered:,.0f} | {looks} "
            f"| {1000 * statistics.median(took):.0f} | {len(behind)} |",
            "",
            "Every tenth request was answered 503 and repeated; the rests between are not waited for here.",
        ]
    )


def _await(port: int) -> None:
    for _ in range(200):
        try:
            httpx.post(f"http://127.0.0.1:{port}/probe", trust_env=False)
        except httpx.HTTPError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError("the systems did not start")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--departments", type=int, default=100)
    parser.add_argument("--each", type=int, default=50)
    given = parser.parse_args()
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with tempfile.TemporaryDirectory() as work:
        print(measure(given.departments, given.each, Path(work)))
