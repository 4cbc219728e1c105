# SPDX-License-Identifier: Apache-2.0
"""Importing (导入标准地址): a file of addresses into the library, line by line; a bad line stops no other.

I/O: files, database. What is there already is not written again, however the file spells it.
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from pathlib import Path

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from addresses.divisions import division_of, in_force, load_divisions
from addresses.library import MOST_KEY, MOST_TEXT, StandardAddress
from addresses.writing import normalise
from kit.clock import office_day
from kit.declared import Refused
from kit.text import Text

COLUMNS = ("street", "community", "grid", "address")
MOST_SHORT = 40  # characters of a community or grid
MOST_SOURCE = 120
BATCH = 500


@dataclass(frozen=True, slots=True)
class Refusal:
    """A line of the file, from 1, that was not taken, and why."""

    line: int
    reason: Text


@dataclass(frozen=True, slots=True)
class Report:
    """What became of the lines that are not empty: `taken` + `already_there` + `refused` is all of them."""

    taken: int
    already_there: int
    refused: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True)
class _Line:
    number: int
    street: str
    community: str
    grid: str
    text: str
    key: str


def import_file(session: Session, file: Path, source: str, now: datetime) -> Report:
    """A CSV in UTF-8, with or without a byte order mark, or GB18030. Raises kit.declared.Refused for another file."""
    try:
        raw = file.read_bytes()
    except OSError as error:
        raise Refused(f"{file.name}: {error.strerror}") from error
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = raw.decode(encoding)
        except UnicodeDecodeError:
            continue
        return import_lines(session, io.StringIO(text, newline=None), source, now, file.name)
    raise Refused(f"{file.name}: neither UTF-8 nor GB18030 文件编码既不是 UTF-8 也不是 GB18030")


def import_lines(session: Session, lines: Iterable[str], source: str, now: datetime, name: str = "addresses") -> Report:
    """Lines of a CSV whose first names the columns `street` (code or name), `community`, `grid`, `address`.

    Community and grid may be left out. Written in the caller's transaction, in batches; two imports at once may not
    both write an address: the later one fails as a whole. Raises kit.declared.Refused for other columns or no source.
    """
    if not 0 < len(source.strip()) <= MOST_SOURCE:
        raise Refused(f"{name}: say where the addresses are from, in up to {MOST_SOURCE} characters 请注明来源")
    numbered = enumerate(lines, 1)
    columns = _columns(name, next(numbered, (1, ""))[1])
    refused: list[Refusal] = []
    read = _read(numbered, columns, office_day(now), refused)
    taken = already = 0
    while batch := list(islice(read, BATCH)):
        new = _new(session, batch)
        if new:
            session.execute(insert(StandardAddress), [_row(line, source.strip(), now) for line in new])
        taken, already = taken + len(new), already + len(batch) - len(new)
    return Report(taken, already, tuple(refused))


def _columns(name: str, heading: str) -> list[str]:
    columns = [column.strip().lower() for column in next(csv.reader([heading.lstrip("\ufeff").rstrip("\r\n")]), [])]
    if not {"street", "address"} <= set(columns) or len(set(columns)) != len(columns):
        raise Refused(f"{name}:1: the first line names the columns {','.join(COLUMNS)} 首行应为列名")
    return columns


def _read(
    numbered: Iterable[tuple[int, str]], columns: list[str], day: date, refused: list[Refusal]
) -> Iterator[_Line]:
    """The lines that can be taken. Each is read for itself: an open quotation mark does not swallow what follows."""
    for number, line in numbered:
        if not line.strip(", \t\r\n"):
            continue
        try:
            cells = next(csv.reader([line.rstrip("\r\n")], strict=True))
        except csv.Error:
            refused.append(Refusal(number, Text(zh="引号不成对，无法读取", en="quotation marks do not match")))
            continue
        taken = _taken(number, cells, columns, day)
        if isinstance(taken, Text):
            refused.append(Refusal(number, taken))
        else:
            yield taken


def _taken(number: int, cells: list[str], columns: list[str], day: date) -> _Line | Text:
    """The line, or why it is refused."""
    if len(cells) != len(columns):
        return Text(zh=f"应有 {len(columns)} 列，实有 {len(cells)} 列", en=f"{len(cells)} columns, not {len(columns)}")
    said = {column: " ".join(cell.split()) for column, cell in zip(columns, cells, strict=True)}
    street, text = _street(said["street"], day), said["address"]
    if isinstance(street, Text):
        return street
    if not text.isprintable():
        return Text(zh="地址含有无法显示的字符", en="the address has characters that cannot be shown")
    key = normalise(text)
    if not key:
        return Text(zh="没有填写地址", en="the address is empty")
    community, grid = said.get("community", ""), said.get("grid", "")
    if len(text) > MOST_TEXT or len(key) > MOST_KEY:
        return Text(zh=f"地址超过 {MOST_TEXT} 个字", en=f"the address has more than {MOST_TEXT} characters")
    if max(len(community), len(grid)) > MOST_SHORT:
        return Text(zh=f"社区或网格超过 {MOST_SHORT} 个字", en=f"community or grid over {MOST_SHORT} characters")
    return _Line(number, street, community, grid, text, key)


def _street(said: str, day: date) -> str | Text:
    """The code of a street that is told by code or name and stands on `day`, or why there is none."""
    named = [d for d in load_divisions().divisions.values() if d.is_street and said in (d.code, d.name.zh)]
    standing = [d for d in named if in_force(d.code, day)]
    if len(standing) == 1:
        return standing[0].code
    if standing:
        return Text(zh=f"“{said}”不止一个，请填代码", en=f"there are several called {said}: give the code")
    if named:
        return Text(zh=f"行政区划“{said}”当日不在有效期内", en=f"the division {said} is not in force on that day")
    if division_of(said) is not None:
        return Text(zh=f"“{said}”不是街道（镇）", en=f"{said} is no subdistrict or town")
    return Text(zh=f"没有“{said[:20]}”这个街道（镇）", en=f"no subdistrict or town is called {said[:20]!r}")


def _new(session: Session, batch: list[_Line]) -> list[_Line]:
    """The lines that are neither in the library nor before in the batch."""
    there: set[tuple[str, str]] = set()
    for street in {line.street for line in batch}:
        keys = {line.key for line in batch if line.street == street}
        known = select(StandardAddress.key).where(StandardAddress.street == street, StandardAddress.key.in_(keys))
        there |= {(street, key) for key in session.scalars(known)}
    new = []
    for line in batch:
        if (line.street, line.key) not in there:
            there.add((line.street, line.key))
            new.append(line)
    return new


def _row(line: _Line, source: str, now: datetime) -> dict[str, object]:
    return {
        "street": line.street,
        "community": line.community,
        "grid": line.grid,
        "text": line.text,
        "key": line.key,
        "source": source,
        "imported_at": now,
    }
