# SPDX-License-Identifier: Apache-2.0
"""One person or one device behind many filings is a lead for a clerk, and never more."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import cases, filings, proofs
from approval.application import Application
from approval.filings import Filing
from approval.leads import Filed, load_leads, of_filings
from approval.running import Runner
from credit import Effect
from kit.database import Database
from kit.sealing import fingerprint
from tests.conftest import NOON
from tests.office import HOLDER, TestOffice, a_submitted_case, in_review

MOST = load_leads().filings


@pytest.fixture
def office(database: Database) -> TestOffice:
    return TestOffice(database)


def filed(
    session: Session, case: str, person: str, device: str = "", at: datetime = NOON, *, is_new: bool = True
) -> None:
    filing = session.get(Filing, case) or Filing(application_id=case)
    filing.person_key, filing.device_key = person, device or None
    filing.filed_at, filing.is_new = at, is_new
    session.add(filing)
    session.flush()


def counted(office: TestOffice, case: str) -> Filed | None:
    with office.database.reading() as session:
        return filings.count_filings(session, session.get_one(Application, case), NOON)


@pytest.mark.parametrize(
    ("businesses", "persons", "expected"),
    [(0, 0, []), (2, 3, []), (3, 3, ["FILE-01"]), (2, 4, ["FILE-02"]), (9, 9, ["FILE-01", "FILE-02"])],
)
def test_from_a_declared_number_on_a_person_looks(businesses: int, persons: int, expected: list[str]) -> None:
    found = list(of_filings(Filed(businesses=businesses, persons=persons)))
    assert [one.rule for one in found] == expected
    assert {(one.effect, one.confidence) for one in found} <= {(Effect.MANUAL, "D")}
    assert list(of_filings(None)) == []


def test_a_submission_keeps_who_by_a_keyed_hash_only(office: TestOffice) -> None:
    case = a_submitted_case(office, submit=False)
    with office.database.writing() as session:
        application = session.get_one(Application, case)
        cases.sign(session, application, "phone-code", "statement-1", NOON)
        filings.note_device(session, case, "the random name of a browser", NOON)
        cases.submit(session, office.office, application, NOON)
        filing = session.scalars(select(Filing)).one()
        assert filing.person_key == fingerprint(HOLDER, "person")
        assert filing.device_key == fingerprint("the random name of a browser", "device")
        assert filing.is_new


def test_new_businesses_of_one_person_within_thirty_days_are_counted(office: TestOffice) -> None:
    several = [a_submitted_case(office, f"1380000000{n}") for n in range(5)]
    long_ago = NOON - timedelta(days=MOST.days)
    with office.database.writing() as session:
        filed(session, several[0], "p", at=NOON - timedelta(days=3))
        filed(session, several[1], "p", at=NOON - timedelta(days=2))
        filed(session, several[2], "p", at=NOON - timedelta(days=1), is_new=False)
        filed(session, several[3], "p", at=long_ago)
        filed(session, several[4], "p")
    assert counted(office, several[4]) == Filed(businesses=3, persons=0)
    assert counted(office, several[0]) == Filed(businesses=2, persons=0), "what came later does not count"


def test_different_persons_of_one_device_are_counted_once_each(office: TestOffice) -> None:
    several = [a_submitted_case(office, f"1380000000{n}") for n in range(5)]
    with office.database.writing() as session:
        for case, person in zip(several, ["a", "b", "b", "c", "d"], strict=True):
            filed(session, case, person, "device")
    assert counted(office, several[4]) == Filed(businesses=1, persons=4)


def test_a_lead_goes_to_a_person_and_into_the_proof(office: TestOffice) -> None:
    case = a_submitted_case(office)
    others = [a_submitted_case(office, f"1380000001{n}") for n in range(2)]
    with office.database.writing() as session:
        for one in (case, *others):
            filed(session, one, "p")
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == "in_review"
        assert "FILE-01" in {finding.rule for finding in application.findings}
        taken = proofs.snapshot(session, office.office, application, NOON)
        assert taken.filings == Filed(businesses=3, persons=0)
        assert "filings" in taken.model_dump(mode="json")


def test_a_case_from_before_anybody_counted_says_nothing(office: TestOffice) -> None:
    case = in_review(office)
    with office.database.writing() as session:
        session.delete(session.get_one(Filing, case))
    assert counted(office, case) is None
