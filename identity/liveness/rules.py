# SPDX-License-Identifier: Apache-2.0
"""Rules (活体规则): when a frame is good, when an action was done, and what it tells of a real head. Pure."""

import itertools
import math
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from identity.checks import Fault, commonest
from identity.liveness import parallax
from identity.liveness.challenges import NODS, TURNS, Challenge
from identity.liveness.limits import LIMITS
from identity.liveness.reading import FrameReading

FRONTAL_YAW, FRONTAL_PITCH = 12.0, 18.0  # a detector of frontal faces and the matcher are at home within these
BACK_YAW, BACK_PITCH, BACK_MOUTH = 9.0, 6.0, 0.12  # how near to the baseline an action must end
LEAST_BASELINE = 3
OPEN_EYES = 0.17  # below it lids are down or half down: 0.12 closed, 0.24-0.35 open
MOST_TURNED = 50.0


@dataclass(frozen=True, slots=True)
class Baseline:
    """How this head is held when it looks ahead, and the frame that shows it best."""

    yaw: float
    pitch: float
    mouth: float
    reference: FrameReading


def faults_in(reading: FrameReading) -> tuple[Fault, ...]:
    """What keeps a frame from counting, the most telling first."""
    if reading.faces == 0:
        return (Fault.DARK,) if reading.light < LIMITS["darkest"] / 2 else (Fault.NO_FACE,)
    gates = (
        (reading.faces > 1, Fault.SEVERAL_FACES),
        (reading.eye_distance < LIMITS["eye_distance"], Fault.TOO_SMALL),
        (reading.brightness < LIMITS["darkest"], Fault.DARK),
        (reading.brightness > LIMITS["brightest"], Fault.BRIGHT),
        (reading.sharpness < LIMITS["sharpness"], Fault.BLURRED),
    )
    return tuple(fault for fails, fault in gates if fails)


def hint(readings: Sequence[FrameReading]) -> Fault | None:
    """What most of the frames lack, to be told at once."""
    faults = [faults_in(reading) for reading in readings]
    lacking = [found for found in faults if found]
    return commonest(lacking)[0] if len(lacking) * 2 > len(faults) else None


def is_frontal(reading: FrameReading) -> bool:
    """Whether the frame may be compared with a portrait."""
    return (
        not faults_in(reading)
        and abs(reading.yaw) < FRONTAL_YAW
        and abs(reading.pitch) < FRONTAL_PITCH + 7
        and reading.eyes > OPEN_EYES
    )


def baseline(looking: Sequence[FrameReading]) -> Baseline | None:
    """From the frames of the first phase; None when too few of them are good."""
    good = [one for one in looking if is_frontal(one)]
    if len(good) < LEAST_BASELINE:
        return None
    yaw, pitch, mouth = (statistics.median(getattr(one, name) for one in good) for name in ("yaw", "pitch", "mouth"))
    nearest = min(good, key=lambda one: abs(one.yaw - yaw) + abs(one.pitch - pitch))
    return Baseline(yaw, pitch, mouth, nearest)


def moved(challenge: str, base: Baseline, reading: FrameReading) -> float:
    """How far the frame is in the direction that was asked for: degrees, or the rise of the mouth."""
    if challenge in TURNS:
        return (reading.yaw - base.yaw) * (1 if challenge == "left" else -1)  # the person's left is the picture's right
    if challenge in NODS:
        return (reading.pitch - base.pitch) * (1 if challenge == "down" else -1)
    return reading.mouth - base.mouth


def least_of(challenge: str) -> float:
    return LIMITS["turn" if challenge in TURNS else "nod" if challenge in NODS else "mouth"]


def longest_run(frames: Sequence[FrameReading], holds: Callable[[FrameReading], bool]) -> tuple[int, float]:
    """Frames and seconds of the longest stretch in which it holds."""
    best, run = (0, 0.0), list[FrameReading]()
    for frame in frames:
        run = [*run, frame] if holds(frame) else []
        if len(run) > best[0]:
            best = (len(run), (run[-1].taken_ms - run[0].taken_ms) / 1000)
    return best


