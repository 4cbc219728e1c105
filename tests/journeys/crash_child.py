# SPDX-License-Identifier: Apache-2.0
"""Workers to be killed: each carries one case on and ends when it is at rest; without a case it makes the tables.

One process has loaded everything and makes a copy of itself for each worker that is asked for: loading takes seconds.
"""

import json
import os
import sys
import time
from dataclasses import replace
from pathlib import Path

from approval.application import Application, State
from approval.running import Runner
from kit import keyring, sealing
from kit.database import Database
from licences import FileSigner, Issuer, Store
from tests.keys import ring_in
from tests.office import TestOffice
from workflows.durable import DurableEngine


def main(url: str, folder: Path, case: str, seconds: float) -> int:
    sealing.install(bytes(range(32)))
    keyring.install(ring_in(folder))
    database = Database(url)
    engine = DurableEngine(database, poll_s=0.02)
    if not case:
        engine.create_tables()
        return 0
    issuer = Issuer(Store(folder / "documents"), FileSigner(folder / "keys"), "http://127.0.0.1:8000")
    office = replace(TestOffice(database).office, issuer=issuer, kick=engine.kick)
    runner = Runner(office, crash_at=os.environ.get("CRASH_AT", ""))
    engine.start("crash-1", runner.carry_on)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with database.reading() as session:
            if session.get_one(Application, case).state != State.CHECKING:
                # The move is committed before the runner comes to the point "after": it must still get there.
                time.sleep(2.0 if os.environ["CRASH_AT"] else 0.0)
                return 0
        time.sleep(0.02)
    return 3


def serve() -> None:
    """For each line of JSON on standard input a worker; its exit code on standard output."""
    for line in sys.stdin:
        url, folder, case, os.environ["CRASH_AT"], seconds = json.loads(line)
        child = os.fork()
        if child == 0:
            os._exit(main(url, Path(folder), case, seconds))
        _child, status = os.waitpid(child, 0)
        print(os.waitstatus_to_exitcode(status), flush=True)


if __name__ == "__main__":
    serve()
