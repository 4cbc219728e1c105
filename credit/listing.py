# SPDX-License-Identifier: Apache-2.0
"""Listing (导入公布名单): one file of a published list takes the place of the edition before it, whole or not at all.

Hides encodings and the comparison of rows. A file with a single faulty row is refused with a report line by line, and
the edition before stays in force. CSV in UTF-8 or GB18030. I/O: files, database.
"""

import csv
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from credit.published import KINDS, ListedEdition, ListedRow, listed_key
from kit.clock import office_day
from kit.declared import Refused
from kit.errors import DomainError
from kit.numbers import is_credit_code, is_id_number
from kit.text import Text

COLUMNS = {"证件号码": "number", "姓名或名称": "name", "列入机关": "body", "列入日期": "since", "截止日期": "until"}
NEEDED = {"number", "name", "body", "since"}
COUNTS_FOR = timedelta(days=31)
MOST_FAULTS, MOST_TEXT, BATCH = 10_000, 200, 2_000

_ENCODING = Text(
    zh="编码既不是 UTF-8 也不是 GB18030，或与文件其余部分不一致",
    en="neither UTF-8 nor GB18030, or not that of the file",
)
_QUOTES = Text(zh="引号不成对，无法读取", en="quotation marks do not match")
_COLUMNS = Text(zh="列数与首行不符", en="another number of columns than the first line")
_NO_NUMBER = Text(zh="没有证件号码", en="the number is missing")
_NUMBER = Text(zh="证件号码校验不通过", en="the number is no identity number and no credit code")
_WORDS = Text(
    zh="姓名（名称）或列入机关为空、过长或含有无法显示的字符", en="name or body is empty, too long or cannot be shown"
)
_DATE = Text(
    zh="日期应为 2026-12-01 的形式，列入日期不得晚于今天", en="a date reads 2026-12-01, and none lies in the future"
)
_TURNED = Text(zh="截止日期早于列入日期", en="it ends before it begins")
_TWICE = Text(zh="与第 {line} 行重复", en="the same as line {line}")
_OTHER_NAME = Text(zh="与第 {line} 行号码相同、姓名（名称）不同", en="the number of line {line} with another name")
_OTHER_END = Text(zh="与第 {line} 行互相矛盾（截止日期不同）", en="line {line} says another last day of the same entry")


@dataclass(frozen=True, slots=True)
class Fault:
    """A line of the file, from 1, and what is wrong with it; never what stands in it."""

    line: int
    reason: Text


