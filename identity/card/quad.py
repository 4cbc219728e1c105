# SPDX-License-Identifier: Apache-2.0
"""Quad (证件边框): where the card lies in a photograph, and the card laid flat. Runs inside the worker. Pure.

Four ways to tell card from table are tried on a small copy; the largest four-cornered outline of a card's shape wins.
"""

from typing import Any

import cv2
import numpy as np

Pixels = np.ndarray[Any, Any]
SHAPE = 85.6 / 54.0
SMALL = 640
LEAST_SHARE = 0.10  # of the picture: a smaller card has too few pixels to be read
FLATTEST, SLIMMEST = 1.2, 2.1  # the sides of a card seen at a slant
LEAST_FILLED = 0.86  # of the outline by the four corners found for it
EDGE = 0.006  # a corner nearer to the picture's edge than this lies on it
LEAST_WIDTH, MOST_WIDTH = 500, 1600


def find_card(pixels: Pixels) -> Pixels | None:
    """The corners in pixels, clockwise from the upper left with the long side on top; None if there is no card."""
    scale = SMALL / max(pixels.shape[:2])
    small = cv2.resize(pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    lab = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2LAB), (5, 5), 0)
    best: tuple[float, Pixels] | None = None
    for mask in _masks(small, lab):
        closed = cv2.morphologyEx(mask, cv2.MORPH_CLOSE, np.ones((21, 21), np.uint8))
        opened = cv2.morphologyEx(closed, cv2.MORPH_OPEN, np.ones((9, 9), np.uint8))
        for outline in cv2.findContours(opened, cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)[0]:
            corners = _corners(outline, small.shape[0] * small.shape[1])
            if corners is not None:
                area = float(cv2.contourArea(corners))
                if best is None or area > best[0]:
                    best = area, corners
    return None if best is None else _ordered(best[1] / scale)


def is_cut(corners: Pixels, shape: tuple[int, ...]) -> bool:
    """Whether the card runs out of the picture: two corners on one edge of it, but not a card that is the picture."""
    height, width = shape[:2]
    x, y = corners[:, 0] / width, corners[:, 1] / height
    edges = [int(np.count_nonzero(near)) for near in (x < EDGE, x > 1 - EDGE, y < EDGE, y > 1 - EDGE)]
    return any(count >= 2 for count in edges) and sum(count >= 2 for count in edges) < 4


def laid_flat(pixels: Pixels, corners: Pixels | None) -> Pixels:
    """The card alone and upright in its own proportions, never larger than it was photographed.

    Without corners the whole picture counts as the card.
    """
    if corners is None:
        height, width = pixels.shape[:2]
        return np.rot90(pixels).copy() if height > width else pixels
    wide = (np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    width = int(np.clip(round(float(wide)), LEAST_WIDTH, MOST_WIDTH))
    height = round(width / SHAPE)
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    warp = cv2.getPerspectiveTransform(corners.astype(np.float32), flat)
    laid: Pixels = cv2.warpPerspective(pixels, warp, (width, height), flags=cv2.INTER_CUBIC)
    return laid


def _masks(small: Pixels, lab: Pixels) -> list[Pixels]:
    """Where a card may be: bright, within edges, pale, or unlike the rim of the picture."""
    bright = cv2.threshold(lab[..., 0], 0, 255, cv2.THRESH_BINARY + cv2.THRESH_OTSU)[1]
    edges = cv2.dilate(cv2.Canny(lab[..., 0], 40, 120), np.ones((5, 5), np.uint8))
    colour = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2HSV)[..., 1], (7, 7), 0)
    pale = cv2.threshold(colour, 0, 255, cv2.THRESH_BINARY_INV + cv2.THRESH_OTSU)[1]
    rim = np.concatenate([part.reshape(-1, 3) for part in (lab[:14], lab[-14:], lab[:, :14], lab[:, -14:])])
    spread = rim.astype(np.float32).std(0) + 4
    unlike = np.abs((lab.astype(np.float32) - np.median(rim, 0)) / spread).max(-1) > 2.6
    return [bright, edges, pale, unlike.astype(np.uint8) * 255]


def _corners(outline: Pixels, area: int) -> Pixels | None:
    if cv2.contourArea(outline) < LEAST_SHARE * area:
        return None
    hull = cv2.convexHull(outline)
    around = cv2.arcLength(hull, True)
    for coarseness in (0.02, 0.03, 0.05, 0.08):
        found = cv2.approxPolyDP(hull, coarseness * around, True)
        if len(found) == 4:
            corners: Pixels = found[:, 0].astype(np.float32)
            return corners if _is_a_card(corners, outline) else None
    return None


def _is_a_card(corners: Pixels, outline: Pixels) -> bool:
    sides = [float(np.linalg.norm(corners[place] - corners[(place + 1) % 4])) for place in range(4)]
    one, other = (sides[0] + sides[2]) / 2, (sides[1] + sides[3]) / 2
    shape = max(one, other) / max(1.0, min(one, other))
    filled = cv2.contourArea(outline) / max(1.0, float(cv2.contourArea(corners)))
    return bool(FLATTEST < shape < SLIMMEST and filled > LEAST_FILLED)


def _ordered(corners: Pixels) -> Pixels:
    middle = corners.mean(0)
    turn = np.arctan2(corners[:, 1] - middle[1], corners[:, 0] - middle[0])
    around: Pixels = corners[np.argsort(turn)]
    if np.linalg.norm(around[0] - around[1]) < np.linalg.norm(around[1] - around[2]):
        around = np.roll(around, -1, axis=0)
    return around
