# SPDX-License-Identifier: Apache-2.0
import csv
import io
import json
import random
import shutil
import subprocess
import sys
import tracemalloc
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from sqlalchemy import insert

import audit
from audit import LogKey, verify_export
from audit.columns import csv_line
from kit.database import Database
from tests.audit.logs import ORIGIN, a_ledger, exported, filled, written


def unpacked(zipped: Path) -> Path:
    folder = zipped.with_suffix("")
    with zipfile.ZipFile(zipped) as files:
        files.extractall(folder)
    return folder


def test_an_export_of_the_whole_log_verifies_with_nothing_but_itself(
    database: Database, tmp_path: Path, noon: datetime
) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 3, 300, 1)
    zipped = exported(ledger, tmp_path / "log.zip", noon)
    folder = unpacked(zipped)
    alone = [sys.executable, "-I", str(folder / "verify_export.py"), str(zipped), "--key", ledger.verifier.vkey]
    told = subprocess.run(alone, capture_output=True, check=True, cwd="/")
    with database.reading() as session:
        assert f"304 {audit.head(session).root}" in told.stdout.decode()
    for path in (zipped, folder):
        report = verify_export(path, ledger.verifier.vkey)
        assert (report.ok, report.kind, report.entries, report.size) == (True, "complete", 304, 304), report.faults
        assert report.checkpoints >= 2


def test_a_selection_proves_each_of_its_lines(database: Database, tmp_path: Path, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 300)
    folder = unpacked(exported(ledger, tmp_path / "log.zip", noon, event="decision.made"))
    report = verify_export(folder, ledger.verifier.vkey)
    assert (report.ok, report.kind, report.entries, report.size) == (True, "selection", 150, 300)
    lines = (folder / "entries.jsonl").read_bytes()
    (folder / "entries.jsonl").write_bytes(lines.replace(b'"n":7,', b'"n":8,'))
    assert verify_export(folder).faults == [("line", "4")]
    (folder / "entries.jsonl").write_bytes(b"".join(lines.splitlines(keepends=True)[:-1]))
    assert not verify_export(folder).ok


def test_an_empty_log_and_a_selection_of_nothing_verify(database: Database, tmp_path: Path, noon: datetime) -> None:
    ledger = a_ledger(database)
    assert verify_export(exported(ledger, tmp_path / "empty.zip", noon)).ok
    filled(ledger, noon, 5)
    report = verify_export(exported(ledger, tmp_path / "none.zip", noon, event="nothing.such"))
    assert (report.ok, report.entries, report.size) == (True, 0, 5)


def test_disclosed_words_open_their_commitments_until_they_are_erased(
    database: Database, tmp_path: Path, noon: datetime
) -> None:
    ledger = a_ledger(database)
    written(database, noon, 4, personal={"reason": "疏散通道宽度不足"})
    ledger.sequence(noon)
    with database.writing() as session:
        entry = audit.of_subject(session, "=A-1")[0]
        assert "疏散" not in entry.facts
        assert audit.opened(session, entry) == {"reason": "疏散通道宽度不足"}
    plain = unpacked(exported(ledger, tmp_path / "plain.zip", noon))
    assert not (plain / "disclosures.jsonl").exists()
    folder = unpacked(exported(ledger, tmp_path / "told.zip", noon, disclosures=True))
    assert verify_export(folder).disclosures == 4
    told = (folder / "disclosures.jsonl").read_text("utf-8")
    (folder / "disclosures.jsonl").write_text(told.replace("不足", "足够", 1), "utf-8")
    assert verify_export(folder).faults == [("disclosure", "1 reason")]
    with database.writing() as session:
        assert audit.erase(session, "=A-1") == 1
        assert audit.opened(session, entry) == {}
    report = verify_export(exported(ledger, tmp_path / "erased.zip", noon, disclosures=True))
    assert (report.ok, report.disclosures) == (True, 3)
    with database.reading() as session:
        assert audit.check(session, ledger.verifier).is_whole


