# SPDX-License-Identifier: Apache-2.0
"""Storm (人潮测速): how quick a clerk's page is while visitors press on, and what they are told. I/O: processes, HTTP.

python -m bench.storm [--visitors 150] [--looks 60]

Visitors ask without a pause, each on a connection of its own, from a process beside the server's: they take processor
from it as real ones would not, so the ratio errs on the bad side.
"""

import argparse
import asyncio
import multiprocessing
import time
from collections import Counter
from multiprocessing.synchronize import Event
from typing import Any

import httpx

from bench.running import quantile, service
from demonstration.applicant import Applicant
from demonstration.entering import enter
from kit import sealing

PAGES = ("/", "/guide?q=tea", "/verify", "/signin", "/api/v1/items")
CLERK, CLERK_PAGE = "clerk", "/review"
REST_S = 0.05  # between two looks of the clerk
WARM_UP_S = 2.0


async def _ask(host: str, port: int, number: int, is_over: Event, told: "Counter[int]") -> None:
    """One visitor, with a session that is none, so that the database is asked each time."""
    reader, writer = await asyncio.open_connection(host, port)
    while not is_over.is_set():
        path = PAGES[number % len(PAGES)]
        number += 1
        lines = (f"GET {path} HTTP/1.1", f"Host: {host}:{port}", f"Cookie: approval_session=visitor-{number}", "", "")
        writer.write("\r\n".join(lines).encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        length = next(line for line in head.split("\r\n") if line.startswith("content-length:"))
        await reader.readexactly(int(length.split(":")[1]))
        told[int(head.split(" ", 2)[1])] += 1
    writer.close()


def _crowd(host: str, port: int, visitors: int, is_over: Event, out: Any) -> None:
    told: Counter[int] = Counter()

    async def everybody() -> None:
        await asyncio.gather(*(_ask(host, port, number, is_over, told) for number in range(visitors)))

    asyncio.run(everybody())
    out.put(dict(told))


def _looks(client: httpx.Client, count: int) -> list[float]:
    """Seconds of each look at the queue."""
    taken = []
    for _look in range(count):
        began = time.perf_counter()
        answer = client.get(CLERK_PAGE)
        taken.append(time.perf_counter() - began)
        if answer.status_code != 200:
            raise RuntimeError(f"the clerk was answered {answer.status_code}")
        time.sleep(REST_S)
    return taken


def measure(visitors: int, looks: int) -> str:
    context = multiprocessing.get_context("spawn")
    is_over, out = context.Event(), context.Queue()
    with service() as (address, folder), httpx.Client(base_url=address, timeout=60.0) as client:
        sealing.install(bytes.fromhex((folder / "master.key").read_text()))
        enter(Applicant(client, "", CLERK, ""), CLERK)
        _looks(client, 5)
        quiet = _looks(client, looks)
        url = httpx.URL(address)
        crowd = context.Process(target=_crowd, args=(url.host, url.port, visitors, is_over, out))
        crowd.start()
        time.sleep(WARM_UP_S)
        began = time.perf_counter()
        storm = _looks(client, looks)
        lasted = time.perf_counter() - began
        is_over.set()
        told = out.get(timeout=60)
        crowd.join(20)
    return _table(quiet, storm, told, lasted + WARM_UP_S, visitors)


def _table(quiet: list[float], storm: list[float], told: dict[int, int], lasted: float, visitors: int) -> str:
    rows = [f"| a clerk's queue page, {len(quiet)} looks | p50 ms | p95 ms | slowest ms |", "|---|---|---|---|"]
    for name, taken in (("quiet", quiet), (f"{visitors} visitors without a pause", storm)):
        figures = (quantile(taken, 0.5), quantile(taken, 0.95), max(taken))
        rows.append(f"| {name} | " + " | ".join(f"{1000 * figure:.0f}" for figure in figures) + " |")
    ratio = quantile(storm, 0.95) / quantile(quiet, 0.95)
    served, shed = told.get(200, 0), told.get(429, 0)
    others = sum(told.values()) - served - shed
    rows += ["", f"p95 in the storm / quiet: {ratio:.1f}. Visitors: {served / lasted:.0f} served a second,"]
    rows.append(f"{shed / lasted:.0f} told to come back (429), {others} answered otherwise.")
    return "\n".join(rows)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--visitors", type=int, default=150)
    parser.add_argument("--looks", type=int, default=60)
    asked = parser.parse_args()
    print(measure(asked.visitors, asked.looks))
