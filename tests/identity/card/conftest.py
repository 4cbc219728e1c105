# SPDX-License-Identifier: Apache-2.0
"""The real reader in a real worker, once; each picture of a card is read once."""

import hashlib

import pytest

from identity.card import CardReading, RapidCardReader, Side
from identity.face import DlibMatcher
from identity.workers import Workers
from reference import holders, idcard, photographs, snapshot
from reference.idcard import Holder

SEED = 7


class Cards:
    """Draws, photographs and reads."""

    def __init__(self, workers: Workers, portrait: bytes) -> None:
        self.reader, self._portrait = RapidCardReader(workers), portrait
        self._known: dict[bytes, CardReading] = {}

    def photograph(self, side: Side, holder: Holder | None = None, **how: object) -> bytes:
        holder = holder or holders.holder(SEED)
        flat = idcard.portrait_side(self._portrait, holder) if side is Side.PORTRAIT else idcard.emblem_side(holder)
        return snapshot.snapshot(flat, seed=SEED, **how)  # type: ignore[arg-type]

    def read(self, data: bytes, side: Side = Side.PORTRAIT) -> CardReading:
        key = hashlib.sha256(data + side.encode()).digest()
        if key not in self._known:
            self._known[key] = self.reader.read(data, side)
        return self._known[key]


@pytest.fixture(scope="session")
def cards(matcher: DlibMatcher, pictures: photographs.Photographs) -> Cards:
    return Cards(matcher.workers, pictures.accept_portrait.read_bytes())
