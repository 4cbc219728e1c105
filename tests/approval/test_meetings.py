# SPDX-License-Identifier: Apache-2.0
"""A person comes to a window or is called; an officer says who they are, or that they are not certain."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval import cases, meetings, people, proving
from approval.application import Application
from approval.appointments import OPEN, Meeting
from approval.calendar import seed_calendar
from approval.decision import ReasonRequired
from approval.meetings import ChecksMissing, NoSuchMeeting, SlotTaken, TakenByAnother
from approval.people import ConflictOfInterest
from approval.proving import CaseClosed, PersonUnnamed
from forms import Answers
from identity import HOLDER, Account, AlreadyAssured, Way, assuring, evidence_of, load_routes
from kit.database import Database
from tests.conftest import NOON
from tests.office import HOLDER as NUMBER
from tests.office import TestOffice, a_clerk, a_submitted_case, an_applicant

WINDOW = [point.code for point in load_routes().of(Way.WINDOW).checks]
CALL = [point.code for point in load_routes().of(Way.VIDEO).checks]
WHY = "证件磨损严重，无法辨认照片"


@pytest.fixture
def office(database: Database) -> TestOffice:
    with database.writing() as session:
        seed_calendar(session)
    return TestOffice(database)


def a_draft(session: Session, office: TestOffice, phone: str = "13800000001") -> Application:
    """Filled in, nothing proved."""
    case = cases.start(session, office.office, an_applicant(session, phone), "sole-trader", NOON)
    named: Answers = {"operator_name": "林清和", "operator_id": NUMBER}
    cases.save_answers(session, office.office, case, "operator", named, NOON)
    return case


def asked(session: Session, office: TestOffice, way: Way = Way.WINDOW) -> tuple[Application, Meeting, Account]:
    case = a_draft(session, office)
    found = meetings.ask(session, office.office, case, HOLDER, way, NOON)
    return case, found, a_clerk(session, "zhou")


def say(
    session: Session, office: TestOffice, found: Meeting, clerk: Account, same: bool, ticked: list[str], note: str = ""
) -> None:
    _meeting, _case, named = meetings.met(session, office.office, found.id)
    meetings.record_meeting(session, office.office, found.id, clerk, same, ticked, note, named.who, NOON)


def test_whoever_comes_to_the_window_is_assured_and_the_log_names_nobody(office: TestOffice) -> None:
    with office.database.writing() as session:
        case, found, clerk = asked(session, office)
        assert proving.is_done(session, office.office, case)
        assert meetings.by_code(session, f" {found.code[:4]} {found.code[4:]}", NOON) is found
        meetings.take(session, office.office, found.id, clerk, NOON)
        say(session, office, found, clerk, True, WINDOW)
        evidence, named = evidence_of(session, case.id), proving.holder_of(office.office, case)
        assert assuring.second_factor(evidence, named.who) == "window"
        assert (evidence.assured_by, evidence.assured_at) == (f"account:{clerk.id}", NOON)
        told = [entry.event for entry in audit.of_subject(session, case.id)]
        assert told == [
            *("identity.way_chosen", "meeting.asked", "meeting.taken", "identity.assured", "identity.recorded"),
        ]
        with pytest.raises(NoSuchMeeting):
            meetings.by_code(session, found.code, NOON)
        with pytest.raises(AlreadyAssured):
            meetings.ask(session, office.office, case, HOLDER, Way.VIDEO, NOON)


@pytest.mark.parametrize("point", WINDOW)
def test_a_yes_needs_every_point_of_the_checklist(office: TestOffice, point: str) -> None:
    with office.database.writing() as session:
        _case, found, clerk = asked(session, office)
        with pytest.raises(ChecksMissing):
            say(session, office, found, clerk, True, [code for code in WINDOW if code != point])


def test_not_certain_needs_a_sentence_refuses_nobody_and_leaves_every_way_open(office: TestOffice) -> None:
    with office.database.writing() as session:
        case, found, clerk = asked(session, office)
        with pytest.raises(ReasonRequired):
            say(session, office, found, clerk, False, [], "不像")
        say(session, office, found, clerk, False, ["document"], WHY)
        facts = proving.evidence_facts(session, office.office, case, NOON)
        assert (facts.unsure, facts.assured, facts.second_factor) == (True, None, "none")
        assert not proving.is_done(session, office.office, case)
        again = meetings.ask(session, office.office, case, HOLDER, Way.VIDEO, NOON)
        say(session, office, again, clerk, True, CALL)
        assert proving.evidence_facts(session, office.office, case, NOON).unsure is None


def test_a_code_runs_out_and_a_wrong_one_finds_nothing(office: TestOffice) -> None:
    with office.database.writing() as session:
        _case, found, _clerk = asked(session, office)
        with pytest.raises(NoSuchMeeting):
            meetings.by_code(session, "00000000", NOON)
        with pytest.raises(NoSuchMeeting):
            meetings.by_code(session, found.code, NOON + timedelta(days=15))


def test_whom_the_form_does_not_name_yet_cannot_be_proved(office: TestOffice) -> None:
    with office.database.writing() as session:
        case = cases.start(session, office.office, an_applicant(session), "sole-trader", NOON)
        with pytest.raises(PersonUnnamed):
            meetings.ask(session, office.office, case, HOLDER, Way.WINDOW, NOON)


def test_a_form_that_names_somebody_else_by_now_is_noticed(office: TestOffice) -> None:
    with office.database.writing() as session:
        case, found, clerk = asked(session, office)
        shown = proving.holder_of(office.office, case).who
        cases.save_answers(session, office.office, case, "operator", {"operator_name": "陈其美"}, NOON)
        with pytest.raises(NoSuchMeeting):
            meetings.record_meeting(session, office.office, found.id, clerk, True, WINDOW, "", shown, NOON)
        say(session, office, found, clerk, True, WINDOW)
        cases.save_answers(session, office.office, case, "operator", {"operator_name": "周样例"}, NOON)
        assert not proving.is_done(session, office.office, case), "the word was given for somebody else"
        meetings.ask(session, office.office, case, HOLDER, Way.WINDOW, NOON)
        assert proving.is_done(session, office.office, case)


def test_nobody_meets_on_a_case_of_a_relative_even_while_it_is_a_draft(office: TestOffice) -> None:
    with office.database.writing() as session:
        case, found, clerk = asked(session, office)
        number = proving.holder_of(office.office, case).number
        people.declare_kin(session, clerk, number, "spouse", NOON)
        with pytest.raises(ConflictOfInterest):
            meetings.take(session, office.office, found.id, clerk, NOON)
        other = a_clerk(session, "wu")
        assert meetings.take(session, office.office, found.id, other, NOON).taken_by == other.id


def test_calls_come_in_turn_and_one_officer_has_each(office: TestOffice) -> None:
    with office.database.writing() as session:
        _case, first, clerk = asked(session, office, Way.VIDEO)
        second_case = a_draft(session, office, "13800000002")
        later = NOON + timedelta(minutes=1)
        second = meetings.ask(session, office.office, second_case, HOLDER, Way.VIDEO, later)
        assert [one.id for one in meetings.waiting_calls(session, later)] == [first.id, second.id]
        meetings.take(session, office.office, first.id, clerk, later)
        with pytest.raises(TakenByAnother):
            meetings.take(session, office.office, first.id, a_clerk(session, "wu"), later)
        after = later + meetings.TAKEN_LASTS
        assert meetings.take(session, office.office, first.id, a_clerk(session, "wu"), after)


def test_a_booked_time_is_given_to_as_many_as_there_are_desks(office: TestOffice) -> None:
    with office.database.writing() as session:
        slot = meetings.free_slots(session, NOON)[0]
        for phone in ("13800000001", "13800000002"):
            case = a_draft(session, office, phone)
            meetings.ask(session, office.office, case, HOLDER, Way.VIDEO, NOON)
            assert meetings.ask(session, office.office, case, HOLDER, Way.VIDEO, NOON, slot).slot_at == slot
        assert slot not in meetings.free_slots(session, NOON)
        last = a_draft(session, office, "13800000003")
        with pytest.raises(SlotTaken):
            meetings.ask(session, office.office, last, HOLDER, Way.VIDEO, NOON, slot)
        open_calls = session.scalars(select(Meeting).where(Meeting.state == OPEN)).all()
        assert len(open_calls) == 2, "a booking takes the place of the queue"


def test_no_time_is_offered_on_a_day_off_or_in_a_year_that_is_not_published(office: TestOffice) -> None:
    with office.database.reading() as session:
        offered = {slot.date().isoformat() for slot in meetings.free_slots(session, NOON + timedelta(days=4, hours=8))}
        assert offered == {"2026-11-30", "2026-12-01", "2026-12-02"}
        assert meetings.free_slots(session, NOON.replace(year=2031)) == []


def test_a_case_that_is_closed_is_met_about_no_more(office: TestOffice) -> None:
    case_id = a_submitted_case(office)
    with office.database.writing() as session:
        case = session.get_one(Application, case_id)
        case.state = "withdrawn"
        session.flush()
        with pytest.raises(CaseClosed):
            meetings.ask(session, office.office, case, HOLDER, Way.WINDOW, NOON)


def test_a_draft_that_is_thrown_away_takes_its_appointment_along(office: TestOffice) -> None:
    with office.database.writing() as session:
        case, _found, _clerk = asked(session, office)
        cases.discard(session, case)
        session.flush()
        assert session.scalars(select(Meeting)).all() == []
