# SPDX-License-Identifier: Apache-2.0
"""Afterwards (后续处理): withdrawing, opinions, the clock stopped, gone on or extended, reopening. I/O: database.

Each verb writes its document (文书) in the same transaction and leaves the making of it to the worker.
"""

import re
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import clocks, materials, memos, opinions, papers, people, together
from approval.application import Application, State
from approval.casefile import item_of, locked, record, record_transition
from approval.claims import NotHeld, NotOpenForDecision, held_now
from approval.decision import SHORTEST_REASON, ReasonRequired, is_sentence
from approval.guards import FileOutstanding
from approval.office import Office
from approval.opinions import View
from approval.placing import place
from identity import Account, Role, evidence_of, hand_over, when_final
from kit.errors import DomainError
from workflows import Answered, Move, Position, advance, begin

OPEN = (State.CHECKING, State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)


class TooLateToWithdraw(DomainError):
    """The decision is made: there is nothing left to withdraw."""


class NotAsked(DomainError):
    """The department is not asked about this case, or has answered already."""


class NothingToReopen(DomainError):
    """Only a case that was refused can be opened again, once, on a decision that sets the refusal aside."""


def withdraw(session: Session, office: Office, application: Application, now: datetime) -> Application:
    """The applicant takes the application back: any time before the decision. Raises TooLateToWithdraw."""
    application = locked(session, application.id)
    if State(application.state) not in OPEN or application.decision is not None:
        raise TooLateToWithdraw()
    actor = f"account:{application.applicant_id}"
    session.add(record_transition(application, {"kind": "withdrawn"}, actor, now))
    record(session, application, "application.withdrawn", actor, now, {"step": application.step})
    position = Position(step=application.step or "", seq=application.seq + 1)
    if application.held_by:
        memos.tell(session, application, "withdrawn", actor, now, to=application.held_by)
    papers.on_withdrawal(session, office, application, now)
    application.enter(Move(position=position, ended=State.WITHDRAWN), now)
    clocks.end_clock(session, office, application, actor, now)
    when_final(session, office.retention, application.id, now)
    together.lead_ended(session, application, now)
    return application


def give_opinion(
    session: Session, office: Office, application_id: str, expert: Account, view: View, words: str, now: datetime
) -> Application:
    """A department's opinion; the last one sends the case on. Raises NotAsked, ReasonRequired, ConflictOfInterest."""
    application = locked(session, application_id)
    people.keep_off(session, application.id, expert.id)
    department = people.posting_of(session, expert.id).department or ""
    opinion = opinions.open_opinion(session, application.id, department)
    if opinion is None or application.state != State.WITH_DEPARTMENTS:
        raise NotAsked()
    if view is not View.AGREE and not is_sentence(words):
        raise ReasonRequired(least=SHORTEST_REASON)
    actor = f"account:{expert.id}"
    opinion.view, opinion.words, opinion.given_by, opinion.given_at = view, words.strip(), expert.id, now
    event = Answered(department=department, outcome=view)
    process = office.catalogue.process_of(item_of(office, application))
    move = advance(process, application.position, event)
    session.add(record_transition(application, event.model_dump(), actor, now))
    record(session, application, "opinion.given", actor, now, {"department": department, "view": str(view)})
    place(session, office, application, move, actor, now)
    return application


def beside(session: Session, application_id: str, reason: str, person: Account, now: datetime) -> Application:
    """The case, if this person may act on it beside deciding: in review its holder, or a supervisor.

    Raises ReasonRequired, NotOpenForDecision, NotHeld, ConflictOfInterest, NotAuthorised.
    """
    if not is_sentence(reason):
        raise ReasonRequired(least=SHORTEST_REASON)
    application = locked(session, application_id)
    people.must_keep_to(session, application, person.id)
    if State(application.state) not in OPEN or application.decision is not None:
        raise NotOpenForDecision()
    holds = application.held_by == person.id and held_now(application, now)
    if application.state == State.IN_REVIEW and not holds and person.role != Role.SUPERVISOR:
        raise NotHeld()
    return application


