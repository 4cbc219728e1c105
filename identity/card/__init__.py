# SPDX-License-Identifier: Apache-2.0
"""Card (证件识读): a photographed identity card becomes fields with their doubts, a portrait and a verdict.

The image libraries are behind the workers: `identity.card.reader` is named to them and never imported here.
"""

from identity.card.confirming import Wrong, wrong_in
from identity.card.fields import EMBLEM_FIELDS, PORTRAIT_FIELDS, ReadField, is_expired
from identity.card.keeping import (
    DOCUMENTS,
    as_said,
    confirm_card,
    is_confirmed,
    keep_card,
    keep_document,
    settle_card,
)
from identity.card.port import PREPARE, CardReader, RapidCardReader
from identity.card.reading import CardReading
from identity.card.verdict import LIMITS, CardFault, Measured, Side

__all__ = [
    "DOCUMENTS",
    "EMBLEM_FIELDS",
    "LIMITS",
    "PORTRAIT_FIELDS",
    "PREPARE",
    "CardFault",
    "CardReader",
    "CardReading",
    "Measured",
    "RapidCardReader",
    "ReadField",
    "Side",
    "Wrong",
    "as_said",
    "confirm_card",
    "is_confirmed",
    "is_expired",
    "keep_card",
    "keep_document",
    "settle_card",
    "wrong_in",
]
