# SPDX-License-Identifier: Apache-2.0
"""A clerk reads every signal of a live session in words."""

import random

from identity.liveness.challenges import NODS, draw
from identity.liveness.judging import Seen, judge_session
from tests.identity.liveness.sittings import a_sitting
from web.pages.provers import shown_signal
from web.wording import SIGNAL_OUTCOMES, SIGNALS


def test_every_signal_and_outcome_has_words() -> None:
    chance = random.Random(1)  # noqa: S311
    empty = [Seen(draw(chance), []) for _ in range(20)]
    told = [one for seen in (a_sitting(), *empty) for one in judge_session(seen).signals]
    assert {one.name for one in told} == set(SIGNALS)
    assert {f"action_{kind}" for kind in NODS} <= set(SIGNALS)
    assert {one.outcome for one in told} == set(SIGNAL_OUTCOMES)


def test_a_signal_is_shown_with_value_limit_and_version() -> None:
    failed = {"name": "depth_left", "value": 0.11, "threshold": 0.19, "version": "liveness-1", "outcome": "fail"}
    shown = shown_signal(failed)
    assert (shown["value"], shown["threshold"], shown["version"], shown["mood"]) == (0.11, 0.19, "liveness-1", "bad")
    assert shown["said"] == SIGNALS["depth_left"]
