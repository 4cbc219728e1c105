# SPDX-License-Identifier: Apache-2.0
"""Photographs of a bench (测评照片): folders of persons, portraits spoiled as cards spoil them, frames as cameras give
them. I/O: files.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageEnhance, ImageFilter

from kit.images import ImageTooLarge, ImageTruncated, NotAnImage, opened
from reference import photographs

Pixels = np.ndarray[Any, Any]
Box = tuple[int, int, int, int]
KINDS = {".jpg", ".jpeg", ".png"}
FULL = (358, 441)  # of a portrait on a card photographed well
FRAMED = 1.8  # how many times as wide as its face a portrait is
SEED = 20261130


@dataclass(frozen=True, slots=True)
class Photograph:
    """One picture of one person; `group` is empty where the folder has none."""

    group: str
    person: str
    path: Path

    def pixels(self) -> Pixels | None:
        try:
            return np.asarray(opened(self.path.read_bytes()))
        except (NotAnImage, ImageTooLarge, ImageTruncated):
            return None


@dataclass(frozen=True, slots=True)
class Spoiling:
    """Width of the portrait in the card's photograph (px), and what else became of it."""

    width: int
    is_grey: bool
    blur: float
    quality: int

    def __str__(self) -> str:
        height = round(self.width * FULL[1] / FULL[0])
        blurred = f", blur {self.blur:g}" if self.blur else ""
        return f"{self.width} × {height} {'grey' if self.is_grey else 'colour'}{blurred}, JPEG {self.quality}"


SPOILINGS = (
    Spoiling(358, False, 0, 80),
    Spoiling(240, False, 0, 70),
    Spoiling(180, True, 0, 60),
    Spoiling(180, True, 1.5, 60),
    Spoiling(180, True, 0, 20),
    Spoiling(100, True, 0.7, 40),
)
HARD = (SPOILINGS[2], SPOILINGS[5])  # on which methods are compared: so spoiled that they differ


def photographs_in(folder: Path) -> list[Photograph]:
    """A folder a person, or a folder a group with a folder a person in it."""
    found = []
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        if _pictures(place):
            found += [Photograph("", place.name, path) for path in _pictures(place)]
            continue
        for person in sorted(path for path in place.iterdir() if path.is_dir()):
            found += [Photograph(place.name, f"{place.name}/{person.name}", path) for path in _pictures(person)]
    return found


def of_the_demonstration() -> list[Photograph]:
    """The reference photographs: three of one person, one of another. Raises PhotographsUnavailable."""
    folder = photographs.fetch().accept_portrait.parent
    return [Photograph("", name.rstrip("0123456789.jpg"), folder / name) for name in sorted(photographs.FILES)]


def _pictures(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix.lower() in KINDS)


def as_portrait(pixels: Pixels, box: Box, how: Spoiling) -> Pixels:
    """The face cut out as on a card, as many pixels wide as the card's photograph has of it, and spoiled."""
    top, right, bottom, left = box
    face, middle = right - left, ((left + right) / 2, (top + bottom) / 2)
    width, height = FRAMED * face, FRAMED * face * FULL[1] / FULL[0]
    corner = (middle[0] - width / 2, middle[1] - 0.5 * height)
    edges = tuple(round(edge) for edge in (*corner, corner[0] + width, corner[1] + height))
    pad = max(0, -edges[0], -edges[1], edges[2] - pixels.shape[1], edges[3] - pixels.shape[0])
    padded = np.pad(pixels, ((pad, pad), (pad, pad), (0, 0)), mode="edge")
    image = Image.fromarray(padded).crop(tuple(edge + pad for edge in edges))
    image = image.resize((how.width, round(how.width * FULL[1] / FULL[0])), Image.Resampling.LANCZOS)
    if how.blur:
        image = image.filter(ImageFilter.GaussianBlur(how.blur))
    if how.is_grey:
        image = image.convert("L").convert("RGB")
    return np.asarray(compressed(image, how.quality))


def compressed(image: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def as_frames(pixels: Pixels, count: int) -> Iterator[Pixels]:
    """What a camera may make of the same face within a second: light, tilt, softness, noise. Simulated: a real face
    also moves, so that means of real frames differ more than these."""
    chance = np.random.default_rng(SEED)
    image = Image.fromarray(pixels)
    image.thumbnail((640, 640))
    for _frame in range(count):
        turned = image.rotate(chance.uniform(-4, 4), Image.Resampling.BICUBIC, fillcolor=(128, 128, 128))
        lit = ImageEnhance.Brightness(turned).enhance(chance.uniform(0.75, 1.25))
        soft = lit.filter(ImageFilter.GaussianBlur(chance.uniform(0, 1.2)))
        noisy = np.asarray(soft, np.float64) + chance.normal(0, 6, np.asarray(soft).shape)
        yield np.asarray(compressed(Image.fromarray(np.clip(noisy, 0, 255).astype(np.uint8)), 80))
