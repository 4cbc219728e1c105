# SPDX-License-Identifier: Apache-2.0
"""Reading (帧读数): what is measured of one frame. No pixels, nothing that describes whose face it is. Pure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

RIGID = (8, 17, 19, 21, 22, 24, 26, 27, 28, 29, 30, 31, 33, 35, 36, 39, 42, 45, 48, 54)
"""Which of the 68 landmarks are kept: those that speech does not move, the chin and the corners of the mouth."""


@dataclass(frozen=True, slots=True)
class FrameReading:
    """Angles in degrees: `yaw` is positive when the nose goes to the right of the picture as the camera sees it (the
    person's own left), `pitch` when it goes down. Distances in pixels. `points` are x and y of `RIGID`.

    `faces` is 0 when none was found; what belongs to a face is then 0. `change` is the mean grey difference to the
    picture before, -1 for the first of a batch. `seq` to `colour` are added when the frame is received: its place in
    the session, its phase, the milliseconds at which the browser took it and at which it came, the colour shown.
    """

    digest: str
    look: str
    encoder: str
    noise: float
    change: float
    light: float
    faces: int = 0
    x: float = 0.0
    y: float = 0.0
    eye_distance: float = 0.0
    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    mouth: float = 0.0
    eyes: float = 0.0
    sharpness: float = 0.0
    brightness: float = 0.0
    chroma: tuple[float, ...] = ()
    points: tuple[float, ...] = ()
    seq: int = 0
    phase: int = 0
    taken_ms: int = 0
    came_ms: int = 0
    colour: int = -1


def written_down(readings: Sequence[FrameReading]) -> list[dict[str, Any]]:
    """As JSON, without what is empty."""
    return [{name: value for name, value in asdict(one).items() if value != ()} for one in readings]


def read_back(rows: Sequence[dict[str, Any]]) -> list[FrameReading]:
    known: list[dict[str, Any]] = [
        {name: tuple(value) if isinstance(value, list) else value for name, value in row.items()} for row in rows
    ]
    return [FrameReading(**row) for row in known]
