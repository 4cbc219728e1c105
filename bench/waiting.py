# SPDX-License-Identifier: Apache-2.0
"""What a hundred thousand waiting cases cost a worker, and how long a crash holds cases up."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from sqlalchemy import func, select

from approval.application import Application, State
from bench.engine import an_office, prepared
from bench.queue import fill
from kit import keyring, sealing
from kit.database import Database
from tests.keys import MemoryKeyring
from tests.office import a_submitted_case, an_applicant
from workflows.durable import DurableEngine

WAITING = 100_000
RUNNING = 50


def started(url: str, folder: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-W", "ignore", "-m", "bench.engine", "--work", url, "--folder", str(folder)]
    process = subprocess.Popen([*command, "--kind", "plain", "--name", "one"], stdout=subprocess.PIPE)
    assert process.stdout is not None
    process.stdout.readline()
    return process


def cost(process: "subprocess.Popen[bytes]") -> tuple[float, float]:
    """Resident megabytes, and the share of a core over five idle seconds."""
    proc = Path(f"/proc/{process.pid}")

    def ticks() -> int:
        told = (proc / "stat").read_text().rsplit(")", 1)[1].split()
        return int(told[11]) + int(told[12])

    time.sleep(2)
    before = ticks()
    time.sleep(5)
    share = (ticks() - before) / os.sysconf("SC_CLK_TCK") / 5
    resident = int((proc / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6
    return resident, share * 100


def main() -> None:
    sealing.install(bytes(range(32)))
    keyring.install(MemoryKeyring())
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        url = f"sqlite:///{folder / 'waiting.db'}"
        prepared(url, folder)
        database = Database(url)
        engine = DurableEngine(database)
        engine.connect()
        rows = []
        for waiting in (0, WAITING):
            if waiting:
                with database.writing() as session:
                    applicant = an_applicant(session, "13900000000")
                fill(database, 0, waiting, applicant)
            process = started(url, folder)
            rows.append((waiting, *cost(process)))
            process.kill()
            process.wait()
        print("| waiting cases | worker's memory MB | idle CPU, % of a core |\n|---|---|---|")
        for waiting, resident, share in rows:
            print(f"| {waiting:,} | {resident:.0f} | {share:.1f} |")

        office = an_office(database, folder, real=False)
        cases = [a_submitted_case(office, f"1{n:010d}") for n in range(RUNNING)]
        process = started(url, folder)
        with database.writing() as session:
            for case in cases:
                engine.kick(session, case, "0")
        time.sleep(0.3)
        process.send_signal(signal.SIGKILL)
        process.wait()
        begun = time.monotonic()
        with database.reading() as session:
            left = session.scalar(select(func.count()).where(Application.state == State.CHECKING)) or 0
        process = started(url, folder)
        ready = time.monotonic() - begun
        while True:
            with database.reading() as session:
                if not session.scalar(select(func.count()).where(Application.state == State.CHECKING)):
                    break
            time.sleep(0.02)
        done = time.monotonic() - begun
        process.kill()
        process.wait()
        engine.close()
        database.close()
        print(f"\nKilled with {left} of {RUNNING} cases under way: the next worker stood after {ready:.1f} s, ", end="")
        print(f"the last case was finished {done:.1f} s after the kill.")


if __name__ == "__main__":
    main()
