# SPDX-License-Identifier: Apache-2.0
"""Methods (改进方法): what might do better than the plain model, each on persons that it was not tuned on.

The persons are parted in two halves by their names. What a method learns (the cohort, what is usual between strangers,
the limit) comes from one half and is tried on the other, then the other way round. A method beats the plain model only
if, where both let the same number of strangers pass, it refuses fewer of the genuine pairs than chance would explain.
"""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.identity_measuring import Distance, Numbers, Sitter, Trials, trials
from bench.identity_photographs import Photograph, Pixels, Spoiling, as_frames, as_portrait
from bench.identity_statistics import Rate, limit_for, sign_test
from identity.checks import LEAST_CARD_WIDTH, LEAST_FRAME_WIDTH
from identity.matching.chips import five_point_chip
from identity.matching.cohort import Cohort
from identity.matching.describing import embedded, mean_of
from identity.matching.embedder import Box, Embedder, Vector, apart
from identity.weights import Method
from identity.workshop import DETECT_AT, DETECT_CARD_AT, _one_face

FRAMES = 7
CELLS = 8
LEAST_PERSONS = 8  # four in each half
SIGNIFICANT = 0.05
Half = Callable[[Sequence[int]], Distance]  # what is learnt of the photographs at these places


@dataclass(frozen=True, slots=True)
class Descriptions:
    """Of every photograph by one way of describing: as a portrait, and as a frame. None where there was no face."""

    known: list[Vector | None]
    lives: list[Vector | None]


@dataclass(frozen=True, slots=True)
class Candidate:
    name: str
    descriptions: Descriptions
    learn: Half


@dataclass(frozen=True, slots=True)
class Outcome:
    """Over both halves: with limits from the other half, then where each lets equally many strangers pass."""

    name: str
    false_matches: Rate
    false_non_matches: Rate
    at_equal: Rate
    better: int
    worse: int

    @property
    def chance(self) -> float:
        return sign_test(self.better, self.worse)

    def beats(self, plain: "Outcome") -> bool:
        fewer = self.better > self.worse and self.chance < SIGNIFICANT
        return fewer and self.false_matches.share <= plain.false_matches.share


