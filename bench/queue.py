# SPDX-License-Identifier: Apache-2.0
"""The clerk's queue page, and the button for the next case, at ten thousand and at a million cases in review."""

import argparse
import shutil
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import text

from approval import claims, queue
from approval.application import Application, State
from approval.calendar import load_calendar, seed_calendar
from bench.running import quantile
from identity import Account
from kit import keyring, sealing
from kit.database import Base, Database
from tests import postgres
from tests.conftest import NOON, new_postgres_database
from tests.keys import MemoryKeyring
from tests.office import a_clerk, an_applicant

TEMPLATE = "template"
NUMBERS = {
    True: "(WITH RECURSIVE c(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM c WHERE n + 1 < :last) SELECT n FROM c)",
    False: "(SELECT generate_series(CAST(:first AS bigint), CAST(:last AS bigint) - 1) AS n)",
}
WORDS = {
    True: {
        "id": "'case' || printf('%022d', n)",
        "number": "'B' || printf('%012d', n)",
        "moment": "strftime('%Y-%m-%d %H:%M:%f000', '2026-11-23 04:00:00', '+' || n || ' seconds')",
        "day": "date('2026-11-23', '+' || (n % 365) || ' days')",
    },
    False: {
        "id": "'case' || lpad(CAST(n AS text), 22, '0')",
        "number": "'B' || lpad(CAST(n AS text), 12, '0')",
        "moment": "timestamptz '2026-11-23 04:00:00Z' + n * interval '1 second'",
        "day": "date '2026-11-23' + CAST(n % 365 AS int)",
    },
}


def fill(database: Database, first: int, last: int, applicant: Account) -> None:
    """Cases in review, submitted a second apart, due over a year; copies of one row, made by the database itself."""
    with database.writing() as session:
        if session.get(Application, TEMPLATE) is None:
            session.add(
                Application(
                    id=TEMPLATE,
                    item_code="sole-trader",
                    item_version=1,
                    applicant_id=applicant.id,
                    answers={},
                    label="样例小吃店",
                    state=State.REFUSED,
                    step="review",
                    seq=5,
                    role="clerk",
                    created_at=NOON,
                    updated_at=NOON,
                    area="320113007",
                )
            )
            session.flush()
        words = WORDS[database.is_sqlite]
        moments = dict.fromkeys(("updated_at", "submitted_at"), words["moment"])
        days = dict.fromkeys(("order_on", "due_on"), words["day"])
        changed = {"id": words["id"], "number": words["number"], "state": f"'{State.IN_REVIEW}'", **moments, **days}
        columns = [column.name for column in Application.__table__.columns]
        told = ", ".join(changed.get(name, f't."{name}"') for name in columns)
        named = ", ".join(f'"{name}"' for name in columns)
        numbers = f"{NUMBERS[database.is_sqlite]} AS numbers, application AS t WHERE t.id = '{TEMPLATE}'"
        copied = f"INSERT INTO application ({named}) SELECT {told} FROM {numbers}"  # noqa: S608
        session.execute(text(copied), {"first": first, "last": last})
    if not database.is_sqlite:
        with database.engine.connect() as connection:
            connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE application"))


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
    keyring.install(MemoryKeyring())
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
