# SPDX-License-Identifier: Apache-2.0
"""Export (导出): the log, or what filters select of it, as one zip that proves itself. Hides streaming. I/O: database.

`jsonl` is the auditor's bundle: exact lines, all hashes, checkpoints, key, verifier (`audit.verifier`, one file) and,
if asked for, disclosures. `csv` and `parquet` are copies for a table, with a checksum and without proof. No limit on
rows: they go from a cursor through the zip to whoever reads, and nothing is held but one portion.
"""

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Literal, cast

from sqlalchemy import select
from sqlalchemy.orm import Session

from audit.columns import Row, write_csv, write_parquet
from audit.disclosures import Disclosure
from audit.leaves import JSON, canonical, leaf_at, written
from audit.log import Entry, Filters, matching, written_by
from audit.notes import Verifier
from audit.sequencing import Checkpoint, Head, Tile, head
from audit.tree import HASH, WIDTH

Form = Literal["jsonl", "csv", "parquet"]
FORMS: tuple[Form, ...] = ("jsonl", "csv", "parquet")
_AT_ONCE = 1000  # rows held at a time: five times as many cost 8 MB and gain nothing
_MOST_CHECKPOINTS = 20
_SQUEEZE = 1
VERIFIER = Path(__file__).with_name("verifier.py")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is exported, and for which purpose (a code); `by` and the purpose stand in the manifest and in the log."""

    form: Form
    filters: Filters
    purpose: str
    by: str
    at: datetime
    disclosures: bool = False

    @property
    def kind(self) -> str:
        if self.form != "jsonl":
            return "table"
        return "selection" if matching(self.filters) else "complete"


class _Out:
    """What the zip writes into; `take` gives it away."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back here."""

    def take(self) -> bytes:
        taken = b"".join(self._pieces)
        self._pieces.clear()
        return taken


