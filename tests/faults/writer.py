# SPDX-License-Identifier: Apache-2.0
"""A process that writes rows and says which were acknowledged, until something stops it.

Arguments: URL of the database, most bytes that any file may reach (0: no limit), most rows.
"""

import resource
import signal
import sys

from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from kit.database import Database


def main(url: str, most_bytes: int, most_rows: int) -> int:
    database = Database(url)
    with database.writing() as session:
        session.execute(text("CREATE TABLE IF NOT EXISTS written (n INTEGER PRIMARY KEY, filler TEXT)"))
    print("ready", flush=True)
    if most_bytes:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)  # the write fails instead of ending the process
        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, resource.RLIM_INFINITY))
    refused = 0
    for number in range(most_rows):
        try:
            with database.writing() as session:
                session.execute(text("INSERT INTO written VALUES (:n, :filler)"), {"n": number, "filler": "x" * 500})
        except SQLAlchemyError:
            refused += 1
            if refused > 50:
                break
            continue
        print(number, flush=True)
    print(f"refused {refused}", flush=True)
    with database.reading() as session:
        count = session.execute(text("SELECT count(*) FROM written")).scalar()
    print(f"read {count}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3])))
