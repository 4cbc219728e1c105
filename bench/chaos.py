# SPDX-License-Identifier: Apache-2.0
"""Cases while workers are killed at random, and on PostgreSQL the database too: what must hold afterwards, counted.

`python -m bench.chaos --cases 10000 --database postgres`. Exits 1 on any violation.
"""

import argparse
import os
import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError

import licences
from approval import deciding, invariants
from approval.application import Application, State
from approval.invariants import Premises
from approval.office import Office
from approval.running import Runner
from bench.engine import prepared
from kit import keyring, sealing
from kit.database import Database
from licences import Store
from tests import postgres
from tests.conftest import NOON, new_postgres_database
from tests.keys import ring_in
from tests.office import TestOffice, a_submitted_case, a_supervisor
from workflows.durable import DurableEngine

PEOPLE = 19  # a person may have twenty drafts at once


@dataclass
class Storm:
    """Workers that are killed and come back, as often as chance wants."""

    url: str
    folder: Path
    count: int
    chance: random.Random
    kills: int = 0
    running: list["subprocess.Popen[bytes]"] = field(default_factory=list)

    def start(self, slot: int) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-W", "ignore", "-m", "bench.engine", "--work", self.url]
        named = ["--folder", str(self.folder), "--kind", "plain", "--name", f"storm-{slot}"]
        return subprocess.Popen([*command, *named], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def begin(self) -> None:
        self.running = [self.start(slot) for slot in range(self.count)]

    def strike(self) -> None:
        slot = self.chance.randrange(self.count)
        self.running[slot].kill()
        self.running[slot].wait()
        self.kills += 1
        self.running[slot] = self.start(slot)

    def mend(self) -> None:
        for slot, process in enumerate(self.running):
            if process.poll() is not None:
                self.running[slot] = self.start(slot)

    def end(self) -> None:
        for process in self.running:
            process.kill()
            process.wait()


def restart_server(database: Database) -> None:
    """As if the machine of the database had lost its power, but not its disk."""
    with database.engine.connect() as connection:
        folder = str(connection.scalar(text("SHOW data_directory")))
    programs = postgres.programs()
    assert programs is not None
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    command = [*as_owner, str(programs / "pg_ctl"), "-D", folder, "-m", "immediate", "-w", "restart"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")


def violations(office: Office, cases: int) -> Counter[str]:
    """What must never be, and how often it is. The files are made of paper here: their hashes say nothing."""
    found: Counter[str] = Counter()
    with office.database.reading() as session:
        found["cases lost"] = cases - (session.scalar(select(func.count()).select_from(Application)) or 0)
        at_end = select(func.count()).where(Application.state == State.REGISTERED)
        found["not at an end"] = cases - (session.scalar(at_end) or 0)
    for outcome in invariants.check(Premises(office, Store(Path()), b"", NOON)):
        if outcome.invariant.promise != "files":
            found[outcome.invariant.name] = len(outcome.broken)
    return +found


def run(url: str, folder: Path, cases: int, workers: int, every_s: float, seed: int) -> int:
    prepared(url, folder)
    database = Database(url)
    with database.writing() as session:
        codes = licences.fictitious_codes(licences.Template.SOLE_TRADER, 10_000, cases)
        licences.fill_pool(session, licences.Template.SOLE_TRADER, codes)
    engine = DurableEngine(database)
    engine.connect()
    office = TestOffice(database)
    names = [a_submitted_case(office, f"1{n // PEOPLE:010d}") for n in range(cases)]
    chance = random.Random(seed)  # noqa: S311 (chance of a test)
    storm = Storm(url, folder, workers, chance)
    ours = replace(office.office, kick=engine.kick)
    runner = Runner(ours, standing=engine.standing)
    with database.writing() as session:
        for name in names:
            engine.kick(session, name, "0")
    begun, restarts, looks = time.monotonic(), 0, 0
    storm.begin()
    try:
        while left_now(database):
            time.sleep(chance.uniform(0.4, 1.6) * every_s)
            if time.monotonic() - begun > 300 + cases:
                break
            if not database.is_sqlite and chance.random() < 0.08:
                restart_server(database)
                restarts += 1
            elif left_now(database) > cases // 50:
                storm.strike()
            storm.mend()
            looks += 1
            try:
                runner.kick_stuck(NOON + timedelta(minutes=10 + looks))
                set_aside = resume(database, ours)
            except OperationalError:
                continue
            if set_aside:
                print(f"<!-- {set_aside} set aside and sent on -->")
    finally:
        storm.end()
    seconds = time.monotonic() - begun
    found = violations(ours, cases)
    engine.close()
    database.close()
    kind = "SQLite" if database.is_sqlite else "PostgreSQL"
    said = ", ".join(f"{count} {what}" for what, count in found.items()) or "0"
    print(f"| {kind} | {cases:,} | {workers} | {storm.kills} | {restarts} | {seconds:.0f} | {said} |", flush=True)
    return sum(found.values())


def left_now(database: Database) -> int:
    """How many are under way; while the database is away, all of them."""
    try:
        with database.reading() as session:
            waiting = [State.CHECKING, State.SET_ASIDE]
            return session.scalar(select(func.count()).where(Application.state.in_(waiting))) or 0
    except OperationalError:
        return sys.maxsize


def resume(database: Database, office: Office) -> int:
    """What a supervisor does with cases on which workers died too often."""
    with database.writing() as session:
        aside = session.scalars(select(Application.id).where(Application.state == State.SET_ASIDE)).all()
        if aside:
            head = a_supervisor(session)
            for case in aside:
                deciding.resume(session, office, case, head, NOON)
    return len(aside)


def main() -> None:
    sealing.install(bytes(range(32)))
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--database", choices=["sqlite", "postgres", "both"], default="both")
    parser.add_argument("--every", type=float, default=6.0, help="seconds between kills: a worker takes three to start")
    parser.add_argument("--seed", type=int, default=20261123)
    asked = parser.parse_args()
    print("| database | cases | workers | workers killed | databases restarted | seconds | violations |")
    print("|---|---|---|---|---|---|---|", flush=True)
    bad = 0
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        keyring.install(ring_in(folder))
        if asked.database != "postgres":
            url = f"sqlite:///{folder / 'chaos.db'}"
            bad += run(url, folder, asked.cases, 1, asked.every, asked.seed)
        if asked.database != "sqlite":
            with postgres.server() as server:
                url = new_postgres_database(server, "chaos")
                bad += run(url, folder, asked.cases, 2, asked.every, asked.seed)
    sys.exit(1 if bad else 0)


if __name__ == "__main__":
    main()
