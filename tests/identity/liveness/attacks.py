# SPDX-License-Identifier: Apache-2.0
"""Attacks: what somebody might hold before a camera, or put in its place, as code.

All are simulated from photographs; none is an instrument made to ISO/IEC 30107-3. Each kind of attack gives the frames
of every action, so that it may follow whatever order the server asks for.
"""

import copy
import io
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from PIL import Image

from reference.synthesis.acting import REST, Pose, acted, trembling
from reference.synthesis.films import jpeg, lively
from reference.synthesis.head import Head

Films = Mapping[str, Sequence[bytes]]
ACTIONS = ("look", "left", "right", "down", "mouth")
FARTHER = 1.5  # an attacker turns the print further than a head would be
GRID = 0.12


def printed(head: Head, radius_mm: float | None = None) -> Head:
    """The photograph on paper: flat, or bent about its upright axis. A head without depth moves as paper does."""
    paper = copy.copy(head)
    paper.depth = np.zeros_like(head.depth) if radius_mm is None else -(head.across**2) / (2 * radius_mm)
    paper.moving = np.ones_like(head.moving)
    return paper


def _filmed(
    show: Callable[[Pose], np.ndarray[tuple[int, ...], np.dtype[np.uint8]]], seed: int, farther: float
) -> Films:
    films = {}
    for place, action in enumerate(ACTIONS):
        poses = acted(action, seed + place, reach=farther)
        films[action] = lively([jpeg(show(pose), 93) for pose in poses], random.Random(seed + place))  # noqa: S311
    return films


def a_face(head: Head, seed: int) -> Films:
    """Somebody who does what is asked; also what a puppet of this photograph looks like when it is injected."""
    films = {}
    for place, action in enumerate(ACTIONS):
        shown = [jpeg(head.show(pose), 93) for pose in acted(action, seed + place, reach=head.reach(action))]
        films[action] = lively(shown, random.Random(seed + place))  # noqa: S311
    return films


def a_still(head: Head, seed: int) -> Films:
    """A print on a stand: the noise of the camera, and nothing else."""
    shown = head.show(REST)
    return _filmed(lambda _pose: shown, seed, 1.0)


def a_shaken_print(head: Head, seed: int) -> Films:
    """A print in a hand that trembles and tilts it in its plane."""
    paper, films = printed(head), {}
    for place, action in enumerate(ACTIONS):
        poses = trembling([replace(REST, roll=16 * np.sin(step / 3)) for step in range(12)], seed + place)
        films[action] = lively([jpeg(paper.show(pose), 93) for pose in poses], random.Random(seed))  # noqa: S311
    return films


def a_turned_print(head: Head, seed: int) -> Films:
    """A print that is turned in perspective along with the instructions."""
    paper = printed(head)
    return _filmed(lambda pose: paper.show(replace(pose, mouth=0)), seed, FARTHER)


def a_bent_print(head: Head, seed: int) -> Films:
    """The same, bent like a face."""
    paper = printed(head, 60)
    return _filmed(lambda pose: paper.show(replace(pose, mouth=0)), seed, FARTHER)


def a_cut_out(head: Head, seed: int) -> Films:
    """A print with holes for the attacker's own mouth and eyes: it opens its mouth."""
    return _filmed(printed(head).show, seed, FARTHER)


def a_screen(films: Films, seed: int) -> Films:
    """The films on a screen, with the grid of its pixels; right actions are shown if the attacker has a puppet."""
    chance = random.Random(seed)  # noqa: S311
    return {action: [_on_screen(frame, chance) for frame in frames] for action, frames in films.items()}


def _on_screen(frame: bytes, chance: random.Random) -> bytes:
    pixels = np.asarray(Image.open(io.BytesIO(frame))).astype(np.float32)
    down, across = np.mgrid[0 : pixels.shape[0], 0 : pixels.shape[1]]
    fine, phase = 2.57 + chance.uniform(-0.02, 0.02), chance.random()
    for colour in range(3):
        stripes = np.cos(2 * np.pi * (across / fine + phase + colour / 3)) + 0.5 * np.cos(2 * np.pi * down / fine)
        pixels[..., colour] *= 1 + GRID * 0.5 * stripes
    return jpeg(np.clip(pixels, 0, 255).astype(np.uint8))


def another_order(films: Films) -> Films:
    """A recorded session, played to instructions that come in another order."""
    shifted = {"left": "mouth", "mouth": "down", "down": "right", "right": "left", "up": "left", "look": "look"}
    return {action: films[shifted[action]] for action in films}


def two_people(frame: bytes, other: bytes) -> bytes:
    """Somebody who looks over a shoulder."""
    both = Image.new("RGB", (960, 640))
    for place, data in enumerate((frame, other)):
        both.paste(Image.open(io.BytesIO(data)), (place * 480, 0))
    return jpeg(np.asarray(both))
