# SPDX-License-Identifier: Apache-2.0
"""Lines (识读行): what was recognised where, brought onto the card's own measure by its printed labels. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from identity.card.words import simplified

TALLEST = 0.2  # of the card: a higher line is a mark across it
# Where printed words stand: their middle as a share of the card's height, their left edge as a share of its width.
ROWS = {
    "姓名": (0.137, 0.066),
    "性别": (0.249, 0.066),
    "出生": (0.362, 0.066),
    "住址": (0.478, 0.066),
    "公民身份": (0.872, 0.066),
}
EMBLEM_ROWS = {
    "中华人民共和国": (0.181, 0.307),
    "居民身份证": (0.369, 0.294),
    "签发机关": (0.725, 0.235),
    "有效期限": (0.855, 0.235),
}
NUMBER_FROM, NUMBER_TO = 0.308, 0.881


@dataclass(frozen=True, slots=True)
class Line:
    """One recognised line; its box in shares of the card, from the upper left."""

    text: str
    confidence: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True)
class Fit:
    """How the picture lies on the card's own measure, by its printed labels: card = scale × picture + shift."""

    scale_x: float
    shift_x: float
    scale_y: float
    shift_y: float

    @property
    def is_cut(self) -> bool:
        """Whether an edge of the card lies outside the picture."""
        ends = [(end - shift) / scale for scale, shift in self._axes() for end in (0.0, 1.0)]
        return any(end < -0.03 or end > 1.03 for end in ends)

    def _axes(self) -> tuple[tuple[float, float], ...]:
        return (self.scale_x, self.shift_x), (self.scale_y, self.shift_y)

    def settle(self, line: Line) -> Line:
        (x, dx), (y, dy) = self._axes()
        return replace(
            line, left=x * line.left + dx, right=x * line.right + dx, top=y * line.top + dy, bottom=y * line.bottom + dy
        )

    def unsettle(self, line: Line) -> Line:
        """The way back: where on the picture a place of the card lies."""
        (x, dx), (y, dy) = self._axes()
        return replace(
            line,
            left=(line.left - dx) / x,
            right=(line.right - dx) / x,
            top=(line.top - dy) / y,
            bottom=(line.bottom - dy) / y,
        )


def readable(lines: Iterable[Line]) -> list[Line]:
    """In the script of the card, without marks across it and latin words, which no card has."""
    cleaned = (replace(line, text=simplified(line.text)) for line in lines if line.bottom - line.top < TALLEST)
    return [line for line in cleaned if line.text and not re.search(r"[A-WYZa-wyz]{3}", line.text)]


def fit(lines: Sequence[Line]) -> Fit | None:
    """From three labels on; None if fewer were read."""
    down: list[tuple[float, float]] = []
    across: list[tuple[float, float]] = []
    for line in lines:
        for label, (row, column) in (ROWS | EMBLEM_ROWS).items():
            if line.text.startswith(label):
                down.append((line.middle, row))
                across.append((line.left, column))
        if re.fullmatch(r"[0-9]{17}[0-9Xx]", line.text):
            across += [(line.left, NUMBER_FROM), (line.right, NUMBER_TO)]
    if len(down) < 3:
        return None
    scale_y, shift_y = _straight(down)
    scale_x, shift_x = _straight(across)
    if not (0.5 < scale_y < 2 and 0.5 < scale_x < 2):
        return None
    return Fit(scale_x, shift_x, scale_y, shift_y)


def _straight(pairs: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The least squares line through the pairs; a shift alone where they do not spread."""
    count = len(pairs)
    x, y = sum(p[0] for p in pairs) / count, sum(p[1] for p in pairs) / count
    spread = sum((p[0] - x) ** 2 for p in pairs)
    if spread < 0.02:
        return 1.0, y - x
    slope = sum((p[0] - x) * (p[1] - y) for p in pairs) / spread
    return slope, y - slope * x


def settled(lines: Iterable[Line]) -> list[Line]:
    """The readable lines, each where it stands on the card's own measure."""
    kept = readable(lines)
    found = fit(kept)
    return kept if found is None else [found.settle(line) for line in kept]


def in_reading_order(lines: Iterable[Line]) -> list[Line]:
    """From top to bottom, and from left to right within a row."""
    rows: list[list[Line]] = []
    for line in sorted(lines, key=lambda one: one.middle):
        if rows and abs(rows[-1][0].middle - line.middle) < 0.5 * (line.bottom - line.top):
            rows[-1].append(line)
        else:
            rows.append([line])
    return [line for row in rows for line in sorted(row, key=lambda one: one.left)]


def words_of(lines: Iterable[Line]) -> str:
    return "".join(line.text for line in in_reading_order(lines))
