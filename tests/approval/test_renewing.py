# SPDX-License-Identifier: Apache-2.0
"""A version of a form that is withdrawn while somebody is typing: nothing is lost and nothing old is submitted."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from approval import cases, renewing
from approval.application import Application, State
from approval.office import Office
from approval.renewing import VersionWithdrawn
from catalogue import Catalogue
from kit.database import Database
from tests.conftest import NOON
from tests.office import CATALOGUE, TestOffice, a_submitted_case

TOMORROW = NOON + timedelta(days=1)


@pytest.fixture
def office(database: Database) -> TestOffice:
    return TestOffice(database)


def revised(office: TestOffice, *, followed: bool) -> Office:
    """The same office with a catalogue in which the item ends tonight, and tomorrow has a second version or none."""
    old = CATALOGUE.item("sole-trader", 1)
    items = {**CATALOGUE.items, ("sole-trader", 1): old.model_copy(update={"valid_to": TOMORROW.date()})}
    if followed:
        items["sole-trader", 2] = old.model_copy(update={"version": 2, "valid_from": TOMORROW.date()})
    made = Catalogue(items, CATALOGUE.forms, CATALOGUE.processes, CATALOGUE.themes)
    return replace(office.office, catalogue=made)


def test_a_draft_of_a_version_in_force_is_left_alone(office: TestOffice) -> None:
    case = a_submitted_case(office, submit=False)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        assert renewing.newer(revised(office, followed=True), draft, NOON) is None


def test_what_was_typed_goes_on_under_the_new_version(office: TestOffice) -> None:
    case, later = a_submitted_case(office, submit=False), revised(office, followed=True)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        typed = dict(draft.answers)
        cases.sign(session, draft, "phone-code", "statement-1", TOMORROW)
        with pytest.raises(VersionWithdrawn):
            cases.submit(session, later, draft, TOMORROW)
        assert (draft.state, draft.answers) == (State.DRAFT, typed)
        renewing.renew(session, later, draft, TOMORROW)
        assert (draft.item_version, draft.answers, draft.visited, draft.signature) == (2, typed, [], None)
        cases.sign(session, draft, "phone-code", "statement-1", TOMORROW)
        assert cases.submit(session, later, draft, TOMORROW).item_version == 2


def test_an_item_that_is_gone_keeps_what_was_typed_and_says_so(office: TestOffice) -> None:
    case, later = a_submitted_case(office, submit=False), revised(office, followed=False)
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        with pytest.raises(VersionWithdrawn):
            renewing.renew(session, later, draft, TOMORROW)
        assert draft.answers["operator_name"] == "林清和"


def test_what_was_submitted_keeps_its_version(office: TestOffice) -> None:
    case, later = a_submitted_case(office), revised(office, followed=True)
    with office.database.writing() as session:
        submitted = session.get_one(Application, case)
        assert renewing.newer(later, submitted, TOMORROW) is None
        renewing.renew(session, later, submitted, TOMORROW)
        assert submitted.item_version == 1
    assert CATALOGUE.item("sole-trader", 1).is_offered(date(2026, 11, 23))
