# SPDX-License-Identifier: Apache-2.0
"""Describing (人脸描述): a face becomes numbers, and two of them a distance, by whatever was chosen at the start.

I/O: model files, once. Runs in the workers. With two models a description holds both, one after the other, so that the
mean of several frames is the mean of each.
"""

from collections.abc import Sequence

import numpy as np

from identity.bands import between_strangers
from identity.matching.chips import mirrored, moved_a_little
from identity.matching.cohort import Cohort, read_cohort
from identity.matching.embedder import Box, Embedder, Pixels, Vector, apart, as_unit
from identity.matching.network import OnnxEmbedder
from identity.matching.resnet import DlibEmbedder
from identity.weights import Choice, Method, ModelFile, ModelRefused, choose

COPIES = 8  # of a chip, moved a little


class Matching:
    """A choice, loaded. Raises ModelRefused when a file is not what it should be."""

    def __init__(self, choice: Choice) -> None:
        self.label, self._method = choice.label, choice.method
        self._embedders: list[Embedder] = [embedder_of(file) for file in choice.models]
        self._cohorts: list[Cohort | None] = [None] * len(self._embedders)
        if choice.cohorts:
            pairs = zip(choice.cohorts, self._embedders, strict=True)
            self._cohorts = [read_cohort(file, e.sha256, choice.method, e.size, e.is_unit) for file, e in pairs]
        self._usual = [1.0] * len(self._embedders)
        if len(self._embedders) > 1 and not choice.cohorts:
            self._usual = [_usual(embedder) for embedder in self._embedders]

    def describe(self, pixels: Pixels, box: Box) -> Vector:
        return np.concatenate([embedded(e, e.chip(pixels, box), self._method) for e in self._embedders])

    def distance(self, known: Vector, described: Vector) -> float:
        """Of one model its own; against a cohort in spreads from strangers; of two models the mean of both, each
        measured by what is usual between strangers."""
        ends = np.cumsum([embedder.size for embedder in self._embedders])[:-1]
        parts = zip(np.split(known, ends), np.split(described, ends), strict=True)
        distances = []
        for place, (ours, theirs) in enumerate(parts):
            lies = apart(ours, theirs, self._embedders[place].is_unit)
            cohort = self._cohorts[place]
            distances.append(cohort.normalised(lies, ours, theirs) if cohort else lies / self._usual[place])
        return float(np.mean(distances))


def embedder_of(file: ModelFile) -> Embedder:
    return OnnxEmbedder(file) if file.is_onnx else DlibEmbedder(file)


def embedded(embedder: Embedder, chip: Pixels, method: Method) -> Vector:
    """The chip described in the given way; of unit length where only the direction counts."""
    chips = [chip]
    if method is Method.FLIP:
        chips.append(mirrored(chip))
    elif method is Method.JITTER:
        chips = list(moved_a_little(chip, COPIES))
    mean: Vector = np.mean([embedder.embed(one) for one in chips], axis=0)
    return as_unit(mean) if embedder.is_unit else mean


def mean_of(described: Sequence[Vector]) -> Vector:
    """What several frames of one person say together."""
    mean: Vector = np.mean(described, axis=0)
    return mean


def _usual(embedder: Embedder) -> float:
    usual = between_strangers(embedder.sha256)
    if usual is None:
        raise ModelRefused(
            f"{embedder.name} cannot be put together with another: bands.toml knows no between_strangers."
        )
    return usual


_chosen: list[Choice] = []
_loaded: list[Matching] = []


def install(choice: Choice) -> None:
    """What is to be loaded when the first face comes; what was loaded before is forgotten."""
    _chosen[:] = [choice]
    _loaded.clear()


def _matching() -> Matching:
    if not _loaded:
        _loaded.append(Matching(_chosen[0] if _chosen else choose()))
    return _loaded[0]


def label() -> str:
    """Name, and the hashes under which the bands are found. Raises ModelRefused."""
    return _matching().label


def describe(pixels: Pixels, box: Box) -> Vector:
    """The face in the box (top, right, bottom, left) of an RGB picture."""
    return _matching().describe(pixels, box)


def distance(known: Vector, described: Vector) -> float:
    """Smaller is nearer. Either may be a mean of several descriptions."""
    return _matching().distance(known, described)
