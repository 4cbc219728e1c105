# SPDX-License-Identifier: Apache-2.0
"""Sample cards are nobody's, and the same every time."""

import io

import pytest
from PIL import Image

from kit.numbers import is_id_number
from reference import holders, idcard, snapshot
from reference.hostile import hostile
from tests.conftest import NOON


def a_face() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 380), (150, 120, 100)).save(out, "JPEG")
    return out.getvalue()


def test_a_sample_holder_has_a_right_number_of_no_existing_area() -> None:
    for seed in range(50):
        number = holders.holder(seed).number
        assert number.startswith("999999")
        assert is_id_number(number, NOON.date())
        assert int(number[16]) % 2 == (holders.holder(seed).sex == "男")


def test_a_sample_card_is_drawn_and_photographed_the_same_every_time() -> None:
    holder = holders.holder(1)
    assert idcard.draw(a_face(), holder) == idcard.draw(a_face(), holder)
    flat = idcard.emblem_side(holder)
    assert snapshot.snapshot(flat, seed=3) == snapshot.snapshot(flat, seed=3)
    assert snapshot.snapshot(flat, seed=3) != snapshot.snapshot(flat, seed=4)


@pytest.mark.parametrize("fault", snapshot.FAULTS)
def test_each_way_to_take_a_bad_picture_makes_another_one(fault: str) -> None:
    flat = idcard.emblem_side(holders.holder(1))
    bad = snapshot.snapshot(flat, fault=fault)
    assert bad != snapshot.snapshot(flat)
    assert max(Image.open(io.BytesIO(bad)).size) == (560 if fault == "small" else 1600)


def test_hostile_pictures_are_many_and_always_the_same() -> None:
    once = dict(hostile())
    assert len(once) > 110
    assert once == dict(hostile())
