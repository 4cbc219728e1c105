# SPDX-License-Identifier: Apache-2.0
"""Export (导出): the log as a file that proves itself. Hides streaming and the two formats. I/O: database.

Lines are oldest first; the last one is a trailer that says how many there are, where the log ended, whether the file
holds the whole log, and a checksum over all bytes before it. CSV cells that a spreadsheet could take for a formula get
an apostrophe in front, and so does a cell that begins with one, so that it can be taken away again.
"""

import hashlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import NamedTuple, Unpack

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.chain import Link, canonical, verify, written
from audit.log import Entry, Filters, Head, head, matching

_AT_ONCE = 5000
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠")
COLUMNS = Link._fields


class Checked(NamedTuple):
    """What a walk over the whole log found: the first index that does not hold, or None."""

    entries: int
    head: Head
    broken_at: int | None

    @property
    def is_whole(self) -> bool:
        return self.broken_at is None


def _links(session: Session, end: Head, filters: Filters) -> Generator[Link, None, None]:
    """Columns and not entities (six times faster), in portions, up to `end` even while others write."""
    e = Entry
    query = (
        select(e.index, e.at, e.event, e.subject, e.actor, e.facts, e.previous, e.hash)
        .where(e.index <= end.index, *matching(filters))
        .order_by(e.index)
        .execution_options(yield_per=_AT_ONCE)
    )
    with closing(session.execute(query)) as rows:  # PostgreSQL holds a cursor open for it
        for index, at, *rest in rows:
            yield Link(index, written(at), *rest)


def check(session: Session) -> Checked:
    """Recompute every hash of the log and compare its end with the head that writers keep."""
    end = head(session)
    with closing(_links(session, end, {})) as links:
        last, last_hash, broken_at = verify(links)
    if broken_at is None and Head(last, last_hash) != end:
        broken_at = last + 1
    return Checked(last, end, broken_at)


def jsonl_line(entry: Link) -> bytes:
    """One entry as canonical JSON: keys in order, facts as an object."""
    said = {name: canonical(value) for name, value in entry._asdict().items()} | {"facts": entry.facts}
    return ("{" + ",".join(f'"{name}":{said[name]}' for name in sorted(said)) + "}\n").encode()


def csv_line(cells: Iterable[object]) -> bytes:
    """One CSV record (RFC 4180), every cell quoted and none of them a formula."""
    return (",".join(f'"{_safe(str(cell))}"' for cell in cells) + "\r\n").encode()


def _safe(cell: str) -> str:
    if cell.startswith(("'", "\t", "\r", "\n")) or cell.lstrip().startswith(_FORMULA):
        cell = "'" + cell
    return cell.replace('"', '""')


def _jsonl_trailer(trailer: dict[str, str | int]) -> bytes:
    return (canonical(trailer) + "\n").encode()


def _csv_trailer(trailer: dict[str, str | int]) -> bytes:
    """The same, in the columns of the file: index, at, event, subject, actor, facts, previous, hash."""
    t = trailer
    return csv_line(("trailer", "", t["kind"], t["count"], t["head_index"], "", t["head_hash"], t["checksum"]))


def write_export(links: Iterable[Link], end: Head, kind: str, form: str) -> Iterator[bytes]:
    """The lines of an export in `form` "jsonl" or "csv"; `kind` is "complete" or "selection"."""
    line = csv_line if form == "csv" else jsonl_line
    first = b"\xef\xbb\xbf" + csv_line(COLUMNS) if form == "csv" else b""
    digest = hashlib.sha256(first)
    if first:
        yield first
    count = 0
    for entry in links:
        said = line(entry)
        digest.update(said)
        count += 1
        yield said
    trailer: dict[str, str | int] = {"kind": kind, "count": count, "head_index": end.index, "head_hash": end.hash}
    digest.update(canonical(trailer).encode())
    trailer |= {"checksum": digest.hexdigest(), "trailer": 1}
    yield _csv_trailer(trailer) if form == "csv" else _jsonl_trailer(trailer)


def _export(session: Session, filters: Filters, form: str) -> Iterator[bytes]:
    end = head(session)
    kind = "selection" if matching(filters) else "complete"
    with closing(_links(session, end, filters)) as links:
        yield from write_export(links, end, kind, form)


def export_jsonl(session: Session, **filters: Unpack[Filters]) -> Iterator[bytes]:
    """Line by line; without filters the whole log. The session must stay open until the last line."""
    return _export(session, filters, "jsonl")


def export_csv(session: Session, **filters: Unpack[Filters]) -> Iterator[bytes]:
    """The same for a spreadsheet: UTF-8 with a byte order mark, header first."""
    return _export(session, filters, "csv")
