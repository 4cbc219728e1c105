# SPDX-License-Identifier: Apache-2.0
"""Traces (过程留痕): what proving and disputing leave behind beside the file of a case, and when that goes.

Appointments that nothing came of, questions to partners, claims of "not me" and who filed from where. The sources of
`identity.forgetting`; each thing is looked at again, and destroyed, in a transaction of its own. I/O: database.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from approval.application import Application
from approval.appointments import GIVEN_UP, OPEN, Meeting
from approval.asserting import Question
from approval.filings import Filing
from approval.freezing import Freeze
from approval.office import Office
from identity import Way, assuring, evidence_of, load_routes
from identity.forgetting import Source
from identity.retention import What

AT_ONCE = 200

Over = Callable[[datetime], ColumnElement[bool]]


def sources(office: Office) -> list[Source]:
    def of_rows(name: str, what: What, key: InstrumentedAttribute[str], over: Over) -> Source:
        def overdue(limit: datetime, after: str) -> Sequence[str]:
            with office.database.reading() as session:
                return session.scalars(select(key).where(over(limit), key > after).order_by(key).limit(AT_ONCE)).all()

        def destroy(name: str, limit: datetime, now: datetime) -> None:
            with office.database.writing() as session:
                row = session.scalar(select(key.class_).where(key == name, over(limit)))
                if row is not None:
                    _destroy(session, row)

        return Source(name, what, overdue, destroy)

    return [
        of_rows("appointments", What.APPOINTMENTS, Meeting.id, _came_to_nothing),
        of_rows("partner_questions", What.PARTNER_QUESTIONS, Question.id, lambda limit: Question.asked_at < limit),
        of_rows("settled_claims", What.SETTLED_CLAIMS, Freeze.id, _settled),
        of_rows("unfound_claims", What.UNFOUND_CLAIMS, Freeze.id, _about_no_case),
        of_rows("filings", What.FILINGS, Filing.application_id, lambda limit: Filing.filed_at < limit),
    ]


def _destroy(session: Session, row: Any) -> None:
    if isinstance(row, Meeting) and row.state == OPEN:
        _unask(session, row)
    session.delete(row)


def _unask(session: Session, meeting: Meeting) -> None:
    """Nobody came: the person may choose again, and is not taken for one who waits."""
    evidence = evidence_of(session, meeting.application_id, meeting.person)
    if (evidence.assurance or {}).get("meeting") == meeting.id and not evidence.is_assured:
        assuring.unask(evidence)


def _came_to_nothing(limit: datetime) -> ColumnElement[bool]:
    """Given up; or still open when its code has run out or its case is over. A call that is waited for stays."""
    runs_for = timedelta(days=load_routes().window.code_days)
    case_is_over = exists().where(Application.id == Meeting.application_id, Application.ended_at < limit)
    has_run_out = and_(Meeting.way == Way.WINDOW, Meeting.asked_at < limit - runs_for)
    is_left = and_(Meeting.state == OPEN, or_(has_run_out, case_is_over))
    return or_(and_(Meeting.state == GIVEN_UP, Meeting.ended_at < limit), is_left)


def _settled(limit: datetime) -> ColumnElement[bool]:
    return and_(Freeze.application_id.is_not(None), Freeze.settled_at < limit)


def _about_no_case(limit: datetime) -> ColumnElement[bool]:
    """Also of a draft that was thrown away meanwhile."""
    return and_(Freeze.application_id.is_(None), Freeze.said_at < limit)
