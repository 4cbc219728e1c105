# SPDX-License-Identifier: Apache-2.0
"""The offline verifier against an adversary: every edit of an export must be found."""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from audit import Head, Report, verify_export
from audit.chain import GENESIS, Link, canonical, link
from audit.export import csv_line, jsonl_line, write_export

NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
ENTRIES = 12


def entries() -> list[Link]:
    found: list[Link] = []
    for n in range(1, ENTRIES + 1):
        facts = canonical({"outcome": "准予", "n": n, "score": n / 7})
        previous = found[-1].hash if found else GENESIS
        found.append(link(n, NOON + timedelta(hours=n), "decision.made", f"A-{n}", "account:7", facts, previous))
    return found


LOG = entries()
HEAD = Head(ENTRIES, LOG[-1].hash)


def export(form: str, links: list[Link] = LOG, end: Head = HEAD, kind: str = "complete") -> bytes:
    return b"".join(write_export(links, end, kind, form))


def verified(tmp_path: Path, content: bytes, head: str | None = None) -> Report:
    path = tmp_path / "export"
    path.write_bytes(content)
    return verify_export(path, head)


def kinds(report: Report) -> set[str]:
    return {fault.kind for fault in report.faults}


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_untouched_export_holds(tmp_path: Path, form: str) -> None:
    report = verified(tmp_path, export(form), HEAD.hash)
    assert report.ok, report.faults
    assert (report.kind, report.lines, report.head_index, report.head_hash) == ("complete", 12, 12, HEAD.hash)
    assert report.notes == []


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_empty_log_holds(tmp_path: Path, form: str) -> None:
    report = verified(tmp_path, export(form, [], Head(0, GENESIS)))
    assert report.ok
    assert report.lines == 0


def _flip(lines: list[bytes], at: int, other: int) -> list[bytes]:
    content = bytearray(b"".join(lines))
    content[other % len(content)] ^= 1 << (at % 8)
    return [bytes(content)]


def _drop(lines: list[bytes], at: int, other: int) -> list[bytes]:
    return lines[: at % len(lines)] + lines[at % len(lines) + 1 :]


def _swap(lines: list[bytes], at: int, other: int) -> list[bytes]:
    swapped, a, b = list(lines), at % len(lines), other % len(lines)
    swapped[a], swapped[b] = swapped[b], swapped[a]
    return swapped


def _duplicate(lines: list[bytes], at: int, other: int) -> list[bytes]:
    return [*lines[: other % (len(lines) + 1)], lines[at % len(lines)], *lines[other % (len(lines) + 1) :]]


def _truncate(lines: list[bytes], at: int, other: int) -> list[bytes]:
    content = b"".join(lines)
    return [content[: other % len(content)]]


def _insert_byte(lines: list[bytes], at: int, other: int) -> list[bytes]:
    content = b"".join(lines)
    place = other % (len(content) + 1)
    return [content[:place], bytes([at % 256]), content[place:]]


EDITS = (_flip, _drop, _swap, _duplicate, _truncate, _insert_byte)


@pytest.mark.parametrize("kind", ["complete", "selection"])
@pytest.mark.parametrize("form", ["jsonl", "csv"])
@settings(max_examples=600, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=st.sampled_from(EDITS), at=st.integers(0, 10**6), other=st.integers(0, 10**6))
def test_every_random_edit_is_found(
    tmp_path: Path,
    form: str,
    kind: str,
    edit: Callable[[list[bytes], int, int], list[bytes]],
    at: int,
    other: int,
) -> None:
    original = export(form, kind=kind)
    edited = b"".join(edit(original.splitlines(keepends=True), at, other))
    if edited != original:
        assert not verified(tmp_path, edited).ok


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(edit=st.sampled_from(EDITS), at=st.integers(0, 10**6), other=st.integers(0, 10**6))
def test_a_forger_who_rewrites_the_trailer_is_found_by_the_noted_head(
    tmp_path: Path, form: str, edit: Callable[[list[bytes], int, int], list[bytes]], at: int, other: int
) -> None:
    original = export(form).splitlines(keepends=True)[:-1]
    edited = b"".join(edit(original, at, other))
    if edited != b"".join(original):
        assert not verified(tmp_path, edited + forged_trailer(form, edited), HEAD.hash).ok


def forged_trailer(form: str, body: bytes) -> bytes:
    """As the exporter would have written it over `body`."""
    count = max(0, body.count(b"\n") - (form == "csv"))
    trailer: dict[str, str | int] = {
        "kind": "complete",
        "count": count,
        "head_index": HEAD.index,
        "head_hash": HEAD.hash,
    }
    checksum = hashlib.sha256(body + canonical(trailer).encode()).hexdigest()
    if form == "jsonl":
        return (canonical({**trailer, "checksum": checksum, "trailer": 1}) + "\n").encode()
    return csv_line(("trailer", "", "complete", count, HEAD.index, "", HEAD.hash, checksum))


