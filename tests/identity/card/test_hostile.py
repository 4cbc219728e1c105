# SPDX-License-Identifier: Apache-2.0
"""Every upload is hostile: none is kept as it came, none ends the worker, none costs a second. bench.cards prints how
long each takes."""

import contextlib
import io
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from identity.card import CardFault, Side
from identity.face import DlibMatcher
from kit.images import ImageTooLarge, ImageTruncated, NotAnImage
from reference.hostile import MARK, hostile
from tests.identity.card.conftest import Cards

A_SECOND = 1.0


def processor_s(matcher: DlibMatcher) -> float:
    """Seconds of processor that the workers have used: what other programmes do meanwhile does not count. Without
    /proc nothing is measured."""
    used = 0
    for pid in matcher.workers.pids:
        stat = Path(f"/proc/{pid}/stat")
        if stat.exists():
            told = stat.read_text().rpartition(")")[2].split()
            used += int(told[11]) + int(told[12])
    return used / os.sysconf("SC_CLK_TCK")


def test_more_than_a_hundred_hostile_pictures_are_answered_and_none_is_kept_as_it_came(
    cards: Cards, matcher: DlibMatcher
) -> None:
    cards.read(cards.photograph(Side.PORTRAIT))  # what is loaded with the first picture is not a hostile one's
    pids, refused, answered, slow = matcher.workers.pids, 0, 0, {}
    for name, data in hostile():
        before = processor_s(matcher)
        try:
            reading = cards.read(data)
        except (NotAnImage, ImageTooLarge, ImageTruncated):
            refused += 1
            continue
        finally:
            if (took := processor_s(matcher) - before) >= A_SECOND:
                slow[name] = took
        answered += 1
        assert reading.faults[0] in (CardFault.NOT_A_CARD, CardFault.DARK), name
        assert MARK not in reading.jpeg, name
        assert reading.jpeg != data
        assert not Image.open(io.BytesIO(reading.jpeg)).getexif(), name
        assert not reading.jpeg.rpartition(b"\xff\xd9")[2], name
    assert refused + answered > 100
    assert min(refused, answered) > 20
    assert slow == {}
    assert matcher.workers.pids == pids


@pytest.mark.parametrize("of", ["portrait", "frame"])
def test_as_the_picture_of_a_face_none_of_them_costs_a_second_either(
    cards: Cards, matcher: DlibMatcher, of: str
) -> None:
    answers: dict[str, Callable[[bytes], object]] = {
        "portrait": matcher.read_portrait,
        "frame": lambda data: matcher.measure([data]),
    }
    answers[of](cards.photograph(Side.PORTRAIT))
    pids, slow = matcher.workers.pids, {}
    for name, data in hostile():
        before = processor_s(matcher)
        with contextlib.suppress(NotAnImage, ImageTooLarge, ImageTruncated):
            answers[of](data)
        if (took := processor_s(matcher) - before) >= A_SECOND:
            slow[name] = took
    assert slow == {}
    assert matcher.workers.pids == pids


def test_a_good_card_is_read_after_all_of_them(cards: Cards) -> None:
    assert cards.read(cards.photograph(Side.PORTRAIT)).faults == ()
