# SPDX-License-Identifier: Apache-2.0
"""Chips (人脸对齐): a face turned upright and cut out, its mirror image, and slightly moved copies.

I/O: the file of the landmark model. Runs in the workers.
"""

import warnings
from collections.abc import Iterator
from typing import Any

import cv2
import dlib
import numpy as np

from identity.matching.embedder import Box, Pixels

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)
    from face_recognition.api import pose_predictor_68_point  # 100 MB: loaded once

PADDING = 0.25  # with which the bundled model was trained
# Where eyes, nose and corners of the mouth lie on the 112-px chip that published networks are trained on.
FIVE_POINTS = np.array([[38.3, 51.7], [73.5, 51.5], [56.0, 71.7], [41.5, 92.4], [70.7, 92.2]])
FIVE_POINTS_SIDE = 112
SEED = 20261130
TURN, SCALE, SHIFT = 4.0, 0.05, 0.02  # degrees, share, share of the side


def shape_of(pixels: Pixels, box: Box) -> Any:
    """The 68 points of the face in the box."""
    top, right, bottom, left = (int(edge) for edge in box)
    return pose_predictor_68_point(pixels, dlib.rectangle(left, top, right, bottom))


def padded_chip(pixels: Pixels, box: Box, side: int) -> Pixels:
    """As dlib cuts it."""
    return np.asarray(dlib.get_face_chip(pixels, shape_of(pixels, box), side, PADDING))


def five_point_chip(pixels: Pixels, box: Box, side: int) -> Pixels:
    """The two eyes, the nose and the corners of the mouth brought to where `FIVE_POINTS` has them."""
    shape = shape_of(pixels, box)
    points = np.array([(shape.part(n).x, shape.part(n).y) for n in range(68)], dtype=np.float64)
    seen = np.array([points[36:42].mean(axis=0), points[42:48].mean(axis=0), points[30], points[48], points[54]])
    moved = similarity(seen, FIVE_POINTS * side / FIVE_POINTS_SIDE)
    return np.asarray(cv2.warpAffine(pixels, moved, (side, side), flags=cv2.INTER_LINEAR, borderValue=0))


def similarity(seen: Pixels, wanted: Pixels) -> Pixels:
    """Turn, scale and shift (2 × 3) that bring `seen` nearest to `wanted` in the sum of squares."""
    a = (seen - seen.mean(axis=0)) @ np.array([1, 1j])
    b = (wanted - wanted.mean(axis=0)) @ np.array([1, 1j])
    factor = np.vdot(a, b) / (np.vdot(a, a) or 1)
    turned = np.array([[factor.real, -factor.imag], [factor.imag, factor.real]])
    return np.column_stack([turned, wanted.mean(axis=0) - turned @ seen.mean(axis=0)])


def mirrored(chip: Pixels) -> Pixels:
    return np.ascontiguousarray(chip[:, ::-1])


def moved_a_little(chip: Pixels, count: int) -> Iterator[Pixels]:
    """Copies turned, scaled and shifted a little: the same ones for every chip and at every call."""
    side = chip.shape[0]
    chance = np.random.default_rng(SEED)
    for _copy in range(count):
        turn, scale = chance.uniform(-TURN, TURN), 1 + chance.uniform(-SCALE, SCALE)
        moved = cv2.getRotationMatrix2D((side / 2, side / 2), turn, scale)
        moved[:, 2] += chance.uniform(-SHIFT, SHIFT, 2) * side
        yield np.asarray(cv2.warpAffine(chip, moved, (side, side), borderMode=cv2.BORDER_REFLECT))
