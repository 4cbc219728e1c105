# SPDX-License-Identifier: Apache-2.0
"""Columns (表格副本): the log for a spreadsheet or a data frame. Hides what spreadsheets do to text. I/O: a given sink.

CSV: RFC 4180, UTF-8 with a byte order mark, every cell quoted; a cell that a spreadsheet could take for a formula gets
an apostrophe in front, and so does one that begins with an apostrophe, so that it can be taken away again.
Parquet: row groups of five thousand, compressed with zstd, moments as microseconds in UTC.
"""

from collections.abc import Iterable, Iterator
from typing import IO, Any, TypeAlias

Row: TypeAlias = tuple[int, str, str, str, str, str]
NAMES = ("index", "at", "event", "subject", "actor", "facts")
_GROUP = 5000  # rows: fewer compress worse, more are held for nothing
_BOM = b"\xef\xbb\xbf"
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")


def csv_line(cells: Iterable[object]) -> bytes:
    """One CSV record, every cell quoted and none of them a formula."""
    return (",".join(f'"{_safe(str(cell))}"' for cell in cells) + "\r\n").encode()


def _safe(cell: str) -> str:
    if cell.startswith(("'", "\t", "\r", "\n")) or cell.lstrip().startswith(_FORMULA):
        cell = "'" + cell
    return cell.replace('"', '""')


def write_csv(portions: Iterable[list[Row]], sink: IO[bytes]) -> Iterator[int]:
    """Header and rows; gives after each portion how many rows it had."""
    sink.write(_BOM + csv_line(NAMES))
    for rows in portions:
        sink.write(b"".join(csv_line(row) for row in rows))
        yield len(rows)


def write_parquet(portions: Iterable[list[Row]], sink: IO[bytes]) -> Iterator[int]:
    """The same as a Parquet file."""
    import pyarrow as pa  # here: half a second that only an export should pay
    import pyarrow.parquet as pq

    types: list[Any] = [pa.int64(), pa.timestamp("us", tz="UTC"), *(pa.string() for _name in NAMES[2:])]
    schema = pa.schema(list(zip(NAMES, types, strict=True)))
    pool = pa.system_memory_pool()  # gives back what a row group took; the default one keeps it
    with pq.ParquetWriter(_Placed(sink), schema, compression="zstd", memory_pool=pool) as writer:
        for rows in _grouped(portions):
            writer.write_table(_table(pa, pool, schema, rows))
            count = len(rows)
            rows.clear()  # before the next are read
            yield count


def _table(pa: Any, pool: Any, schema: Any, rows: list[Row]) -> Any:
    """A row group; the moments come as text."""
    made = []
    for number, (name, kind) in enumerate(zip(NAMES, schema.types, strict=True)):
        as_read = pa.string() if name == "at" else kind
        made.append(pa.array([row[number] for row in rows], as_read, memory_pool=pool).cast(kind, memory_pool=pool))
    return pa.table(made, schema=schema)


def _grouped(portions: Iterable[list[Row]]) -> Iterator[list[Row]]:
    """Portions joined to row groups."""
    held: list[Row] = []
    for rows in portions:
        held += rows
        if len(held) >= _GROUP:
            yield held
            held = []
    if held:
        yield held


class _Placed:
    """A sink that knows how far it has come, which the file's index is made of."""

    closed = False

    def __init__(self, sink: IO[bytes]) -> None:
        self._sink, self._at = sink, 0

    def write(self, data: bytes) -> int:
        self._sink.write(data)
        self._at += len(data)
        return len(data)

    def tell(self) -> int:
        return self._at

    def flush(self) -> None:
        """Nothing is held back here."""

    def close(self) -> None:
        """The zip closes its own entry."""
