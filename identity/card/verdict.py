# SPDX-License-Identifier: Apache-2.0
"""Verdict (证件照判定): what is wrong with a photograph of a card, from what was measured of it. Pure.

The limits are data. They rest on generated cards only (`python -m bench.cards`): a dozen of each kind, on two sides;
real laminate, holograms and screens will measure otherwise, so each verdict asks for another picture and none refuses:
whoever cannot do better sends the picture to a clerk as it is.
"""

from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    PORTRAIT = "portrait"
    EMBLEM = "emblem"


class CardFault(StrEnum):
    """What is wrong; each has its own sentence."""

    NOT_A_CARD = "not_a_card"
    WRONG_SIDE = "wrong_side"
    CUT_OFF = "cut_off"
    DARK = "dark"
    BLURRED = "blurred"
    GLARE = "glare"
    COPY = "copy"
    NO_PORTRAIT = "no_portrait"


@dataclass(frozen=True, slots=True)
class Measured:
    """Of the card laid flat.

    `labels` printed labels that were read for the side it shows; `sharpness` the Laplacian's share of the contrast in
    the lines of text; `glare` the share of the card in white blots; `brightness` the median grey; `chroma` how far the
    colours lie apart; `moire` how far the strongest regular pattern stands out; `unread` the share of fields that were
    not read.
    """

    is_found: bool
    is_cut: bool
    shows: Side | None
    labels: int
    has_portrait: bool
    sharpness: float
    glare: float
    brightness: float
    chroma: float
    moire: float
    unread: float


@dataclass(frozen=True, slots=True)
class Limits:
    version: str
    labels: int = 2
    sharpness: float = 0.07
    glare: float = 0.010
    brightness: float = 48.0
    unread: float = 0.5
    chroma: float = 1.2
    moire: float = 3.5


LIMITS = Limits("card-limits-1")


def faults_of(measured: Measured, asked: Side, limits: Limits = LIMITS) -> tuple[CardFault, ...]:
    """The most telling first; none for a picture that serves."""
    if measured.brightness < limits.brightness:
        return (CardFault.DARK,)
    if measured.shows is None or measured.labels < limits.labels:
        if measured.is_cut and measured.labels:
            return (CardFault.CUT_OFF,)
        is_soft = measured.is_found and 0 < measured.sharpness < limits.sharpness
        return (CardFault.BLURRED,) if is_soft else (CardFault.NOT_A_CARD,)
    if measured.shows is not asked:
        return (CardFault.WRONG_SIDE,)
    found = [
        (measured.is_cut, CardFault.CUT_OFF),
        (measured.glare > limits.glare, CardFault.GLARE),
        (measured.sharpness < limits.sharpness or measured.unread > limits.unread, CardFault.BLURRED),
        (measured.chroma < limits.chroma or measured.moire > limits.moire, CardFault.COPY),
        (asked is Side.PORTRAIT and not measured.has_portrait, CardFault.NO_PORTRAIT),
    ]
    return tuple(fault for holds, fault in found if holds)