def edit_a_byte(folder: Path, chance: random.Random) -> None:
    name = chance.choice(["entries.jsonl", "hashes.bin", "checkpoints.txt"])
    data = bytearray((folder / name).read_bytes())
    data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
    (folder / name).write_bytes(data)


def with_lines(folder: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    path = folder / "entries.jsonl"
    path.write_bytes(b"".join(change(path.read_bytes().splitlines(keepends=True))))


def drop_a_line(folder: Path, chance: random.Random) -> None:
    def change(lines: list[bytes]) -> list[bytes]:
        del lines[chance.randrange(len(lines))]
        return lines

    with_lines(folder, change)


def exchange_two_lines(folder: Path, chance: random.Random) -> None:
    def change(lines: list[bytes]) -> list[bytes]:
        one, other = chance.sample(range(len(lines)), 2)
        lines[one], lines[other] = lines[other], lines[one]
        return lines

    with_lines(folder, change)


def cut_everything_at_one_place(folder: Path, chance: random.Random) -> None:
    keep = chance.randrange(60)
    with_lines(folder, lambda lines: lines[:keep])
    hashes = (folder / "hashes.bin").read_bytes()
    (folder / "hashes.bin").write_bytes(hashes[: keep * 32])


def add_a_line_and_its_hash(folder: Path, chance: random.Random) -> None:
    from audit.tree import leaf_hash

    with_lines(folder, lambda lines: [*lines, b"{}\n"])
    hashes = (folder / "hashes.bin").read_bytes()
    (folder / "hashes.bin").write_bytes(hashes + leaf_hash(b"{}"))


DAMAGES = (edit_a_byte, drop_a_line, exchange_two_lines, cut_everything_at_one_place, add_a_line_and_its_hash)


def test_every_edit_of_an_export_is_found_by_the_one_file(database: Database, tmp_path: Path, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 40, 20)
    folder = unpacked(exported(ledger, tmp_path / "log.zip", noon))
    chance = random.Random(6)  # noqa: S311 (chance of a test)
    for number in range(150):
        copy = tmp_path / "copy"
        shutil.copytree(folder, copy)
        damage = DAMAGES[number % len(DAMAGES)]
        damage(copy, chance)
        assert not verify_export(copy, ledger.verifier.vkey).ok, (damage.__name__, number)
        shutil.rmtree(copy)
    assert verify_export(folder, ledger.verifier.vkey).ok


def test_a_log_rewritten_under_another_key_or_cut_before_a_held_checkpoint_is_found(
    database: Database, tmp_path: Path, noon: datetime
) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 9)
    zipped = exported(ledger, tmp_path / "log.zip", noon)
    assert verify_export(zipped, LogKey.fresh(ORIGIN).verifier.vkey).faults[0][0] == "signature"
    filled(ledger, noon, 1)
    with database.reading() as session:
        later = audit.newest(session)
    assert later is not None
    assert verify_export(zipped, ledger.verifier.vkey, later.note).faults == [("short", "10")]
    forked = ledger.key.sign(4, b"\x00" * 32)
    assert verify_export(zipped, ledger.verifier.vkey, forked).faults == [("root", "4")]


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_export_is_told_and_does_not_crash(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.zip").write_bytes(content)
    assert verify_export(tmp_path / "x.zip").faults[0][0] == "unreadable"
    assert verify_export(tmp_path / "none.zip").faults[0][0] == "unreadable"


def test_what_comes_in_while_the_export_runs_is_left_for_the_next(
    database: Database, tmp_path: Path, noon: datetime
) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 5_100)
    asked = audit.Asked("jsonl", {}, "inspection", "account:7", noon)
    with database.snapshot() as session:
        portions = audit.export(session, asked, ledger.verifier)
        first = next(portions)
        filled(ledger, noon, 1)
        (tmp_path / "log.zip").write_bytes(first + b"".join(portions))
    report = verify_export(tmp_path / "log.zip", ledger.verifier.vkey)
    assert (report.ok, report.entries) == (True, 5_100), report.faults


