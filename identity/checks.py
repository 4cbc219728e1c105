# SPDX-License-Identifier: Apache-2.0
"""Checks (核验规则): when a picture is good enough, and what a distance between two faces means. Pure.

What a distance is depends on the matcher; the limits of each, and what they rest on, are data: `identity.bands`.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Band(StrEnum):
    ACCEPT = "accept"
    PERSON = "person"
    RETRY = "retry"


class Fault(StrEnum):
    """What is wrong with a picture; each has its own sentence."""

    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    TOO_SMALL = "too_small"
    BLURRED = "blurred"
    DARK = "dark"
    BRIGHT = "bright"
    TURNED = "turned"


@dataclass(frozen=True, slots=True)
class Bands:
    """Limits on the distance, and the least width of the card's portrait (px) on which the machine may accept.

    Below about 180 px genuine pairs drift apart: false refusals at 0.40 rise from 4 % to 58 %. Nearer than
    `same_picture` the frame is the card's own photograph held before the camera. `matcher` is the key of what was
    measured: these limits say nothing of the distances of any other.
    """

    version: str
    accept: float
    person: float
    portrait_width: int
    same_picture: float
    matcher: str = ""

    @property
    def is_measured(self) -> bool:
        """Whether there is a distance at which the machine accepts."""
        return math.isfinite(self.accept)

    def speak_of(self, model: str) -> bool:
        """`model`: name and key, as a comparison has it."""
        return self.is_measured and model.partition(" ")[2] == self.matcher


@dataclass(frozen=True, slots=True)
class FaceReading:
    """One face: width of its box (px), variance of the Laplacian on a 112-px chip, mean grey 0–255, turn of the nose
    off the middle of the eyes as a share of their distance."""

    width: int
    sharpness: float
    brightness: float
    turn: float
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Comparison:
    """Distance to the mean of the usable frames; 9.0 when there was none. `model`: name and key of the matcher, `drift`
    is how far a frame lies from the one in their midst: two persons in one session lie far apart. None with one frame.

    `faults` are those of the card's portrait; when no frame was usable, those of the frames.
    """

    distance: float
    frames_used: int
    portrait_width: int
    model: str
    faults: tuple[Fault, ...] = ()
    drift: float | None = None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The band, and why, as codes."""

    band: Band
    reasons: tuple[str, ...]


LEAST_CARD_WIDTH = 100
LEAST_FRAME_WIDTH = 90
LEAST_SHARPNESS = 25.0
DARKEST, BRIGHTEST = 45.0, 225.0
MOST_TURN = 0.35


def faults_of(width: int, sharpness: float, brightness: float, turn: float, least_width: int) -> tuple[Fault, ...]:
    """The gates, the most telling first."""
    gates = (
        (width < least_width, Fault.TOO_SMALL),
        (brightness < DARKEST, Fault.DARK),
        (brightness > BRIGHTEST, Fault.BRIGHT),
        (sharpness < LEAST_SHARPNESS, Fault.BLURRED),
        (abs(turn) > MOST_TURN, Fault.TURNED),
    )
    return tuple(fault for fails, fault in gates if fails)


def commonest(faults: Sequence[tuple[Fault, ...]]) -> tuple[Fault, ...]:
    """The faults of several frames, the most frequent first, then the more telling."""
    flat = [fault for of_frame in faults for fault in of_frame]
    return tuple(sorted(dict.fromkeys(flat), key=lambda fault: -flat.count(fault)))


def judge(comparison: Comparison, bands: Bands) -> Verdict:
    """Accept only a near distance on a faultless portrait that is large enough; a person in the middle; else try again.

    Two pictures that are one and the same show no living person: a person looks at them. Where nothing was measured of
    the matcher a person decides about every distance.
    """
    if comparison.frames_used == 0:
        return Verdict(Band.RETRY, ("no_usable_frame",))
    if not bands.speak_of(comparison.model):
        return Verdict(Band.PERSON, ("no_bands",))
    if comparison.distance > bands.person:
        return Verdict(Band.RETRY, ("too_far",))
    if comparison.distance > bands.accept:
        return Verdict(Band.PERSON, ("uncertain",))
    if comparison.distance < bands.same_picture:
        return Verdict(Band.PERSON, ("same_picture",))
    if comparison.faults:
        return Verdict(Band.PERSON, ("flawed_portrait",))
    if comparison.portrait_width < bands.portrait_width:
        return Verdict(Band.PERSON, ("small_portrait",))
    return Verdict(Band.ACCEPT, ("accepted",))
