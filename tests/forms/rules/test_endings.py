# SPDX-License-Identifier: Apache-2.0
"""市场主体登记管理条例 on deregistration, pauses and lost licences."""

from datetime import date, timedelta

import pytest

from forms.rules import apply_rule
from tests.forms.rules.judging import TODAY, Case, fails, passes


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


OBSTACLES = ("listed", "frozen", "proceedings", "revoked", "penalty", "approval")

CASES = [
    passes("END-01", "thirty days after the liquidation", liquidation_ended_on=ago(30)),
    fails("END-01", "thirty-one days after it", "liquidation_ended_on", liquidation_ended_on=ago(31)),
    passes("END-02", "there are no branches", branches="none"),
    passes("END-02", "the branches are closed", branches="closed"),
    fails("END-02", "branches are still registered", "branches", branches="open"),
    fails("END-03", "the day of the notice", "closing_notice_on", closing_notice_on=ago(0)),
    fails("END-03", "the 20th day of the notice", "closing_notice_on", closing_notice_on=ago(20)),
    passes("END-03", "the day after its 20 days", closing_notice_on=ago(21)),
    passes("END-03", "the 20th day after the notice", closing_notice_on=ago(40)),
    fails("END-03", "the 21st day after the notice", "closing_notice_on", closing_notice_on=ago(41)),
    passes("END-03", "an individual business publishes no notice"),
    passes("END-04", "nothing stands against it", obstacles=("none",)),
    *(fails("END-04", f"not with {one}", "obstacles", obstacles=(one,)) for one in OBSTACLES),
    fails("END-04", "not even beside none of these", "obstacles", obstacles=("penalty", "none")),
    passes("PAUSE-01", "three years", pause_from=date(2026, 12, 1), pause_until=date(2029, 12, 1)),
    fails(
        "PAUSE-01",
        "three years and a day",
        "pause_until",
        pause_from=date(2026, 12, 1),
        pause_until=date(2029, 12, 2),
    ),
    passes("PAUSE-01", "from a leap day", pause_from=date(2028, 2, 29), pause_until=date(2031, 2, 28)),
    fails("PAUSE-01", "and a day", "pause_until", pause_from=date(2028, 2, 29), pause_until=date(2031, 3, 1)),
    passes("PAUSE-01", "trading again has no end"),
    passes("PAUSE-03", "from today", pause_act="begin", pause_from=TODAY, pause_until=ago(-9)),
    fails("PAUSE-03", "since yesterday", "pause_from", pause_act="begin", pause_from=ago(1), pause_until=ago(-9)),
    passes("PAUSE-03", "what began is extended", pause_act="extend", pause_from=ago(90), pause_until=ago(-9)),
    fails(
        "PAUSE-03", "but not into the past", "pause_until", pause_act="extend", pause_from=ago(90), pause_until=ago(1)
    ),
    passes("COPY-01", "published today", loss_notice_on=TODAY),
    passes("COPY-01", "a damaged licence is not published"),
    fails("COPY-01", "published tomorrow", "loss_notice_on", loss_notice_on=ago(-1)),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_end_or_a_pause_is_made_by_the_regulation(case: Case) -> None:
    assert case.judged() == case.wrong


@pytest.mark.parametrize("days", [0, 13, 20])
def test_too_early_says_from_which_day_and_that_day_is_right(days: int) -> None:
    [problem] = apply_rule("END-03", {"closing_notice_on": ago(days)}, TODAY)
    opens = ago(days) + timedelta(days=21)
    assert f"{opens:%Y-%m-%d} 起" in problem.message.zh
    assert not apply_rule("END-03", {"closing_notice_on": ago(days)}, opens)