def relinked(links: list[Link]) -> list[Link]:
    """All hashes computed anew, as one who owns the database could."""
    found: list[Link] = []
    for n, old in enumerate(links, start=1):
        previous = found[-1].hash if found else GENESIS
        at = datetime.fromisoformat(old.at)
        found.append(link(n, at, old.event, old.subject, old.actor, old.facts, previous))
    return found


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_wholly_rewritten_log_is_found_by_the_noted_head_only(tmp_path: Path, form: str) -> None:
    forged = relinked([LOG[0]._replace(facts='{"outcome":"不予"}'), *LOG[1:]])
    content = export(form, forged, Head(ENTRIES, forged[-1].hash))
    without = verified(tmp_path, content)
    assert without.ok
    assert "链头" in without.notes[0][0]
    assert kinds(verified(tmp_path, content, HEAD.hash)) == {"head"}


def test_a_cut_tail_with_a_forged_trailer_is_found_by_the_noted_head(tmp_path: Path) -> None:
    content = export("jsonl", LOG[:-2], Head(ENTRIES - 2, LOG[-3].hash))
    assert kinds(verified(tmp_path, content, HEAD.hash)) == {"head"}


def test_a_head_noted_earlier_still_holds_when_the_log_has_grown(tmp_path: Path) -> None:
    assert verified(tmp_path, export("csv"), LOG[4].hash).ok


@pytest.mark.parametrize("form", ["jsonl", "csv"])
@pytest.mark.parametrize(
    ("links", "kind"),
    [
        ([LOG[0], *LOG[2:]], "removed"),
        (LOG[1:], "removed"),
        (LOG[:-1], "trailer"),
        ([LOG[1], LOG[0], *LOG[2:]], "reordered"),
        ([LOG[0], *LOG], "duplicated"),
        ([*LOG[:3], LOG[2]._replace(hash="0" * 64), *LOG[3:]], "inserted"),
        ([*LOG[:3], LOG[3]._replace(subject="A-9"), *LOG[4:]], "edited"),
        ([*LOG[:3], link(4, NOON, "a.b", "s", "x:y", "{}", GENESIS), *LOG[4:]], "inserted"),
    ],
)
def test_each_kind_of_change_is_called_by_its_name(tmp_path: Path, form: str, links: list[Link], kind: str) -> None:
    report = verified(tmp_path, export(form, links))
    assert kind in kinds(report)
    assert all(fault.zh and fault.en for fault in report.faults)


def test_a_selection_says_that_gaps_cannot_be_judged(tmp_path: Path) -> None:
    report = verified(tmp_path, export("jsonl", LOG[1::3], kind="selection"))
    assert report.ok
    assert (report.kind, report.lines) == ("selection", 4)
    assert "无法判断" in report.notes[0][0]


@pytest.mark.parametrize("links", [[LOG[4], LOG[1]], [LOG[1], LOG[1]], [LOG[1]._replace(event="a.b")]])
def test_a_selection_with_a_forged_trailer_still_shows_edits_and_disorder(tmp_path: Path, links: list[Link]) -> None:
    assert not verified(tmp_path, export("csv", links, kind="selection")).ok


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe", b"[" * 100_000, b'{"trailer":1}\n', b'"x'])
def test_a_file_that_is_no_export_is_refused_without_a_crash(tmp_path: Path, content: bytes) -> None:
    assert not verified(tmp_path, content).ok


def test_the_second_spelling_of_a_number_is_an_edit(tmp_path: Path) -> None:
    content = export("jsonl")
    for old, new in ((b'"trailer":1}', b'"trailer":true}'), (b'"count":12', b'"count":12.0')):
        assert old in content
        assert not verified(tmp_path, content.replace(old, new)).ok


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_the_verifier_runs_alone_on_a_bare_python(tmp_path: Path, form: str) -> None:
    carried = tmp_path / "offline.py"
    carried.write_bytes(Path("audit/offline.py").read_bytes())
    good, bad = tmp_path / "good", tmp_path / "bad"
    good.write_bytes(export(form))
    bad.write_bytes(export(form).replace("准予".encode(), "不予".encode(), 1))

    def run(*arguments: str) -> tuple[int, str]:
        command = [sys.executable, "-I", "-S", str(carried), *arguments]
        done = subprocess.run(command, capture_output=True, cwd=tmp_path, env={"LC_ALL": "C"}, check=False)
        return done.returncode, done.stdout.decode()

    code, said = run(str(good), "--head", HEAD.hash)
    assert code == 0
    assert "核验通过：12 条记录" in said
    code, said = run(str(bad))
    assert code == 1
    assert "被改动" in said
    assert "Line 1:" in said or "Line 2:" in said


def test_a_line_of_jsonl_is_plain_json_with_facts_inside() -> None:
    said = json.loads(jsonl_line(LOG[0]))
    assert said["facts"]["outcome"] == "准予"
    assert said["index"] == 1
