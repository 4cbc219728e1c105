# SPDX-License-Identifier: Apache-2.0
"""Bench of the log (日志测速): what an entry costs beside a plain row, and what an export costs beside ORM and COPY.

Each figure and what it is compared with come from the same run on the same database. Memory is the peak of a process of
its own. I/O: a database.

    python -m bench.log [--entries 1000] [--rows 50000] [--url postgresql+psycopg://…]
"""

import argparse
import csv
import json
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import BigInteger, Column, MetaData, String, Table, Text, select

import audit
from audit import Asked, Entry, Ledger, LogKey, verify_export
from audit.leaves import canonical
from kit import sealing
from kit.database import Base, Database, Moment

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
FACTS: dict[str, audit.JSON] = {
    "outcome": "approve",
    "rule": "food-service",
    "version": 3,
    "findings": ["ID-01", "CR-02"],
}
BATCH = 100
BULK = 5000

_plain = Table(
    "plain_entry",
    MetaData(),
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, index=True),
    Column("event", String(80), index=True),
    Column("subject", String(80), index=True),
    Column("actor", String(160), index=True),
    Column("facts", Text),
)


def logged(database: Database, numbers: Iterable[int]) -> None:
    with database.writing() as session:
        for n in numbers:
            audit.append(session, event="decision.made", subject=f"A-{n}", actor="account:7", facts=FACTS, now=NOON)


def plain(database: Database, numbers: Iterable[int]) -> None:
    with database.writing() as session:
        for n in numbers:
            row = {"id": n, "at": NOON, "event": "decision.made", "subject": f"A-{n}", "actor": "account:7"}
            session.execute(_plain.insert().values(**row, facts=canonical(FACTS)))


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


def filled(ledger: Ledger, rows: int) -> float:
    """Bring the log to so many entries; gives entries per second of sequencing alone."""
    with ledger.database.reading() as session:
        there = audit.head(session).size + audit.pending(session)
    for first in range(there, rows, BULK):
        said = [
            {"at": NOON, "event": "decision.made", "subject": f"B-{n}", "actor": "account:7", "facts": canonical(FACTS)}
            for n in range(first, min(first + BULK, rows))
        ]
        with ledger.database.writing() as session:
            session.execute(Entry.__table__.insert(), said)  # type: ignore[attr-defined]
    with ledger.database.reading() as session:
        waiting = audit.pending(session)
    return rate(waiting, lambda: ledger.sequence(NOON))


# Each way to get everything out, in a process of its own: seconds and peak memory are told on its last line.


def export(database: Database, target: Path, form: str, vkey: str) -> None:
    asked = Asked(form, {}, "statistics", "account:7", NOON)  # type: ignore[arg-type]
    with database.snapshot() as session, target.open("wb") as file:
        for portion in audit.export(session, asked, audit.Verifier.from_vkey(vkey)):
            file.write(portion)


def by_orm(database: Database, target: Path) -> None:
    """What anybody would write first."""
    with database.reading() as session, target.open("w", encoding="utf-8") as file:
        for entry in session.scalars(select(Entry).order_by(Entry.index).execution_options(yield_per=5000)):
            said = {"index": entry.index, "at": entry.at.isoformat(), "event": entry.event, "subject": entry.subject}
            file.write(json.dumps({**said, "actor": entry.actor, "facts": entry.told}, ensure_ascii=False) + "\n")


def by_copy(database: Database, target: Path) -> None:
    """What the database itself can do: COPY on PostgreSQL, on SQLite a bare cursor into csv."""
    columns = '"index", at, event, subject, actor, facts'
    with database.engine.connect() as connection:
        raw = connection.connection.driver_connection
        if database.is_sqlite:
            with target.open("w", encoding="utf-8", newline="") as rows:
                csv.writer(rows).writerows(raw.execute(f'SELECT {columns} FROM log_entry ORDER BY "index"'))  # type: ignore[union-attr]  # noqa: S608
            return
        query = f'COPY (SELECT {columns} FROM log_entry ORDER BY "index") TO STDOUT (FORMAT csv)'  # noqa: S608
        with target.open("wb") as file, raw.cursor().copy(query) as copied:  # type: ignore[union-attr]
            for block in copied:
                file.write(block)


