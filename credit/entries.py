# SPDX-License-Identifier: Apache-2.0
"""Entries (名单条目): a row of a published list, as the table keeps it, or what is wrong with it and what to do.

Hides how numbers, names and days are written in files. A complaint never says what stands in the row. Pure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TypedDict

from kit.numbers import is_credit_code, is_id_number
from kit.text import Text

COLUMNS = {"证件号码": "number", "姓名或名称": "name", "列入机关": "body", "列入日期": "since", "截止日期": "until"}
NEEDED = frozenset({"number", "name", "body", "since"})
MOST_TEXT = 200
_HEADINGS = {column: heading for heading, column in COLUMNS.items()}
_DAY_ZERO = date(1899, 12, 30)  # of a spreadsheet; from March 1900 on its numbers of days are right


class Digits(str):
    """A cell that a spreadsheet keeps as a number, in its digits."""

    __slots__ = ()


class Entry(TypedDict):
    """What is kept of a row beside its number; days as 2026-12-01, `until` "" where none is set."""

    line: int
    name: str
    body: str
    since: str
    until: str


@dataclass(frozen=True, slots=True)
class Complaint:
    """What is wrong with a row and what to do; `column` as the first line names it, "" for the whole row."""

    column: str
    reason: Text
    remedy: Text


def _complaint(column: str, zh: str, en: str, todo_zh: str, todo_en: str) -> Complaint:
    return Complaint(_HEADINGS.get(column, ""), Text(zh=zh, en=en), Text(zh=todo_zh, en=todo_en))


_ASK = "请向发布机关核实后重新导出", "ask whoever published it, and export it again"
COUNT = _complaint(
    "",
    "列数与首行不符",
    "another number of columns than the first line",
    "含逗号的内容应加引号，或删去多余的列",
    "put what contains a comma into quotation marks, or take the column out",
)
NO_NUMBER = _complaint("number", "没有证件号码", "the number is missing", *_ASK)
NUMBER = _complaint(
    "number", "证件号码校验不通过", "the number is no identity number and no credit code of 18 characters", *_ASK
)
ROUNDED = _complaint(
    "number",
    "证件号码存成了数值，末几位已丢失",
    "kept as a number: its last digits are lost",
    "请将该列设为文本后从原系统重新导出",
    "make the column text and export it anew from where it comes from",
)
WORDS = {
    column: _complaint(
        column,
        "为空、过长或含有无法显示的字符",
        "empty, too long or with characters that cannot be shown",
        "请补全，或删去看不见的字符",
        "fill it in, or take out what cannot be seen",
    )
    for column in ("name", "body")
}
FORMULA = {
    column: _complaint(
        column,
        "是公式或以公式符号开头",
        "a formula, or begins like one",
        "请改为纯文本的值",
        "put its value there, as plain text",
    )
    for column in ("", *_HEADINGS)
}
DAY = {
    column: _complaint(
        column,
        "日期应为 2026-12-01 的形式，列入日期不得晚于今天",
        "a date reads 2026-12-01, and none of an entry lies in the future",
        "请改正日期格式",
        "write the date so",
    )
    for column in ("since", "until")
}
TURNED = _complaint("until", "截止日期早于列入日期", "it ends before it begins", *_ASK)
TWICE = _complaint(
    "number", "与第 {line} 行重复", "the same as line {line}", "请删去其中一行", "take one of the two out"
)
OTHER_NAME = _complaint(
    "name",
    "与第 {line} 行号码相同、姓名（名称）不同",
    "the number of line {line} with another name",
    "请核实号码属于谁并改正一行",
    "find out whose number it is and correct one of the two",
)
OTHER_END = _complaint(
    "until",
    "与第 {line} 行互相矛盾（截止日期不同）",
    "line {line} says another last day of the same entry",
    "请核实截止日期并只留一行",
    "find out which is right and leave one",
)


def columns_of(heading: Sequence[str]) -> list[str] | None:
    """What each column of the file is, from its first row; None for a file that is no such list."""
    columns = [COLUMNS.get(cell.strip(), cell.strip().lower()) for cell in heading]
    if not NEEDED <= set(columns) <= {*_HEADINGS} or len(set(columns)) != len(columns):
        return None
    return columns


def entry_of(line: int, cells: Sequence[str], columns: Sequence[str], today: date) -> tuple[str, Entry] | Complaint:
    """The number and what is kept with it, or what is wrong."""
    if len(cells) != len(columns):
        return COUNT
    said = dict(zip(columns, cells, strict=True))
    number = said["number"].strip().upper()
    wrong = _number_wrong(said["number"], number, today) or _words_wrong(said)
    if wrong:
        return wrong
    since, until = _day(said["since"]), _day(said.get("until", ""))
    if since is None or since > today:
        return DAY["since"]
    if until is None and said.get("until", "").strip():
        return DAY["until"]
    if until is not None and until < since:
        return TURNED
    return number, {
        "line": line,
        "name": said["name"].strip(),
        "body": said["body"].strip(),
        "since": since.isoformat(),
        "until": until.isoformat() if until else "",
    }


def _number_wrong(cell: str, number: str, today: date) -> Complaint | None:
    if not number:
        return NO_NUMBER
    if isinstance(cell, Digits):
        return ROUNDED
    return None if is_id_number(number, today) or is_credit_code(number) else NUMBER


def _words_wrong(said: dict[str, str]) -> Complaint | None:
    for column in ("name", "body"):
        word = said[column].strip()
        if not 0 < len(word) <= MOST_TEXT or not word.isprintable():
            return WORDS[column]
        if word[0] in "=+-@＝＋－＠":  # a spreadsheet in which somebody opens an export would compute it
            return FORMULA[column]
    return None


def _day(cell: str) -> date | None:
    return _serial(cell) if isinstance(cell, Digits) else _written(cell.strip())


@lru_cache(20_000)
def _written(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 and "W" not in text else None
    except ValueError:
        return None


def _serial(digits: Digits) -> date | None:
    whole = digits.removesuffix(".0")
    if not whole.isascii() or not whole.isdecimal() or not 61 <= int(whole[:9]) < 100_000:
        return None
    return _DAY_ZERO + timedelta(days=int(whole))


def conflict(entry: Entry, first: Entry, same: Entry | None) -> Complaint | None:
    """What is wrong with one more row of a number whose `first` row is given, and one of the same day and body."""
    if entry["name"] != first["name"]:
        return _of_line(OTHER_NAME, first)
    if same is None:
        return None
    return _of_line(TWICE if same["until"] == entry["until"] else OTHER_END, same)


def _of_line(complaint: Complaint, other: Entry) -> Complaint:
    return Complaint(complaint.column, complaint.reason.filled(line=other["line"]), complaint.remedy)
