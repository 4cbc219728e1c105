# SPDX-License-Identifier: Apache-2.0
"""Recogniser (文字识读): where text stands on a flat card, and what it says. Inside the worker. I/O: model files.

PP-OCRv6 small by rapidocr and onnxruntime, on one thread; the models lie in the package, nothing is downloaded.
"""

import hashlib
from collections.abc import Sequence
from functools import lru_cache
from importlib.metadata import version
from importlib.resources import files
from typing import Any

import cv2
import numpy as np
from rapidocr import RapidOCR

from identity.card.lines import Line

Pixels = np.ndarray[Any, Any]
DETECT_AT = 736  # longer side (px) on which text is looked for: enough for drawn cards, and time grows with its square
LEAST_HIGH = 0.025  # of the card: anything lower is no line of text
INK = 0.45  # of the paper's brightness
LEAST_INK = 2  # dark pixels in a column that belongs to a character
MARGIN = 14
PARAMETERS = {
    "Global.log_level": "error",
    "Global.use_cls": False,
    "EngineConfig.onnxruntime.intra_op_num_threads": 1,
    "EngineConfig.onnxruntime.inter_op_num_threads": 1,
    "Det.limit_type": "max",
    "Det.limit_side_len": DETECT_AT,
}


@lru_cache(maxsize=1)
def engine() -> RapidOCR:
    return RapidOCR(params=PARAMETERS)


@lru_cache(maxsize=1)
def name() -> str:
    """The library's version and the beginning of the SHA-256 of each model."""
    models = [files("rapidocr") / "models" / f"PP-OCRv6_{part}_small.onnx" for part in ("det", "rec")]
    digests = [hashlib.sha256(model.read_bytes()).hexdigest()[:12] for model in models]
    return f"rapidocr {version('rapidocr')} PP-OCRv6 {' '.join(digests)}"


def detect(card: Pixels) -> Pixels:
    """The four corners of every line of text, in shares of the card."""
    found = engine()(np.ascontiguousarray(card[..., ::-1]), use_det=True, use_cls=False, use_rec=False)
    boxes = getattr(found, "boxes", None)
    if boxes is None or not len(boxes):
        return np.empty((0, 4, 2), np.float32)
    height, width = card.shape[:2]
    shares: Pixels = np.asarray(boxes, np.float32) / np.array([width, height], np.float32)
    high: Pixels = np.ptp(shares[..., 1], axis=1) > LEAST_HIGH
    kept: Pixels = shares[high]
    return kept


def recognise(card: Pixels, boxes: Pixels) -> list[Line]:
    """What stands in each box; what says nothing is left out."""
    if not len(boxes):
        return []
    bgr = card[..., ::-1]
    texts, scores = _read([_cut_out(bgr, box) for box in boxes])
    lines = []
    for text, score, box in zip(texts, scores, boxes, strict=True):
        if text.strip():
            left, top = (float(edge) for edge in box.min(axis=0))
            right, bottom = (float(edge) for edge in box.max(axis=0))
            lines.append(Line(text, round(float(score), 3), left, top, right, bottom))
    return lines


def look_again(card: Pixels, places: Sequence[Line]) -> list[Line]:
    """What stands at places where no line was noticed; only where there is ink."""
    height, width = card.shape[:2]
    found, cuts = [], []
    for place in places:
        top, bottom = round(max(0, place.top) * height), round(min(1, place.bottom) * height)
        left, right = round(max(0, place.left) * width), round(min(1, place.right) * width)
        cut = _around_ink(card[top:bottom, left:right])
        if cut is not None:
            found.append(place)
            cuts.append(np.ascontiguousarray(cut[..., ::-1]))
    if not cuts:
        return []
    texts, scores = _read(cuts)
    return [
        Line(text, round(float(score), 3), place.left, place.top, place.right, place.bottom)
        for text, score, place in zip(texts, scores, found, strict=True)
        if text.strip()
    ]


def _read(cuts: Sequence[Pixels]) -> tuple[Sequence[str], Sequence[float]]:
    read = engine().recognize_txt(list(cuts))
    return read.txts or (), read.scores or ()


def _cut_out(bgr: Pixels, box: Pixels) -> Pixels:
    """The line alone and level."""
    height, width = bgr.shape[:2]
    corners = (box * np.array([width, height], np.float32)).astype(np.float32)
    wide = max(8, round(float(np.linalg.norm(corners[1] - corners[0]))))
    high = max(8, round(float(np.linalg.norm(corners[3] - corners[0]))))
    flat = np.array([[0, 0], [wide, 0], [wide, high], [0, high]], np.float32)
    warp = cv2.getPerspectiveTransform(corners, flat)
    level: Pixels = cv2.warpPerspective(bgr, warp, (wide, high), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    return level


def _around_ink(part: Pixels) -> Pixels | None:
    """The part of a place that holds dark strokes; None if it is empty."""
    if part.shape[0] < 8 or part.shape[1] < 8:
        return None
    grey = cv2.cvtColor(part, cv2.COLOR_RGB2GRAY)
    dark = grey < np.percentile(grey, 90) * INK
    columns = np.nonzero(dark.sum(axis=0) >= LEAST_INK)[0]
    if len(columns) < 4:
        return None
    return part[:, max(0, columns[0] - MARGIN) : columns[-1] + MARGIN]
