# SPDX-License-Identifier: Apache-2.0
"""Document (执照文件): the page of a licence, original (正本) and duplicate (副本). Hides the layout. Pure bytes.

What stands on it is the matter of `faces`. Everything rendered carries the 样例 mark, drawn and written; no
parameter turns it off. Equal input gives equal bytes.
"""

import io
from dataclasses import dataclass
from typing import Any

import segno
from reportlab.lib.colors import HexColor
from reportlab.pdfgen.canvas import Canvas

from licences.faces import NO_NAME, Face, Place, face_of
from licences.licence import Copy, Licence
from licences.ornament import MM, SEAL_MM, draw_ground, draw_mark
from licences.signing import Box
from licences.typeface import NAME, refuse_unprintable, typeface
from licences.typesetting import LEADING, centre, draw, fitted, justify

INK, GREY, PALE_INK, WARN = HexColor(0x1C1B19), HexColor(0x6B6A66), HexColor(0x9A9892), HexColor(0xA8231C)
NO_EFFECT = "样例 · 不具有法律效力 · SAMPLE WITHOUT LEGAL EFFECT"
TITLE_SIZE = 66.0
FIELD_SIZE = 17.0  # points on the sheet of the original; the duplicate is the same page made smaller
TITLES = {Copy.ORIGINAL: "（正本）", Copy.DUPLICATE: "（副本）"}


@dataclass(frozen=True, slots=True)
class Drawn:
    """The unsigned PDF, and where the seal goes on its page (points)."""

    pdf: bytes
    seal: Box


@dataclass(frozen=True, slots=True)
class _Sheet:
    canvas: Any
    width: float
    height: float
    scale: float

    @property
    def left(self) -> float:
        return 40 * MM * self.scale

    @property
    def column(self) -> float:
        return (self.width - 2 * self.left - 16 * MM * self.scale) / 2


def render(licence: Licence, copy: Copy, public_url: str) -> Drawn:
    """The page. Raises Unprintable for a character without a glyph and DoesNotFit for text without end."""
    typeface()
    width, height = (420 * MM, 297 * MM) if copy is Copy.ORIGINAL else (297 * MM, 210 * MM)
    scale = width / (420 * MM)
    face = face_of(licence)
    refuse_unprintable("".join(face.words()) + licence.registrar)
    out = io.BytesIO()
    canvas = Canvas(
        out, pagesize=(width, height), initialFontName=NAME, invariant=True, pdfVersion=(1, 7), lang="zh-CN"
    )
    canvas.setTitle(f"{face.title}{TITLES[copy]}样例 {licence.number}")
    canvas.setAuthor(licence.registrar)
    canvas.setSubject(f"{face.head[1]} {NO_EFFECT}")
    canvas.setKeywords("样例 SAMPLE")
    sheet = _Sheet(canvas, width, height, scale)
    draw_ground(canvas, width, height, scale)
    draw_mark(canvas, width, height, scale)
    _head(sheet, licence, face, copy, f"{public_url}/v/{licence.verification_id}")
    for index, column in enumerate((face.left, face.right)):
        _column(sheet, sheet.left + index * (sheet.column + 16 * MM * scale), column)
    seal = _foot(sheet, licence, face, public_url)
    canvas.showPage()
    canvas.save()
    return Drawn(out.getvalue(), seal)


def _head(sheet: _Sheet, licence: Licence, face: Face, copy: Copy, address: str) -> None:
    canvas, scale = sheet.canvas, sheet.scale
    canvas.setFillColor(INK)
    canvas.setStrokeColor(INK)
    middle = sheet.width / 2
    size = TITLE_SIZE * min(1.0, 11 / len(face.title)) * scale
    spacing = 30 * scale if len(face.title) <= 4 else 6 * scale
    centre(canvas, middle, sheet.height - 77 * MM * scale, face.title, size, spacing, weight=1.1 * scale)
    centre(canvas, middle, sheet.height - 89 * MM * scale, TITLES[copy], 21 * scale, 2 * scale)
    top = sheet.height - 41 * MM * scale
    draw(canvas, sheet.left, top, face.head[0], 15 * scale, weight=0.3 * scale)
    draw(canvas, sheet.left, top - 9.5 * MM * scale, face.head[1], 18 * scale, 0.8 * scale)
    if face.head[1] != licence.number:
        draw(canvas, sheet.left, top - 18 * MM * scale, f"证照编号  {licence.number}", 11 * scale)
    side = 32 * MM * scale
    right = sheet.width - sheet.left
    _code(canvas, address, right - side, top + 4.5 * MM * scale - side, side)
    canvas.setFillColor(GREY)
    caption = top + 4.5 * MM * scale - side - 5 * MM * scale
    centre(canvas, right - side / 2, caption, "扫描二维码核验真伪和效力", max(6.5, 8.5 * scale))


