# SPDX-License-Identifier: Apache-2.0
"""Document (文书版面): one kind and its facts as a page to be sealed. Hides the layout. Pure bytes.

The seal goes over name and date on the last page. Everything carries the 样例 mark; no parameter turns it off. Equal
input gives equal bytes.
"""

import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from licences.ornament import MM, SEAL_MM, draw_mark
from licences.signing import Box
from licences.typeface import NAME, refuse_unprintable, typeface
from licences.typesetting import centre, draw, width_of, wrapped
from notices.kinds import Declaration

WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, TOP, BOTTOM = 28 * MM, 34 * MM, 30 * MM
COLUMN = WIDTH - 2 * LEFT
SIZE, LINE = 12.0, 22.0  # points
INK, GREY, RED = HexColor(0x1C1B19), HexColor(0x6B6A66), HexColor(0xA8231C)
NO_EFFECT = "样例 · 不具有法律效力 · SAMPLE WITHOUT LEGAL EFFECT"
HEADINGS = ("序号", "需要补正的内容", "存在的问题和补正方法", "依据")
SHARES = (0.08, 0.2, 0.44, 0.28)
RIGHTS = (
    "如不服本决定，可以自知道本决定之日起 60 日内向南京市栖霞区人民政府申请行政复议（行政复议法第20、24条），"
    "也可以通过互联网提出：{address}（行政复议法第22条）；或者自知道本决定之日起 6 个月内依法向人民法院提起行政诉讼"
    "（行政诉讼法第46条）。"
)


@dataclass(frozen=True, slots=True)
class Drawn:
    """The unsigned PDF, and where the seal goes: page (0 is the first) and box in points."""

    pdf: bytes
    page: int
    seal: Box


class _Sheet:
    """Pages that follow one another; what does not fit goes on the next."""

    def __init__(self, canvas: Any, pages: int) -> None:
        self.canvas, self.page, self.pages = canvas, 1, pages
        self.y = HEIGHT - TOP
        self._dress()

    def _dress(self) -> None:
        draw_mark(self.canvas, WIDTH, HEIGHT, 0.5)
        self.canvas.setFillColor(RED)
        centre(self.canvas, WIDTH / 2, 15 * MM, NO_EFFECT, 8)
        self.canvas.setFillColor(GREY)
        if self.pages:
            centre(self.canvas, WIDTH / 2, 20 * MM, f"第 {self.page} 页 共 {self.pages} 页", 8)
        self.canvas.setFillColor(INK)

    def room(self, height: float) -> None:
        """Begin a page unless so much is left on this one."""
        if self.y - height < BOTTOM:
            self.canvas.showPage()
            self.page += 1
            self.y = HEIGHT - TOP
            self._dress()

    def paragraph(self, text: str, indent: int = 2) -> None:
        """With the two characters of indent that a paragraph has."""
        for line in (line for part in text.splitlines() for line in wrapped("　" * indent + part, SIZE, COLUMN)):
            self.room(LINE)
            draw(self.canvas, LEFT, self.y, line, SIZE)
            self.y -= LINE
        self.y -= LINE * 0.25

    def row(self, cells: tuple[str, ...], size: float = 9.5) -> None:
        """One row of a table; a row taller than a page goes on over the next."""
        columns = [
            [line for part in cell.splitlines() for line in wrapped(part, size, COLUMN * share - 8)] or [""]
            for cell, share in zip(cells, SHARES, strict=True)
        ]
        left = max(len(lines) for lines in columns)
        start = 0
        while start < left:
            self.room(2 * size * 1.5 + 10)
            fits = max(1, int((self.y - BOTTOM - 8) // (size * 1.5)))
            part = [lines[start : start + fits] for lines in columns]
            height = max(len(lines) for lines in part) * size * 1.5 + 8
            x = LEFT
            for lines, share in zip(part, SHARES, strict=True):
                self.canvas.setStrokeColor(GREY)
                self.canvas.rect(x, self.y - height + size, COLUMN * share, height, stroke=1, fill=0)
                for index, line in enumerate(lines):
                    draw(self.canvas, x + 4, self.y - index * size * 1.5 - 4, line, size)
                x += COLUMN * share
            self.y -= height
            start += fits


def render(
    declared: Declaration, number: str, facts: Mapping[str, Any], registrar: str, day: date, review_address: str
) -> Drawn:
    """The whole document. Raises Unprintable for a character without a glyph."""
    typeface()
    rows = [tuple(str(row[k]) for k in ("label", "reason", "clause")) for row in facts.get(declared.table or "", [])]
    texts = [paragraph.format_map(facts) for paragraph in declared.paragraphs]
    said = [*texts, *(cell for row in rows for cell in row), str(facts["addressee"]), registrar]
    refuse_unprintable("".join(line for part in said for line in part.splitlines()))
    _pdf, pages, _seal = _drawn(declared, number, facts, texts, rows, registrar, day, review_address, 0)
    pdf, _pages, seal = _drawn(declared, number, facts, texts, rows, registrar, day, review_address, pages)
    return Drawn(pdf, pages - 1, seal)


def _drawn(
    declared: Declaration,
    number: str,
    facts: Mapping[str, Any],
    texts: list[str],
    rows: list[tuple[str, ...]],
    registrar: str,
    day: date,
    review_address: str,
    pages: int,
) -> tuple[bytes, int, Box]:
    buffer = io.BytesIO()
    canvas: Any = Canvas(
        buffer, pagesize=(WIDTH, HEIGHT), initialFontName=NAME, invariant=True, pdfVersion=(1, 7), lang="zh-CN"
    )
    canvas.setTitle(f"{declared.title.zh} {number}")
    canvas.setAuthor(registrar)
    sheet = _Sheet(canvas, pages)
    centre(canvas, WIDTH / 2, sheet.y, registrar, 15, spacing=2)
    centre(canvas, WIDTH / 2, sheet.y - 30, declared.title.zh, 20, spacing=3, weight=0.4)
    canvas.setFillColor(GREY)
    centre(canvas, WIDTH / 2, sheet.y - 46, declared.title.en, 9)
    canvas.setStrokeColor(RED)
    canvas.setLineWidth(1.2)
    canvas.line(LEFT, sheet.y - 58, WIDTH - LEFT, sheet.y - 58)
    canvas.setLineWidth(0.5)
    canvas.setFillColor(INK)
    draw(canvas, WIDTH - LEFT - width_of(number, 10.5), sheet.y - 78, number, 10.5)
    sheet.y -= 108
    sheet.paragraph(f"{facts['addressee']}：", indent=0)
    for index, text in enumerate(texts):
        sheet.paragraph(text)
        if rows and index == 0:
            sheet.row(HEADINGS)
            for place, row in enumerate(rows, 1):
                sheet.row((str(place), *row))
            sheet.y -= LINE
    sheet.paragraph(f"依据：{declared.basis}。")
    if declared.has_rights:
        sheet.paragraph(RIGHTS.format(address=review_address))
    sheet.room(LINE * 5)
    sheet.y -= LINE
    written = f"{day.year}年{day.month}月{day.day}日"
    for line in (registrar, written):
        draw(canvas, WIDTH - LEFT - 12 * MM - width_of(line, SIZE), sheet.y, line, SIZE)
        sheet.y -= LINE
    side = SEAL_MM * MM
    x, y = WIDTH - LEFT - side - 4 * MM, sheet.y + LINE * 1.5 - side / 2
    canvas.showPage()
    canvas.save()
    return buffer.getvalue(), sheet.page, (x, y, x + side, y + side)
