# SPDX-License-Identifier: Apache-2.0
"""Entries of one business follow one another; a registration that is revoked ends the business."""

from typing import Any

import pytest

import licences
import register
from approval import entries, revocation
from approval.application import Application
from approval.entries import EntryUnderWay
from approval.revocation import NotRegistered
from approval.running import Runner
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.walking import SENTENCE
from tests.office import TestOffice, a_submitted_case, a_supervisor


@pytest.fixture
def office(database: Database) -> TestOffice:
    made = TestOffice(database)
    with database.writing() as session:
        kind = licences.Template.SOLE_TRADER
        licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
    return made


def a_business(office: TestOffice) -> tuple[str, str]:
    """A registered individual business: its case and its code."""
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    with office.database.reading() as session:
        licence = licences.of_application(session, case)
    assert licence is not None
    assert licence.credit_code is not None
    return case, licence.credit_code


def a_change(office: TestOffice, code: str, name: str) -> str:
    changed: dict[str, Any] = {
        "business_code": code,
        "business_name": "林清和",
        "changes": ["name"],
        "decided_on": "2026-11-20",
        "uses_name": "yes",
        "trade_name": name,
        "responsible_name": "林清和",
        "agent": "none",
    }
    return a_submitted_case(office, item="sole-trader-change", **changed)


def test_a_licence_is_worded_after_the_entry_before_it_was_made(office: TestOffice) -> None:
    _case, code = a_business(office)
    first, second = (a_change(office, code, f"南京市栖霞区样例{word}店") for word in ("甲", "乙"))
    with office.database.writing() as session:
        licence = entries.reserve(session, office.office, session.get_one(Application, first), NOON)
        assert licence.credit_code == code
        with pytest.raises(EntryUnderWay):
            entries.reserve(session, office.office, session.get_one(Application, second), NOON)
        licences.put_in_force(session, licence.id, (), NOON)
        entries.enter(session, office.office, session.get_one(Application, first), NOON)
        following = entries.reserve(session, office.office, session.get_one(Application, second), NOON)
        assert following.name == "南京市栖霞区样例乙店"
        entity = register.find(session, code)
        assert entity is not None
        assert entity.name == "南京市栖霞区样例甲店"


def test_a_registration_that_is_revoked_ends_the_business_and_every_licence_since(office: TestOffice) -> None:
    case, code = a_business(office)
    change = a_change(office, code, "南京市栖霞区样例店")
    with office.database.writing() as session:
        head, applied = a_supervisor(session), session.get_one(Application, change)
        licence = entries.reserve(session, office.office, applied, NOON)
        licences.put_in_force(session, licence.id, (), NOON)
        entries.enter(session, office.office, applied, NOON)
        applied.state = "registered"
        with pytest.raises(NotRegistered):
            revocation.file(session, applied, SENTENCE, head, NOON, by_victim=False, is_identified=False)
        registered = session.get_one(Application, case)
        opened = revocation.file(session, registered, SENTENCE, head, NOON, by_victim=False, is_identified=False)
        revocation.take_up(session, office.office, opened.id, head, NOON)
        revocation.revoke(session, office.office, opened.id, SENTENCE, head, NOON)
        entity = register.find(session, code)
        assert entity is not None
        assert entity.standing == "ended"
        assert licences.of_holder(session, code) == []
        assert {one.status for one in (licence, licences.of_application(session, case)) if one} == {"revoked"}
