# SPDX-License-Identifier: Apache-2.0
"""Sheet (版心): pages of A4 that follow one another; what does not fit goes on the next. Everything is marked 样例."""

from typing import Any

from reportlab.lib.colors import HexColor

from licences.ornament import MM, draw_mark
from licences.typesetting import centre, draw, wrapped

WIDTH, HEIGHT = 210 * MM, 297 * MM
LEFT, TOP, BOTTOM = 28 * MM, 34 * MM, 30 * MM
COLUMN = WIDTH - 2 * LEFT
SIZE, LINE = 12.0, 22.0  # points
INK, GREY, RED = HexColor(0x1C1B19), HexColor(0x6B6A66), HexColor(0xA8231C)
NO_EFFECT = "样例 · 不具有法律效力 · SAMPLE WITHOUT LEGAL EFFECT"
SHARES = (0.08, 0.2, 0.44, 0.28)


class Sheet:
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
