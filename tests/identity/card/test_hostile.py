# SPDX-License-Identifier: Apache-2.0
"""Every upload is hostile: none is kept as it came, none ends the worker. How long each takes, bench.cards prints."""

import io

from PIL import Image

from identity.card import CardFault, Side
from identity.face import DlibMatcher
from kit.images import ImageTooLarge, ImageTruncated, NotAnImage
from reference.hostile import MARK, hostile
from tests.identity.card.conftest import Cards


def test_more_than_a_hundred_hostile_pictures_are_answered_and_none_is_kept_as_it_came(
    cards: Cards, matcher: DlibMatcher
) -> None:
    pids, refused, answered = matcher.workers.pids, 0, 0
    for name, data in hostile():
        try:
            reading = cards.read(data)
        except (NotAnImage, ImageTooLarge, ImageTruncated):
            refused += 1
            continue
        answered += 1
        assert reading.faults[0] in (CardFault.NOT_A_CARD, CardFault.DARK), name
        assert MARK not in reading.jpeg, name
        assert reading.jpeg != data
        assert not Image.open(io.BytesIO(reading.jpeg)).getexif(), name
        assert not reading.jpeg.rpartition(b"\xff\xd9")[2], name
    assert refused + answered > 100
    assert min(refused, answered) > 20
    assert matcher.workers.pids == pids


def test_a_good_card_is_read_after_all_of_them(cards: Cards) -> None:
    assert cards.read(cards.photograph(Side.PORTRAIT)).faults == ()
