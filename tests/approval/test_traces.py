# SPDX-License-Identifier: Apache-2.0
"""What proving and disputing leave behind goes when its time is over, and the nightly proof sees what does not."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from approval import cases, filings, freezing, meetings
from approval.application import Application
from approval.appointments import GIVEN_UP, MET, OPEN, Meeting
from approval.asserting import Question
from approval.filings import Filing
from approval.freezing import Freeze
from approval.leads import load_leads
from approval.nightly import Nightly
from identity import HOLDER, Way, assuring, evidence_of, load_retention, load_routes
from identity.retention import What
from kit.database import Database
from kit.keyring import DatabaseKeyring
from tests.conftest import NOON
from tests.office import HOLDER as NUMBER
from tests.office import TestOffice, a_clerk, a_submitted_case, an_applicant

DAY = timedelta(days=1)
KINDS = ("appointments", "partner_questions", "settled_claims", "unfound_claims", "filings")


@pytest.fixture
def office(database: Database, ring: DatabaseKeyring) -> TestOffice:
    return TestOffice(database)


def a_draft(session: Session, office: TestOffice) -> Application:
    draft = cases.start(session, office.office, an_applicant(session), "sole-trader", NOON)
    cases.save_answers(
        session, office.office, draft, "operator", {"operator_name": "林清和", "operator_id": NUMBER}, NOON
    )
    return draft


def a_meeting(case: str, state: str, way: Way = Way.WINDOW, code: str = "12345678") -> Meeting:
    ended = None if state == OPEN else NOON
    return Meeting(
        application_id=case,
        person=HOLDER,
        way=way,
        code=code,
        code_key=code,
        asked_at=NOON,
        state=state,
        ended_at=ended,
    )


def a_question(case: str, account: str) -> Question:
    return Question(
        application_id=case,
        person=HOLDER,
        account_id=account,
        browser_key="b",
        partner="bank",
        state_key="s",
        nonce="n",
        secret="s",
        asked_at=NOON,
    )


def plant(session: Session, case: Application) -> None:
    """One of each, from NOON."""
    applicant, clerk = an_applicant(session), a_clerk(session, "zhou")
    session.add(a_meeting(case.id, GIVEN_UP))
    session.add(a_question(case.id, applicant.id))
    session.add(Freeze(application_id=case.id, person=HOLDER, said_by=applicant.id, said_at=NOON, is_open=False))
    session.flush()
    for claim in session.scalars(select(Freeze)):
        claim.settled_at, claim.settled_by, claim.outcome = NOON, clerk.id, "lifted"
    session.add(Freeze(application_id=None, person=HOLDER, said_by=applicant.id, said_at=NOON, is_open=False))


def left(session: Session) -> list[int]:
    tables = (Meeting, Question, Freeze, Filing)
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


def test_a_planted_row_of_each_kind_is_seen_by_the_proof_and_destroyed(office: TestOffice, tmp_path: Path) -> None:
    case = a_submitted_case(office)
    with office.database.writing() as session:
        filings.note_device(session, case, "a browser", NOON)
        plant(session, session.get_one(Application, case))
        assert left(session) == [1, 1, 2, 1]
    job = Nightly(office.office, tmp_path)
    assert job.proof(NOON + 30 * DAY).remaining == {}, "to the day"
    late = NOON + 1097 * DAY
    seen = job.proof(late).remaining
    assert {kind: seen.get(kind) for kind in KINDS} == dict.fromkeys(KINDS, 1)
    report = job.run(late)
    assert {kind: report.destroyed.get(kind) for kind in KINDS} == dict.fromkeys(KINDS, 1)
    assert not set(report.remaining) & set(KINDS)
    with office.database.reading() as session:
        assert left(session) == [0, 0, 0, 0]


def test_an_appointment_that_was_kept_and_a_claim_that_is_open_stay(office: TestOffice, tmp_path: Path) -> None:
    case = a_submitted_case(office)
    with office.database.writing() as session:
        account = an_applicant(session).id
        session.add(a_meeting(case, MET))
        session.add(a_meeting(case, OPEN, Way.VIDEO, "87654321"))
        session.add(Freeze(application_id=case, person=HOLDER, said_by=account, said_at=NOON))
    Nightly(office.office, tmp_path).run(NOON + 2000 * DAY)
    with office.database.reading() as session:
        assert left(session)[:3] == [2, 0, 1]


def test_who_never_came_to_the_window_may_choose_again(office: TestOffice, tmp_path: Path) -> None:
    with office.database.writing() as session:
        draft = a_draft(session, office)
        meetings.ask(session, office.office, draft, HOLDER, Way.WINDOW, NOON)
        assert evidence_of(session, draft.id).is_complete
        name = draft.id
    days = load_routes().window.code_days + 30
    job = Nightly(office.office, tmp_path)
    assert "appointments" not in job.run(NOON + days * DAY).destroyed
    assert job.run(NOON + days * DAY + timedelta(seconds=1)).destroyed["appointments"] == 1
    with office.database.reading() as session:
        evidence = evidence_of(session, name)
        assert (evidence.is_complete, assuring.route_of(evidence)) == (False, Way.WINDOW)


def test_a_draft_that_is_thrown_away_takes_its_rows_with_it(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_draft(session, office)
        filings.note_device(session, draft.id, "a browser", NOON)
        plant(session, draft)
        assert left(session) == [1, 1, 2, 1]
        cases.discard(session, draft)
        assert left(session) == [0, 0, 2, 0]
        assert session.scalars(select(Freeze.application_id)).all() == [None, None]
        assert freezing.frozen_cases(session) == []


def test_filings_are_kept_for_as_long_as_they_are_counted() -> None:
    assert load_retention().rule(What.FILINGS).period >= load_leads().filings.days * DAY
