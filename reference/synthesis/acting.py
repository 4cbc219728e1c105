# SPDX-License-Identifier: Apache-2.0
"""Acting (动作): how a head moves through the actions of a session: eased, with the tremor of a living one. Pure."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

RATE = 8  # frames a second
HOLD_S = 0.6
TARGETS: dict[str, dict[str, Any]] = {
    "look": {},
    "left": {"yaw": 29.0},
    "right": {"yaw": -29.0},
    "up": {"pitch": -24.0},
    "down": {"pitch": 20.0},
    "mouth": {"mouth": 1.0},
}


@dataclass(frozen=True, slots=True)
class Pose:
    """Degrees (yaw positive to the right of the picture, pitch positive down), the mouth from 0 to 1, a shift in
    pixels, the light as a factor, and a tint that falls on the face (red, green, blue, added)."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0
    mouth: float = 0.0
    across: float = 0.0
    down: float = 0.0
    light: float = 1.0
    tint: tuple[float, float, float] = (0.0, 0.0, 0.0)


REST = Pose()


def acted(action: str, seed: int, rate: int = RATE, hold_s: float = HOLD_S, reach: float = 1.0) -> list[Pose]:
    """The poses of an action: rest, there, held, back, rest. "look" is a second at rest."""
    target = {name: value * reach for name, value in TARGETS[action].items()}
    if not target:
        return list(trembling([REST] * rate, seed, rate))
    going = [_part(target, _eased(step / (0.3 * rate))) for step in range(1, max(2, round(0.3 * rate)) + 1)]
    held = [_part(target, 1.0)] * round(hold_s * rate)
    rest = [REST] * max(1, round(0.15 * rate))
    return list(trembling([*rest, *going, *held, *reversed(going), *rest, REST], seed, rate))


def _part(target: dict[str, Any], share: float) -> Pose:
    return replace(REST, **{name: value * min(1.0, share) for name, value in target.items()})


def _eased(share: float) -> float:
    share = min(1.0, share)
    return share * share * (3 - 2 * share)


def trembling(poses: list[Pose], seed: int, rate: int = RATE) -> Iterator[Pose]:
    """No head and no hand is ever quite still."""
    chance = random.Random(seed)  # noqa: S311 (the same film again for the same seed)
    phases = [chance.random() * 2 * math.pi for _ in range(6)]
    for place, pose in enumerate(poses):
        at = place / rate
        waves = [
            math.sin(speed * at + phase) for speed, phase in zip((1.1, 0.8, 0.6, 1.5, 1.7, 2.0), phases, strict=True)
        ]
        yield replace(
            pose,
            yaw=pose.yaw + 1.2 * waves[0] + chance.gauss(0, 0.25),
            pitch=pose.pitch + waves[1] + chance.gauss(0, 0.25),
            roll=pose.roll + 0.8 * waves[2],
            across=pose.across + 4 * waves[3] + chance.gauss(0, 0.5),
            down=pose.down + 3 * waves[4] + chance.gauss(0, 0.5),
            light=pose.light * (1 + 0.02 * waves[5]),
        )
