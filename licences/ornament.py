# SPDX-License-Identifier: Apache-2.0
"""Ornament (纹饰): border, ground, seal and the 样例 mark, all our own drawing. No state emblem, no real seal. Pure.

Lines are written with one decimal (0.035 mm) and the ground is compressed once for the process: a third of the size.
"""

import io
import math
import zlib
from functools import lru_cache
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from licences.typeface import NAME, typeface
from licences.typesetting import centre, width_of

PAPER, GOLD, LIGHT_GOLD, PALE = HexColor(0xFFFDF8), HexColor(0xB08D4A), HexColor(0xD3B679), HexColor(0xF1E8D5)
RED, MARK = HexColor(0xC22A22), HexColor(0xE3E6EB)
MM = 72 / 25.4
Point = tuple[float, float]
SEAL_MM = 42.0


def _line(points: list[Point], closed: bool = False) -> str:
    first, *rest = points
    path = [f"{first[0]:.1f} {first[1]:.1f} m", *(f"{x:.1f} {y:.1f} l" for x, y in rest)]
    return " ".join(path) + (" h S" if closed else " S")


def _rosette(x: float, y: float, radius: float, petals: int, depth: float, steps: int) -> str:
    points = []
    for step in range(steps):
        angle = 2 * math.pi * step / steps
        r = radius * (1 - depth + depth * math.cos(petals * angle))
        points.append((x + r * math.cos(angle), y + r * math.sin(angle)))
    return _line(points, closed=True)


def _strand(start: Point, end: Point, swing: float, wave: float, phase: float) -> str:
    length = math.dist(start, end)
    waves = max(1, round(length / wave))
    along = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
    steps = waves * 12
    points = []
    for step in range(steps + 1):
        at = length * step / steps
        off = swing * math.sin(2 * math.pi * waves * step / steps + phase)
        points.append((start[0] + along[0] * at - along[1] * off, start[1] + along[1] * at + along[0] * off))
    return _line(points)


def _colour(colour: Any, stroke: bool = True) -> str:
    return f"{colour.red:.3f} {colour.green:.3f} {colour.blue:.3f} {'RG' if stroke else 'rg'}"


@lru_cache
def _ground(width: float, height: float, scale: float) -> bytes:
    """The compressed drawing of paper, rosettes and border for one page size."""
    outer, inner = 13 * MM * scale, 22 * MM * scale
    middle, swing = (outer + inner) / 2, (inner - outer) / 2 * 0.8
    code = [f"{_colour(PAPER, False)} 0 0 {width:.1f} {height:.1f} re f", f"{_colour(PALE)} 0.35 w"]
    code += [_rosette(width / 2, height / 2, (36 + i * 9) * MM * scale, 20, 0.10 + 0.01 * i, 400) for i in range(8)]
    code += [_colour(GOLD), f"{2.2 * scale:.1f} w"]
    code.append(f"{outer:.1f} {outer:.1f} {width - 2 * outer:.1f} {height - 2 * outer:.1f} re S")
    code.append(f"{1.1 * scale:.1f} w {inner:.1f} {inner:.1f} {width - 2 * inner:.1f} {height - 2 * inner:.1f} re S")
    code.append(f"{_colour(LIGHT_GOLD)} 0.4 w")
    corners = [(middle, middle), (width - middle, middle), (width - middle, height - middle), (middle, height - middle)]
    for index, start in enumerate(corners):
        end = corners[(index + 1) % 4]
        code += [_strand(start, end, swing, 26 * scale, k * math.pi / 4) for k in range(4)]
    side = inner - outer
    for x, y in corners:
        box = f"{x - side / 2:.1f} {y - side / 2:.1f} {side:.1f} {side:.1f} re"
        code.append(f"{_colour(PAPER, False)} {_colour(GOLD)} 0.8 w {box} B 0.35 w")
        code += [_rosette(x, y, side / 2 * (0.9 - 0.16 * j), 8 + 2 * j, 0.22, 120) for j in range(5)]
    return zlib.compress("\n".join(code).encode(), 9)


class _Ready(pdfdoc.PDFObject):  # type: ignore[misc]
    """A form whose compressed bytes every document of the process shares."""

    __RefOnly__ = 1

    def __init__(self, width: float, height: float, data: bytes) -> None:
        head = f"<< /Type /XObject /Subtype /Form /FormType 1 /BBox [0 0 {width:.2f} {height:.2f}] /Resources << >> "
        self._bytes = (
            head.encode() + f"/Filter /FlateDecode /Length {len(data)} >>\nstream\n".encode() + data + b"\nendstream"
        )

    def format(self, _document: Any) -> bytes:
        return self._bytes


def draw_ground(canvas: Any, width: float, height: float, scale: float) -> None:
    canvas._doc.addForm("ground", _Ready(width, height, _ground(width, height, scale)))
    canvas.doForm("ground")


def draw_mark(canvas: Any, width: float, height: float, scale: float) -> None:
    """The large 样例 across the page. There is no way to leave it out."""
    canvas.saveState()
    canvas.translate(width / 2, height * 0.44)
    canvas.rotate(24)
    canvas.setFillColor(MARK)
    centre(canvas, 0, -30 * scale, "样例 SAMPLE", 150 * scale)
    canvas.restoreState()


@lru_cache
def seal_drawing(organisation: str) -> bytes:
    """A one-page PDF: a round seal that says 样例 in its middle, of SEAL_MM diameter."""
    typeface()
    out = io.BytesIO()
    side = SEAL_MM * MM
    canvas = Canvas(out, pagesize=(side, side), initialFontName=NAME, invariant=True)
    radius = side / 2
    canvas.setStrokeColor(RED)
    canvas.setFillColor(RED)
    canvas.setLineWidth(radius * 0.05)
    canvas.circle(radius, radius, radius * 0.95)
    size = radius * min(0.26, 3.0 / max(len(organisation), 6))
    turn = math.radians(min(270.0, 21.0 * len(organisation)))
    ring = radius * 0.90 - size
    for index, character in enumerate(organisation):
        angle = turn / 2 - turn * index / max(1, len(organisation) - 1)
        canvas.saveState()
        canvas.translate(radius - ring * math.sin(angle), radius + ring * math.cos(angle))
        canvas.rotate(math.degrees(angle))
        centre(canvas, 0, 0, character, size)
        canvas.restoreState()
    large = radius * 0.42
    centre(canvas, radius, radius - large * 0.35, "样例", large, weight=0.5)
    small = "非真实印章"
    centre(canvas, radius, radius - radius * 0.55, small, min(radius * 0.15, radius / width_of(small, 1)))
    canvas.showPage()
    canvas.save()
    return out.getvalue()
