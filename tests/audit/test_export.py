# SPDX-License-Identifier: Apache-2.0
import csv
import io
import json
from datetime import datetime
from pathlib import Path

import pytest

import audit
from audit.export import csv_line
from kit.database import Database


def filled(database: Database, now: datetime, count: int = 4) -> None:
    with database.writing() as session:
        for n in range(count):
            event = "decision.made" if n % 2 else "application.submitted"
            facts: dict[str, audit.JSON] = {"reason": '=HYPERLINK("x"),\n"引号"', "n": n}
            audit.append(session, event=event, subject=f"=A-{n}", actor="account:7", facts=facts, now=now)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_an_export_of_the_whole_log_verifies_offline(
    database: Database, tmp_path: Path, noon: datetime, form: str
) -> None:
    filled(database, noon)
    export = audit.export_csv if form == "csv" else audit.export_jsonl
    with database.reading() as session:
        (tmp_path / "export").write_bytes(b"".join(export(session)))
        head = audit.head(session)
    report = audit.verify_export(tmp_path / "export", head.hash)
    assert report.ok, report.faults
    assert (report.kind, report.lines, report.head_hash) == ("complete", 4, head.hash)


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_a_filtered_export_is_a_selection(database: Database, tmp_path: Path, noon: datetime, form: str) -> None:
    filled(database, noon)
    export = audit.export_csv if form == "csv" else audit.export_jsonl
    with database.reading() as session:
        (tmp_path / "export").write_bytes(b"".join(export(session, event="decision.made")))
        newest = audit.head(session).hash
    report = audit.verify_export(tmp_path / "export", newest)
    assert report.ok, report.faults
    assert (report.kind, report.lines) == ("selection", 2)


def test_what_comes_in_while_the_export_runs_is_left_for_the_next(database: Database, noon: datetime) -> None:
    filled(database, noon)
    with database.reading() as session:
        lines = audit.export_jsonl(session)
        first = next(lines)
        filled(database, noon, 1)
        rest = list(lines)
    assert json.loads(first)["index"] == 1
    assert json.loads(rest[-1])["count"] == 4


def test_an_export_is_not_cut_at_some_number_of_rows(database: Database, noon: datetime, tmp_path: Path) -> None:
    filled(database, noon, 5_100)
    with database.reading() as session:
        (tmp_path / "export").write_bytes(b"".join(audit.export_jsonl(session)))
    assert audit.verify_export(tmp_path / "export").lines == 5_100


def test_a_spreadsheet_opens_the_csv_and_finds_no_formula(database: Database, noon: datetime) -> None:
    filled(database, noon)
    with database.reading() as session:
        content = b"".join(audit.export_csv(session))
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows[0] == ["index", "at", "event", "subject", "actor", "facts", "previous", "hash"]
    assert rows[1][3] == "'=A-0"
    assert rows[-1][0] == "trailer"
    assert not [cell for row in rows for cell in row if cell.lstrip().startswith(("=", "+", "-", "@"))]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "＝1", " =1", "'=1", "'"])
def test_a_cell_made_safe_can_be_read_back(cell: str) -> None:
    (safe,) = next(csv.reader([csv_line([cell]).decode()]))
    assert safe == "'" + cell