class ListRefused(DomainError):
    """The file has faulty rows: nothing of it was taken, and the edition before stays in force."""

    def __init__(self, faults: tuple[Fault, ...] = ()) -> None:
        super().__init__(count=len(faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of an import; `replaced` names the edition that went."""

    rows: int
    replaced: str
    counts_until: date


def import_list(
    session: Session, file: Path, kind: str, edition: str, now: datetime, until: date | None = None
) -> Taken:
    """Take the file in as the edition that counts, in the caller's transaction, to `until` (included).

    Raises ListRefused, with every faulty row, after which the transaction must be rolled back; kit.declared.Refused for
    a file that is no such list at all.
    """
    last = until or office_day(now) + COUNTS_FOR
    if kind not in KINDS:
        raise Refused(f"{kind}: no list is called so; there are {', '.join(KINDS)}")
    if not 0 < len(edition) <= 40 or last < office_day(now):
        raise Refused(f"{file.name}: an edition has a name of up to 40 characters and counts today at least")
    digest, encoding = _looked_through(file)
    before = session.get(ListedEdition, kind)
    if before is not None and before.edition == edition and before.sha256 != digest:
        raise Refused(f"{file.name}: edition {edition} of {kind} was another file: give this one a name of its own")
    replaced = before.edition if before else ""
    session.execute(delete(ListedRow).where(ListedRow.kind == kind))
    if before is not None:
        session.delete(before)
        session.flush()
    made = ListedEdition(kind=kind, edition=edition, sha256=digest, rows=0, counts_until=last, imported_at=now)
    session.add(made)
    session.flush()
    faults: list[Fault] = []
    read = _rows(file, encoding, office_day(now), faults)
    while batch := list(islice(read, BATCH)):
        session.execute(insert(ListedRow), [{"kind": kind, **row} for row in batch])
        made.rows += len(batch)
    faults += _contradictions(session, kind)
    if faults:
        raise ListRefused(tuple(sorted(faults, key=lambda fault: fault.line)[:MOST_FAULTS]))
    if not made.rows:
        raise Refused(f"{file.name}: no row at all; an empty list would clear everybody 文件没有数据行")
    session.flush()
    return Taken(made.rows, replaced, last)


def _looked_through(file: Path) -> tuple[str, str]:
    """Digest, and the encoding in which most lines can be read. Raises Refused."""
    seen, wrong = hashlib.sha256(), {"utf-8-sig": 0, "gb18030": 0}
    try:
        with file.open("rb") as lines:
            for raw in lines:
                seen.update(raw)
                for encoding in wrong:
                    wrong[encoding] += _decoded(raw, encoding) is None
    except OSError as error:
        raise Refused(f"{file.name}: {error.strerror}") from error
    return seen.hexdigest(), min(wrong, key=lambda encoding: wrong[encoding])


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _rows(file: Path, encoding: str, today: date, faults: list[Fault]) -> Iterator[dict[str, Any]]:
    """Rows that can be taken, as the table has them; what is wrong with the others goes to `faults`."""
    columns: list[str] = []
    with file.open("rb") as lines:
        for line, raw in enumerate(lines, 1):
            text = _decoded(raw, encoding)
            if line == 1:
                columns = _columns(file.name, text or "")
                continue
            if text is not None and not text.strip(", \t\r\n"):
                continue
            row = _ENCODING if text is None else _row(line, text, columns, today)
            if isinstance(row, Text):
                faults.append(Fault(line, row))
            else:
                yield row


def _columns(name: str, heading: str) -> list[str]:
    cells = [cell.strip() for cell in next(csv.reader([heading.lstrip("\ufeff").rstrip("\r\n")]), [])]
    columns = [COLUMNS.get(cell, cell.lower()) for cell in cells]
    if not set(columns) >= NEEDED or set(columns) > {*COLUMNS.values()} or len(set(columns)) != len(columns):
        raise Refused(f"{name}:1: the first line names the columns {','.join(COLUMNS)} 首行应为列名")
    return columns


def _row(line: int, text: str, columns: list[str], today: date) -> dict[str, Any] | Text:
    """The row, or what is wrong with it."""
    try:
        cells = next(csv.reader([text.rstrip("\r\n")], strict=True))
    except csv.Error:
        return _QUOTES
    if len(cells) != len(columns):
        return _COLUMNS
    said = {column: cell.strip() for column, cell in zip(columns, cells, strict=True)}
    number = said["number"].upper()
    if not number:
        return _NO_NUMBER
    if not (is_id_number(number, today) or is_credit_code(number)):
        return _NUMBER
    if any(not 0 < len(said[word]) <= MOST_TEXT or not said[word].isprintable() for word in ("name", "body")):
        return _WORDS
    since, until = _day(said["since"]), _day(said.get("until", ""))
    if since is None or since > today or (until is None and said.get("until")):
        return _DATE
    if until is not None and until < since:
        return _TURNED
    entry = {
        "line": line,
        "name": said["name"],
        "body": said["body"],
        "since": since.isoformat(),
        "until": until.isoformat() if until else "",
    }
    return {"key": listed_key(number), "entry": entry}


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None


def _contradictions(session: Session, kind: str) -> list[Fault]:
    """Rows of one number that say the same twice, or what cannot both be."""
    twice = select(ListedRow.key).where(ListedRow.kind == kind).group_by(ListedRow.key).having(func.count() > 1)
    rows = (
        select(ListedRow).where(ListedRow.kind == kind, ListedRow.key.in_(twice)).order_by(ListedRow.key, ListedRow.id)
    )
    found: list[Fault] = []
    first: dict[str, Any] = {}
    earlier: dict[tuple[str, str], dict[str, Any]] = {}
    key = ""
    for row in session.scalars(rows.execution_options(yield_per=BATCH)):
        entry = row.entry
        if row.key != key:
            key, first, earlier = row.key, entry, {}
        same = earlier.setdefault((entry["since"], entry["body"]), entry)
        if entry["name"] != first["name"]:
            found.append(Fault(entry["line"], _OTHER_NAME.filled(line=first["line"])))
        elif same is not entry:
            reason = _TWICE if same["until"] == entry["until"] else _OTHER_END
            found.append(Fault(entry["line"], reason.filled(line=same["line"])))
    return found
