# SPDX-License-Identifier: Apache-2.0
"""Embedder (特征提取): the port behind which a face model stands, and the distance between what it says. Pure."""

from typing import Any, Protocol

import numpy as np

Pixels = np.ndarray[Any, Any]  # RGB, 8 bits, height × width × 3
Vector = np.ndarray[Any, Any]
Box = tuple[int, int, int, int]  # top, right, bottom, left


class Embedder(Protocol):
    """A model. The same chip gives the same vector, in every process and on every day.

    `sha256` is that of the weights; `size` is the length of the vector; `is_unit` says that only its direction counts.
    """

    name: str
    sha256: str
    size: int
    is_unit: bool

    def chip(self, pixels: Pixels, box: Box) -> Pixels:
        """The face cut out upright, as the model was trained to see it."""
        ...

    def embed(self, chip: Pixels) -> Vector:
        """float64, finite, of `size`."""
        ...


def as_unit(vector: Vector) -> Vector:
    """The direction of the vector, or of each row. A vector of nothing stays nothing."""
    length = np.linalg.norm(vector, axis=-1, keepdims=True)
    unit: Vector = np.divide(vector, length, out=np.zeros_like(vector, dtype=np.float64), where=length > 0)
    return unit


def apart(known: Vector, described: Vector, is_unit: bool) -> float:
    """Euclidean; between directions where only these count, so that means of several frames may be given as such."""
    if is_unit:
        known, described = as_unit(known), as_unit(described)
    return float(np.linalg.norm(known - described))
