# SPDX-License-Identifier: Apache-2.0
"""Drawn cards, photographed well and badly, through the real worker; accuracy is measured by bench.cards."""

import io
from typing import Any

import pytest
from PIL import Image

from identity import BANDS, judge
from identity.card import CardFault, CardReading, Side
from identity.checks import Band, Fault
from identity.face import DlibMatcher
from reference import holders, photographs
from reference.idcard import Holder
from tests.identity.card.conftest import SEED, Cards


def on(holder: Holder) -> dict[str, str]:
    """What stands on the card."""
    number = holder.number
    return {
        "name": holder.name,
        "sex": holder.sex,
        "nation": holder.nation,
        "birth": f"{number[6:10]}-{number[10:12]}-{number[12:14]}",
        "address": holder.address,
        "number": number,
        "authority": holder.authority,
        "valid_from": holder.valid_from.replace(".", "-"),
        "valid_until": holder.valid_until.replace(".", "-"),
    }


def must_be_read(reading: CardReading, holder: Holder) -> None:
    """Whatever is without doubt is right."""
    assert reading.fields
    for name, field in reading.fields.items():
        assert field.doubtful or field.value == on(holder)[name], name


def test_both_sides_of_a_clear_card_are_read(cards: Cards) -> None:
    for side in Side:
        reading = cards.read(cards.photograph(side), side)
        assert reading.faults == ()
        assert {name: field.value for name, field in reading.fields.items()} == {
            name: value for name, value in on(holders.holder(SEED)).items() if name in reading.fields
        }
        assert not any(field.doubtful for field in reading.fields.values())
        assert reading.engine.startswith("rapidocr")
        shape = Image.open(io.BytesIO(reading.jpeg)).size
        assert shape[0] / shape[1] == pytest.approx(85.6 / 54, rel=0.01)


@pytest.mark.parametrize("how", [{"turn": 90}, {"turn": 180, "tilt": 0.05}, {"quality": 30, "longest": 900}], ids=str)
def test_a_card_may_lie_as_it_likes(cards: Cards, how: dict[str, Any]) -> None:
    reading = cards.read(cards.photograph(Side.PORTRAIT, **how))
    assert reading.faults == ()
    must_be_read(reading, holders.holder(SEED))
    assert reading.fields["number"].value == holders.holder(SEED).number
    assert reading.crop


def test_the_emblem_side_may_lie_upside_down(cards: Cards) -> None:
    reading = cards.read(cards.photograph(Side.EMBLEM, turn=180), Side.EMBLEM)
    assert reading.faults == ()
    must_be_read(reading, holders.holder(SEED))


@pytest.mark.parametrize(
    ("how", "fault"),
    [
        ({"fault": "blur"}, CardFault.BLURRED),
        ({"fault": "motion"}, CardFault.BLURRED),
        ({"fault": "glare"}, CardFault.GLARE),
        ({"fault": "dark"}, CardFault.DARK),
        ({"fault": "copy"}, CardFault.COPY),
        ({"fault": "screen"}, CardFault.COPY),
        ({"fault": "cut off"}, CardFault.CUT_OFF),
    ],
    ids=str,
)
def test_each_fault_is_told_and_nothing_is_sure_then(cards: Cards, how: dict[str, Any], fault: CardFault) -> None:
    reading = cards.read(cards.photograph(Side.PORTRAIT, **how))
    assert reading.faults[0] is fault
    assert all(field.doubtful for field in reading.fields.values())


def test_the_other_side_is_told_from_the_one_that_was_asked_for(cards: Cards) -> None:
    front, back = (cards.photograph(side) for side in Side)
    assert cards.read(front, Side.EMBLEM).faults == (CardFault.WRONG_SIDE,)
    assert cards.read(back, Side.PORTRAIT).faults == (CardFault.WRONG_SIDE,)
    assert cards.read(front, Side.EMBLEM).fields == {}


def test_a_face_without_a_card_is_no_card(cards: Cards, pictures: photographs.Photographs) -> None:
    assert cards.read(pictures.accept_live.read_bytes()).faults == (CardFault.NOT_A_CARD,)


def test_a_card_without_its_portrait_is_told(cards: Cards) -> None:
    whole = Image.open(io.BytesIO(cards.photograph(Side.PORTRAIT))).convert("RGB")
    covered = Image.new("RGB", (360, 420), (228, 232, 230))
    whole.paste(covered, (1010, 300))
    out = io.BytesIO()
    whole.save(out, "JPEG", quality=90)
    assert CardFault.NO_PORTRAIT in cards.read(out.getvalue()).faults


def test_a_small_picture_is_read_but_its_portrait_counts_as_small_as_it_was_taken(cards: Cards) -> None:
    reading = cards.read(cards.photograph(Side.PORTRAIT, fault="small"))
    must_be_read(reading, holders.holder(SEED))
    assert reading.face is not None
    assert Fault.TOO_SMALL in reading.face.faults


def test_the_flat_card_serves_the_comparison_of_faces(
    cards: Cards, matcher: DlibMatcher, card: bytes, pictures: photographs.Photographs
) -> None:
    kept = cards.read(card)
    assert kept.face is not None
    assert (kept.faults, kept.face.faults) == ((), ())
    assert kept.face.width >= BANDS.portrait_width
    near, _frame = matcher.compare(kept.jpeg, [pictures.accept_live.read_bytes()])
    assert judge(near, BANDS).band is Band.ACCEPT
    far, _frame = matcher.compare(kept.jpeg, [pictures.other.read_bytes()])
    assert judge(far, BANDS).band is Band.RETRY
