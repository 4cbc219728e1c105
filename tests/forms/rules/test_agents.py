# SPDX-License-Identifier: Apache-2.0
"""经营主体登记申请及代理行为管理办法 on agents and contacts."""

import pytest

from tests.forms.rules.judging import A, B, Case, fails, passes

CASES = [
    passes("AGENT-01", "nobody acts for the business", agent="none"),
    passes("AGENT-01", "an agent who declared it", agent="declared"),
    fails("AGENT-01", "an agent who did not", "agent", agent="undeclared"),
    passes("AGENT-02", "somebody of the business", agent_number=A, contact_id=B),
    passes("AGENT-02", "without an agent", contact_id=B),
    fails("AGENT-02", "the agent is no contact", "contact_id", agent_number=A, contact_id=A),
]


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_agent_is_told_from_the_business(case: Case) -> None:
    assert case.judged() == case.wrong
