# SPDX-License-Identifier: Apache-2.0
"""Over runs that are drawn: a source that does not answer never leads to an approval by the machine."""

from dataclasses import replace
from itertools import count
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from approval.application import Application, DecisionRow, Finding
from approval.running import Runner
from credit import CreditReport, Effect, Firm, Subject, Unanswered
from kit.database import Database
from tests.office import QuietBureau, TestOffice, a_submitted_case

PHONES = count(13_900_000_001)
ITEMS = st.sampled_from(["sole-trader", "company"])


class Faltering(QuietBureau):
    """Answers or not, as was drawn; when that is used up it answers. `silent` are the purposes it was silent at."""

    def __init__(self, drawn: list[bool]) -> None:
        super().__init__()
        self._drawn, self.silent = list(drawn), list[str]()

    def _is_silent(self, purpose: str) -> bool:
        is_silent = not self._drawn.pop(0) if self._drawn else False
        if is_silent:
            self.silent.append(purpose)
        return is_silent

    def firm(self, number: str, *, purpose: str, case: str) -> Firm | None:
        if self._is_silent(purpose):
            raise Unanswered("timeout")
        return super().firm(number, purpose=purpose, case=case)

    def query(self, subject: Subject, name: str, number: str, *, purpose: str, case: str) -> CreditReport:
        self.is_away = self._is_silent(purpose)
        try:
            return super().query(subject, name, number, purpose=purpose, case=case)
        finally:
            self.is_away = False


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item=ITEMS, drawn=st.lists(st.booleans(), max_size=10))
def test_no_run_with_an_unanswered_source_ends_in_an_approval_by_the_machine(
    database: Database, item: str, drawn: list[bool]
) -> None:
    office: Any = TestOffice(database)
    bureau = Faltering(drawn)
    office.bureau = bureau
    office.office = replace(office.office, bureau=bureau)
    case = a_submitted_case(office, str(next(PHONES)), item=item)
    Runner(office.office).carry_on(case)
    with database.reading() as session:
        application = session.get_one(Application, case)
        decision = session.scalar(select(DecisionRow).where(DecisionRow.application_id == case))
        effects = set(session.scalars(select(Finding.effect).where(Finding.application_id == case)))
    assert bureau.asked, "nobody was asked: nothing is shown by this run"
    if bureau.silent:
        assert decision is None, (bureau.silent, application.state)
        assert Effect.MANUAL in effects
        assert application.state in ("in_review", "with_departments")


def test_the_same_run_with_every_answer_ends_in_one(database: Database) -> None:
    office: Any = TestOffice(database)
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    with database.reading() as session:
        decision = session.scalars(select(DecisionRow).where(DecisionRow.application_id == case)).one()
    assert (decision.is_by_machine, decision.outcome) == (True, "approve")
