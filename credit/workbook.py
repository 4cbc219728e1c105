# SPDX-License-Identifier: Apache-2.0
"""Workbook (电子表格): the rows of the one sheet of an XLSX that has any, a piece at a time (openpyxl).

Hides the package around the sheet. What could be more than a table is refused before it costs anything: macros,
passwords, links to elsewhere, parts that unpack without end. I/O: files.
"""

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml import DEFUSEDXML

from credit.entries import FORMULA, Complaint, Digits
from credit.lines import Row
from kit.declared import Refused

MOST_PARTS, MOST_BYTES = 200, 768 << 20  # of the package, and what all of it unpacks to
MOST_TEXTS_BYTES = 192 << 20  # texts that cells share are held in memory
STARTS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # the second: before 2007, or with a password
_ACTIVE = ("vbaproject", "/macrosheets/", "/embeddings/", "/activex/", "/externallinks/")
_DAMAGED = (zipfile.BadZipFile, InvalidFileException, ParseError, KeyError, ValueError, TypeError, EOFError, OSError)


def xlsx_rows(file: Path) -> Iterator[Row]:
    """Number of the row as the sheet shows it and its cells, or why it cannot be read; empty rows are left out.

    A row has at least as many cells as the first. Raises Refused.
    """
    try:
        with file.open("rb") as raw:
            _must_be_plain(file.name, raw)
            yield from _rows(file.name, openpyxl.load_workbook(raw, read_only=True, keep_links=False))
    except Refused:
        raise
    except _DAMAGED as error:
        raise Refused(f"{file.name}: no workbook, or a damaged one ({type(error).__name__}) 文件已损坏") from error


def _must_be_plain(name: str, raw: BinaryIO) -> None:
    """By the directory of the package alone; nothing is unpacked, and no part gives more than it declares there."""
    if not DEFUSEDXML:
        raise RuntimeError("openpyxl was told not to parse with defusedxml")
    if raw.read(4) == STARTS[1]:
        raise Refused(f"{name}: with a password, or from before 2007: save it as XLSX 请另存为 XLSX")
    with zipfile.ZipFile(raw) as package:
        parts = package.infolist()
    if len(parts) > MOST_PARTS:
        raise Refused(f"{name}: too many parts for a list 压缩包异常")
    if any(active in f"/{part.filename}".lower() for part in parts for active in _ACTIVE):
        raise Refused(f"{name}: carries macros, other files or links to them 含宏、嵌入内容或外部链接")
    texts = sum(part.file_size for part in parts if part.filename.lower().endswith("sharedstrings.xml"))
    if sum(part.file_size for part in parts) > MOST_BYTES or texts > MOST_TEXTS_BYTES:
        raise Refused(f"{name}: it unpacks to more than a list can be: save it as CSV 请另存为 CSV")


def _rows(name: str, book: Any) -> Iterator[Row]:
    read = None
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a sheet says of its own size is not believed
        width = 0
        for number, cells in enumerate(sheet.iter_rows(), 1):
            if all(cell.value is None or not str(cell.value).strip() for cell in cells):
                continue
            if read not in (None, sheet):
                raise Refused(f"{name}: more than one sheet with rows: one sheet, one list 只能有一个工作表")
            read = sheet
            row = _row(cells)
            if isinstance(row, list):
                width = width or len(row)
                row += [""] * (width - len(row))
            yield number, row


def _row(cells: Sequence[Any]) -> list[str] | Complaint:
    for column, cell in enumerate(cells, 1):
        if cell.data_type in ("f", "e"):
            return replace(FORMULA[""], column=get_column_letter(column))
    said = [_said(cell.value) for cell in cells]
    while said and not said[-1].strip():
        said.pop()
    return said


def _said(value: object) -> str:
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, int | float):
        return Digits(value)
    return "" if value is None else str(value)
