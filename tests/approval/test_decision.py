# SPDX-License-Identifier: Apache-2.0
from datetime import UTC, datetime

import pytest

from approval.decision import (
    BasisRequired,
    Correction,
    CorrectionsRequired,
    Decision,
    Outcome,
    PersonRequired,
    ReasonRequired,
)
from kit.text import Text

NOW = datetime(2026, 11, 23, 4, tzinfo=UTC)
SENTENCE = "经营范围中的项目依法不得由个体工商户经营"
CORRECTION = Correction("address", Text(zh="详细地址", en="Address"), "请写到室号")


def test_an_approval_may_be_silent_and_may_come_from_a_machine() -> None:
    assert Decision(Outcome.APPROVE, "system:x", NOW, is_by_machine=True).reason == ""


@pytest.mark.parametrize("outcome", [Outcome.REFUSE, Outcome.RETURN])
def test_no_machine_turns_anybody_away(outcome: Outcome) -> None:
    with pytest.raises(PersonRequired):
        Decision(
            outcome, "system:x", NOW, is_by_machine=True, reason=SENTENCE, basis="SAMR-20", corrections=(CORRECTION,)
        )


@pytest.mark.parametrize("reason", ["", "不行", "。。。。。。。。。。。。", "          "])
def test_a_refusal_without_a_sentence_is_refused(reason: str) -> None:
    with pytest.raises(ReasonRequired):
        Decision(Outcome.REFUSE, "account:a", NOW, reason=reason, basis="SAMR-20")


@pytest.mark.parametrize("basis", ["", "anything"])
def test_a_refusal_without_a_verified_basis_is_refused(basis: str) -> None:
    with pytest.raises(BasisRequired):
        Decision(Outcome.REFUSE, "account:a", NOW, reason=SENTENCE, basis=basis)


def test_a_return_says_what_to_correct() -> None:
    with pytest.raises(CorrectionsRequired):
        Decision(Outcome.RETURN, "account:a", NOW)
    assert Decision(Outcome.RETURN, "account:a", NOW, corrections=(CORRECTION,)).corrections
