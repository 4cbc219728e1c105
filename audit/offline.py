# SPDX-License-Identifier: Apache-2.0
"""Offline verifier (离线核验): says whether an exported log is as it was written. Needs this one file and Python.

    python offline.py EXPORT.jsonl|EXPORT.csv [--head HASH]

Hides the two formats. It reads the rules of the chain on its own, without the program that wrote the log: SHA-256 over
the JSON array [index, at, event, subject, actor, facts as text, previous]. Exit 0 if everything holds, 1 if not.
I/O: one file is read.
"""

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

_GENESIS = "0" * 64
_NAMES = ("index", "at", "event", "subject", "actor", "facts", "previous", "hash")
_BOM = b"\xef\xbb\xbf"
_MOST_FAULTS = 1000

_SENTENCES = {
    "unreadable": ("这一行不是按规定格式写出的", "this line is not written in the prescribed form"),
    "edited": ("内容与其哈希不符：该行被改动", "the content does not match its hash: the line was edited"),
    "removed": ("此处之前缺少记录", "entries are missing before this line"),
    "reordered": ("记录次序颠倒", "the line stands out of order"),
    "duplicated": ("同一条记录出现了两次", "the same entry appears twice"),
    "inserted": (
        "该行不接在前一行之后：插入或整行替换",
        "the line does not follow the one before: inserted or replaced",
    ),
    "trailer": (
        "尾行与内容不符或缺失：尾行被改动或文件被截断",
        "the trailer is missing or does not match: edited or cut off",
    ),
    "head": ("另行保存的链头不在文件中：末尾被截去或整链被重写", "the noted head is not here: cut off or rewritten"),
}
_NOT_JUDGED = (
    "这是筛选后的部分记录：每行自身与次序已核验，但行与行之间是否缺少记录无法判断",
    "This is a selection: each line and the order were verified, gaps between lines cannot be judged",
)
_NO_HEAD = (
    "未提供另行保存的链头：如果有人截去末尾并重写尾行，本次核验无法发现",
    "No noted head was given: a cut tail with a rewritten trailer could not be seen",
)


class Fault(NamedTuple):
    """What is wrong on which line of the file (from 1)."""

    line: int
    kind: str
    zh: str
    en: str


@dataclass
class Report:
    """`lines` counts entries; `kind` is "complete", "selection" or "" when no trailer could be read."""

    lines: int = 0
    kind: str = ""
    head_index: int = 0
    head_hash: str = _GENESIS
    faults: list[Fault] = field(default_factory=list)
    notes: list[tuple[str, str]] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.faults

    def blame(self, line: int, kind: str) -> None:
        if len(self.faults) < _MOST_FAULTS:
            self.faults.append(Fault(line, kind, *_SENTENCES[kind]))


class _Entry(NamedTuple):
    index: int  # type: ignore[assignment]  # hides tuple.index, which nobody asks here
    at: str
    event: str
    subject: str
    actor: str
    facts: str
    previous: str
    hash: str

    @property
    def holds(self) -> bool:
        return hashlib.sha256(_json(list(self[:7])).encode()).hexdigest() == self.hash


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _csv(cells: list[str]) -> str:
    return ",".join('"' + cell.replace('"', '""') + '"' for cell in cells) + "\r\n"


_Trailer = dict[str, Any]


def _from_jsonl(raw: bytes) -> _Entry | _Trailer | None:
    """The line in its one form, or None: a second spelling of the same JSON is an edit too."""
    try:
        said = json.loads(raw)
        if not isinstance(said, dict) or (_json(said) + "\n").encode() != raw:
            return None
        if "trailer" in said:
            return said
        return _entry([said[n] if n != "facts" else _json(said[n]) for n in _NAMES]) if len(said) == 8 else None
    except (ValueError, KeyError, RecursionError):
        return None


def _from_csv(raw: bytes) -> _Entry | _Trailer | None:
    try:
        text = raw.decode()
        (cells,) = csv.reader([text], strict=True)
        if len(cells) != 8 or _csv(cells) != text:
            return None
        if cells[0] == "trailer":
            names = ("kind", "count", "head_index", "head_hash", "checksum")
            kind, count, index, head, checksum = (cells[n] for n in (2, 3, 4, 6, 7))
            bare = cells[1] == cells[5] == "" and count == str(int(count)) and index == str(int(index))
            told = dict(zip(names, (kind, int(count), int(index), head, checksum), strict=True))
            return {**told, "trailer": 1} if bare else None
        plain = [cell[1:] if cell.startswith("'") else cell for cell in cells]
        if str(int(plain[0])) != cells[0] or _json(json.loads(plain[5])) != plain[5]:
            return None
        return _entry([int(plain[0]), *plain[1:]])
    except (ValueError, csv.Error, RecursionError):
        return None


