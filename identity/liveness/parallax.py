# SPDX-License-Identifier: Apache-2.0
"""Parallax (视差): how far the nose moves against the plane of the face when a head turns. Pure.

Whatever is flat, however it is held, moves as one plane: seventeen landmarks give the homography from the frontal to
the turned frame, and the ridge of the nose of a flat picture lies where it says. A real nose stands before the plane.
"""

import math

import numpy as np
from numpy.typing import NDArray

from identity.liveness.reading import RIGID, FrameReading

Points = NDArray[np.float64]
_NOSE = [RIGID.index(mark) for mark in (28, 29, 30)]
_TIP, _BRIDGE, _CHIN = RIGID.index(30), RIGID.index(27), RIGID.index(8)
_EYES = [RIGID.index(mark) for mark in (36, 45)]
_PLANE = [place for place in range(len(RIGID)) if place not in _NOSE]


def sideways(reference: FrameReading, turned: FrameReading, degrees: float) -> float:
    """Along the line of the eyes, by eye distance and the sine of the turn; positive for a nose that stands out."""
    before, after = _points(reference), _points(turned)
    eyes = after[_EYES[1]] - after[_EYES[0]]
    shift = (after[_NOSE] - _carried(before, after, before[_NOSE])) @ (eyes / (np.linalg.norm(eyes) or 1.0))
    return math.copysign(1.0, degrees) * float(shift.mean()) / reference.eye_distance / _sine(degrees, 8, 40)


def upright(reference: FrameReading, nodding: FrameReading, degrees: float) -> float:
    """Along the line from the bridge of the nose to the chin."""
    before, after = _points(reference), _points(nodding)
    line = after[_CHIN] - after[_BRIDGE]
    shift = (after[[_TIP]] - _carried(before, after, before[[_TIP]])) @ (line / (np.linalg.norm(line) or 1.0))
    return math.copysign(1.0, degrees) * float(shift.mean()) / reference.eye_distance / _sine(degrees, 6, 40)


def _sine(degrees: float, least: float, most: float) -> float:
    return math.sin(math.radians(min(most, max(least, abs(degrees)))))


def _points(reading: FrameReading) -> Points:
    return np.asarray(reading.points, np.float64).reshape(-1, 2)


def _carried(before: Points, after: Points, marks: Points) -> Points:
    """Where the marks would lie if the face were the plane through the other landmarks."""
    plane = _homography(before[_PLANE], after[_PLANE])
    carried = np.column_stack([marks, np.ones(len(marks))]) @ plane.T
    return np.asarray(carried[:, :2] / carried[:, 2:], np.float64)


def _homography(before: Points, after: Points) -> Points:
    """The best plane-to-plane map in the sense of the normalised direct linear transformation."""
    (from_points, from_scale), (to_points, to_scale) = _normalised(before), _normalised(after)
    rows = []
    for (x, y), (u, v) in zip(from_points, to_points, strict=True):
        rows += [[-x, -y, -1, 0, 0, 0, u * x, u * y, u], [0, 0, 0, -x, -y, -1, v * x, v * y, v]]
    solved = np.linalg.svd(np.asarray(rows))[2][-1].reshape(3, 3)
    return np.asarray(np.linalg.inv(to_scale) @ solved @ from_scale, np.float64)


def _normalised(points: Points) -> tuple[Points, Points]:
    middle = points.mean(axis=0)
    scale = math.sqrt(2) / (float(np.linalg.norm(points - middle, axis=1).mean()) or 1.0)
    matrix = np.array([[scale, 0, -scale * middle[0]], [0, scale, -scale * middle[1]], [0, 0, 1]])
    return (points - middle) * scale, matrix
