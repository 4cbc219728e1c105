# SPDX-License-Identifier: Apache-2.0
"""What was told once is offered again, to its own applicant, with its source."""

import pytest
from sqlalchemy.orm import Session

import licences
from approval import cases, prefilling
from approval.application import Application
from approval.cases import NotADraft, NotYours
from approval.running import Runner
from kit.database import Database
from tests.conftest import NOON
from tests.office import TestOffice, a_submitted_case, an_applicant


@pytest.fixture
def office(database: Database) -> TestOffice:
    made = TestOffice(database)
    with database.writing() as session:
        kind = licences.Template.SOLE_TRADER
        licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
    return made


def registered(office: TestOffice) -> str:
    case = a_submitted_case(office)
    Runner(office.office).carry_on(case)
    return case


def a_draft(
    session: Session, office: TestOffice, phone: str = "13800000001", item: str = "public-venue"
) -> Application:
    return cases.start(session, office.office, an_applicant(session, phone), item, NOON)


def test_the_answers_of_an_earlier_case_are_offered_and_taken_over_with_their_source(office: TestOffice) -> None:
    earlier = registered(office)
    with office.database.writing() as session:
        draft, applicant = a_draft(session, office), an_applicant(session)
        (offer,) = prefilling.offers(session, office.office, applicant, draft)
        assert offer.case_id == earlier
        prefilling.take_over(session, office.office, draft, applicant, earlier, NOON)
        before, licence = session.get_one(Application, earlier), licences.of_application(session, earlier)
        assert licence is not None
        assert draft.answers["responsible_name"] == before.answers["operator_name"]
        assert draft.answers["responsible_id"] == before.answers["operator_id"]
        assert draft.answers["street"] == before.answers["street"]
        assert draft.answers.get("business_name", "") == licence.name
        assert "venue_kind" not in draft.answers
        assert draft.prefilled is not None
        assert licence.number in draft.prefilled["street"]["zh"]
        assert draft.visited == []
        assert prefilling.offers(session, office.office, applicant, draft) == []


def test_nobody_takes_over_the_answers_of_another(office: TestOffice) -> None:
    earlier = registered(office)
    with office.database.writing() as session:
        draft, stranger = a_draft(session, office, "13800000002"), an_applicant(session, "13800000002")
        assert prefilling.offers(session, office.office, stranger, draft) == []
        for name in (earlier, "nothing"):
            with pytest.raises(NotYours):
                prefilling.take_over(session, office.office, draft, stranger, name, NOON)


def test_only_what_was_granted_is_offered_and_only_before_the_first_answer(office: TestOffice) -> None:
    waiting = a_submitted_case(office)
    with office.database.writing() as session:
        draft, applicant = a_draft(session, office), an_applicant(session)
        assert prefilling.offers(session, office.office, applicant, draft) == []
        with pytest.raises(NotYours):
            prefilling.take_over(session, office.office, draft, applicant, waiting, NOON)
    Runner(office.office).carry_on(waiting)
    with office.database.writing() as session:
        draft, applicant = a_draft(session, office), an_applicant(session)
        cases.save_answers(session, office.office, draft, "venue", {"floor_area": "80"}, NOON)
        assert prefilling.offers(session, office.office, applicant, draft) == []
        with pytest.raises(NotADraft):
            prefilling.take_over(session, office.office, draft, applicant, waiting, NOON)


def test_a_choice_that_is_not_offered_any_more_is_left_to_the_applicant(office: TestOffice) -> None:
    earlier = registered(office)
    with office.database.writing() as session:
        case = session.get_one(Application, earlier)
        case.answers = {**case.answers, "street": "320113999"}
    with office.database.writing() as session:
        draft, applicant = a_draft(session, office), an_applicant(session)
        prefilling.take_over(session, office.office, draft, applicant, earlier, NOON)
        assert "street" not in draft.answers