def pattern_of(chip: Pixels) -> Vector:
    """Local binary patterns in cells of the chip: nothing is trained, so that it errs otherwise than a network does."""
    grey = chip.astype(np.float64).mean(axis=2)
    middle = grey[1:-1, 1:-1]
    around = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))
    height, width = middle.shape
    codes = sum((grey[y : y + height, x : x + width] >= middle) << bit for bit, (y, x) in enumerate(around))
    cells = [
        np.bincount(cell.ravel() // 8, minlength=32) / cell.size
        for row in np.array_split(np.asarray(codes), CELLS)
        for cell in np.array_split(row, CELLS, axis=1)
    ]
    return np.sqrt(np.concatenate(cells))


def described(sitters: Sequence[Sitter], how: Spoiling, embedder: Embedder) -> dict[str, Descriptions]:
    """By each way: plain, with the mirror image, moved copies, mean of frames, and the pattern."""
    ways: dict[str, Callable[[Pixels, Box], Vector]] = {
        method: lambda pixels, box, m=method: embedded(embedder, embedder.chip(pixels, box), m)  # type: ignore[misc]
        for method in Method
    }
    ways["pattern"] = lambda pixels, box: pattern_of(five_point_chip(pixels, box, 112))
    found = {way: Descriptions([], []) for way in (*ways, "frames")}
    for sitter in sitters:
        portrait, where = _portrait(sitter, how)
        for way, describe in ways.items():
            found[way].known.append(describe(portrait, where) if portrait is not None and where else None)
            is_seen = sitter.pixels is not None and sitter.box is not None
            found[way].lives.append(describe(sitter.pixels, sitter.box) if is_seen else None)  # type: ignore[arg-type]
        found["frames"].known.append(found[Method.PLAIN].known[-1])
        found["frames"].lives.append(_frames(sitter, ways[Method.PLAIN]))
    return found


def _portrait(sitter: Sitter, how: Spoiling) -> tuple[Pixels | None, Box | None]:
    if sitter.pixels is None or sitter.box is None:
        return None, None
    spoiled = as_portrait(sitter.pixels, sitter.box, how)
    return spoiled, _one_face(spoiled, LEAST_CARD_WIDTH, DETECT_CARD_AT)[0]


def _frames(sitter: Sitter, describe: Callable[[Pixels, Box], Vector]) -> Vector | None:
    if sitter.pixels is None or sitter.box is None:
        return None
    vectors = []
    for frame in as_frames(sitter.pixels, FRAMES):
        box = _one_face(frame, LEAST_FRAME_WIDTH, DETECT_AT)[0]
        if box:
            vectors.append(describe(frame, box))
    return mean_of(vectors) if vectors else None


def candidates(photographs: Sequence[Photograph], found: dict[str, Descriptions], is_unit: bool) -> list[Candidate]:
    """The plain model first."""

    def plainly(_half: Sequence[int]) -> Distance:
        return lambda one, other: apart(one, other, is_unit)

    def against(way: str) -> Half:
        def learn(half: Sequence[int]) -> Distance:
            strangers = np.array([v for v in (found[way].lives[i] for i in half) if v is not None])
            cohort = Cohort(strangers, is_unit)
            return lambda one, other: cohort.normalised(apart(one, other, is_unit), one, other)

        return learn

    plain, pattern = found[Method.PLAIN], found["pattern"]
    return [
        Candidate("plain", plain, plainly),
        Candidate("mean of face and mirror image", found[Method.FLIP], plainly),
        Candidate("mean of 8 moved copies", found[Method.JITTER], plainly),
        Candidate(f"mean of {FRAMES} simulated frames", found["frames"], plainly),
        Candidate("against a cohort", plain, against(Method.PLAIN)),
        Candidate("mirror image, against a cohort", found[Method.FLIP], against(Method.FLIP)),
        Candidate("pattern alone", pattern, lambda _half: lambda one, other: apart(one, other, is_unit=False)),
        Candidate("model and pattern fused", _both(plain, pattern), _fusing(photographs, plain, pattern, is_unit)),
    ]


def _both(model: Descriptions, pattern: Descriptions) -> Descriptions:
    def joined(one: Vector | None, other: Vector | None) -> Vector | None:
        return None if one is None or other is None else np.concatenate([one, other])

    pairs = (zip(model.known, pattern.known, strict=True), zip(model.lives, pattern.lives, strict=True))
    return Descriptions(*([joined(one, other) for one, other in kind] for kind in pairs))


def _fusing(photographs: Sequence[Photograph], model: Descriptions, pattern: Descriptions, is_unit: bool) -> Half:
    """Each distance measured by what is usual between strangers of the half, then their mean."""
    size = next(len(vector) for vector in model.lives if vector is not None)

    def learn(half: Sequence[int]) -> Distance:
        usual = [_usual(photographs, kind.lives, half, unit) for kind, unit in ((model, is_unit), (pattern, False))]

        def distance(one: Vector, other: Vector) -> float:
            of_model = apart(one[:size], other[:size], is_unit) / usual[0]
            return (of_model + apart(one[size:], other[size:], is_unit=False) / usual[1]) / 2

        return distance

    return learn


def _usual(
    photographs: Sequence[Photograph], lives: Sequence[Vector | None], half: Sequence[int], is_unit: bool
) -> float:
    held = [vector if i in set(half) else None for i, vector in enumerate(lives)]
    distances = trials(photographs, held, held, lambda one, other: apart(one, other, is_unit), both_ways=False)
    return float(distances.impostors.mean())


def halves(photographs: Sequence[Photograph]) -> tuple[list[int], list[int]]:
    """The persons in the order of a hash of their names, every other one."""
    people = sorted({p.person for p in photographs}, key=lambda name: hashlib.sha256(name.encode()).digest())
    first = set(people[::2])
    places = range(len(photographs))
    return [i for i in places if photographs[i].person in first], [
        i for i in places if photographs[i].person not in first
    ]


def tried(photographs: Sequence[Photograph], wanted: Sequence[Candidate], false_match_rate: float) -> list[Outcome]:
    """Every method over both halves. Only pairs for which all of them have a description count, so that they agree."""
    known = [all(c.descriptions.known[i] is not None for c in wanted) for i in range(len(photographs))]
    lives = [all(c.descriptions.lives[i] is not None for c in wanted) for i in range(len(photographs))]
    parts = halves(photographs)
    tables: list[list[tuple[Trials, Trials]]] = []
    for candidate in wanted:
        row = []
        for tuned, tested in (parts, parts[::-1]):
            distance = candidate.learn(tuned)
            row.append(
                tuple(
                    _of(photographs, candidate.descriptions, known, lives, half, distance) for half in (tuned, tested)
                )
            )
        tables.append(row)  # type: ignore[arg-type]
    plain = tables[0]
    return [_outcome(c.name, row, plain, false_match_rate) for c, row in zip(wanted, tables, strict=True)]


def _of(
    photographs: Sequence[Photograph],
    descriptions: Descriptions,
    known: Sequence[bool],
    lives: Sequence[bool],
    half: Sequence[int],
    distance: Distance,
) -> Trials:
    inside = set(half)
    left = [v if known[i] and i in inside else None for i, v in enumerate(descriptions.known)]
    right = [v if lives[i] and i in inside else None for i, v in enumerate(descriptions.lives)]
    return trials(photographs, left, right, distance, both_ways=True)


def _outcome(
    name: str, row: list[tuple[Trials, Trials]], plain: list[tuple[Trials, Trials]], false_match_rate: float
) -> Outcome:
    counts = dict.fromkeys(("matched", "strangers", "refused", "equal", "genuine", "better", "worse"), 0)
    for (tuned, tested), (_, beside) in zip(row, plain, strict=True):
        limit = limit_for(tuned.impostors, false_match_rate)
        ours = tested.genuine > limit_for(tested.impostors, false_match_rate)
        theirs = beside.genuine > limit_for(beside.impostors, false_match_rate)
        counts["matched"] += int((tested.impostors <= limit).sum())
        counts["strangers"] += len(tested.impostors)
        counts["refused"] += int((tested.genuine > limit).sum())
        counts["equal"] += int(ours.sum())
        counts["genuine"] += len(tested.genuine)
        counts["better"] += _where(theirs, ours)
        counts["worse"] += _where(ours, theirs)
    return Outcome(
        name,
        Rate(counts["matched"], counts["strangers"]),
        Rate(counts["refused"], counts["genuine"]),
        Rate(counts["equal"], counts["genuine"]),
        counts["better"],
        counts["worse"],
    )


def _where(refused: Numbers, not_refused: Numbers) -> int:
    return int((refused & ~not_refused).sum())
