# SPDX-License-Identifier: Apache-2.0
"""Looks (查阅记录): who of the staff looked at a case, and what they opened of it; the applicant reads it from the log.

A look is logged once a day for each person and case, before anything is shown: what cannot be logged is not shown. The
applicant is told office, role and time, not the name: the office answers for its people, and an auditor finds each by
the log. I/O: database.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval.application import Application
from approval.casefile import record
from approval.unmasking import EVENT as UNMASKED
from identity import Account, Role
from kit.clock import beijing

LOOKED, PORTRAYED, MET = "case.looked", "portrait.looked", "meeting.taken"


@dataclass(frozen=True, slots=True)
class Look:
    """One time somebody looked. `fields`: what was opened in full, by the names of viewers.toml; `event` of the log."""

    at: datetime
    role: Role
    event: str
    fields: tuple[str, ...]


def is_noted(session: Session, application: Application, person: Account, now: datetime, event: str = LOOKED) -> bool:
    """Whether today's look of this person is in the log."""
    midnight = beijing(now).replace(hour=0, minute=0, second=0, microsecond=0)
    actor, subject = f"account:{person.id}", application.number or application.id
    return bool(audit.search(session, event=event, subject=subject, actor=actor, since=midnight, limit=1))


def note(session: Session, application: Application, person: Account, now: datetime, event: str = LOOKED) -> None:
    record(session, application, event, f"account:{person.id}", now, {"role": str(person.role)})


def looks_at(session: Session, application: Application) -> list[Look]:
    """Everything of the kind, the latest first."""
    subjects = [subject for subject in (application.number, application.id) if subject]
    told = [entry for subject in subjects for entry in audit.of_subject(session, subject)]
    entries = [entry for entry in told if entry.event in (LOOKED, PORTRAYED, UNMASKED, MET)]
    ids = {entry.actor.removeprefix("account:") for entry in entries}
    roles = dict(session.execute(select(Account.id, Account.role).where(Account.id.in_(ids))).tuples().all())
    found = [
        Look(
            entry.at,
            Role(roles.get(entry.actor.removeprefix("account:"), Role.CLERK)),
            entry.event,
            tuple(entry.told.get("fields", ())),
        )
        for entry in entries
    ]
    return sorted(found, key=lambda look: look.at, reverse=True)
