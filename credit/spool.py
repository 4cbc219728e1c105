# SPDX-License-Identifier: Apache-2.0
"""Spool (待导入行): rows of a list on their way from a file to the database, already hashed and sealed.

Hides that they are sorted by key in a file of their own, which vanishes: so memory does not grow with the list, rows of
one number lie side by side, and the index of the table grows at its end. I/O: a temporary file, database.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

from sqlalchemy.orm import Session

from credit.entries import Complaint, Entry, conflict
from credit.published import ENTRIES, listed_key
from kit.sealing import sealer, unseal

MEMORY_KB = 65_536
_written = json.JSONEncoder(ensure_ascii=False).encode
_SORTED = "SELECT lower(hex(key)), entry FROM spooled ORDER BY key"
_SHARED = (
    "SELECT key, entry FROM spooled WHERE key IN (SELECT key FROM spooled GROUP BY key HAVING count(*) > 1)"
    " ORDER BY key, line"
)


class Spool:
    """Fill it, ask for conflicts, pour it; then close it."""

    def __init__(self) -> None:
        self.count = 0
        # A file without a name. By the standard library: other builds may keep such a file in memory (TEMP_STORE=3).
        self._rows = sqlite3.connect("", isolation_level=None)
        for setting in ("journal_mode=OFF", "synchronous=OFF", "temp_store=FILE", f"cache_size=-{MEMORY_KB}"):
            self._rows.execute(f"PRAGMA {setting}")
        self._rows.execute("CREATE TABLE spooled (key BLOB NOT NULL, line INTEGER NOT NULL, entry BLOB NOT NULL)")

    def close(self) -> None:
        self._rows.close()

    def fill(self, entries: Iterable[tuple[str, Entry]]) -> None:
        """Take in numbers and what is kept with them."""
        self._rows.execute("BEGIN")
        self._rows.executemany("INSERT INTO spooled VALUES (?, ?, ?)", self._sealed(entries))
        self._rows.execute("COMMIT")

    def _sealed(self, entries: Iterable[tuple[str, Entry]]) -> Iterator[tuple[bytes, int, bytes]]:
        seal = sealer(ENTRIES)
        for number, entry in entries:
            self.count += 1
            yield bytes.fromhex(listed_key(number)), entry["line"], seal(_written(entry).encode())

    def conflicts(self) -> Iterator[tuple[int, Complaint]]:
        """Lines of one number that say the same twice, or what cannot both be."""
        for _key, rows in groupby(self._rows.execute(_SHARED), key=lambda row: bytes(row[0])):
            first: Entry | None = None
            earlier: dict[tuple[str, str], Entry] = {}
            for _, sealed in rows:
                entry: Entry = json.loads(unseal(sealed, ENTRIES))
                first = first or entry
                about = entry["since"], entry["body"]
                if entry is not first and (complaint := conflict(entry, first, earlier.get(about))):
                    yield entry["line"], complaint
                earlier.setdefault(about, entry)

    def sorted(self) -> Iterator[tuple[str, bytes]]:
        """Key and sealed entry, in the order of the keys. The sorting is over when this returns."""
        rows = self._rows.execute(_SORTED)
        ahead = rows.fetchmany(1)

        def poured() -> Iterator[tuple[str, bytes]]:
            yield from ahead
            yield from rows

        return poured()


def pour(session: Session, kind: str, rows: Iterable[tuple[str, bytes]]) -> None:
    """Write rows under a kind in the session's transaction, past the mapper: COPY, or one statement many times."""
    raw: Any = session.connection().connection.driver_connection
    if session.get_bind().dialect.name == "postgresql":
        command = "COPY listed_row (kind, key, entry) FROM STDIN (FORMAT BINARY)"
        with raw.cursor() as cursor, cursor.copy(command) as copy:
            copy.set_types(["varchar", "varchar", "bytea"])
            for key, entry in rows:
                copy.write_row((kind, key, entry))
        return
    command = "INSERT INTO listed_row (kind, key, entry) VALUES (?, ?, ?)"
    raw.executemany(command, ((kind, key, entry) for key, entry in rows))
