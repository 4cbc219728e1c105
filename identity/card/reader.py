# SPDX-License-Identifier: Apache-2.0
"""Reader (证件识读): a photograph of one side of a card becomes a flat card, its fields, its portrait and its faults.

Runs inside the worker and only there. I/O: model files.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from PIL import Image

from identity import workshop
from identity.card import fields, measuring, quad, recogniser
from identity.card.lines import EMBLEM_ROWS, ROWS, Line, fit, readable, settled
from identity.card.reading import CardReading
from identity.card.verdict import LIMITS, Measured, Side, faults_of
from identity.checks import FaceReading
from kit.images import ImageTruncated, opened, written

Pixels = np.ndarray[Any, Any]
WIDE, THIN = 0.4, 0.12  # the number, and both lines of the emblem side: in the lower half of a card that stands upright
LEAST_SIDE = 240  # px of the shorter side: on a smaller picture no text of a card can be read
QUALITY = 92  # of the JPEG that is kept: the face on it is compared later
TELLING = {Side.PORTRAIT: tuple(ROWS), Side.EMBLEM: tuple(EMBLEM_ROWS)}


def load(_pictures: Sequence[bytes] = ()) -> str:
    """Load the models, so that the first applicant does not wait for it. Gives the engine's name."""
    recogniser.engine().recognize_txt([np.full((48, 320, 3), 255, np.uint8)])
    recogniser.detect(np.full((320, 480, 3), 255, np.uint8))
    return recogniser.name()


def read(pictures: Sequence[bytes], side: Side) -> CardReading:
    """The one picture, of which `side` was asked for. Raises NotAnImage, ImageTooLarge, ImageTruncated."""
    image = opened(pictures[0])
    if min(image.size) < LEAST_SIDE:
        nothing = Measured(False, False, None, 0, False, 0.0, 0.0, 255.0, 0.0, 0.0, 1.0)
        return _reading(side, image, b"", None, {}, nothing)
    try:
        return _read(np.asarray(image), side)
    except cv2.error as error:  # a picture of a shape that no camera makes
        raise ImageTruncated() from error


def _read(pixels: Pixels, side: Side) -> CardReading:
    corners = quad.find_card(pixels)
    card, lines = _upright(quad.laid_flat(pixels, corners))
    shows, labels = _shown(lines)
    measure = fit(readable(lines))
    is_cut = (measure is not None and measure.is_cut) if corners is None else quad.is_cut(corners, pixels.shape)
    read_fields = _fields(card, lines, shows) if shows is side else {}
    image = Image.fromarray(card)
    crop, face = workshop.portrait_of(image) if shows is Side.PORTRAIT is side else (b"", None)
    grey = measuring.grey_at(card)
    measured = Measured(
        is_found=corners is not None,
        is_cut=is_cut,
        shows=shows,
        labels=labels,
        has_portrait=bool(crop),
        sharpness=measuring.sharpness(grey, [(one.left, one.top, one.right, one.bottom) for one in lines]),
        glare=measuring.glare(card),
        brightness=measuring.brightness(grey),
        chroma=measuring.chroma(card),
        moire=measuring.moire(card),
        unread=_unread(read_fields),
    )
    return _reading(side, image, crop, _at_its_size(face, card, corners), read_fields, measured)


def _reading(
    side: Side,
    image: Image.Image,
    crop: bytes,
    face: FaceReading | None,
    read_fields: fields.Fields,
    measured: Measured,
) -> CardReading:
    """The verdict, and the picture written anew; of a faulty picture nothing is sure."""
    faults = faults_of(measured, side)
    if faults:
        read_fields = {name: replace(field, doubtful=True) for name, field in read_fields.items()}
    kept = written(image, QUALITY).jpeg
    return CardReading(side, kept, crop, face, read_fields, faults, measured, recogniser.name(), LIMITS.version)


def _upright(card: Pixels) -> tuple[Pixels, list[Line]]:
    """The card turned the right way up, with its lines. Where the layout does not tell, both ways are read."""
    boxes = recogniser.detect(card)
    stands = _stands(boxes)
    upright = (card, recogniser.recognise(card, boxes)) if stands is not False else None
    if upright and (stands or _shown(upright[1])[1] >= LIMITS.labels):
        return upright
    over = np.ascontiguousarray(card[::-1, ::-1])
    turned = over, recogniser.recognise(over, np.roll(1 - boxes, 2, axis=1))
    return turned if upright is None or _shown(turned[1])[1] > _shown(upright[1])[1] else upright


def _stands(boxes: Pixels) -> bool | None:
    """Whether the wide thin lines are in the lower half, as they are on both sides; None if there are none."""
    if not len(boxes):
        return None
    wide, high = np.ptp(boxes[..., 0], axis=1), np.ptp(boxes[..., 1], axis=1)
    middles = boxes[..., 1].mean(axis=1)[(wide > WIDE) & (high < THIN)]
    return bool(middles.mean() > 0.5) if len(middles) else None


def _shown(lines: Sequence[Line]) -> tuple[Side | None, int]:
    """Which side it is, and how many of its printed words were read."""
    words = [line.text for line in readable(lines)]
    counts = {side: sum(any(told in text for text in words) for told in TELLING[side]) for side in Side}
    most = max(Side, key=lambda side: counts[side])
    return (most if counts[most] else None), counts[most]


def _fields(card: Pixels, lines: Sequence[Line], side: Side) -> fields.Fields:
    if side is Side.EMBLEM:
        return fields.emblem_side(readable(lines))
    placed = settled(lines)
    found = fields.portrait_side(placed)
    missing = fields.worth_another_look(placed, found)
    measure = fit(readable(lines))
    if not missing:
        return found
    there = missing if measure is None else [measure.unsettle(place) for place in missing]
    again = readable(recogniser.look_again(card, there))
    back = again if measure is None else [measure.settle(line) for line in again]
    return fields.portrait_side([*placed, *back])


def _unread(read_fields: fields.Fields) -> float:
    values = [field.value for field in read_fields.values()]
    return sum(not value for value in values) / len(values) if values else 1.0


def _at_its_size(face: FaceReading | None, card: Pixels, corners: Pixels | None) -> FaceReading | None:
    """A small card was made larger to be read: its portrait has no more pixels for that."""
    if face is None or corners is None:
        return face
    photographed = (np.linalg.norm(corners[1] - corners[0]) + np.linalg.norm(corners[2] - corners[3])) / 2
    share = min(1.0, float(photographed) / card.shape[1])
    return replace(face, width=round(face.width * share))
