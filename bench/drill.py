# SPDX-License-Identifier: Apache-2.0
"""The drill: a backup while cases are filed, taken back elsewhere, everything that must hold checked, and timed.

`python -m bench.drill --cases 1000`. Exits 1 if anything does not hold.
"""

import argparse
import secrets
import sys
import tempfile
import threading
import time
from dataclasses import replace
from pathlib import Path

from sqlalchemy import func, select

from approval import invariants
from approval.application import Application, DecisionRow
from approval.invariants import Premises
from approval.running import Runner
from bench.engine import an_office, prepared
from console import backups
from console.backups import Head, Place
from kit import keyring, sealing
from kit.database import Database
from kit.keyring import DatabaseKeyring
from licences import FileSigner, Store
from tests import postgres
from tests.conftest import NOON, new_postgres_database
from tests.keys import ring_in
from tests.office import TestOffice, a_submitted_case

PEOPLE = 19  # a person may have twenty drafts at once


def filed(office: TestOffice, number: int) -> None:
    case = a_submitted_case(office, f"1{number // PEOPLE:010d}")
    Runner(office.office).carry_on(case)


def drill(name: str, url: str, elsewhere: str, folder: Path, cases: int) -> int:
    """One line of the table; how many cases are lost and invariants broken."""
    keyring.install(ring_in(folder))
    prepared(url, folder)
    database, other, key = Database(url), folder / "elsewhere", secrets.token_bytes(32)
    office = an_office(database, folder, real=True)
    for number in range(cases):
        filed(office, number)
    stop = threading.Event()

    def go_on() -> None:
        number = cases
        while not stop.is_set():
            filed(office, number)
            number += 1

    writer = threading.Thread(target=go_on)
    writer.start()
    place = Place(url, f"sqlite:///{folder / 'keys.db'}", folder / "documents", folder / "keys")
    begun = time.monotonic()
    data, keys = backups.back_up(place, key, folder / "data", folder / "apart", Head("0", 0, ""), NOON)
    backed_up = time.monotonic() - begun
    stop.set()
    writer.join()
    begun = time.monotonic()
    to = Place(elsewhere, f"sqlite:///{other / 'keys.db'}", other / "documents", other / "keys")
    backups.restore(to, key, data, keys, ["0"])
    restored = time.monotonic() - begun
    came = Database(elsewhere)
    seen = Premises(
        replace(office.office, database=came), Store(to.documents), FileSigner(to.signing).trust, NOON, newest=0
    )
    begun = time.monotonic()
    broken = [one.invariant.name for one in invariants.check(seen) if one.broken]
    checked = time.monotonic() - begun
    with database.reading() as there, came.reading() as here:
        count = select(func.count()).select_from(DecisionRow)
        came_back = here.scalar(count) or 0
        lost, along = cases - min(cases, came_back), max(0, came_back - cases)
        during = (there.scalar(select(func.count()).select_from(Application)) or 0) - cases
    said = ", ".join(broken) or "0"
    print(
        f"| {name} | {cases} | {lost} | {along} of {during} | {backed_up:.1f} | {restored:.1f} | {checked:.1f} "
        f"| {restored + checked:.1f} | {said} |",
        flush=True,
    )
    for one in (database, came):
        one.close()
    DatabaseKeyring(to.keys_database, lambda: NOON).close()
    return len(broken) + lost


def main() -> None:
    sealing.install(bytes(range(32)))
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=200)
    cases = parser.parse_args().cases
    columns = "decided before | of them lost | filed meanwhile, came along | backup s | restore s | check s | RTO s"
    print(f"| database | {columns} | invariants broken |\n|{'---|' * 9}", flush=True)
    with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
        urls = [f"sqlite:///{Path(one) / name}" for name in ("drill.db", "elsewhere/drill.db")]
        bad = drill("SQLite", urls[0], urls[1], Path(one), cases)
        if postgres.programs():
            with postgres.server() as server:
                urls = [new_postgres_database(server, name) for name in ("drill", "drill_elsewhere")]
                bad += drill("PostgreSQL", urls[0], urls[1], Path(two), cases)
    print("\nWhat was answered before a backup begins is in it, so RPO is the time since the last one. RTO: restoring")
    print("and checking all that must hold, on this machine, without fetching the copy from elsewhere.")
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