def heaviest(ledger: audit.Ledger, form: audit.Form, now: datetime, filters: audit.Filters) -> int:
    """Bytes that an export holds at its worst moment."""
    asked = audit.Asked(form, filters, "inspection", "account:7", now)
    with ledger.database.snapshot() as session:
        audit.head(session)
        tracemalloc.start()
        for _portion in audit.export(session, asked, ledger.verifier):
            pass
        heaviest = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    return heaviest


def test_an_export_of_three_times_as_much_holds_no_more_at_once(database: Database, noon: datetime) -> None:
    ledger = a_ledger(database)
    found: list[dict[str, int]] = []
    for rows in (5_500, 11_000):  # a row group of Parquet is full in both
        with database.writing() as session:
            said = {"at": noon, "event": "decision.made", "subject": "A-1", "actor": "account:7", "facts": "{}"}
            session.execute(insert(audit.Entry), [said] * rows)
        ledger.sequence(noon)
        every: dict[str, int] = {form: heaviest(ledger, form, noon, {}) for form in audit.FORMS}
        found.append({**every, "selection": heaviest(ledger, "jsonl", noon, {"actor": "account:7"})})
    few, many = found
    assert many["selection"] < 4_000_000
    assert {name: size for name, size in many.items() if size > few[name] + 800_000} == {}


def test_a_spreadsheet_opens_the_csv_and_finds_no_formula(database: Database, tmp_path: Path, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 4)
    folder = unpacked(exported(ledger, tmp_path / "log.zip", noon, "csv"))
    content = (folder / "entries.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["index", "at", "event", "subject", "actor", "facts"]
    assert (len(rows), rows[1][3]) == (5, "'=A-0")
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]
    report = verify_export(folder)
    assert (report.ok, report.kind, report.entries) == (True, "table", 4)
    (folder / "entries.csv").write_bytes(content + b" ")
    assert verify_export(folder).faults == [("checksum", "entries.csv")]


def test_a_parquet_copy_holds_the_same_rows(database: Database, tmp_path: Path, noon: datetime) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 5_100)
    folder = unpacked(exported(ledger, tmp_path / "log.zip", noon, "parquet"))
    table = pq.read_table(folder / "entries.parquet")
    assert table.column_names == ["index", "at", "event", "subject", "actor", "facts"]
    assert table["index"].to_pylist() == list(range(5_100))
    assert table["at"][0].as_py() == noon
    assert json.loads(table["facts"][7].as_py())["n"] == 7
    assert pq.ParquetFile(folder / "entries.parquet").metadata.row_group(0).column(5).compression == "ZSTD"
    assert verify_export(folder).ok


def test_the_manifest_says_what_for_by_whom_and_holds_the_checksums(
    database: Database, tmp_path: Path, noon: datetime
) -> None:
    ledger = a_ledger(database)
    filled(ledger, noon, 4)
    folder = unpacked(exported(ledger, tmp_path / "log.zip", noon, text="X-1"))
    told = json.loads((folder / "manifest.json").read_bytes())
    assert (told["purpose"], told["by"], told["filters"]) == ("inspection", "account:7", ["text"])
    assert set(told["checksums"]) == {path.name for path in folder.iterdir()} - {"manifest.json"}


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "＝1", " =1", "'=1", "'"])
def test_a_cell_made_safe_can_be_read_back(cell: str) -> None:
    (safe,) = next(csv.reader([csv_line([cell]).decode()]))
    assert safe == "'" + cell


def test_the_verifier_is_one_file_of_the_standard_library_that_can_be_read_in_ten_minutes() -> None:
    import ast

    source = Path("audit/verifier.py").read_text("utf-8")
    assert len(source.splitlines()) <= 305, "half a line a second"
    imported = {
        name.split(".")[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Import | ast.ImportFrom)
        for name in ([node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names])
    }
    assert imported <= sys.stdlib_module_names