def _entry(values: list[Any]) -> _Entry | None:
    if type(values[0]) is not int or not all(isinstance(value, str) for value in values[1:]):
        return None
    return _Entry(*values)


class _Walk:
    """What is known after each line."""

    def __init__(self, report: Report, expected_head: str | None) -> None:
        self.report = report
        self.expected = expected_head
        self.seen: dict[int, str] = {}
        self.last = 0
        self.previous = _GENESIS
        self.head_seen = expected_head == _GENESIS
        self.gaps: list[tuple[int, range]] = []  # line, and the entries missing before it

    def take(self, line: int, entry: _Entry) -> None:
        self.report.lines += 1
        if not entry.holds:
            self.report.blame(line, "edited")
        if entry.index in self.seen:
            kind = "duplicated" if self.seen[entry.index] == entry.hash else "inserted"
            self.report.blame(line, kind)
            return
        self.seen[entry.index] = entry.hash
        self.head_seen = self.head_seen or entry.hash == self.expected
        if entry.index <= self.last:
            self.report.blame(line, "reordered")
            return
        if entry.index != self.last + 1:
            self.gaps.append((line, range(self.last + 1, entry.index)))
        elif entry.previous != self.previous:
            self.report.blame(line, "inserted")
        self.last, self.previous = entry.index, entry.hash

    def close(self, line: int, trailer: _Trailer | None, checksum: str) -> None:
        report = self.report
        if trailer is None or set(trailer) != {"kind", "count", "head_index", "head_hash", "checksum", "trailer"}:
            report.blame(line, "trailer")
            trailer = {"kind": "complete"}
        elif _json([trailer[n] for n in ("trailer", "count", "checksum")]) != _json([1, report.lines, checksum]):
            report.blame(line, "trailer")
        report.kind = str(trailer["kind"])
        report.head_index, report.head_hash = self.last, self.previous
        if report.kind == "complete":
            for gap, missing in self.gaps:
                if any(index not in self.seen for index in missing):
                    report.blame(gap, "removed")
            if "count" in trailer and (trailer["head_index"], trailer["head_hash"]) != (self.last, self.previous):
                report.blame(line, "trailer")
        elif report.kind == "selection":
            report.head_index, report.head_hash = trailer["head_index"], str(trailer["head_hash"])
            report.notes.append(_NOT_JUDGED)
            self.head_seen = self.head_seen or report.head_hash == self.expected
        else:
            report.blame(line, "trailer")
        if self.expected is None:
            report.notes.append(_NO_HEAD)
        elif not self.head_seen:
            report.blame(line, "head")


def _lines(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        yield from file


def verify_export(path: str | Path, expected_head: str | None = None) -> Report:
    """Read an export once and report every fault. `expected_head` is a hash noted earlier, outside this system: it
    must occur in the file. Raises OSError if the file cannot be read."""
    report = Report()
    walk = _Walk(report, expected_head.strip().lower() if expected_head else None)
    digest, number, read, trailer = hashlib.sha256(), 0, _from_jsonl, None
    for number, raw in enumerate(_lines(Path(path)), start=1):
        if trailer is not None:  # nothing may follow the trailer
            report.blame(number, "trailer")
            break
        if number == 1 and raw.startswith((_BOM, b'"')):
            read = _from_csv
            if raw != _BOM + _csv(list(_NAMES)).encode():
                report.blame(number, "unreadable")
            digest.update(raw)
            continue
        said = read(raw)
        if isinstance(said, dict):
            trailer = said
            digest.update(
                _json({name: said.get(name) for name in ("kind", "count", "head_index", "head_hash")}).encode()
            )
            continue
        digest.update(raw)
        if said is None:
            report.blame(number, "unreadable")
        else:
            walk.take(number, said)
    walk.close(number, trailer, digest.hexdigest())
    return report


def _say(line: str) -> None:
    sys.stdout.buffer.write((line + "\n").encode())


def main(arguments: list[str] | None = None) -> int:
    """The command; returns its exit code."""
    parser = argparse.ArgumentParser(description="Verify an exported log. 核验导出的日志。")
    parser.add_argument("export", type=Path)
    parser.add_argument("--head", help="a hash of the log noted earlier, kept elsewhere 另行保存的链头")
    asked = parser.parse_args(arguments)
    report = verify_export(asked.export, asked.head)
    for fault in report.faults:
        _say(f"第 {fault.line} 行：{fault.zh}。Line {fault.line}: {fault.en}.")
    for zh, en in report.notes:
        _say(f"说明：{zh}。Note: {en}.")
    end = f"{report.head_index} {report.head_hash}"
    if report.ok:
        _say(f"核验通过：{report.lines} 条记录，链头 {end}。Verified: {report.lines} entries, head {end}.")
    else:
        _say(f"核验未通过：{len(report.faults)} 处问题。Not verified: {len(report.faults)} faults.")
    return 0 if report.ok else 1


if __name__ == "__main__":
    sys.exit(main())