def memory(what: str) -> float:
    """MB this process holds ("RSS") or held at most ("HWM"). `getrusage` would tell the peak of whoever started it."""
    found = re.search(rf"Vm{what}:\s+(\d+) kB", Path("/proc/self/status").read_text("ascii"))
    return int(found[1]) / 1024 if found else 0.0


WAYS = ("jsonl", "csv", "parquet", "orm", "copy", "verify")


def one_way(way: str, url: str, folder: Path, vkey: str) -> None:
    """Run one way here and tell seconds, CPU seconds, peak memory in MB, how much of that the work took, bytes."""
    database = Database(url)
    target = folder / f"{way}.out"
    if way in audit.FORMS:  # not what is measured: the time to load the library
        __import__("pyarrow.parquet") if way == "parquet" else None
    with database.snapshot() as session:  # nor to connect
        audit.head(session)
    before = memory("RSS")
    wall, cpu = time.perf_counter(), time.process_time()
    if way == "verify":
        target = folder / "jsonl.out"
        assert verify_export(target, vkey).ok
    elif way == "orm":
        by_orm(database, target)
    elif way == "copy":
        by_copy(database, target)
    else:
        export(database, target, way, vkey)
    took = time.perf_counter() - wall, time.process_time() - cpu
    peak = memory("HWM")
    print(json.dumps([*took, peak, peak - before, target.stat().st_size]))
    database.close()


def apart(way: str, url: str, folder: Path, vkey: str) -> list[float]:
    command = [sys.executable, "-m", "bench.log", "--way", way, "--url", url, "--folder", str(folder), "--vkey", vkey]
    told = subprocess.run(command, capture_output=True, check=True, text=True)
    found: list[float] = json.loads(told.stdout.splitlines()[-1])
    return found


def report(database: Database, folder: Path, count: int, rows: int) -> None:
    plain_single, plain_batched = writing(database, plain, count)
    single, batched = writing(database, logged, count)
    print("| what | log | plain row | ratio |\n|---|---|---|---|")
    print(f"| append, commit each, /s | {single:,.0f} | {plain_single:,.0f} | {single / plain_single:.2f} |")
    print(f"| append, commit per {BATCH}, /s | {batched:,.0f} | {plain_batched:,.0f} | {batched / plain_batched:.2f} |")
    ledger = Ledger(database, LogKey.fresh("bench.invalid/log"))
    print(f"| sequencing, entries/s | {filled(ledger, rows):,.0f} | | |")
    with database.snapshot() as session:
        size = audit.head(session).size
        whole = rate(size, lambda: audit.check(session, ledger.verifier))
        print(f"| check in the database, entries/s | {whole:,.0f} | | |")
    heads = ("s", "CPU s", "peak MB", "of it the work", "MB written", "times ORM", "times COPY")
    print(f"\n| {size:,} entries | {' | '.join(heads)} |\n{'|---' * (len(heads) + 1)}|")
    url = database.url
    found = {way: apart(way, url, folder, ledger.verifier.vkey) for way in WAYS}
    for way, (wall, cpu, peak, more, size_b) in found.items():
        ratios = f"{found['orm'][1] / cpu:.1f} | {found['copy'][1] / cpu:.2f}"
        print(f"| {way} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {more:.0f} | {size_b / 1e6:.0f} | {ratios} |")


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="What the decision log costs.")
    parser.add_argument("--entries", type=int, default=1000, help="single commits; four times as many in batches")
    parser.add_argument("--rows", type=int, default=50_000, help="entries that are exported and verified")
    parser.add_argument("--url", default="", help="an empty database; a temporary SQLite file if left out")
    parser.add_argument("--way", choices=WAYS, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--vkey", default="", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    sealing.install(bytes(32))
    if asked.way:
        one_way(asked.way, asked.url, asked.folder, asked.vkey)
        return
    with tempfile.TemporaryDirectory() as folder:
        database = Database(asked.url or f"sqlite:///{Path(folder) / 'log.db'}")
        tables = [table for name, table in Base.metadata.tables.items() if name.startswith("log_")]
        Base.metadata.create_all(database.engine, tables=tables)
        _plain.metadata.create_all(database.engine)
        report(database, Path(folder), asked.entries, asked.rows)
        database.close()


if __name__ == "__main__":
    main()
