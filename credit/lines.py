# SPDX-License-Identifier: Apache-2.0
"""Lines (逗号分隔文件): the rows of a CSV, one a line, in whatever encoding offices save it.

Hides encodings (UTF-8, UTF-16 with its mark, GB18030), quotation marks, and that a line may be endless. I/O: files.
"""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from credit.entries import Complaint
from kit.declared import Refused
from kit.text import Text

MOST_LINE = 10_000  # bytes, or characters of UTF-16
BLOCK = 1 << 20
Row = tuple[int, list[str] | Complaint]
_LOST = "\ufffd"  # in place of what could not be read

ENCODING = Complaint(
    "",
    Text(
        zh="编码既不是 UTF-8 也不是 GB18030，或与文件其余部分不一致",
        en="neither UTF-8 nor GB18030, or not the encoding of the file",
    ),
    Text(zh="请将整个文件另存为 UTF-8", en="save the whole file as UTF-8"),
)
QUOTES = Complaint(
    "",
    Text(zh="引号不成对，无法读取", en="quotation marks do not match"),
    Text(zh="请补上或删去引号；一行内容不得换行", en="close them or take them out; a row is one line"),
)


def csv_rows(file: Path) -> Iterator[Row]:
    """Number of the line, from 1, and its cells or why it cannot be read; blank lines are left out. Raises Refused."""
    encoding = _encoding(file)
    comma = ","
    for line, text in enumerate(_texts(file, encoding), 1):
        if text is None:
            yield line, ENCODING
            continue
        if line == 1:
            comma = "," if "," in text else "\t"
        if not text.strip(", \t"):
            continue
        yield line, _cells(text, comma)


def _cells(text: str, comma: str) -> list[str] | Complaint:
    if '"' not in text:
        return text.split(comma)
    try:
        return next(csv.reader([text], delimiter=comma, strict=True))
    except csv.Error:
        return QUOTES


def _texts(file: Path, encoding: str) -> Iterator[str | None]:
    """The lines without their ends; None for one that cannot be read."""
    if encoding == "utf-16":
        with file.open(encoding=encoding, errors="replace", newline="\n") as lines:
            while text := lines.readline(MOST_LINE + 1):
                _must_end(file, len(text))
                yield None if _LOST in text else text.rstrip("\r\n")
        return
    with file.open("rb") as raw:
        while line := raw.readline(MOST_LINE + 1):
            _must_end(file, len(line))
            decoded = _decoded(line, encoding)
            yield None if decoded is None else decoded.rstrip("\r\n").lstrip("\ufeff")


def _must_end(file: Path, length: int) -> None:
    if length > MOST_LINE:
        raise Refused(f"{file.name}: a line of more than {MOST_LINE} characters is no row of a list 行过长")


def _encoding(file: Path) -> str:
    """By the mark at its beginning; else UTF-8 if all of it is, else that in which more lines can be read."""
    with file.open("rb") as raw:
        beginning = raw.read(4)
        if beginning[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return "utf-16"
        if b"\0" in beginning:
            raise Refused(f"{file.name}: no text, or UTF-16 without its mark: save it as UTF-8 请另存为 UTF-8")
        raw.seek(0)
        if _is_utf8(iter(lambda: raw.read(BLOCK), b"")):
            return "utf-8"
        raw.seek(0)
        wrong = {"utf-8": 0, "gb18030": 0}
        while line := raw.readline(MOST_LINE + 1):
            for encoding in wrong:
                wrong[encoding] += _decoded(line, encoding) is None
    return min(wrong, key=lambda encoding: wrong[encoding])


def _is_utf8(blocks: Iterator[bytes]) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        for block in blocks:
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None
