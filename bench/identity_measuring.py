# SPDX-License-Identifier: Apache-2.0
"""Measuring (比对测评): every photograph looked at as the service looks at a card and at a camera, every pair compared.

I/O: files, model files.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.identity_photographs import SPOILINGS, Photograph, Pixels, Spoiling, as_portrait
from identity.checks import LEAST_CARD_WIDTH, LEAST_FRAME_WIDTH, Bands, Comparison, FaceReading, Fault, Verdict, judge
from identity.matching.embedder import Box, Vector
from identity.workshop import DETECT_AT, DETECT_CARD_AT, _one_face

Numbers = np.ndarray[Any, Any]
Describe = Callable[[Pixels, Box], Vector]
Distance = Callable[[Vector, Vector], float]


@dataclass(frozen=True, slots=True)
class Face:
    """What was found and measured; `vector` is None where no single face was found."""

    vector: Vector | None
    reading: FaceReading


@dataclass(slots=True)
class Sitter:
    """One photograph: as a camera has it, and as each card has it."""

    photograph: Photograph
    pixels: Pixels | None
    box: Box | None
    live: Face
    portraits: dict[Spoiling, Face] = field(default_factory=dict)


def seen(photographs: Sequence[Photograph], describe: Describe, told: Callable[[str], None]) -> list[Sitter]:
    """Every photograph described once as a frame and once a spoiling as a portrait."""
    sitters = []
    for place, photograph in enumerate(photographs, 1):
        told(f"{place} of {len(photographs)}")
        pixels = photograph.pixels()
        if pixels is None:
            unread = Face(None, FaceReading(0, 0.0, 0.0, 0.0, (Fault.NO_FACE,)))
            sitters.append(Sitter(photograph, None, None, unread, dict.fromkeys(SPOILINGS, unread)))
            continue
        box, reading = _one_face(pixels, LEAST_FRAME_WIDTH, DETECT_AT)
        sitter = Sitter(photograph, pixels, box, Face(describe(pixels, box) if box else None, reading))
        for how in SPOILINGS:
            sitter.portraits[how] = as_card(pixels, box, how, describe)
        sitters.append(sitter)
    return sitters


def as_card(pixels: Pixels, box: Box | None, how: Spoiling, describe: Describe) -> Face:
    """A face that is not found in the photograph cannot be put on a card either."""
    if box is None:
        return Face(None, FaceReading(0, 0.0, 0.0, 0.0, (Fault.NO_FACE,)))
    spoiled = as_portrait(pixels, box, how)
    found, reading = _one_face(spoiled, LEAST_CARD_WIDTH, DETECT_CARD_AT)
    return Face(describe(spoiled, found) if found else None, reading)


@dataclass(frozen=True)
class Trials:
    """Compared pairs: the distance, and which photographs (places in the list)."""

    scores: Numbers
    left: Numbers
    right: Numbers
    people: Numbers
    groups: Numbers

    @property
    def is_genuine(self) -> Numbers:
        return np.asarray(self.people[self.left] == self.people[self.right])

    @property
    def genuine(self) -> Numbers:
        return np.asarray(self.scores[self.is_genuine])

    @property
    def impostors(self) -> Numbers:
        return np.asarray(self.scores[~self.is_genuine])

    def where(self, holds: Numbers) -> "Trials":
        return Trials(self.scores[holds], self.left[holds], self.right[holds], self.people, self.groups)

    def within(self, group: str) -> "Trials":
        """Both of the pair belong to the group: strangers who might pass for each other."""
        return self.where((self.groups[self.left] == group) & (self.groups[self.right] == group))


def trials(
    photographs: Sequence[Photograph],
    known: Sequence[Vector | None],
    lives: Sequence[Vector | None],
    distance: Distance,
    both_ways: bool,
) -> Trials:
    """Every photograph as the known one against every other as the live one; once where both are the same kind."""
    pairs = [
        (i, j)
        for i, one in enumerate(known)
        for j, other in enumerate(lives)
        if one is not None and other is not None and (i != j if both_ways else i < j)
    ]
    scores = [distance(known[i], lives[j]) for i, j in pairs]  # type: ignore[arg-type]
    left, right = np.array(pairs, dtype=np.intp).reshape(-1, 2).T
    people = np.array([photograph.person for photograph in photographs])
    groups = np.array([photograph.group for photograph in photographs])
    return Trials(np.array(scores, dtype=np.float64), left, right, people, groups)


def clean(sitters: Sequence[Sitter], distance: Distance) -> Trials:
    lives = [sitter.live.vector for sitter in sitters]
    return trials([sitter.photograph for sitter in sitters], lives, lives, distance, both_ways=False)


def on_a_card(sitters: Sequence[Sitter], how: Spoiling, distance: Distance) -> Trials:
    known = [sitter.portraits[how].vector for sitter in sitters]
    lives = [sitter.live.vector for sitter in sitters]
    return trials([sitter.photograph for sitter in sitters], known, lives, distance, both_ways=True)


def verdicts(sitters: Sequence[Sitter], how: Spoiling, of: Trials, bands: Bands, model: str) -> list[Verdict]:
    """What the rule says of each pair, width of the portrait and quality of both pictures included."""
    said = []
    for score, left, right in zip(of.scores, of.left, of.right, strict=True):
        portrait, live = sitters[left].portraits[how].reading, sitters[right].live.reading
        comparison = Comparison(float(score), 0 if live.faults else 1, portrait.width, model, portrait.faults)
        said.append(judge(comparison, bands))
    return said
