# SPDX-License-Identifier: Apache-2.0
"""Published lists from spreadsheets: what a CSV would give, and nothing that is more than a table."""

import zipfile
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from credit.entries import ROUNDED, Complaint, columns_of, entry_of
from credit.workbook import xlsx_rows
from kit.declared import Refused

HEAD = ["证件号码", "姓名或名称", "列入机关", "列入日期", "截止日期"]
ROW = ["91320113MA00000001", "样例商贸", "样例人民法院", "2025-04-18", ""]


def written(file: Path, *sheets: list[list[Any]]) -> Path:
    book = Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet()
        for row in rows:
            sheet.append(row)
    book.save(file)
    return file


def changed(file: Path, part: str, old: bytes, new: bytes) -> Path:
    """The same workbook with other bytes in one of its parts."""
    with zipfile.ZipFile(file) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    assert old in parts[part]
    parts[part] = parts[part].replace(old, new, 1)
    return packed(file, parts)


def packed(file: Path, parts: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "list.xlsx"


def test_rows_are_read_as_the_sheet_numbers_them_and_empty_ones_left_out(file: Path) -> None:
    rows = list(xlsx_rows(written(file, [HEAD, ROW, [], ["", "  "], ROW])))
    assert [number for number, _ in rows] == [1, 2, 5]
    assert rows[0][1] == HEAD
    assert rows[2][1] == ROW


def test_a_sheet_beside_the_list_may_be_empty_and_not_more(file: Path) -> None:
    assert len(list(xlsx_rows(written(file, [[""]], [HEAD, ROW])))) == 2
    with pytest.raises(Refused, match="one sheet, one list"):
        list(xlsx_rows(written(file, [HEAD, ROW], [HEAD, ROW])))


def test_what_a_sheet_says_of_its_own_size_is_not_believed(file: Path) -> None:
    changed(written(file, [HEAD, ROW]), "xl/worksheets/sheet1.xml", b'ref="A1:E2"', b'ref="A1:A1"')
    assert [row for _, row in xlsx_rows(file)] == [HEAD, ROW]


@pytest.mark.parametrize("day", [date(2025, 4, 18), datetime(2025, 4, 18)])  # noqa: DTZ001
def test_a_day_is_read_whatever_its_form(file: Path, day: date) -> None:
    (_, (_, row)) = list(xlsx_rows(written(file, [HEAD, [*ROW[:3], day, None]])))
    assert row == ROW


def test_a_number_kept_as_a_number_has_lost_its_end_and_is_told_so(file: Path) -> None:
    (_, (_, row)) = list(xlsx_rows(written(file, [HEAD, [99999919900101123, *ROW[1:]]])))
    assert isinstance(row, list)
    assert entry_of(2, row, columns_of(HEAD) or [], date(2026, 12, 1)) is ROUNDED


@pytest.mark.parametrize("cell", ["=1+1", "#REF!"])
def test_a_formula_or_an_error_is_a_complaint_that_names_the_column(file: Path, cell: str) -> None:
    (_, (number, complaint)) = list(xlsx_rows(written(file, [HEAD, [*ROW[:2], cell, *ROW[3:]]])))
    assert isinstance(complaint, Complaint)
    assert (number, complaint.column) == (2, "C")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", b"PK\x03\x04" + b"\0" * 500, b"PK\x05\x06" + b"\0" * 18], ids=repr
)
def test_what_is_no_workbook_is_refused(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(Refused, match="no workbook"):
        list(xlsx_rows(file))


def test_every_cut_of_a_workbook_is_refused(file: Path) -> None:
    whole = written(file, [HEAD, ROW]).read_bytes()
    for end in range(0, len(whole), 97):
        file.write_bytes(whole[:end])
        with pytest.raises(Refused):
            list(xlsx_rows(file))


def test_a_file_with_a_password_is_told_to_be_saved_anew(file: Path) -> None:
    file.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600)
    with pytest.raises(Refused, match="save it as XLSX"):
        list(xlsx_rows(file))


@pytest.mark.parametrize("part", ["xl/vbaProject.bin", "xl/embeddings/a.bin", "xl/externalLinks/externalLink1.xml"])
def test_macros_and_other_files_inside_are_refused(file: Path, part: str) -> None:
    with zipfile.ZipFile(written(file, [HEAD, ROW]), "a") as package:
        package.writestr(part, b"x")
    with pytest.raises(Refused, match="macros"):
        list(xlsx_rows(file))


BOMB = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>'


def test_entities_in_a_sheet_are_refused(file: Path) -> None:
    changed(written(file, [HEAD, ROW]), "xl/worksheets/sheet1.xml", b"<worksheet", BOMB + b"<worksheet")
    with pytest.raises(Refused):
        list(xlsx_rows(file))


def with_shared_texts(file: Path, before: bytes) -> Path:
    """A workbook as office programmes write it, with its texts in a part of their own; `before` begins that part."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    texts = "".join(f"<si><t>{text}</t></si>" for text in [*HEAD, *ROW])
    cells = "".join(f'<c r="{column}1" t="s"><v>{number}</v></c>' for number, column in enumerate("ABCDE"))
    cells = f'<row r="1">{cells}</row><row r="2"><c r="A2" t="s"><v>5</v></c></row>'
    written(file, [HEAD])
    with zipfile.ZipFile(file) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    relation = b'<Relationship Id="rIdT" Target="sharedStrings.xml" Type="http://schemas.openxmlformats.org/'
    relation += b'officeDocument/2006/relationships/sharedStrings"/></Relationships>'
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(b"</Relationships>", relation)
    kind = b'<Override PartName="/xl/sharedStrings.xml" ContentType="application/vnd.openxmlformats-officedocument.'
    kind += b'spreadsheetml.sharedStrings+xml"/></Types>'
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(b"</Types>", kind)
    parts["xl/sharedStrings.xml"] = before + f'<sst xmlns="{main}">{texts}</sst>'.encode()
    parts["xl/worksheets/sheet1.xml"] = f'<worksheet xmlns="{main}"><sheetData>{cells}</sheetData></worksheet>'.encode()
    return packed(file, parts)


def test_texts_that_cells_share_are_read_and_entities_in_them_refused(file: Path) -> None:
    assert [row for _, row in xlsx_rows(with_shared_texts(file, b""))] == [HEAD, [ROW[0], "", "", "", ""]]
    with pytest.raises(Refused):
        list(xlsx_rows(with_shared_texts(file, BOMB)))


def test_what_unpacks_without_end_is_refused_before_it_is_unpacked(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(file, [HEAD, *[ROW] * 5_000])
    monkeypatch.setattr("credit.workbook.MOST_BYTES", 100_000)
    with pytest.raises(Refused, match="unpacks to more"):
        list(xlsx_rows(file))


def test_a_package_of_very_many_parts_is_refused(file: Path) -> None:
    packed(file, {f"xl/{number}.xml": b"" for number in range(300)})
    with pytest.raises(Refused, match="too many parts"):
        list(xlsx_rows(file))
