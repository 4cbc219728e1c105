# SPDX-License-Identifier: Apache-2.0
"""The name of an organisation is filled in by its credit code, marked with its source; nothing else is reached."""

import pytest

from approval import cases, lookups
from approval.application import Application
from approval.lookups import NothingToLookUp, Place
from credit import Unanswered
from forms import rows_of
from kit.database import Database
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.office import CATALOGUE, TestOffice, a_submitted_case

CODE, NAME = "91320113MA0000023E", "南京样例投资有限公司"
COMPANY = CATALOGUE.item("company", 1)
PLACE = Place("name", "number", "shareholders", 1)


@pytest.fixture
def office(database: Database) -> TestOffice:
    made = TestOffice(database)
    made.bureau.firms[CODE] = NAME
    return made


def a_draft(office: TestOffice, number: str = CODE) -> str:
    rows = [{"name": "林清和", "number": fictitious_id("19900307", 1)}, {"name": "", "number": number, "amount": "40"}]
    return a_submitted_case(office, item="company", submit=False, shareholders=rows)


def test_places_are_those_where_the_item_names_somebody() -> None:
    assert lookups.place_at(COMPANY, "shareholders-1-number") == PLACE
    assert lookups.place_at(CATALOGUE.item("branch", 1), "parent_code") == Place("parent_name", "parent_code")
    for permit in ("food-service", "vehicle-repair", "deregistration"):
        assert lookups.place_at(CATALOGUE.item(permit, 1), "business_code") == Place("business_name", "business_code")
        assert "business_code" in lookups.columns_of(CATALOGUE.item(permit, 1))
    for nowhere in ("capital", "shareholders-1-amount", "shareholders-x-number", "directors", ""):
        with pytest.raises(NothingToLookUp):
            lookups.place_at(COMPANY, nowhere)


def test_the_name_is_taken_over_with_its_source_and_the_rest_of_the_row_stays(office: TestOffice) -> None:
    case = a_draft(office)
    firm = lookups.ask(office.office, COMPANY, CODE)
    assert firm is not None
    with office.database.writing() as session:
        draft = session.get_one(Application, case)
        lookups.fill_in(session, office.office, draft, PLACE, firm, NOON)
        row = rows_of(draft.answers["shareholders"])[1]
        assert row == {"name": NAME, "number": CODE, "amount": "40"}
        assert draft.prefilled is not None
        assert "test bureau T-2" in draft.prefilled["shareholders"]["zh"]
        rows = [{**row, "number": "91320113MA0000015K"}]
        cases.save_answers(session, office.office, draft, "shareholders", {"shareholders": [{}, *rows]}, NOON)
        with pytest.raises(NothingToLookUp):
            lookups.fill_in(session, office.office, draft, PLACE, firm, NOON)


def test_persons_are_not_looked_up(office: TestOffice) -> None:
    case = a_draft(office, fictitious_id("19850612", 12))
    with office.database.reading() as session:
        draft = session.get_one(Application, case)
        for place in (PLACE, Place("name", "number", "shareholders", 9)):
            with pytest.raises(NothingToLookUp):
                lookups.number_at(draft, place)


def test_a_silent_bureau_leaves_the_name_to_be_typed(office: TestOffice) -> None:
    office.bureau.is_away = True
    with pytest.raises(Unanswered):
        lookups.ask(office.office, COMPANY, CODE)
