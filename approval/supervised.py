# SPDX-License-Identifier: Apache-2.0
"""Supervised (批管同步): supervisors are told in the transaction of every entry and permit; silence in the pool alarms.

What is told follows from the business scope as the register has it. I/O: database.
"""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import licences
import register
import supervision
from approval import memos
from approval.application import Application
from approval.calendar import load_calendar
from approval.casefile import item_of
from approval.deadlines import working_days_left
from approval.office import Office
from identity import Role
from kit.clock import office_day
from supervision import Event, Later, Phrase, load_competence

SCOPE = "scope"  # the question after the business scope, in every form that has it
SYSTEM = "system:supervision"
SOONEST = timedelta(days=1)  # nothing is late before


def phrases_of(office: Office, entity: register.Entity) -> list[Phrase]:
    """The chosen business scope, with what the directory says of each item."""
    item = office.catalogue.item(entity.item_code, entity.item_version)
    form = office.catalogue.form_of(item)
    if not any(field.name == SCOPE for page in form.pages for field in page.fields):
        return []
    chosen = entity.facts.get(SCOPE) or ()
    options = [option for option in form.field(SCOPE).options if option.value in chosen]
    return [Phrase(option.value, option.label, option.licensed) for option in options]


def later_permits(session: Session, office: Office, application: Application) -> list[Later]:
    """What the business of this application must obtain before it trades; nothing before it is registered."""
    licence = licences.of_application(session, application.id)
    entity = register.find(session, licence.credit_code) if licence and licence.credit_code else None
    return load_competence().later(phrases_of(office, entity)) if entity else []


def tell(session: Session, office: Office, application: Application, code: str, act: str, now: datetime) -> None:
    """Of an entry in the register."""
    entity = register.find(session, code)
    if entity is not None:
        event = Event(application.number or application.id, code, act)
        supervision.tell(session, load_competence(), event, phrases_of(office, entity), now)


def tell_of_permit(session: Session, office: Office, application: Application, code: str, now: datetime) -> None:
    event = Event(application.number or application.id, code, "permit")
    supervision.tell_of_permit(session, load_competence(), event, item_of(office, application).code, now)


def remind(session: Session, now: datetime) -> None:
    """Supervisors of the office learn what no department has claimed in time."""
    calendar, today, allowed = load_calendar(session), office_day(now), load_competence().pool_working_days
    for waiting in supervision.waiting_since(session, now - SOONEST):
        gone = working_days_left(office_day(waiting.made_at), today, calendar)
        if gone is None or gone <= allowed:
            continue
        case = session.scalar(select(Application).where(Application.number == waiting.case_number))
        if case is not None:
            memos.tell(session, case, "unclaimed", SYSTEM, now, role=Role.SUPERVISOR, occasion=str(waiting.id))
        supervision.note_alarm(session, waiting, now)
