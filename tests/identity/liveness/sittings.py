# SPDX-License-Identifier: Apache-2.0
"""Sittings: sessions put together from readings, drawn ones (no picture at all) and measured ones."""

import hashlib
import math
import random
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from identity.liveness.challenges import Challenge, Plan
from identity.liveness.gauge import HEAD
from identity.liveness.judging import Seen
from identity.liveness.reading import RIGID, FrameReading
from reference.synthesis.acting import Pose, acted

PLAN = Plan(
    (Challenge("left", 0.6), Challenge("mouth", 0.6), Challenge("down", 0.6), Challenge("right", 0.6)),
    (0, 1, 2, 3, 0, 1),
)
APART_MS = 125
TRACK = {"label": "Front Camera"}
CAMERA_MM = 420.0


def drawn(pose: Pose, name: str, flat: bool = False) -> FrameReading:
    """The reading of a head of the gauge's own shape in this pose; `name` makes its bytes and its look unique."""
    head = np.array([HEAD[mark] for mark in RIGID], np.float64) * ([1, 1, 0] if flat else [1, 1, 1])
    yaw, pitch = math.radians(pose.yaw), math.radians(pose.pitch)
    x = head[:, 0] * math.cos(yaw) + head[:, 2] * math.sin(yaw)
    z = head[:, 2] * math.cos(yaw) - head[:, 0] * math.sin(yaw)
    y = head[:, 1] * math.cos(pitch) + z * math.sin(pitch)
    near = CAMERA_MM / (CAMERA_MM - (z * math.cos(pitch) - head[:, 1] * math.sin(pitch)))
    points = np.column_stack([240 + 1.3 * x * near + pose.across, 250 + 1.3 * y * near + pose.down])
    return FrameReading(
        digest=hashlib.sha256(name.encode()).hexdigest()[:32],
        look=hashlib.sha256(f"look {name}".encode()).hexdigest(),
        encoder="one",
        noise=0.2,
        change=2.0,
        light=110,
        faces=1,
        x=240 + pose.across,
        y=250 + pose.down,
        eye_distance=117,
        yaw=pose.yaw,
        pitch=pose.pitch,
        mouth=0.05 + 0.4 * pose.mouth,
        eyes=0.3,
        sharpness=300,
        brightness=120,
        chroma=(140.0, 110.0, 95.0),
        points=tuple(float(value) for value in points.ravel()),
    )


def drawn_phase(action: str, name: str, flat: bool = False) -> list[FrameReading]:
    """The readings of one action, in time."""
    return timed([drawn(pose, f"{name} {action} {place}", flat) for place, pose in enumerate(acted(action, 3))])


def timed(readings: Sequence[FrameReading], phase: int = 0, apart_ms: int = APART_MS) -> list[FrameReading]:
    """As if they were taken one after the other, and came a moment after the last."""
    came = len(readings) * apart_ms + 200
    return [replace(one, phase=phase, taken_ms=place * apart_ms, came_ms=came) for place, one in enumerate(readings)]


def seated(
    phases: Mapping[str, Sequence[FrameReading]],
    plan: Plan = PLAN,
    track: Mapping[str, object] = TRACK,
    drift: float | None = 0.2,
) -> Seen:
    """A session in which the person did in each phase what stands under its name."""
    frames: list[FrameReading] = []
    for phase, kind in enumerate(plan.phases[:5]):
        frames += timed(phases[kind], phase)
    return Seen(plan, [replace(one, seq=seq) for seq, one in enumerate(frames)], track=track, drift=drift)


def a_sitting(name: str = "a", flat: bool = False) -> Seen:
    """One that passes, unless it is flat."""
    return seated({kind: drawn_phase(kind, name, flat) for kind in ("look", "left", "right", "up", "down", "mouth")})


def chance(seed: int) -> random.Random:
    return random.Random(seed)  # noqa: S311