def _code(canvas: Any, address: str, x: float, y: float, side: float) -> None:
    """The QR code as one path: rows of adjoining modules become one rectangle each."""
    matrix = segno.make(address, error="m", micro=False, boost_error=False, mask=4).matrix
    unit = side / len(matrix)
    code: list[str] = []
    for row, modules in enumerate(matrix):
        start = None
        for index, dark in enumerate([*modules, 0]):
            if dark and start is None:
                start = index
            elif not dark and start is not None:
                left, low = x + start * unit, y + (len(matrix) - 1 - row) * unit
                code.append(f"{left:.2f} {low:.2f} {(index - start) * unit:.2f} {unit:.2f} re")
                start = None
    canvas.saveState()
    canvas.setFillColor(INK)
    canvas._code.append(" ".join(code) + " f")
    canvas.restoreState()


def _column(sheet: _Sheet, x: float, places: tuple[Place, ...]) -> None:
    """Label and value below one another; a value that needs it shrinks within its lines."""
    canvas, scale = sheet.canvas, sheet.scale
    size = FIELD_SIZE * scale
    label_width = size * 5
    gap = 8 * MM * scale
    room = sheet.column - label_width - gap
    line = 13.5 * MM * scale
    y = sheet.height - 114 * MM * scale
    for label, value, rows in places:
        canvas.setFillColor(INK)
        justify(canvas, x, y, label, size, label_width)
        height = size * 1.5 if rows == 1 else (rows - 1) * line * 0.82 + size
        fit, lines = fitted(value, room, height, size)
        canvas.setFillColor(PALE_INK if value == NO_NAME else INK)
        for index, text in enumerate(lines):
            draw(canvas, x + label_width + gap, y - index * fit * LEADING, text, fit)
        y -= max(line, line * 0.35 + len(lines) * fit * LEADING)


def _foot(sheet: _Sheet, licence: Licence, face: Face, site: str) -> Box:
    """Registrar, date, the lines at the foot; gives the place of the seal."""
    canvas, scale = sheet.canvas, sheet.scale
    right = sheet.width - sheet.left
    side = SEAL_MM * MM * scale
    bottom = 47 * MM * scale
    x = sheet.left + sheet.column + 16 * MM * scale
    canvas.setFillColor(INK)
    draw(canvas, x, bottom + 22 * MM * scale, face.office, FIELD_SIZE * scale, 5 * scale)
    room = right - side - 6 * MM * scale - x
    size, lines = fitted(licence.registrar, room, 2 * 13 * LEADING * scale, 13 * scale)
    for index, line in enumerate(lines):
        draw(canvas, x, bottom + 13 * MM * scale - index * size * LEADING, line, size)
    day = f"{licence.established_on.year} 年 {licence.established_on.month} 月 {licence.established_on.day} 日"
    centre(canvas, right - side / 2, bottom - 7 * MM * scale, day, 15 * scale)
    low = 28 * MM * scale
    canvas.setFillColor(WARN)
    canvas.setStrokeColor(WARN)
    centre(canvas, sheet.width / 2, low, NO_EFFECT, 13 * scale, 0.4 * scale, weight=0.2 * scale)
    canvas.setFillColor(GREY)
    small = max(6.5, 9 * scale)
    draw(canvas, sheet.left, low + 8 * MM * scale, face.foot, small)
    checked = f"核验网址 {site}"
    draw(canvas, sheet.left, low + 13 * MM * scale, checked, small)
    return (right - side, bottom, right, bottom + side)
