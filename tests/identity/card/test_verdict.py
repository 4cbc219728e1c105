# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from typing import Any

import pytest

from identity.card.verdict import CardFault, Measured, Side, faults_of

GOOD = Measured(
    is_found=True,
    is_cut=False,
    shows=Side.PORTRAIT,
    labels=5,
    has_portrait=True,
    sharpness=2.0,
    glare=0.0,
    brightness=200.0,
    chroma=9.0,
    moire=1.9,
    unread=0.0,
)


def test_a_good_picture_has_no_fault() -> None:
    assert faults_of(GOOD, Side.PORTRAIT) == ()
    assert faults_of(replace(GOOD, shows=Side.EMBLEM, has_portrait=False), Side.EMBLEM) == ()


@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"shows": None, "labels": 0, "is_found": False, "sharpness": 0.0}, CardFault.NOT_A_CARD),
        ({"shows": None, "labels": 0, "is_found": True, "sharpness": 0.0}, CardFault.NOT_A_CARD),
        ({"shows": None, "labels": 0, "is_found": True, "sharpness": 0.02}, CardFault.BLURRED),
        ({"labels": 1, "is_cut": True}, CardFault.CUT_OFF),
        ({"shows": Side.EMBLEM}, CardFault.WRONG_SIDE),
        ({"is_cut": True}, CardFault.CUT_OFF),
        ({"sharpness": 0.05}, CardFault.BLURRED),
        ({"unread": 0.6}, CardFault.BLURRED),
        ({"glare": 0.05}, CardFault.GLARE),
        ({"brightness": 30.0}, CardFault.DARK),
        ({"chroma": 0.2}, CardFault.COPY),
        ({"moire": 4.5}, CardFault.COPY),
        ({"has_portrait": False}, CardFault.NO_PORTRAIT),
    ],
)
def test_each_fault_is_told_by_what_was_measured(changed: dict[str, Any], fault: CardFault) -> None:
    assert faults_of(replace(GOOD, **changed), Side.PORTRAIT)[0] is fault


def test_the_most_telling_fault_comes_first() -> None:
    bad = replace(GOOD, is_cut=True, glare=0.2, has_portrait=False)
    assert faults_of(bad, Side.PORTRAIT) == (CardFault.CUT_OFF, CardFault.GLARE, CardFault.NO_PORTRAIT)


def test_in_the_dark_nothing_else_is_judged() -> None:
    assert faults_of(replace(GOOD, brightness=20.0, chroma=0.1, labels=0), Side.PORTRAIT) == (CardFault.DARK,)
