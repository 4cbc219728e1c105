# SPDX-License-Identifier: Apache-2.0
"""Cohort (参照人群): faces of other people, against whom the distance of two faces is weighed. I/O: file.

Where a model sees a whole population as near to one another, a distance says little by itself: what tells is how much
nearer two faces are to each other than each is to strangers. The file belongs to the operator, who has asked everybody
in it; it holds descriptions, which are face data like any other.
"""

from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from identity.matching.embedder import Vector, as_unit
from identity.weights import Method, ModelFile, ModelRefused, verified

LEAST = 20  # fewer strangers give no mean worth the name
LEAST_SPREAD = 1e-6


class Cohort:
    """Descriptions of strangers by one model and one method."""

    def __init__(self, strangers: Vector, is_unit: bool) -> None:
        self._strangers = as_unit(strangers) if is_unit else strangers
        self._is_unit = is_unit

    def normalised(self, distance: float, known: Vector, described: Vector) -> float:
        """How many spreads the distance lies from what is usual between each of the two and strangers; the mean of both
        sides, so that it does not matter which is which. Below zero is nearer than strangers.
        """
        return sum((distance - mean) / spread for mean, spread in map(self._usual, (known, described))) / 2

    def _usual(self, vector: Vector) -> tuple[float, float]:
        vector = as_unit(vector) if self._is_unit else vector
        distances = np.linalg.norm(self._strangers - vector, axis=1)
        return float(distances.mean()), max(float(distances.std()), LEAST_SPREAD)


def read_cohort(file: ModelFile, model_sha256: str, method: Method, size: int, is_unit: bool) -> Cohort:
    """Raises ModelRefused: another model or method, too few, not numbers."""
    verified(file)
    try:
        with Path(file.path).open("rb") as opened, np.load(opened, allow_pickle=False) as held:
            model, made, strangers = str(held["model"]), str(held["method"]), np.asarray(held["embeddings"], np.float64)
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, TypeError, AttributeError):
        raise ModelRefused(f"{file.path} is not a cohort: it needs embeddings, model and method.") from None
    if model != model_sha256 or made != method:
        raise ModelRefused(f"The cohort {file.path} was made with another model or method: {model[:12]} {made[:12]}.")
    if strangers.ndim != 2 or strangers.shape[1] != size or not np.isfinite(strangers).all():
        raise ModelRefused(f"The cohort {file.path} does not hold descriptions of {size} numbers.")
    if len(strangers) < LEAST:
        raise ModelRefused(f"The cohort {file.path} has {len(strangers)} faces; at least {LEAST} are needed.")
    return Cohort(strangers, is_unit)


def write_cohort(path: Path, strangers: Vector, model_sha256: str, method: Method) -> None:
    with path.open("wb") as file:
        np.savez_compressed(file, embeddings=strangers.astype(np.float32), model=model_sha256, method=str(method))
