# SPDX-License-Identifier: Apache-2.0
"""Bench of the log (日志测速): what the chain costs beside a plain row, measured in the same run. I/O: a database.

python -m bench.log [--entries 2000] [--url postgresql+psycopg://…]
"""

import argparse
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text

import audit
from audit.chain import canonical
from audit.log import Entry
from kit.database import Base, Database, Moment

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FACTS: dict[str, audit.JSON] = {
    "outcome": "approve",
    "rule": "food-service",
    "version": 3,
    "findings": ["ID-01", "CR-02"],
}
BATCH = 100

_plain = Table(
    "plain_entry",
    MetaData(),
    Column("index", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, index=True),
    Column("event", String(80), index=True),
    Column("subject", String(80), index=True),
    Column("actor", String(160), index=True),
    Column("facts", Text),
    Column("previous", String(64)),
    Column("hash", String(64)),
)


def chained(database: Database, numbers: Iterable[int]) -> None:
    with database.writing() as session:
        for n in numbers:
            audit.append(session, event="decision.made", subject=f"A-{n}", actor="account:7", facts=FACTS, now=NOON)


def plain(database: Database, numbers: Iterable[int]) -> None:
    with database.writing() as session:
        for n in numbers:
            row = {"index": n, "at": NOON, "event": "decision.made", "subject": f"A-{n}", "actor": "account:7"}
            filler = {"facts": canonical(FACTS), "previous": "0" * 64, "hash": "0" * 64}
            session.execute(_plain.insert().values(**row, **filler))


def rate(count: int, work: Callable[[], object]) -> float:
    """Pieces per second."""
    began = time.perf_counter()
    work()
    return count / (time.perf_counter() - began)


def writing(database: Database, write: Callable[[Database, Iterable[int]], None], count: int) -> tuple[float, float]:
    """Rows per second with a commit each, and with a commit per batch."""
    singles = [range(n, n + 1) for n in range(1, count + 1)]
    batches = [range(n, n + BATCH) for n in range(count + 1, 5 * count, BATCH)]
    return _in_portions(database, write, singles), _in_portions(database, write, batches)


def _in_portions(database: Database, write: Callable[[Database, Iterable[int]], None], portions: list[range]) -> float:
    def work() -> None:
        for portion in portions:
            write(database, portion)

    return rate(sum(len(portion) for portion in portions), work)


def report(database: Database, folder: Path, count: int) -> None:
    plain_single, plain_batched = writing(database, plain, count)
    single, batched = writing(database, chained, count)
    print("| what | chained | plain row | ratio |\n|---|---|---|---|")
    print(f"| append, commit each, /s | {single:,.0f} | {plain_single:,.0f} | {single / plain_single:.2f} |")
    print(f"| append, commit per {BATCH}, /s | {batched:,.0f} | {plain_batched:,.0f} | {batched / plain_batched:.2f} |")
    with database.reading() as session:
        lines = audit.head(session).index
        print(f"| check in the database, entries/s | {rate(lines, lambda: audit.check(session)):,.0f} | | |")
        for name, export in (("jsonl", audit.export_jsonl), ("csv", audit.export_csv)):
            path = folder / name
            written = rate(lines, lambda p=path, e=export: p.write_bytes(b"".join(e(session))))  # type: ignore[misc]
            read = rate(lines, lambda p=path: audit.verify_export(p))  # type: ignore[misc]
            assert audit.verify_export(path, audit.head(session).hash).ok
            print(f"| export {name}, rows/s | {written:,.0f} | | |\n| verify {name}, lines/s | {read:,.0f} | | |")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="What the chain of the log costs.")
    parser.add_argument("--entries", type=int, default=1000, help="single commits; four times as many in batches")
    parser.add_argument("--url", default="", help="an empty database; a temporary SQLite file if left out")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        database = Database(asked.url or f"sqlite:///{Path(folder) / 'log.db'}")
        Base.metadata.create_all(database.engine, tables=[Entry.metadata.tables[t] for t in ("log_entry", "log_head")])
        _plain.metadata.create_all(database.engine)
        report(database, Path(folder), asked.entries)
        database.close()


if __name__ == "__main__":
    main()
