# SPDX-License-Identifier: Apache-2.0
"""Measuring (证件照测量): sharpness, glare, light, colour and pattern of a flat card. Inside the worker. Pure."""

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np

Pixels = np.ndarray[Any, Any]
WIDE = 1000  # everything is measured at this width
WHITE = 250
OVER_PAPER = 6  # grey levels by which a blot is brighter than the paper
LEAST_BLOT = 9  # px at half of that width
TILE = 256
LOWEST, HIGHEST = 0.10, 0.46  # cycles a pixel: coarser is print, finer is noise


def grey_at(card: Pixels, width: int = WIDE) -> Pixels:
    grey: Pixels = cv2.cvtColor(_at(card, width), cv2.COLOR_RGB2GRAY)
    return grey


def _at(card: Pixels, width: int) -> Pixels:
    height = round(card.shape[0] * width / card.shape[1])
    way = cv2.INTER_AREA if width < card.shape[1] else cv2.INTER_LINEAR
    resized: Pixels = cv2.resize(card, (width, height), interpolation=way)
    return resized


def sharpness(grey: Pixels, boxes: Sequence[tuple[float, float, float, float]]) -> float:
    """The median over the lines of text (left, top, right, bottom in shares) of edge strength over contrast.

    The same for dark and for bright pictures. The weaker of both directions counts: a shaken picture is sharp in one.
    A slight blur first keeps noise from counting as sharp.
    """
    height, width = grey.shape
    smooth = cv2.GaussianBlur(grey, (0, 0), 0.8).astype(np.float32)
    values = []
    for left, top, right, bottom in boxes:
        part = smooth[int(top * height) : int(bottom * height) + 1, int(left * width) : int(right * width) + 1]
        if part.shape[0] >= 8 and part.shape[1] >= 8 and part.std() > 2:
            across, down = cv2.Sobel(part, cv2.CV_32F, 2, 0, ksize=3), cv2.Sobel(part, cv2.CV_32F, 0, 2, ksize=3)
            values.append(float(min(across.var(), down.var()) / part.var()))
    return float(np.median(values)) if values else 0.0


def brightness(grey: Pixels) -> float:
    return float(np.median(grey))


def glare(card: Pixels) -> float:
    """The share of white blots, brighter than the paper; a card that is white all over is one blot."""
    least = _at(card, WIDE // 2).min(axis=2)
    paper = float(np.median(least))
    if paper >= WHITE:
        return 1.0
    white = (least >= max(WHITE, min(254.0, paper + OVER_PAPER))).astype(np.uint8)
    blots = cv2.morphologyEx(white, cv2.MORPH_OPEN, np.ones((LEAST_BLOT, LEAST_BLOT), np.uint8))
    return float(blots.mean())


def chroma(card: Pixels) -> float:
    """How far colours lie apart, whatever tint the light gives them all. A photocopy has none."""
    lab = cv2.GaussianBlur(cv2.cvtColor(_at(card, WIDE // 2), cv2.COLOR_RGB2LAB), (0, 0), 2.0).astype(np.float32)
    return float(np.hypot(lab[..., 1].std(), lab[..., 2].std()))


def moire(card: Pixels) -> float:
    """How far the strongest regular pattern stands out of the spectrum around it: the median over the tiles.

    At the card's own resolution, since a pattern does not survive being made smaller.
    """
    grey = cv2.cvtColor(card, cv2.COLOR_RGB2GRAY).astype(np.float32)
    window = np.outer(np.hanning(TILE), np.hanning(TILE)).astype(np.float32)
    y, x = np.meshgrid(np.fft.fftfreq(TILE), np.fft.rfftfreq(TILE), indexing="ij")
    radius = np.hypot(y, x)
    ring = (radius * 64).astype(int)
    looked_at = (radius > LOWEST) & (radius < HIGHEST) & (np.abs(y) > 0.02) & (x > 0.02)
    values = []
    for top in range(0, grey.shape[0] - TILE + 1, TILE):
        for left in range(0, grey.shape[1] - TILE + 1, TILE):
            tile = grey[top : top + TILE, left : left + TILE]
            spectrum = np.log1p(np.abs(np.fft.rfft2((tile - tile.mean()) * window)))
            sums = np.bincount(ring.ravel(), spectrum.ravel()) / np.maximum(1, np.bincount(ring.ravel()))
            values.append(float((spectrum - sums[ring])[looked_at].max()))
    return float(np.median(values)) if values else 0.0
