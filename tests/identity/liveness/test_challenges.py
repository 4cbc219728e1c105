# SPDX-License-Identifier: Apache-2.0
from collections import Counter
from pathlib import Path

import pytest

from identity.liveness.challenges import COLOURS, DONE, FLASH, FLASH_S, INTENT, LOOK, NODS, Plan, draw, space
from identity.liveness.limits import FILE, LIMITS, load_limits
from kit.declared import Refused
from tests.identity.liveness.sittings import chance


def test_there_are_more_than_a_million_plans() -> None:
    assert space() > 10**6


def test_every_plan_asks_for_both_turns_the_mouth_and_one_nod_in_some_order() -> None:
    plans = [draw(chance(seed)) for seed in range(400)]
    for plan in plans:
        kinds = [one.kind for one in plan.challenges]
        assert {"left", "right", "mouth"} < set(kinds)
        assert len([kind for kind in kinds if kind in NODS]) == 1
        assert all(a != b for a, b in zip(plan.colours, plan.colours[1:], strict=False))
        assert plan.phases == (LOOK, *kinds, INTENT, FLASH, DONE)
    orders = Counter(tuple(one.kind for one in plan.challenges) for plan in plans)
    assert len(orders) == 48
    assert max(orders.values()) < 30


def test_a_plan_is_the_same_when_it_is_read_back() -> None:
    plan = draw(chance(1))
    assert Plan.from_json(plan.as_json()) == plan


def test_colours_never_change_more_than_three_times_a_second() -> None:
    assert 1 / FLASH_S <= 3
    assert len(set(COLOURS)) == len(COLOURS)


def test_every_limit_says_what_it_rests_on() -> None:
    assert LIMITS.version
    assert all(limit.evidence for limit in LIMITS.known.values())


def test_a_limit_without_evidence_is_refused(tmp_path: Path) -> None:
    bare = tmp_path / "limits.toml"
    bare.write_text(FILE.read_text("utf-8") + '\n[bare]\nvalue = 1\nevidence = "none"\n', "utf-8")
    with pytest.raises(Refused, match="bare"):
        load_limits(bare)
