# SPDX-License-Identifier: Apache-2.0
"""Typesetting (排版): Chinese lines as a printer sets them. Pure over the registered typeface.

Labels justified to one width; no line begins with a closing mark or ends with an opening one (禁则); text that does
not fit shrinks down to a legible size or is refused.
"""

from typing import Any

from reportlab.pdfbase import pdfmetrics

from kit.errors import DomainError
from licences.typeface import NAME

SMALLEST = 6.5  # points
LEADING = 1.5
NO_START = frozenset("，。、；：！？）》」』】〕”’％…·,.;:!?)")
NO_END = frozenset("（《「『【〔“‘(")


class DoesNotFit(DomainError):
    """The text is too long for its place even at the smallest legible size."""


def width_of(text: str, size: float) -> float:
    return float(pdfmetrics.stringWidth(text, NAME, size))


def wrapped(text: str, size: float, width: float) -> list[str]:
    """Lines no wider than `width`, broken where Chinese may break."""
    lines: list[str] = []
    current = ""
    for character in text:
        if current and width_of(current + character, size) > width:
            keep = ""
            while len(current) > 1 and (character in NO_START or current[-1] in NO_END) and len(keep) < 3:
                keep, current = current[-1] + keep, current[:-1]
                if keep[0] not in NO_START and current[-1] not in NO_END:
                    break
            lines.append(current)
            current = keep
        current += character
    return [*lines, current] if current else lines


def fitted(text: str, width: float, height: float, largest: float) -> tuple[float, list[str]]:
    """The largest size, in half points, at which the lines fit into the box. Raises DoesNotFit."""
    size = largest
    while size >= SMALLEST:
        lines = wrapped(text, size, width)
        if len(lines) * size * LEADING <= height + size * (LEADING - 1):
            return size, lines
        size -= 0.5
    raise DoesNotFit(length=len(text))


def draw(canvas: Any, x: float, y: float, text: str, size: float, spacing: float = 0.0, weight: float = 0.0) -> None:
    """One line from `x`. `weight` thickens the strokes: a bold that needs no second font."""
    line = canvas.beginText(x, y)
    line.setFont(NAME, size)
    line.setCharSpace(spacing)
    if weight:
        canvas.setLineWidth(weight)
        line.setTextRenderMode(2)
    line.textOut(text)
    line.setCharSpace(0)
    line.setTextRenderMode(0)
    canvas.drawText(line)


def centre(canvas: Any, x: float, y: float, text: str, size: float, spacing: float = 0.0, weight: float = 0.0) -> None:
    whole = width_of(text, size) + spacing * (len(text) - 1)
    draw(canvas, x - whole / 2, y, text, size, spacing, weight)


def justify(canvas: Any, x: float, y: float, text: str, size: float, width: float) -> None:
    """Spread over `width`, as the labels of a licence are."""
    spacing = (width - width_of(text, size)) / max(1, len(text) - 1)
    draw(canvas, x, y, text, size, spacing)
