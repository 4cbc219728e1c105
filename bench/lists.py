# SPDX-License-Identifier: Apache-2.0
"""Bench of published lists (名单导入测速): rows taken in per second, memory, and a look by number. I/O: a database.

python -m bench.lists [--rows 200000] [--url postgresql+psycopg://…]

The baseline of the same run writes the same sealed rows through the mapper, a thousand at a time. Each import runs in a
process of its own, so that its peak of memory is its own.
"""

import argparse
import itertools
import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from sqlalchemy import insert, text

from credit import ListSource, Subject, import_list
from credit.entries import COLUMNS
from credit.published import ListedEdition, ListedRow, listed_key
from kit import sealing
from kit.database import Base, Database
from kit.numbers import id_check

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
KIND, AT_ONCE, MOST_XLSX, LOOKS = "dishonest_judgment_debtor", 1_000, 100_000, 500
FIRST = date(1950, 1, 1)


def numbers(count: int) -> Iterator[str]:
    """Identity numbers of the fictitious area, all different."""
    for one in range(count):
        born = FIRST + timedelta(days=one // 999)
        body = f"999999{born:%Y%m%d}{one % 999 + 1:03d}"
        yield body + id_check(body)


def rows(count: int) -> Iterator[list[str]]:
    for at, number in enumerate(numbers(count)):
        yield [number, f"样例{at % 977}", "样例人民法院", "2025-04-18", ""]


def write_csv(file: Path, count: int) -> Path:
    with file.open("w", encoding="utf-8") as out:
        for row in itertools.chain([list(COLUMNS)], rows(count)):
            out.write(",".join(row) + "\n")
    return file


def write_xlsx(file: Path, count: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    for row in itertools.chain([list(COLUMNS)], rows(count)):
        sheet.append(row)
    book.save(file)
    return file


def opened(url: str) -> Database:
    sealing.install(bytes(32))
    return Database(url)


def _import(url: str, file: Path, edition: str, out: Any) -> None:
    database = opened(url)
    began = time.perf_counter()
    with database.writing() as session:
        taken = import_list(session, file, KIND, edition, NOON)
    seconds = time.perf_counter() - began
    out.put((taken.rows, seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def alone(url: str, file: Path, edition: str) -> tuple[int, float, float]:
    """Rows, seconds, peak of memory in MB."""
    context = multiprocessing.get_context("spawn")
    out = context.Queue()
    process = context.Process(target=_import, args=(url, file, edition, out))
    process.start()
    measured: tuple[int, float, float] = out.get()
    process.join()
    return measured


def by_mapper(database: Database, count: int) -> float:
    """Rows per second of the baseline, thrown away."""
    edition = ListedEdition(
        kind=KIND, edition="baseline", sha256="", rows=0, counts_until=NOON.date(), imported_at=NOON
    )
    with database.writing() as session:
        session.add(edition)
        session.flush()
        began = time.perf_counter()
        made = ({"kind": KIND, "key": listed_key(row[0]), "entry": row} for row in rows(count))
        while batch := list(itertools.islice(made, AT_ONCE)):
            session.execute(insert(ListedRow), batch)
        session.flush()
        seconds = time.perf_counter() - began
        session.rollback()
    return count / seconds


def look_ms(database: Database, count: int) -> float:
    source, taken = ListSource(database, lambda: NOON), []
    for number in itertools.islice(numbers(count), 0, count, max(1, count // LOOKS)):
        began = time.perf_counter()
        report = source.query(Subject.NATURAL, "样例", number, purpose="bench", case="bench")
        taken.append((time.perf_counter() - began) * 1000)
        if report.status == "answered" and not report.records:
            raise RuntimeError("a row of the list was not found")
    return statistics.median(taken)


def measure(url: str, count: int, folder: Path) -> str:
    database = opened(url)
    Base.metadata.create_all(database.engine)
    csv, xlsx = write_csv(folder / "list.csv", count), write_xlsx(folder / "list.xlsx", min(count, MOST_XLSX))
    table = [
        "| import of a list | rows | seconds | rows/s | peak MB | against the mapper |",
        "|---|---|---|---|---|---|",
    ]
    baseline = by_mapper(database, min(count, 100_000))
    for name, file in (("XLSX", xlsx), ("CSV", csv), ("CSV over the edition before", csv)):
        taken, seconds, peak = alone(url, file, name)
        rate = taken / seconds
        table.append(f"| {name} | {taken:,} | {seconds:.1f} | {rate:,.0f} | {peak:.0f} | {rate / baseline:.2f} |")
    table.append(f"| the mapper, {AT_ONCE:,} rows at once, nothing checked | | | {baseline:,.0f} | | 1.00 |")
    name = database.engine.dialect.name
    table += ["", f"{name}; one number looked up among all of them: {look_ms(database, count):.2f} ms (median)."]
    with database.writing() as session:
        session.execute(text("DELETE FROM listed_row"))
        session.execute(text("DELETE FROM listed_edition"))
    return "\n".join(table)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--url", default="")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        print(measure(asked.url or f"sqlite:///{work}/bench.db", asked.rows, Path(work)))
