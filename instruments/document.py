# SPDX-License-Identifier: Apache-2.0
"""Document (文书版面): an instrument as a PDF to be kept or printed. Pure bytes; equal input gives equal bytes."""

import io
from typing import Any

from reportlab.pdfgen.canvas import Canvas

from instruments.writing import Instrument
from licences.ornament import MM
from licences.typeface import NAME, missing_characters, typeface
from licences.typesetting import centre
from notices.sheet import HEIGHT, LINE, SIZE, WIDTH, Sheet

NO_GLYPH = "〓"  # what printers set for a character that they do not have


def render(instrument: Instrument, signed: str) -> bytes:
    """The whole instrument; `signed` says who signed it, how and when. A rare character is printed as 〓."""
    typeface()
    _pdf, pages = _drawn(instrument, signed, 0)
    return _drawn(instrument, signed, pages)[0]


def _drawn(instrument: Instrument, signed: str, pages: int) -> tuple[bytes, int]:
    buffer = io.BytesIO()
    canvas: Any = Canvas(
        buffer, pagesize=(WIDTH, HEIGHT), initialFontName=NAME, invariant=True, pdfVersion=(1, 7), lang="zh-CN"
    )
    title = printable(instrument.title)
    canvas.setTitle(title)
    sheet = Sheet(canvas, pages)
    centre(canvas, WIDTH / 2, sheet.y, title, 18 if len(title) < 24 else 14, spacing=1, weight=0.4)
    sheet.y -= 16 * MM
    for block in instrument.blocks:
        text = printable(block.text)
        match block.kind:
            case "heading":
                sheet.room(LINE * 3)
                sheet.y -= LINE * 0.4
                centre(canvas, WIDTH / 2, sheet.y, text, SIZE + 1, weight=0.3)
                sheet.y -= LINE * 1.2
            case "signature":
                sheet.y -= LINE * 0.4
                sheet.paragraph(text, indent=0)
            case _:
                sheet.paragraph(text)
    sheet.y -= LINE
    sheet.paragraph(printable(signed), indent=0)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue(), sheet.page


def printable(text: str) -> str:
    missing = set(missing_characters(text))
    return "".join(NO_GLYPH if character in missing else character for character in text)
