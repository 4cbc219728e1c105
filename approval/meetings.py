# SPDX-License-Identifier: Apache-2.0
"""Meetings (当面与视频核验): a code for the window, a place in the queue for a call, and what the officer recorded.

I/O: database. The officer sees name and masked number, ticks every point of the checklist before saying yes, and writes
down why if they are not certain: that goes to a person's decision and refuses nothing. Nobody meets on a case of their
own or of relatives.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from approval import proving
from approval.application import Application
from approval.appointments import GIVEN_UP, MET, OPEN, Meeting, open_of
from approval.calendar import load_calendar
from approval.casefile import locked, record
from approval.deadlines import YearUnpublished
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.office import Office
from approval.proving import Named
from identity import Account, Way, assuring, evidence_of, load_routes
from kit.clock import office_day
from kit.errors import DomainError
from kit.random import digits
from kit.sealing import fingerprint

TAKEN_LASTS = timedelta(minutes=30)  # then a colleague may take the call


class NoSuchMeeting(DomainError):
    """No open appointment has this code, or it has run out."""


class SlotTaken(DomainError):
    """The time is taken, over or not offered."""


class ChecksMissing(DomainError):
    """Every point of the checklist belongs to a yes."""


class TakenByAnother(DomainError):
    """A colleague is on this call."""


def ask(
    session: Session,
    office: Office,
    application: Application,
    person: str,
    way: Way,
    now: datetime,
    slot: datetime | None = None,
) -> Meeting:
    """Register an appointment; the one there was before is given up. The person has done what can be done.

    Raises PersonUnnamed, CaseClosed, AlreadyAssured, SlotTaken, NotInvited.
    """
    _ = proving.named_at(session, office, application, person).who
    evidence = proving.choose(session, office, application, person, way, now)
    known = open_of(session, application.id, person)
    if known is not None and known.way == way and (known.slot_at == slot or slot is None):
        return known
    if slot is not None and slot not in free_slots(session, now):
        raise SlotTaken()
    if known is not None:
        known.state, known.ended_at = GIVEN_UP, now
    made = _with_code(session, application.id, person, way, slot, now)
    assuring.ask(evidence, way, made.id, now)
    facts = {"person": person.split(".")[0], "way": str(way)}
    record(session, application, "meeting.asked", f"account:{application.applicant_id}", now, facts)
    return made


def _with_code(
    session: Session, application_id: str, person: str, way: Way, slot: datetime | None, now: datetime
) -> Meeting:
    while True:
        code = digits(8)
        made = Meeting(
            application_id=application_id,
            person=person,
            way=way,
            code=code,
            code_key=fingerprint(code, "meeting"),
            asked_at=now,
            slot_at=slot,
        )
        try:
            with session.begin_nested():
                session.add(made)
        except IntegrityError:  # the code is another's
            continue
        return made


def free_slots(session: Session, now: datetime) -> list[datetime]:
    """The times on the coming working days at which somebody is free to call."""
    calls, calendar = load_routes().calls, load_calendar(session)
    days: list[date] = []
    day = office_day(now)
    while len(days) < calls.days and (day - office_day(now)).days < 30:
        try:
            is_working = calendar.is_working(day)
        except YearUnpublished:  # nobody is promised a day that may be a holiday
            break
        if is_working and calls.slots(day)[-1] > now:
            days.append(day)
        day += timedelta(days=1)
    offered = [slot for one in days for slot in calls.slots(one) if slot > now]
    booked = select(Meeting.slot_at, func.count()).where(Meeting.state == OPEN, Meeting.slot_at > now)
    taken = dict(session.execute(booked.group_by(Meeting.slot_at)).tuples().all())
    return [slot for slot in offered if taken.get(slot, 0) < calls.desks]


def ends_at(meeting: Meeting) -> datetime:
    """Until when a code for the window holds."""
    return meeting.asked_at + timedelta(days=load_routes().window.code_days)


def by_code(session: Session, code: str, now: datetime) -> Meeting:
    """What the person at the window was given. Raises NoSuchMeeting."""
    plain = "".join(code.split())
    query = select(Meeting).where(Meeting.code_key == fingerprint(plain, "meeting"), Meeting.state == OPEN)
    found = session.scalar(query)
    if found is None or now > ends_at(found):
        raise NoSuchMeeting()
    return found


def waiting_calls(session: Session, now: datetime) -> list[Meeting]:
    """Who waits for a call: first come, first served, and whoever booked a time from that time on."""
    query = select(Meeting).where(Meeting.way == Way.VIDEO, Meeting.state == OPEN)
    due = func.coalesce(Meeting.slot_at, Meeting.asked_at)
    return list(session.scalars(query.order_by(due, Meeting.id).limit(100)))


def take(session: Session, office: Office, meeting_id: str, officer: Account, now: datetime) -> Meeting:
    """Begin: of any number of officers one has it. Raises NoSuchMeeting, TakenByAnother, ConflictOfInterest."""
    meeting = _locked(session, meeting_id)
    application = session.get_one(Application, meeting.application_id)
    proving.keep_off_all(session, office, application, officer, now)
    is_held = meeting.taken_at is not None and now - meeting.taken_at < TAKEN_LASTS
    if is_held and meeting.taken_by != officer.id:
        raise TakenByAnother()
    if meeting.taken_by != officer.id:  # who looked at whose name
        facts = {"person": meeting.person.split(".")[0], "way": meeting.way}
        record(session, application, "meeting.taken", f"account:{officer.id}", now, facts)
    meeting.taken_by, meeting.taken_at = officer.id, now
    return meeting


def _locked(session: Session, meeting_id: str) -> Meeting:
    query = select(Meeting).where(Meeting.id == meeting_id).with_for_update()
    meeting = session.scalar(query.execution_options(populate_existing=True))
    if meeting is None or meeting.state != OPEN:
        raise NoSuchMeeting()
    return meeting


def met(session: Session, office: Office, meeting_id: str) -> tuple[Meeting, Application, Named]:
    """The appointment with its case and the person as the form names them now. Raises NoSuchMeeting, NotInvited."""
    meeting = session.get(Meeting, meeting_id)
    if meeting is None:
        raise NoSuchMeeting()
    application = session.get_one(Application, meeting.application_id)
    return meeting, application, proving.named_at(session, office, application, meeting.person)


def record_meeting(
    session: Session,
    office: Office,
    meeting_id: str,
    officer: Account,
    is_same: bool,
    ticked: Sequence[str],
    note: str,
    who: str,
    now: datetime,
) -> Meeting:
    """What the officer found. `who`: whom the page showed (`Named.who`), for the form may have changed meanwhile.

    Raises NoSuchMeeting, TakenByAnother, ConflictOfInterest, ChecksMissing, ReasonRequired, PersonUnnamed, CaseClosed.
    """
    known_meeting = session.get(Meeting, meeting_id)
    if known_meeting is None:
        raise NoSuchMeeting()
    application = locked(session, known_meeting.application_id)
    meeting = take(session, office, meeting_id, officer, now)
    proving.must_be_under_way(application)
    named, way = proving.named_at(session, office, application, meeting.person), Way(meeting.way)
    route = load_routes().of(way)
    known = [point.code for point in route.checks if point.code in ticked]
    if named.who != who:
        raise NoSuchMeeting()
    if is_same and route.lacking(known):
        raise ChecksMissing()
    if not is_same and not is_sentence(note):
        raise ReasonRequired(least=SHORTEST_REASON)
    meeting.state, meeting.ended_at, meeting.is_same = MET, now, is_same
    meeting.ticked, meeting.note = known, note.strip()
    session.flush()
    evidence, by = evidence_of(session, application.id, meeting.person), f"account:{officer.id}"
    if is_same:
        assuring.assure(evidence, way, by, named.who, now, {"meeting": meeting.id, "ticked": known})
        proving.note_assured(session, office, application, evidence, way, by, now)
    else:
        assuring.doubt(evidence, way, by, now)
        proving.note_unsure(session, application, meeting.person, way, by, now)
    return meeting


def of_application(session: Session, application_id: str) -> list[Meeting]:
    """What was recorded, the latest first."""
    query = select(Meeting).where(Meeting.application_id == application_id, Meeting.state == MET)
    return list(session.scalars(query.order_by(Meeting.ended_at.desc())))


def forget_all(session: Session, application_id: str) -> None:
    """With a draft that is thrown away."""
    session.execute(delete(Meeting).where(Meeting.application_id == application_id))
