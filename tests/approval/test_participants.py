# SPDX-License-Identifier: Apache-2.0
"""The others of a case fill in their own part and sign on their own phones; nobody reaches more than that."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import cases, participants, signers
from approval.application import Application
from approval.casefile import item_of
from approval.participants import (
    InvitedTooOften,
    NotInvited,
    Participant,
    PhoneMalformed,
    RepresentativeMissing,
    StillBeingFilledIn,
)
from forms import rows_of
from identity.messages import Message
from kit.database import Database
from tests.builders import company_answers, fictitious_id, public_venue_answers
from tests.conftest import NOON
from tests.filling import filled
from tests.office import TestOffice, an_applicant

SECOND, THIRD = "13800000002", "13800000003"


@pytest.fixture
def office(database: Database) -> TestOffice:
    return TestOffice(database)


def a_company(session: Session, office: TestOffice) -> Application:
    draft = cases.start(session, office.office, an_applicant(session), "company", NOON)
    form = office.office.catalogue.form_of(office.office.catalogue.current("company", NOON.date()))
    answers = company_answers()
    for page in form.pages:
        mine = {field.name: answers[field.name] for field in page.fields if field.name in answers}
        cases.save_answers(session, office.office, draft, page.name, mine, NOON)
    return draft


def invited(session: Session, office: TestOffice, draft: Application, phone: str = SECOND) -> Participant:
    participants.invite(session, office.office, draft, "shareholders.1", phone, NOON)
    (found,) = participants.of_account(session, an_applicant(session, phone))
    return found


def test_whoever_signs_besides_the_holder_is_listed_once(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        listed = signers.wanted(session, office.office, draft)
    assert [(one.place, one.name) for one in listed] == [("supervisors.0", "周样例"), ("shareholders.1", "陈其美")]


def test_who_has_two_posts_is_asked_once_with_both(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        rows = [{"name": "陈其美", "id_number": rows_of(draft.answers["shareholders"])[1]["number"]}]
        cases.save_answers(session, office.office, draft, "directors", {"supervisors": rows}, NOON)
        (only,) = signers.wanted(session, office.office, draft)
    assert (only.place, only.role.zh) == ("supervisors.0", "监事、股东")


def a_firm_owns_a_part(session: Session, office: TestOffice) -> Application:
    draft = a_company(session, office)
    rows = rows_of(draft.answers["shareholders"])
    rows[1] |= {"name": "样例投资有限公司", "number": "91320113MA0000015K"}
    cases.save_answers(session, office.office, draft, "shareholders", {"shareholders": rows}, NOON)
    return draft


def test_a_company_that_is_a_shareholder_signs_through_its_representative(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_firm_owns_a_part(session, office)
        (firm,) = [one for one in signers.wanted(session, office.office, draft) if one.is_organisation]
        with pytest.raises(RepresentativeMissing):
            participants.invite(session, office.office, draft, firm.place, SECOND, NOON)
        participants.invite(session, office.office, draft, firm.place, SECOND, NOON, " 吴 样例 ")
        (part,) = participants.of_account(session, an_applicant(session, SECOND))
        assert (part.name, part.stands_for) == ("吴 样例", "样例投资有限公司")
        assert part.role["zh"] == "股东（样例投资有限公司）的代表"
        message = session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert message is not None
        assert "股东（样例投资有限公司）的代表" in message.body
        own = {field.name: answer for field, answer in participants.part_of(session, office.office, draft, part)}
        assert own == {"name": "样例投资有限公司", "number": "91320113MA0000015K"}
        read = participants.digest_for(session, office.office, draft, part, NOON)
        participants.sign(session, office.office, part, read, NOON)
        assert participants.has_signed(session, office.office, draft, part, NOON)


def test_the_parent_of_a_branch_signs_too_and_a_business_that_asks_for_a_permit_does_not(office: TestOffice) -> None:
    with office.database.writing() as session:
        branch = cases.start(session, office.office, an_applicant(session), "branch", NOON)
        answers = filled(office.office.catalogue.form_of(item_of(office.office, branch)), NOON.date())
        cases.save_answers(session, office.office, branch, "name", answers, NOON)
        names = {one.name for one in signers.wanted(session, office.office, branch)}
        assert answers["parent_name"] in names
        permit = cases.start(session, office.office, an_applicant(session), "public-venue", NOON)
        cases.save_answers(session, office.office, permit, "venue", public_venue_answers(), NOON)
        assert signers.wanted(session, office.office, permit) == []


def test_an_invitation_reaches_its_phone_and_nobody_else(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        participant = invited(session, office, draft)
        said = session.scalars(select(Message).order_by(Message.id.desc())).first()
        assert said is not None
        assert (said.phone, "股东" in said.body) == (SECOND, True)
        assert participants.own(session, an_applicant(session, SECOND), participant.id) is participant
        with pytest.raises(NotInvited):
            participants.own(session, an_applicant(session, THIRD), participant.id)
        assert participants.of_account(session, an_applicant(session, THIRD)) == []


def test_a_wrong_number_and_too_many_messages_are_refused(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        with pytest.raises(PhoneMalformed):
            participants.invite(session, office.office, draft, "shareholders.1", "12345", NOON)
        with pytest.raises(NotInvited):
            participants.invite(session, office.office, draft, "shareholders.9", SECOND, NOON)
        for _ in range(participants.MOST_INVITATIONS):
            participants.invite(session, office.office, draft, "shareholders.1", SECOND, NOON)
        with pytest.raises(InvitedTooOften):
            participants.invite(session, office.office, draft, "shareholders.1", SECOND, NOON)


def test_one_phone_is_not_flooded_from_many_cases(office: TestOffice) -> None:
    with office.database.writing() as session:
        for _ in range(participants.MOST_TO_PHONE):
            participants.invite(session, office.office, a_company(session, office), "shareholders.1", SECOND, NOON)
        draft = a_company(session, office)
        with pytest.raises(InvitedTooOften):
            participants.invite(session, office.office, draft, "shareholders.1", SECOND, NOON)
        later = NOON + participants.A_DAY
        participants.invite(session, office.office, draft, "shareholders.1", SECOND, later)


def test_a_person_fills_in_their_own_part_and_nothing_else(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        participant = invited(session, office, draft)
        number = fictitious_id("19900101", 7)
        typed = {"number": number, "amount": "99", "capital": "1", "company_name": "别的公司"}
        assert participants.fill_in(session, office.office, participant, typed, NOON) == ()
        row = rows_of(draft.answers["shareholders"])[1]
        assert (row["number"], row["amount"]) == (number, "40")
        assert draft.answers["company_name"] == company_answers()["company_name"]
        wrong = participants.fill_in(session, office.office, participant, {"number": "123"}, NOON)
        assert [problem.path for problem in wrong] == ["number"]
        assert rows_of(draft.answers["shareholders"])[1]["number"] == "123"


def test_a_signature_holds_until_something_changes(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        participant = invited(session, office, draft)
        read = participants.digest_for(session, office.office, draft, participant, NOON)
        with pytest.raises(NotInvited):
            participants.sign(session, office.office, participant, "0" * 64, NOON)
        participants.sign(session, office.office, participant, read, NOON)
        assert participants.has_signed(session, office.office, draft, participant, NOON)
        cases.save_answers(session, office.office, draft, "name", {"company_name": "南京另一个样例有限公司"}, NOON)
        assert not participants.has_signed(session, office.office, draft, participant, NOON)


def test_the_documents_to_be_signed_show_no_numbers_of_the_others(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        words = " ".join(
            block.text for text in participants.texts(session, office.office, draft, NOON) for block in text.blocks
        )
    assert "陈其美" in words
    assert company_answers()["manager_id"] not in words  # type: ignore[operator]
    assert "13800000001" not in words


def test_an_unfinished_case_is_not_signed_yet(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        participant = invited(session, office, draft)
        cases.save_answers(session, office.office, draft, "name", {"company_name": ""}, NOON)
        with pytest.raises(StillBeingFilledIn):
            participants.digest_for(session, office.office, draft, participant, NOON)


def test_whoever_was_taken_out_of_the_case_reaches_nothing_of_it(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        participant = invited(session, office, draft)
        rows = rows_of(draft.answers["shareholders"])[:1]
        cases.save_answers(session, office.office, draft, "shareholders", {"shareholders": rows}, NOON)
        with pytest.raises(NotInvited):
            participants.part_of(session, office.office, draft, participant)


def test_with_a_draft_its_invitations_go(office: TestOffice) -> None:
    with office.database.writing() as session:
        draft = a_company(session, office)
        invited(session, office, draft)
        cases.discard(session, draft)
        session.flush()
        assert session.scalars(select(Participant)).all() == []
