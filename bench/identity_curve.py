# SPDX-License-Identifier: Apache-2.0
"""Curve (DET 曲线): false matches against false non-matches as a picture, both axes in powers of ten. Pure."""

from collections.abc import Mapping, Sequence
from math import log10

WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 420, 74, 24, 250, 52
LOW_X, LOW_Y = -5.0, -3.0  # 0.001 % of strangers, 0.1 % of genuine pairs
COLOURS = ("#1b4f8f", "#b3261e", "#1e7d3a", "#8a5a00", "#6b3fa0", "#006b75", "#555555")
Points = Sequence[tuple[float, float, float]]


def _x(share: float) -> float:
    return LEFT + (1 - max(LOW_X, log10(max(share, 1e-12))) / LOW_X) * (WIDTH - LEFT - RIGHT)


def _y(share: float) -> float:
    return TOP + max(LOW_Y, log10(max(share, 1e-12))) / LOW_Y * (HEIGHT - TOP - BOTTOM)


def _grid() -> list[str]:
    parts = []
    for power in range(int(LOW_X), 1):
        at = _x(10**power)
        parts.append(f'<line x1="{at:.1f}" y1="{TOP}" x2="{at:.1f}" y2="{HEIGHT - BOTTOM}" class="grid"/>')
        parts.append(f'<text x="{at:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{100 * 10**power:g} %</text>')
    for power in range(int(LOW_Y), 1):
        at = _y(10**power)
        parts.append(f'<line x1="{LEFT}" y1="{at:.1f}" x2="{WIDTH - RIGHT}" y2="{at:.1f}" class="grid"/>')
        parts.append(f'<text x="{LEFT - 6}" y="{at + 4:.1f}" text-anchor="end">{100 * 10**power:g} %</text>')
    return parts


def _line(points: Points, colour: str) -> str:
    """Steps: between two distances that were seen nothing changes."""
    corners: list[tuple[float, float]] = []
    for _limit, matches, refusals in points:
        x, y = round(_x(matches), 1), round(_y(refusals), 1)
        _walk(corners, (x, corners[-1][1] if corners else y))
        _walk(corners, (x, y))
    path = " ".join(f"{x:g},{y:g}" for x, y in corners)
    return f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="1.8"/>'


def _walk(corners: list[tuple[float, float]], to: tuple[float, float]) -> None:
    """On, or further in the same direction."""
    for axis in (0, 1):
        if len(corners) > 1 and corners[-2][axis] == corners[-1][axis] == to[axis]:
            corners[-1] = to
            return
    if not corners or corners[-1] != to:
        corners.append(to)


def drawn(curves: Mapping[str, Points], words: str) -> str:
    """An SVG picture. A curve ends where the sample does: at none of its pairs it lies on the border."""
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" font-family="sans-serif" '
        'font-size="11">',
        f"<title>{_escaped(words)}</title>",
        "<style>.grid{stroke:#d5d5d5}</style>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
        *_grid(),
    ]
    for place, (name, points) in enumerate(curves.items()):
        colour, at = COLOURS[place % len(COLOURS)], TOP + 14 + 18 * place
        parts.append(_line(points, colour))
        parts.append(f'<rect x="{WIDTH - RIGHT + 12}" y="{at - 9}" width="10" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 27}" y="{at}">{_escaped(name)}</text>')
    middle = LEFT + (WIDTH - LEFT - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - 14}" text-anchor="middle">different persons taken for one</text>')
    parts.append(
        f'<text transform="translate(16 {TOP + (HEIGHT - TOP - BOTTOM) / 2}) rotate(-90)" text-anchor="middle">'
        "one person taken for two</text>"
    )
    return "\n".join([*parts, "</svg>\n"])


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