def was_done(challenge: Challenge, base: Baseline, frames: Sequence[FrameReading]) -> bool:
    """Whether the action was begun from rest, held, and ended at rest; half the time asked for is enough."""
    good = from_rest(base, frames)
    if len(good) < 4:
        return False
    least = least_of(challenge.kind)
    count, seconds = longest_run(good, lambda one: least <= moved(challenge.kind, base, one) <= MOST_TURNED)
    return count >= 2 and seconds >= challenge.hold_s / 2 and is_at_rest(base, good[-1])


def from_rest(base: Baseline, frames: Sequence[FrameReading]) -> list[FrameReading]:
    """The good frames, without those in which the head still comes back from what was asked before."""
    good = [one for one in frames if not faults_in(one)]
    start = next((place for place, one in enumerate(good) if is_at_rest(base, one)), len(good))
    return good[start:]


def is_at_rest(base: Baseline, reading: FrameReading) -> bool:
    return (
        abs(reading.yaw - base.yaw) < BACK_YAW
        and abs(reading.pitch - base.pitch) < BACK_PITCH
        and reading.mouth - base.mouth < BACK_MOUTH
    )


def may_compare(base: Baseline, reading: FrameReading) -> bool:
    """Whether a frame is fit to be compared with others and with a portrait."""
    return is_frontal(reading) and is_at_rest(base, reading)


def away(base: Baseline, reading: FrameReading) -> float:
    """How far from rest, in degrees; an open mouth counts as much as a turned head."""
    return abs(reading.yaw - base.yaw) + abs(reading.pitch - base.pitch) + 40 * abs(reading.mouth - base.mouth)


def went_wrong_way(challenge: str, base: Baseline, frames: Sequence[FrameReading]) -> bool:
    """Whether a turn or a nod was made to the other side as well."""
    if challenge == "mouth":
        return False
    good = from_rest(base, frames)
    return longest_run(good, lambda one: moved(challenge, base, one) <= -least_of(challenge))[0] >= 2


def depth(challenge: str, base: Baseline, frames: Sequence[FrameReading]) -> float | None:
    """How far the nose stands out, the median over the frames that are turned enough; None when none is."""
    if challenge == "mouth":
        return None
    measured = parallax.sideways if challenge in TURNS else parallax.upright
    least = 0.75 * least_of(challenge)
    found = []
    for one in frames:
        if not faults_in(one) and least <= moved(challenge, base, one) <= MOST_TURNED:
            degrees = one.yaw - base.yaw if challenge in TURNS else one.pitch - base.pitch
            found.append(measured(base.reference, one, degrees))
    return statistics.median(found) if found else None


def greatest_jump(frames: Sequence[FrameReading]) -> float:
    """Eye distances between the faces of two frames that follow each other at once."""
    jumps = [0.0]
    for before, after in itertools.pairwise(frames):
        if before.faces and after.faces and 0 <= after.taken_ms - before.taken_ms < 300:
            far = math.hypot(after.x - before.x, after.y - before.y)
            jumps.append(far / max(before.eye_distance, after.eye_distance, 1.0))
    return max(jumps)


def longest_without_face(frames: Sequence[FrameReading]) -> float:
    """Seconds."""
    return longest_run(frames, lambda one: one.faces == 0)[1]


def light_response(frames: Sequence[FrameReading], shown: Sequence[tuple[int, int, int]]) -> float | None:
    """Correlation of the tint of the cheeks with the colours shown; None with too few frames of too few colours."""
    lit = [one for one in frames if one.chroma and 0 <= one.colour < len(shown)]
    if len(lit) < 6 or len({one.colour for one in lit}) < 3:
        return None
    skin = [_tint(one.chroma) for one in lit]
    screen = [_tint(shown[one.colour]) for one in lit]
    products, left, right = 0.0, 0.0, 0.0
    for part in range(3):
        ours, theirs = _centred([one[part] for one in skin]), _centred([one[part] for one in screen])
        products += sum(a * b for a, b in zip(ours, theirs, strict=True))
        left += sum(a * a for a in ours)
        right += sum(b * b for b in theirs)
    return products / math.sqrt(left * right) if left > 0 and right > 0 else None


def _tint(colour: Sequence[float]) -> tuple[float, ...]:
    whole = sum(colour) or 1.0
    return tuple(part / whole for part in colour)


def _centred(values: Sequence[float]) -> list[float]:
    middle = sum(values) / len(values)
    return [value - middle for value in values]
