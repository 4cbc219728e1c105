# SPDX-License-Identifier: Apache-2.0
"""What bars a permit bars it for everybody: for the panel, and for whoever settles what the panel does not agree on."""

import pytest

from approval import claims, deciding
from approval.application import Application
from approval.decision import Outcome
from approval.findings import Found
from approval.guards import GuardHolds
from credit import Effect
from kit.database import Database
from kit.text import Text
from tests.approval.test_people import clerks, decide, office, say, state_of, with_panel
from tests.conftest import NOON
from tests.office import TestOffice, a_supervisor

__all__ = ["office"]


def test_a_supervisor_cannot_grant_what_a_verified_rule_bars(office: TestOffice, database: Database) -> None:
    case = with_panel(office)
    words = Text(zh="样例", en="sample")
    with database.writing() as session:
        bar = Found("X-01", Effect.REFUSE, words, words, "V")
        deciding.add_findings(session, session.get_one(Application, case), "credit", [bar], NOON)
    zhou, wu = clerks(office, "zhou", "wu")
    with pytest.raises(GuardHolds):
        decide(office, case, zhou, Outcome.APPROVE)
    decide(office, case, zhou, Outcome.REFUSE)
    decide(office, case, wu, Outcome.RETURN)
    assert state_of(office, case) == ("in_review", "reconcile")
    with database.writing() as session:
        supervisor = a_supervisor(session)
        version = claims.claim(session, case, supervisor, NOON).version
    with database.writing() as session, pytest.raises(GuardHolds):
        deciding.decide(session, office.office, case, version, say(Outcome.APPROVE, supervisor), NOON)
    assert state_of(office, case) == ("in_review", "reconcile")
