# SPDX-License-Identifier: Apache-2.0
"""Moving (迁移): the file of a business that moves here, asked for by letter, waited for, recorded. I/O: database.

The business applies here once; the registrars move the file between them within three months (登记管理条例第27条；
实施细则第62条). The clock stands still meanwhile. Nobody is refused because another office is late: people are told.
"""

import re
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

import notices
from approval import afterwards, clocks, memos, papers
from approval.application import Application, State
from approval.casefile import record
from approval.clocks import FILE_CAME, FILE_TRANSFER
from approval.deadlines import ClockRefused
from approval.office import Office
from identity import Account, Role
from kit.clock import office_day, three_months_on
from kit.errors import DomainError
from notices import Kind

SCAN = re.compile(r"[0-9a-f]{64}")
SHORTEST = timedelta(days=89)  # no three months are shorter
WITH_PEOPLE = (State.IN_REVIEW, State.WITH_DEPARTMENTS, State.SET_ASIDE)


class NoFileAsked(DomainError):
    """No letter has asked for a file in this case, or its file has come already."""


class FileDateWrong(DomainError):
    """A file comes after it was asked for, and not in the future."""


class ScanUnknown(DomainError):
    """The scan of the file is known by its SHA-256: 64 hexadecimal digits."""


def ask_for_file(session: Session, office: Office, application: Application, actor: str, now: datetime) -> None:
    """迁移调档函 to the former registrar, and the clock stands still from here; nothing for what does not move."""
    letter = papers.on_move(session, office, application, now)
    if letter is None:
        return
    reason = f"{notices.declaration(Kind.FILE_REQUEST).title.zh}（{letter.number}）"
    clocks.suspend(session, office, application, FILE_TRANSFER, reason, actor, now)
    papers.on_suspension(session, office, application, FILE_TRANSFER, reason, now)


def file_came(
    session: Session,
    office: Office,
    application_id: str,
    on: date | None,
    documents: str,
    scan: str,
    person: Account,
    now: datetime,
) -> None:
    """Record that the file is here: the day, what is in it, and the SHA-256 of its scan. The clock runs again.

    Raises NoFileAsked, FileDateWrong, ScanUnknown, ClockRefused, and of reason and person as `afterwards.beside`.
    """
    application = afterwards.beside(session, application_id, documents, person, now)
    asked_on = _asked_on(session, application)
    if asked_on is None or clocks.file_came(session, application.id):
        raise NoFileAsked()
    if on is None or not asked_on <= on <= office_day(now):
        raise FileDateWrong(since=asked_on.isoformat())
    digest = scan.strip().lower()
    if not SCAN.fullmatch(digest):
        raise ScanUnknown()
    actor = f"account:{person.id}"
    if clocks.ground_of(session, application) == "":  # a supervisor had let the clock go on without it
        clocks.suspend(session, office, application, FILE_TRANSFER, documents, actor, now)
    if clocks.ground_of(session, application) != FILE_TRANSFER:
        raise ClockRefused(why="not_resumed")
    clocks.go_on(session, office, application, documents, actor, now, FILE_CAME)
    papers.on_resumption(session, office, application, documents, now)
    record(session, application, "file.came", actor, now, {"on": on.isoformat(), "sha256": digest})


def _asked_on(session: Session, application: Application) -> date | None:
    """The day of the letter; None if none was written."""
    letters = [one for one in notices.of_application(session, application.id) if one.kind == Kind.FILE_REQUEST]
    return office_day(letters[0].written_at) if letters else None


def standing_of(session: Session, application: Application) -> dict[str, date | bool] | None:
    """Since when a file is waited for, until when, and whether it has come; None if none was asked for."""
    asked_on = _asked_on(session, application)
    if asked_on is None:
        return None
    came = clocks.file_came(session, application.id)
    return {"asked_on": asked_on, "until": three_months_on(asked_on), "came": came}


def remind(session: Session, now: datetime) -> None:
    """Tell the supervisor once of a file that is not here after three months (实施细则第62条)."""
    today = office_day(now)
    query = select(Application).where(Application.state.in_(WITH_PEOPLE), Application.suspended_on <= today - SHORTEST)
    for application in session.scalars(query.order_by(Application.id)):
        since = application.suspended_on
        if since is None or three_months_on(since) >= today:
            continue
        if clocks.ground_of(session, application) == FILE_TRANSFER:
            memos.tell(
                session, application, "file_late", "system:clock", now, role=Role.SUPERVISOR, occasion=str(since)
            )
