# SPDX-License-Identifier: Apache-2.0
"""Gauge (测量): frames measured inside the worker process, and only there. I/O: model files.

Landmarks, angles, light and noise come back, never pixels and never a description of the face.
"""

import hashlib
import io
from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from face_recognition import api as library
from PIL import Image

from identity.liveness.reading import RIGID, FrameReading
from kit.images import opened

LONGEST = 640
LEAST_SIDE = 16  # pixels; of less nothing is measured
DETECT_AT = 360  # shorter side (px) of the grey copy on which a face is looked for
SMALL = (64, 48)
Pixels = np.ndarray[Any, Any]

# Millimetres, measured over 20 public-domain portraits for x (to the right of the picture) and y (down), both mirrored
# and averaged; z (towards the camera) set by hand from the anatomy of an average head. 0 = between the eye corners.
HEAD = {
    8: (0.0, 124.6, 23),
    17: (-60.6, -12.2, 0),
    19: (-39.2, -25.2, 22),
    21: (-12.8, -18.6, 28),
    22: (12.8, -18.6, 28),
    24: (39.2, -25.2, 22),
    26: (60.6, -12.2, 0),
    27: (0.0, -3.6, 26),
    28: (0.0, 9.1, 34),
    29: (0.0, 21.9, 42),
    30: (0.0, 35.4, 52),
    31: (-16.7, 43.8, 28),
    33: (0.0, 49.2, 37),
    35: (16.7, 43.8, 28),
    36: (-45.0, 0.0, 0),
    39: (-19.9, 0.8, 10),
    42: (19.9, 0.8, 10),
    45: (45.0, 0.0, 0),
    48: (-33.6, 64.5, 16),
    54: (33.6, 64.5, 16),
}
_MODEL = np.array([[x, y, -z] for x, y, z in (HEAD[mark] for mark in RIGID)], np.float64)


def measure(pictures: Sequence[bytes]) -> list[FrameReading]:
    """A reading for each frame, about 25 ms each. Raises NotAnImage, ImageTooLarge, ImageTruncated."""
    readings = []
    before: Pixels | None = None
    for data in pictures:
        pixels = np.asarray(opened(data, LONGEST))
        grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
        small = cv2.resize(grey, SMALL, interpolation=cv2.INTER_AREA).astype(np.float32)
        change = -1.0 if before is None else float(np.abs(small - before).mean())
        before = small
        whole: dict[str, Any] = {
            "digest": hashlib.sha256(data).hexdigest()[:32],
            "look": _look(grey),
            "encoder": _encoder(data),
            "noise": round(_noise(grey), 3),
            "change": round(change, 3),
            "light": round(float(small.mean()), 1),
        }
        is_large = min(grey.shape) >= LEAST_SIDE
        readings.append(FrameReading(**whole, **(_face(pixels, grey) if is_large else {})))
    return readings


def _look(grey: Pixels) -> str:
    """A hash of 256 bits of what the picture looks like: whether each of 16 by 16 areas is darker than the next."""
    small = cv2.resize(grey, (17, 16), interpolation=cv2.INTER_AREA)
    return np.packbits(small[:, 1:] > small[:, :-1]).tobytes().hex()


def _encoder(data: bytes) -> str:
    """What wrote the JPEG, as far as its tables and size tell."""
    with Image.open(io.BytesIO(data), formats=["JPEG", "PNG"]) as file:
        tables = getattr(file, "quantization", {})
        told = f"{file.format} {file.size} {sorted((key, tuple(value)) for key, value in tables.items())}"
    return hashlib.sha256(told.encode()).hexdigest()[:8]


def _noise(grey: Pixels) -> float:
    """The noise of the sensor (J. Immerkær, Fast Noise Variance Estimation, 1996): what no smooth surface explains."""
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    if min(grey.shape) < LEAST_SIDE:
        return 0.0
    response = np.abs(cv2.filter2D(grey.astype(np.float32), -1, kernel)[1:-1:2, 1:-1:2])
    flat = response[response < np.quantile(response, 0.7)]  # edges are no noise
    return float(np.sqrt(np.pi / 2) * flat.mean() / 6)


