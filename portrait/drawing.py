# SPDX-License-Identifier: Apache-2.0
"""Drawing (关联图): where the dots and lines of the picture of leads stand. Pure.

The business stands in the middle, what it shares on a ring around it, the others behind what they share. The page draws
what of the square has anything on it, and says the same in a table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, pi, sin

from kit.text import Text
from portrait.risk import Shared

MIDDLE, INNER, OUTER = 320.0, 130.0, 255.0
MARGIN = 90.0  # for the words at the outermost dots
NARROWEST = 480.0  # a single lead is not drawn larger than others
MOST = 8  # others drawn behind one lead


@dataclass(frozen=True, slots=True)
class Dot:
    """`kind`: middle, a kind of lead, other, or more (`label` is their number then)."""

    x: float
    y: float
    kind: str
    label: str
    said: Text | None = None
    code: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """From one dot to another."""

    x1: float
    y1: float
    x2: float
    y2: float


@dataclass(frozen=True, slots=True)
class Drawing:
    """All of the picture; `box` is its left, top, width and height."""

    box: tuple[float, float, float, float]
    dots: tuple[Dot, ...]
    lines: tuple[Line, ...]


def drawn(name: str, shared: Sequence[Shared]) -> Drawing:
    """The same for the same leads each time."""
    dots, lines = [Dot(MIDDLE, MIDDLE, "middle", name)], []
    for number, one in enumerate(shared):
        sector = 2 * pi / len(shared)
        angle = number * sector - pi / 2
        x, y = _at(angle, INNER)
        dots.append(Dot(x, y, one.lead.kind, str(one.count), one.lead.said))
        lines.append(Line(MIDDLE, MIDDLE, x, y))
        names = list(one.others[:MOST])
        rest = one.count - len(names)
        ends = [Dot(0, 0, "other", other, code=code) for code, other in names]
        ends += [Dot(0, 0, "more", f"+{rest}")] if rest else []
        for place, end in enumerate(ends):
            share = (place + 0.5) / len(ends) - 0.5
            ex, ey = _at(angle + share * sector * 0.9, OUTER)
            dots.append(Dot(ex, ey, end.kind, end.label, code=end.code))
            lines.append(Line(x, y, ex, ey))
    return Drawing(_box(dots), tuple(dots), tuple(lines))


def _box(dots: Sequence[Dot]) -> tuple[float, float, float, float]:
    xs, ys = [dot.x for dot in dots], [dot.y for dot in dots]
    wide = max(max(xs) - min(xs) + 2 * MARGIN, NARROWEST)
    left, top = (min(xs) + max(xs) - wide) / 2, min(ys) - MARGIN / 3
    return round(left, 1), round(top, 1), round(wide, 1), round(max(ys) + MARGIN / 2 - top, 1)


def _at(angle: float, far: float) -> tuple[float, float]:
    return round(MIDDLE + far * cos(angle), 1), round(MIDDLE + far * sin(angle), 1)