def suspend(
    session: Session, office: Office, application_id: str, ground: str, reason: str, person: Account, now: datetime
) -> None:
    """Stop the clock and tell the applicant in writing.

    Raises ReasonRequired, GroundUnknown, ClockRefused, NotHeld, ConflictOfInterest, NotAuthorised.
    """
    application = beside(session, application_id, reason, person, now)
    if ground == clocks.FILE_TRANSFER:  # begins with the letter that asks for the file
        raise clocks.GroundUnknown(ground=ground)
    clocks.suspend(session, office, application, ground, reason, f"account:{person.id}", now)
    papers.on_suspension(session, office, application, ground, reason, now)


def go_on(session: Session, office: Office, application_id: str, reason: str, person: Account, now: datetime) -> None:
    """The clock runs again; told in writing.

    While a file travels it is its coming that does that (`moving.file_came`); without it only a supervisor, so that a
    case can be returned whose file is not sent. Raises ReasonRequired, ClockRefused, FileOutstanding, and of persons
    as `suspend`.
    """
    application = beside(session, application_id, reason, person, now)
    if clocks.ground_of(session, application) == clocks.FILE_TRANSFER and person.role != Role.SUPERVISOR:
        raise FileOutstanding()
    clocks.go_on(session, office, application, reason, f"account:{person.id}", now)
    for opinion in opinions.of_application(session, application.id):
        if opinion.given_at is None:
            opinion.due_on = application.timer_on
    papers.on_resumption(session, office, application, reason, now)


def extend(
    session: Session, office: Office, application_id: str, reason: str, supervisor: Account, now: datetime
) -> None:
    """The head of the office extends the limit, once, told in writing.

    Raises ReasonRequired, CannotExtend, ConflictOfInterest, NotAuthorised.
    """
    application = beside(session, application_id, reason, supervisor, now)
    clocks.extend(session, office, application, reason, f"account:{supervisor.id}", now)
    papers.on_extension(session, office, application, reason, supervisor, now)


def _again(number: str) -> str:
    """20261123-ABCDEF → 20261123-ABCDEF-R1 → 20261123-ABCDEF-R2."""
    first, times = re.fullmatch(r"(\d{8}-\w{6})(?:-R(\d+))?", number).groups()  # type: ignore[union-attr]
    return f"{first}-R{int(times or 0) + 1}"


def reopen(
    session: Session, office: Office, application_id: str, reason: str, supervisor: Account, now: datetime
) -> Application:
    """A refusal was set aside (复议、诉讼或自行纠正): the same answers are handled anew, as a case of their own.

    The refusal stays as it was; the clock starts again. Raises ReasonRequired, NothingToReopen, ConflictOfInterest,
    NotAuthorised.
    """
    if not is_sentence(reason):
        raise ReasonRequired(least=SHORTEST_REASON)
    refused = locked(session, application_id)
    people.must_keep_to(session, refused, supervisor.id)
    successor = session.scalar(select(Application.id).where(Application.predecessor_id == refused.id))
    if refused.state != State.REFUSED or successor is not None:
        raise NothingToReopen()
    actor = f"account:{supervisor.id}"
    again = Application(
        item_code=refused.item_code,
        item_version=refused.item_version,
        applicant_id=refused.applicant_id,
        channel=refused.channel,
        predecessor_id=refused.id,
        answers=dict(refused.answers),
        visited=list(refused.visited),
        label=refused.label,
        area=refused.area,
        skill=refused.skill,
        name_key=refused.name_key,
        signature=refused.signature,
        number=_again(refused.number or ""),
        created_at=now,
        updated_at=now,
        submitted_at=now,
        given={},
    )
    session.add(again)
    session.flush()
    for involved in session.scalars(select(people.Involved).where(people.Involved.application_id == refused.id)):
        session.add(people.Involved(application_id=again.id, key=involved.key))
    together.succeed(session, refused, again)
    hand_over(session, refused.id, again.id)
    evidence_of(session, again.id)
    clocks.start_clock(session, office, again, actor, now)
    materials.hand_on(session, refused.id, again.id)
    record(session, refused, "case.reopened", actor, now, {"as": again.number})
    record(session, again, "application.submitted", actor, now, {"item": again.item_code, "follows": refused.id})
    memos.tell(session, again, "reopened", actor, now, role=Role.CLERK, words=reason)
    place(session, office, again, begin(office.catalogue.process_of(item_of(office, again))), actor, now)
    return again
