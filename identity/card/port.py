# SPDX-License-Identifier: Apache-2.0
"""Port (证件识读接口): how pages have a card read, without the libraries that do it. I/O: processes."""

from typing import Protocol

from identity.card.reading import CardReading
from identity.card.verdict import Side
from identity.workers import Workers

PREPARE = "card.reader:load"  # what a worker does beforehand


class CardReader(Protocol):
    """What pages need of a reader."""

    def read(self, data: bytes, side: Side) -> CardReading:
        """Raises NotAnImage, ImageTooLarge, ImageTruncated, FaceServiceDown."""
        ...


class RapidCardReader:
    """rapidocr in the workers."""

    def __init__(self, workers: Workers) -> None:
        self.workers = workers

    def read(self, data: bytes, side: Side) -> CardReading:
        reading: CardReading = self.workers.do("card.reader:read", [data], side)
        return reading