class _Member:
    """A file inside the zip whose checksum is taken on the way."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self.digest = file, hashlib.sha256()

    def write(self, data: bytes) -> int:
        self.digest.update(data)
        return self._file.write(data)


class _Zip:
    """Members one after another; what is written can be fetched between any two portions."""

    def __init__(self) -> None:
        self._out = _Out()
        self._zip = zipfile.ZipFile(cast(IO[bytes], self._out), "w", zipfile.ZIP_DEFLATED, compresslevel=_SQUEEZE)
        self.sums: dict[str, str] = {}

    def member(self, name: str, portions: Iterable[bytes]) -> Iterator[bytes]:
        digest = hashlib.sha256()
        with self._zip.open(name, "w", force_zip64=True) as file:
            for portion in portions:
                digest.update(portion)
                file.write(portion)
                yield self._out.take()
        self.sums[name] = digest.hexdigest()

    def table(self, name: str, form: Form, portions: Iterable[list[Row]], counted: list[int]) -> Iterator[bytes]:
        write = write_csv if form == "csv" else write_parquet
        with self._zip.open(name, "w", force_zip64=True) as file:
            member = _Member(file)
            for count in write(portions, cast(IO[bytes], member)):
                counted[0] += count
                yield self._out.take()
        self.sums[name] = member.digest.hexdigest()

    def end(self) -> bytes:
        self._zip.close()
        return self._out.take()


def _rows(session: Session, end: Head, filters: Filters) -> Iterator[list[Row]]:
    """Columns and not entities (six times faster), in portions, up to `end` even while others write."""
    e = Entry
    query = (
        select(e.index, written_by(session), e.event, e.subject, e.actor, e.facts)
        .where(e.index < end.size, *matching(filters))
        .order_by(e.index)
        .execution_options(yield_per=_AT_ONCE)
    )
    with closing(session.execute(query)) as rows:  # PostgreSQL holds a cursor open for it
        for portion in rows.partitions(_AT_ONCE):
            yield cast(list[Row], portion)


def _lines(portions: Iterable[list[Row]], counted: list[int]) -> Iterator[bytes]:
    for rows in portions:
        counted[0] += len(rows)
        yield b"".join(leaf_at(*row[1:]) + b"\n" for row in rows)


def _places(session: Session, end: Head, filters: Filters) -> Iterator[bytes]:
    """The same selection asked for once more, in the same snapshot: cheaper than to remember a million places."""
    query = select(Entry.index).where(Entry.index < end.size, *matching(filters)).order_by(Entry.index)
    with closing(session.execute(query.execution_options(yield_per=_AT_ONCE))) as rows:
        for portion in rows.partitions(_AT_ONCE):
            yield "".join(f"{place}\n" for (place,) in portion).encode()


def _hashes(session: Session, size: int) -> Iterator[bytes]:
    """All leaf hashes: the tiles of the lowest level, one after another, up to `size` entries."""
    query = select(Tile.hashes).where(Tile.level == 0, Tile.number < -(-size // WIDTH)).order_by(Tile.number)
    left = size * HASH
    with closing(session.execute(query.execution_options(yield_per=10))) as rows:
        for (hashes,) in rows:
            yield hashes[:left]
            left -= len(hashes)


def _checkpoints(session: Session, end: Head) -> list[str]:
    """The newest and up to nineteen from before, spread over the life of the log; each costs a reader some work."""
    steps = range(1, _MOST_CHECKPOINTS)
    sizes = {end.size}
    for step in steps:
        before = end.size * step // _MOST_CHECKPOINTS
        found = session.scalar(
            select(Checkpoint.size).where(Checkpoint.size <= before).order_by(Checkpoint.size.desc()).limit(1)
        )
        if found is not None:
            sizes.add(found)
    query = select(Checkpoint.note).where(Checkpoint.size.in_(sizes)).order_by(Checkpoint.size)
    return list(session.scalars(query))


def _disclosures(session: Session, end: Head, filters: Filters) -> Iterator[bytes]:
    d, e = Disclosure, Entry
    query = (
        select(e.index, d.field, d.opening)
        .join(e, e.id == d.entry_id)
        .where(e.index < end.size, *matching(filters))
        .order_by(e.index, d.field)
        .execution_options(yield_per=_AT_ONCE)
    )
    with closing(session.execute(query)) as rows:
        for index, field, opening in rows:
            yield (canonical({"index": index, "field": field, **opening}) + "\n").encode()


def _manifest(asked: Asked, end: Head, count: int, sums: dict[str, str]) -> bytes:
    told: dict[str, JSON] = {
        "kind": asked.kind,
        "form": asked.form,
        "count": count,
        "size": end.size,
        "root": end.root,
        "filters": sorted(name for name, value in asked.filters.items() if value),
        "purpose": asked.purpose,
        "by": asked.by,
        "at": written(asked.at),
        "disclosures": asked.disclosures and asked.form == "jsonl",
        "checksums": sums,
    }
    if asked.kind == "table":
        told |= {"file": f"entries.{asked.form}", "sha256": sums[f"entries.{asked.form}"]}
    return (canonical(told) + "\n").encode()


def export(session: Session, asked: Asked, verifier: Verifier) -> Iterator[bytes]:
    """The zip in portions. The session must stay open until the last, and see one state (`Database.snapshot`)."""
    end = head(session)
    zipped = _Zip()
    with closing(_rows(session, end, asked.filters)) as portions:  # type: ignore[type-var]  # a generator
        counted = [0]
        if asked.form == "jsonl":
            yield from _proving(session, asked, end, zipped, portions, verifier, counted)
        else:
            yield from zipped.table(f"entries.{asked.form}", asked.form, portions, counted)
    yield from zipped.member("manifest.json", [_manifest(asked, end, counted[0], zipped.sums)])
    yield zipped.end()


def _proving(
    session: Session,
    asked: Asked,
    end: Head,
    zipped: _Zip,
    portions: Iterable[list[Row]],
    verifier: Verifier,
    counted: list[int],
) -> Iterator[bytes]:
    yield from zipped.member("entries.jsonl", _lines(portions, counted))
    if asked.kind == "selection":
        yield from zipped.member("indices.txt", _places(session, end, asked.filters))
    yield from zipped.member("hashes.bin", _hashes(session, end.size))
    yield from zipped.member("checkpoints.txt", [f"{note}%\n".encode() for note in _checkpoints(session, end)])
    if asked.disclosures:
        yield from zipped.member("disclosures.jsonl", _disclosures(session, end, asked.filters))
    yield from zipped.member("log.vkey", [f"{verifier.vkey}\n".encode()])
    yield from zipped.member("verify_export.py", [VERIFIER.read_bytes()])
