# SPDX-License-Identifier: Apache-2.0
"""Ornament (纹饰): border, ground, seal and the 样例 mark, all our own drawing. No state emblem, no real seal. Pure.

Lace (扭索纹) is one short curve repeated by moving the axes: equal text deflates to almost nothing, so a rich ground
costs a document 5 kB. It is compressed once for the process.
"""

import io
import math
import zlib
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfdoc
from reportlab.pdfgen.canvas import Canvas

from licences.typeface import NAME, typeface
from licences.typesetting import centre, width_of

PAPER, GOLD, LIGHT_GOLD, PALE = HexColor(0xFFFDF8), HexColor(0xA9853F), HexColor(0xCBAA66), HexColor(0xF0E6CF)
RED, MARK = HexColor(0xC22A22), HexColor(0xE2E1E3)
MM = 72 / 25.4
Point = tuple[float, float]
SEAL_MM = 42.0
_PIECES = 8  # Bézier pieces in one repeat of a curve


def _colour(colour: Any, stroke: bool = True) -> str:
    return f"{colour.red:.3f} {colour.green:.3f} {colour.blue:.3f} {'RG' if stroke else 'rg'}"


def _path(along: Callable[[float], Point]) -> str:
    """The curve `along`(0…1) as Bézier pieces that meet it in place and direction."""
    step = 1 / _PIECES
    places = [along(i * step) for i in range(_PIECES + 1)]
    thirds = []
    for i in range(_PIECES + 1):
        before, after = along(i * step - 1e-4), along(i * step + 1e-4)
        thirds.append(((after[0] - before[0]) / 2e-4 * step / 3, (after[1] - before[1]) / 2e-4 * step / 3))
    code = [f"{places[0][0]:.2f} {places[0][1]:.2f} m"]
    for i in range(_PIECES):
        (x, y), (dx, dy) = places[i], thirds[i]
        (u, v), (du, dv) = places[i + 1], thirds[i + 1]
        code.append(f"{x + dx:.2f} {y + dy:.2f} {u - du:.2f} {v - dv:.2f} {u:.2f} {v:.2f} c")
    return " ".join([*code, "S"])


def _ring(radius: float, swing: float, waves: int, strands: int) -> list[str]:
    """A ring of lace about the origin: `strands` waved circles, each turned a little against the one before."""

    def along(t: float) -> Point:
        angle, r = 2 * math.pi * t / waves, radius + swing * math.cos(2 * math.pi * t)
        return r * math.cos(angle), r * math.sin(angle)

    turn = 2 * math.pi / (waves * strands)
    sine, cosine = math.sin(turn), math.cos(turn)
    piece = f"{_path(along)} {cosine:.7f} {sine:.7f} {-sine:.7f} {cosine:.7f} 0 0 cm"
    return ["q", *([piece] * (waves * strands)), "Q"]


def _strand(wave: float, swing: float, times: int, shift: float) -> str:
    return _path(lambda t: (wave * t, swing * math.sin(2 * math.pi * (times * t + shift))))


def _band(start: Point, end: Point, swing: float, wave: float, strands: int) -> list[str]:
    """A straight band of lace from `start` to `end` in whole waves, with a finer one inside it."""
    length = math.dist(start, end)
    waves = max(1, round(length / wave))
    wave = length / waves
    curves = [_strand(wave, swing, 1, strand / strands) for strand in range(strands)]
    curves += [_strand(wave, swing * 0.42, 2, strand / 3) for strand in range(3)]
    piece = " ".join([*curves, f"1 0 0 1 {wave:.5f} 0 cm"])
    cosine, sine = (end[0] - start[0]) / length, (end[1] - start[1]) / length
    axes = f"{cosine:.5f} {sine:.5f} {-sine:.5f} {cosine:.5f} {start[0]:.3f} {start[1]:.3f} cm"
    return ["q", axes, *([piece] * waves), "Q"]


def _at(x: float, y: float, code: list[str]) -> list[str]:
    return [f"q 1 0 0 1 {x:.2f} {y:.2f} cm", *code, "Q"]


def _frame(width: float, height: float, inset: float, line: float) -> str:
    return f"{line:.2f} w {inset:.2f} {inset:.2f} {width - 2 * inset:.2f} {height - 2 * inset:.2f} re S"


def _border(width: float, height: float, scale: float) -> list[str]:
    outer, inner = 12 * MM * scale, 22 * MM * scale
    middle, side = (outer + inner) / 2, inner - outer
    corners = [(middle, middle), (width - middle, middle), (width - middle, height - middle), (middle, height - middle)]
    code = [f"{_colour(LIGHT_GOLD)} {0.45 * scale:.2f} w"]
    for start, end in zip(corners, corners[1:] + corners[:1], strict=True):
        code += _band(start, end, side * 0.4, 34 * scale, 5)
    for x, y in corners:
        box = f"{x - side / 2:.2f} {y - side / 2:.2f} {side:.2f} {side:.2f} re"
        code += [f"{_colour(PAPER, False)} {_colour(GOLD)} {1.1 * scale:.2f} w {box} B {0.4 * scale:.2f} w"]
        lace = _ring(side * 0.32, side * 0.12, 10, 3) + _ring(side * 0.13, side * 0.08, 6, 3)
        code += _at(x, y, lace)
    code.append(_colour(GOLD))
    lines = ((outer - 1.3 * MM * scale, 0.5), (outer, 2.0), (inner, 1.1), (inner + 1.3 * MM * scale, 0.5))
    return code + [_frame(width, height, inset, line * scale) for inset, line in lines]


def _emblem(scale: float) -> list[str]:
    """A medallion of lace: an ornament, nobody's arms."""
    code = [f"{_colour(GOLD)} {0.4 * scale:.2f} w"]
    for radius, swing, waves, strands in ((9.4, 1.7, 20, 4), (5.9, 1.6, 14, 4), (2.9, 1.4, 8, 4)):
        code += _ring(radius * MM * scale, swing * MM * scale, waves, strands)
    return code


@lru_cache
def _ground(width: float, height: float, scale: float) -> bytes:
    """The compressed drawing of paper, lace and border for one page size."""
    code = [f"{_colour(PAPER, False)} 0 0 {width:.1f} {height:.1f} re f 1 J 1 j"]
    code.append(f"{_colour(PALE)} {0.6 * scale:.2f} w")
    lace = []
    for radius, swing, waves, strands in ((92, 15, 36, 5), (64, 13, 24, 5), (38, 13, 18, 5), (15, 10, 12, 4)):
        lace += _ring(radius * MM * scale, swing * MM * scale, waves, strands)
    code += _at(width / 2, height * 0.44, lace)
    code += _border(width, height, scale)
    code += _at(width / 2, height - 42 * MM * scale, _emblem(scale))
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
