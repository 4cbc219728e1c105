# SPDX-License-Identifier: Apache-2.0
"""Reading (识读结果): what comes back of one photographed side of a card. Pure."""

from dataclasses import dataclass

from identity.card.fields import Fields
from identity.card.verdict import CardFault, Measured, Side
from identity.checks import FaceReading


@dataclass(frozen=True, slots=True)
class CardReading:
    """The card laid flat (JPEG written anew), the portrait cut out of it, its fields, and what is wrong with it.

    `face` is None on the emblem side; `crop` is empty where there is not exactly one face.
    """

    side: Side
    jpeg: bytes
    crop: bytes
    face: FaceReading | None
    fields: Fields
    faults: tuple[CardFault, ...]
    measured: Measured
    engine: str
    limits: str