def _face(pixels: Pixels, grey: Pixels) -> dict[str, Any]:
    height, width = grey.shape
    scale = min(1.0, DETECT_AT / min(height, width))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    boxes = library.face_detector(small, 0)
    if not len(boxes):
        return {}
    box = max(boxes, key=lambda one: one.area())
    edges = (int(edge / scale) for edge in (box.left(), box.top(), box.right(), box.bottom()))
    rectangle = library.dlib.rectangle(*edges)
    found = library.pose_predictor_68_point(grey, rectangle)
    marks = np.array([(part.x, part.y) for part in found.parts()], np.float64)
    eyes = float(np.linalg.norm(marks[45] - marks[36]))
    if eyes < 8:
        return {}
    chip = library.dlib.get_face_chip(np.ascontiguousarray(pixels), found, 112, 0.25)
    chip_grey = cv2.cvtColor(chip, cv2.COLOR_RGB2GRAY)
    yaw, pitch, roll = _angles(marks, width, height)
    middle = (marks[36] + marks[45]) / 2
    return {
        "faces": len(boxes),
        "x": round(float(middle[0]), 1),
        "y": round(float(middle[1]), 1),
        "eye_distance": round(eyes, 1),
        "yaw": round(yaw, 2),
        "pitch": round(pitch, 2),
        "roll": round(roll, 2),
        "mouth": round(_opening(marks[60:68]), 3),
        "eyes": round((_lids(marks[36:42]) + _lids(marks[42:48])) / 2, 3),
        "sharpness": round(float(cv2.Laplacian(chip_grey, cv2.CV_64F).var()), 1),
        "brightness": round(float(chip_grey.mean()), 1),
        "chroma": tuple(round(float(part), 2) for part in _skin(pixels, marks)),
        "points": tuple(round(float(part), 1) for part in marks[list(RIGID)].ravel()),
    }


def _angles(marks: Pixels, width: int, height: int) -> tuple[float, float, float]:
    """Yaw, pitch and roll of the head as a camera of an ordinary phone sees it."""
    focal = 1.1 * max(width, height)
    camera = np.array([[focal, 0, width / 2], [0, focal, height / 2], [0, 0, 1.0]])
    seen = marks[list(RIGID)]
    _, turned, moved = cv2.solvePnP(_MODEL, seen, camera, None, flags=cv2.SOLVEPNP_SQPNP)
    _, turned, moved = cv2.solvePnP(_MODEL, seen, camera, None, turned, moved, True, flags=cv2.SOLVEPNP_ITERATIVE)
    matrix, _ = cv2.Rodrigues(turned)
    nose, right = matrix @ np.array([0, 0, -1.0]), matrix @ np.array([1.0, 0, 0])
    yaw = np.degrees(np.arctan2(nose[0], -nose[2]))
    pitch = np.degrees(np.arctan2(nose[1], np.hypot(nose[0], nose[2])))
    return float(yaw), float(pitch), float(np.degrees(np.arctan2(right[1], right[0])))


def _opening(lips: Pixels) -> float:
    """Height of the inner lips by their width."""
    heights = [np.linalg.norm(lips[above] - lips[below]) for above, below in ((1, 7), (2, 6), (3, 5))]
    return float(np.mean(heights) / (np.linalg.norm(lips[0] - lips[4]) or 1.0))


def _lids(eye: Pixels) -> float:
    """Height of an eye by its width."""
    heights = np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])
    return float(heights / (2 * np.linalg.norm(eye[0] - eye[3]) or 1.0))


def _skin(pixels: Pixels, marks: Pixels) -> Pixels:
    """Mean red, green and blue of both cheeks, where the light of a screen falls."""
    side = max(2, int(np.linalg.norm(marks[45] - marks[36]) / 8))
    means = []
    for eye, mouth in ((41, 48), (46, 54)):
        x, y = ((marks[eye] + marks[mouth]) / 2).astype(int)
        patch = pixels[max(0, y - side) : y + side, max(0, x - side) : x + side].reshape(-1, 3)
        if len(patch):
            means.append(patch.mean(axis=0))
    return np.mean(means, axis=0) if means else np.zeros(3)
