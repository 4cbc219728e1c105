# SPDX-License-Identifier: Apache-2.0
"""Challenges (活体指令): what a person is asked to do before the camera, drawn at random for each session. Pure.

Whoever does not answer in that moment cannot know the order, the time to hold and the colours: 48 orders, 256 times,
972 rows of colours, 11.9 million plans. The source of chance is an argument: a test may draw the same again.
"""

import random
from dataclasses import asdict, dataclass
from typing import Any

TURNS = ("left", "right")
NODS = ("up", "down")
HOLDS = (0.4, 0.5, 0.6, 0.7)  # seconds
COLOURS = ("#ff2020", "#20c020", "#2040ff", "#f0f0f0")
FLASHES = 6
FLASH_S = 0.4  # 2.5 changes a second: at most three are harmless (WCAG 2.2, 2.3.1)
LOOK, INTENT, FLASH, DONE = "look", "intent", "flash", "done"
PATIENCE_S = {LOOK: 9.0, INTENT: 20.0, FLASH: 5.0}
CHALLENGE_PATIENCE_S = 7.0


@dataclass(frozen=True, slots=True)
class Challenge:
    """An action, and for how long it is held."""

    kind: str
    hold_s: float


@dataclass(frozen=True, slots=True)
class Plan:
    """What one session asks, in this order: look, the challenges, the sentence of intent, the colours."""

    challenges: tuple[Challenge, ...]
    colours: tuple[int, ...]

    @property
    def phases(self) -> tuple[str, ...]:
        return (LOOK, *(one.kind for one in self.challenges), INTENT, FLASH, DONE)

    def kind(self, phase: int) -> str:
        return self.phases[min(phase, len(self.phases) - 1)]

    def challenge(self, phase: int) -> Challenge | None:
        """The challenge of this phase; None for the others."""
        return self.challenges[phase - 1] if 1 <= phase <= len(self.challenges) else None

    def patience_s(self, phase: int) -> float:
        """How long a phase may last before the next one is released without it."""
        return PATIENCE_S.get(self.kind(phase), CHALLENGE_PATIENCE_S)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, kept: dict[str, Any]) -> "Plan":
        return cls(tuple(Challenge(**one) for one in kept["challenges"]), tuple(kept["colours"]))


def draw(chance: random.Random) -> Plan:
    """A plan from this source of chance, in use always the system's."""
    kinds = [*TURNS, "mouth", chance.choice(NODS)]
    chance.shuffle(kinds)
    colours = [chance.randrange(len(COLOURS))]
    while len(colours) < FLASHES:
        colours.append(chance.choice([one for one in range(len(COLOURS)) if one != colours[-1]]))
    return Plan(tuple(Challenge(kind, chance.choice(HOLDS)) for kind in kinds), tuple(colours))


def space() -> int:
    """How many different plans there are."""
    orders = 24 * len(NODS)
    return int(orders * len(HOLDS) ** 4 * len(COLOURS) * (len(COLOURS) - 1) ** (FLASHES - 1))
