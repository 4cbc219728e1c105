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

from reportlab.pdfgen.canvas import Canvas

from licences.ornament import MM, SEAL_MM
from licences.signing import Box
from licences.typeface import NAME, refuse_unprintable, typeface
from licences.typesetting import centre, draw, width_of
from notices.kinds import Declaration
from notices.sheet import GREY, HEIGHT, INK, LEFT, LINE, RED, SIZE, WIDTH, Sheet

HEADINGS = ("序号", "需要补正的内容", "存在的问题和补正方法", "依据")
RIGHTS = (
    "如不服本决定，可以自知道本决定之日起 60 日内向{body}申请行政复议（行政复议法第20、24条），"
    "也可以通过互联网提出：{address}（行政复议法第22条）；或者自知道本决定之日起 6 个月内依法向{court}提起行政诉讼"
    "（行政诉讼法第46条）。"
)


@dataclass(frozen=True, slots=True)
class Remedies:
    """Before whom a decision can be attacked (行政许可法第38条): the body for review, its address online, the court."""

    body: str
    address: str
    court: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """The unsigned PDF, and where the seal goes: page (0 is the first) and box in points."""

    pdf: bytes
    page: int
    seal: Box


def render(
    declared: Declaration, number: str, facts: Mapping[str, Any], registrar: str, day: date, remedies: Remedies
) -> Drawn:
    """The whole document. Raises Unprintable for a character without a glyph."""
    typeface()
    rows = [tuple(str(row[k]) for k in ("label", "reason", "clause")) for row in facts.get(declared.table or "", [])]
    texts = [paragraph.format_map(facts) for paragraph in declared.paragraphs]
    named = [remedies.body, remedies.court] if declared.has_rights else []
    said = [*texts, *(cell for row in rows for cell in row), str(facts["addressee"]), registrar, *named]
    refuse_unprintable("".join(line for part in said for line in part.splitlines()))
    _pdf, pages, _seal = _drawn(declared, number, facts, texts, rows, registrar, day, remedies, 0)
    pdf, _pages, seal = _drawn(declared, number, facts, texts, rows, registrar, day, remedies, pages)
    return Drawn(pdf, pages - 1, seal)


def _drawn(
    declared: Declaration,
    number: str,
    facts: Mapping[str, Any],
    texts: list[str],
    rows: list[tuple[str, ...]],
    registrar: str,
    day: date,
    remedies: Remedies,
    pages: int,
) -> tuple[bytes, int, Box]:
    buffer = io.BytesIO()
    canvas: Any = Canvas(
        buffer, pagesize=(WIDTH, HEIGHT), initialFontName=NAME, invariant=True, pdfVersion=(1, 7), lang="zh-CN"
    )
    canvas.setTitle(f"{declared.title.zh} {number}")
    canvas.setAuthor(registrar)
    sheet = Sheet(canvas, pages)
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
        sheet.paragraph(RIGHTS.format(body=remedies.body, address=remedies.address, court=remedies.court))
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
