# SPDX-License-Identifier: Apache-2.0
"""Snapshot (翻拍样例): a flat card as a phone would photograph it, well or badly. Pure: same seed, same picture.

Simulated, not photographed: what it does to a card is smoother and more regular than what people do to theirs.
"""

import io
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
from PIL import Image

Pixels = np.ndarray[Any, Any]
WIDTH, HEIGHT = 1600, 1200
FILLS = 0.78  # share of the picture's width that the card takes
FAULTS = ("blur", "motion", "glare", "dark", "copy", "screen", "cut off", "small")


def snapshot(
    card: Image.Image,
    *,
    seed: int = 0,
    turn: float = 0.0,
    tilt: float = 0.012,
    fault: str = "",
    degree: float = 1.0,
    longest: int = WIDTH,
    quality: int = 85,
) -> bytes:
    """The card on a desk. JPEG.

    `turn` in degrees; `tilt` moves the corners by that share of the picture; `fault` is one of FAULTS, as strong as
    `degree` says (1.0 is what should be told to the applicant); `longest` is the longer side in pixels.
    """
    chance = np.random.default_rng(seed)
    pixels = np.asarray(card.convert("RGB")).astype(np.float32)
    if fault in BEFORE:
        pixels = BEFORE[fault](pixels, chance, degree)
    place = _place(pixels.shape, chance, turn, tilt, degree if fault == "cut off" else 0.0)
    picture = _laid_down(pixels, place, chance, HEIGHT, WIDTH)
    if fault in AFTER:
        picture = AFTER[fault](picture, chance, degree)
    noise = 5.0 if fault == "dark" else 2.5
    picture = np.clip(picture + chance.normal(0, noise, picture.shape), 0, 255).astype(np.uint8)
    return _written(picture, 560 if fault == "small" else longest, quality)


def _place(shape: tuple[int, ...], chance: np.random.Generator, turn: float, tilt: float, cut: float) -> Pixels:
    """The four corners of the card in the picture, the upper left one first."""
    height, width = shape[:2]
    angle = np.radians(turn + chance.uniform(-2, 2))
    across = FILLS * WIDTH / width
    if abs(np.sin(angle)) > 0.5:
        across = FILLS * HEIGHT / width * 1.15
    flat = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32) - [width / 2, height / 2]
    turned = flat @ np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]]) * across
    moved = turned + [WIDTH / 2, HEIGHT / 2] + chance.uniform(-tilt, tilt, (4, 2)) * WIDTH
    shift = [WIDTH * 0.3 * cut, HEIGHT * 0.1 * cut] if cut else [0.0, 0.0]
    placed: Pixels = (moved + shift).astype(np.float32)
    return placed


def _laid_down(card: Pixels, place: Pixels, chance: np.random.Generator, height: int, width: int) -> Pixels:
    """The card over a desk whose wood is a little uneven."""
    coarse = chance.uniform(0, 36, (12, 16, 1)) + chance.uniform(0, 8, (12, 16, 3)) + [96, 78, 62]
    desk = cv2.resize(coarse.astype(np.float32), (width, height), interpolation=cv2.INTER_CUBIC)
    high, wide = card.shape[:2]
    corners = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, place)
    laid = cv2.warpPerspective(card, warp, (width, height), flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.full((high, wide), 1.0, np.float32), warp, (width, height))
    mask = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None]
    shadow = cv2.GaussianBlur(mask, (0, 0), 14)[..., None]
    picture: Pixels = (desk * (1 - 0.35 * shadow)) * (1 - mask) + laid * mask
    return picture


def _copied(card: Pixels, chance: np.random.Generator, degree: float) -> Pixels:
    """A black-and-white photocopy: no colour, hard contrast, toner dust."""
    grey = cv2.cvtColor(card.astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    hard = np.clip((grey - 128) * (1 + 0.5 * degree) + 150, 0, 250)
    hard += chance.normal(0, 4, hard.shape)
    return np.repeat(hard[..., None], 3, axis=2)


def _on_screen(card: Pixels, chance: np.random.Generator, degree: float) -> Pixels:
    """Shown on a display and photographed again: stripes of sub-pixels that beat with those of the camera."""
    height, width = card.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    pitch, slant = chance.uniform(4.4, 6.2), chance.uniform(0.05, 0.25)
    fine = np.sin(2 * np.pi * (x + slant * y) / pitch) * np.sin(2 * np.pi * (y - slant * x) / pitch)
    beat = np.sin(2 * np.pi * (x * 0.9 + y * 0.4) / (9 * pitch))
    strength = 26 * degree
    cold = np.array([0.93, 0.98, 1.05], np.float32)
    shown: Pixels = np.clip(card * cold + strength * fine[..., None] + 0.5 * strength * beat[..., None], 0, 255)
    return shown


def _glaring(picture: Pixels, chance: np.random.Generator, degree: float) -> Pixels:
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH]
    middle = chance.uniform(0.32, 0.68) * WIDTH, chance.uniform(0.38, 0.62) * HEIGHT
    spread = 190 * degree, 90 * degree
    spot = np.exp(-(((x - middle[0]) / spread[0]) ** 2 + ((y - middle[1]) / spread[1]) ** 2))
    lit: Pixels = picture + 260 * spot[..., None]
    return lit


def _blurred(picture: Pixels, _chance: np.random.Generator, degree: float) -> Pixels:
    soft: Pixels = cv2.GaussianBlur(picture, (0, 0), 5.0 * degree)
    return soft


def _shaken(picture: Pixels, _chance: np.random.Generator, degree: float) -> Pixels:
    length = max(3, round(23 * degree))
    stroke = np.zeros((length, length), np.float32)
    stroke[length // 2] = 1 / length
    moved: Pixels = cv2.filter2D(picture, -1, stroke)
    return moved


def _darkened(picture: Pixels, _chance: np.random.Generator, degree: float) -> Pixels:
    return picture * (0.14 / degree)


BEFORE: dict[str, Callable[[Pixels, np.random.Generator, float], Pixels]] = {"copy": _copied, "screen": _on_screen}
AFTER: dict[str, Callable[[Pixels, np.random.Generator, float], Pixels]] = {
    "glare": _glaring,
    "blur": _blurred,
    "motion": _shaken,
    "dark": _darkened,
}


def _written(picture: Pixels, longest: int, quality: int) -> bytes:
    image = Image.fromarray(picture)
    image.thumbnail((longest, longest))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return out.getvalue()
