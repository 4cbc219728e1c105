# SPDX-License-Identifier: Apache-2.0
"""The clerk's queue page, and the button for the next case, at ten thousand and at a million cases in review."""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from sqlalchemy import insert

from approval import claims, queue
from approval.application import Application, State
from approval.calendar import load_calendar, seed_calendar
from bench.running import quantile
from identity import Account
from kit import sealing
from kit.database import Base, Database
from tests import postgres
from tests.conftest import NOON, new_postgres_database
from tests.office import a_clerk, an_applicant

CHUNK = 20_000


def fill(database: Database, first: int, last: int, applicant: Account) -> None:
    """Cases in review, submitted a second apart, due over a year."""
    for start in range(first, last, CHUNK):
        rows = [
            {
                "id": f"case{n:022d}",
                "number": f"B{n:012d}",
                "item_code": "sole-trader",
                "item_version": 1,
                "applicant_id": applicant.id,
                "answers": {},
                "visited": [],
                "label": "样例小吃店",
                "state": State.IN_REVIEW,
                "step": "review",
                "seq": 5,
                "attempts": 0,
                "given": {},
                "role": "clerk",
                "created_at": NOON,
                "updated_at": NOON + timedelta(seconds=n),
                "submitted_at": NOON + timedelta(seconds=n),
                "area": "320113007",
                "order_on": (NOON + timedelta(days=n % 365)).date(),
                "due_on": (NOON + timedelta(days=n % 365)).date(),
                "channel": "remote",
                "version": 1,
            }
            for n in range(start, min(last, start + CHUNK))
        ]
        with database.writing() as session:
            session.execute(insert(Application), rows)


def timed(call: Callable[[], object], times: int) -> list[float]:
    seconds = []
    for _ in range(times):
        begun = time.perf_counter()
        call()
        seconds.append((time.perf_counter() - begun) * 1000)
    return seconds


def measure(name: str, url: str, sizes: list[int]) -> None:
    database = Database(url)
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        seed_calendar(session)
        clerk, applicant = a_clerk(session, "clerk"), an_applicant(session)
    first, base = 0, 0.0
    for size in sizes:
        fill(database, first, size, applicant)
        first = size

        def page() -> None:
            with database.reading() as session:
                queue.page_of_queue(session, clerk, "open", None, load_calendar(session), NOON)
                queue.count(session, clerk, NOON)
                queue.revision(session)

        def take() -> None:
            with database.writing() as session:
                taken = claims.claim_next(session, clerk, NOON)
                assert taken is not None
            with database.writing() as session:
                claims.release(session, taken.id, clerk, NOON)

        page()
        shown, taken = timed(page, 200), timed(take, 100)
        p99 = quantile(shown, 0.99)
        base = base or p99
        print(
            f"| {name} | {size:,} | {quantile(shown, 0.5):.0f} | {p99:.0f} | {p99 / base:.1f}× "
            f"| {quantile(taken, 0.5):.0f} | {quantile(taken, 0.99):.0f} |",
            flush=True,
        )
    database.close()


def main() -> None:
    sealing.install(bytes(range(32)))
    parser = argparse.ArgumentParser()
    parser.add_argument("--most", type=int, default=1_000_000)
    most = parser.parse_args().most
    print("| database | cases in review | page p50 ms | page p99 ms | to 10,000 | next case p50 ms | p99 ms |")
    print("|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as place:
        measure("SQLite", f"sqlite:///{Path(place) / 'queue.db'}", [10_000, most])
    if shutil.disk_usage(tempfile.gettempdir()).free > 6e9 and postgres.programs():
        with postgres.server() as server:
            measure("PostgreSQL", new_postgres_database(server, "queue"), [10_000, most])


if __name__ == "__main__":
    main()
