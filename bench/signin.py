# SPDX-License-Identifier: Apache-2.0
"""Bench of signing in (登录测速): what a password, a code and a session cost, known and unknown. I/O: a database.

python -m bench.signin [--tries 60] [--url postgresql+psycopg://…]
"""

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from argon2 import PasswordHasher
from sqlalchemy import text
from sqlalchemy.orm import Session

import identity.offices
import identity.passkeys  # noqa: F401 (its tables)
from identity import (
    Role,
    check_one_time,
    confirm_codes,
    current_code,
    enrol_staff,
    offer_codes,
    session_of,
    sign_in,
    sign_in_staff,
)
from kit import sealing
from kit.database import Base, Database

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
PASSWORD = "tangerine-violin-42"  # noqa: S105 (of this bench)
STEP = timedelta(seconds=30)


def timed(times: int, do: Callable[[int], object]) -> tuple[float, float]:
    """Median wall time and mean processor time of one, in milliseconds."""
    walls, before = [], time.process_time()
    for number in range(times):
        began = time.perf_counter()
        do(number)
        walls.append((time.perf_counter() - began) * 1000)
    return statistics.median(walls), (time.process_time() - before) * 1000 / times


def _at(run: Callable[[int], object], number: int, _again: int) -> None:
    run(number)


def middle(measured: list[tuple[float, float]]) -> tuple[float, float]:
    """Median wall time, mean processor time."""
    return statistics.median(wall for wall, _ in measured), statistics.mean(cpu for _, cpu in measured)


def within(database: Database, do: Callable[[Session, int], object]) -> Callable[[int], None]:
    """One transaction for each."""

    def run(number: int) -> None:
        with database.writing() as session:
            do(session, number)

    return run


def reading(database: Database, do: Callable[[Session], object]) -> Callable[[int], None]:
    def run(_number: int) -> None:
        with database.reading() as session:
            do(session)

    return run


def measure(database: Database, tries: int) -> list[tuple[str, float, float]]:
    """Rows of the table: what, median wall and mean processor milliseconds."""
    sealing.install(bytes(32))
    Base.metadata.create_all(database.engine)
    with database.writing() as session:
        for name in ("known", "coded"):
            account = enrol_staff(session, name, "某人", Role.CLERK, PASSWORD, NOON)
        secret = offer_codes(session, account)
        confirm_codes(session, account, current_code(secret, NOON), NOON)
        token, _until = sign_in(session, account, NOON)
    hasher = PasswordHasher()
    hashed = hasher.hash(PASSWORD)

    def guess(session: Session, number: int) -> None:
        """Wrong, with the lock already over for the next."""
        sign_in_staff(session, "known", "wrong words here", NOON + timedelta(hours=number))

    def code(session: Session, number: int) -> None:
        now = NOON + (number + 1) * STEP
        assert check_one_time(session, account.id, current_code(secret, now), now)

    many, known, unknown = tries * 20, [], []
    for number in range(tries):  # turn about, so that whatever else the machine does slows both alike
        known.append(timed(1, partial(_at, within(database, guess), number)))
        unknown.append(timed(1, within(database, lambda s, _n: sign_in_staff(s, "nobody", "wrong words here", NOON))))
    return [
        ("Argon2id alone (baseline)", *timed(tries, lambda _n: hasher.verify(hashed, PASSWORD))),
        ("right password", *timed(tries, within(database, lambda s, _n: sign_in_staff(s, "known", PASSWORD, NOON)))),
        ("wrong password, known name", *middle(known)),
        ("wrong password, unknown name", *middle(unknown)),
        ("one-time code", *timed(tries, within(database, code))),
        ("new session", *timed(tries, within(database, lambda s, _n: sign_in(s, account, NOON)))),
        ("SELECT 1 (baseline)", *timed(many, reading(database, lambda s: s.scalar(text("SELECT 1"))))),
        ("session looked up", *timed(many, reading(database, lambda s: session_of(s, token, NOON)))),
    ]


def main() -> None:
    parser = argparse.ArgumentParser(description="What signing in costs.")
    parser.add_argument("--tries", type=int, default=60)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(asked.url or f"sqlite:///{Path(folder) / 'signin.db'}")
        rows = measure(database, asked.tries)
        database.close()
    print("| what | median ms | CPU ms |\n|---|---|---|")
    for what, wall, cpu in rows:
        print(f"| {what} | {wall:.2f} | {cpu:.2f} |")
    told = {what: wall for what, wall, _cpu in rows}
    apart = told["wrong password, known name"] - told["wrong password, unknown name"]
    print(f"\nKnown and unknown names are {abs(apart):.2f} ms apart (medians of {asked.tries}).")


if __name__ == "__main__":
    main()
