# SPDX-License-Identifier: Apache-2.0
"""Looked (查阅留痕): a look of staff at a case is in the log before the page is shown; the applicant reads who looked.

I/O: a short transaction of its own, for the page itself only reads.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from approval import casefile, looking, looks
from approval.application import Application
from approval.viewers import load_viewers
from identity import Account
from web.deps import Clerk, Db, DeskDep, Now, OwnApplication
from web.desk import Desk
from web.respond import page
from web.wording import EVENTS, ROLES

router = APIRouter()


def note_look(
    desk: Desk, person: Account, now: datetime, case_in: Callable[[Session], Application], event: str = looks.LOOKED
) -> None:
    """Once a day. Before the page's own session: on SQLite nobody writes while somebody still reads.

    `case_in` finds the case, or raises for whoever may not see it.
    """
    with desk.office.database.reading() as session:
        if looks.is_noted(session, case_in(session), person, now, event):
            return
    with desk.office.database.writing() as session:
        looks.note(session, case_in(session), person, now, event)


def _note(id: str, desk: DeskDep, now: Now, clerk: Clerk) -> None:
    note_look(desk, clerk, now, lambda session: looking.case_for(session, id, clerk))


LookNoted = Annotated[None, Depends(_note)]


@router.get("/cases/{id}/looks")
def who_looked(request: Request, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    """Office, role, time and what was opened. The office answers for its people: their names are not told."""
    named, item = load_viewers().field, casefile.item_of(desk.office, application)
    rows = [
        {
            "at": look.at,
            "role": ROLES[look.role],
            "what": EVENTS[look.event],
            "fields": [named[name].said for name in look.fields if name in named],
        }
        for look in looks.looks_at(db, application)
    ]
    return page(
        request,
        "cases/looks.html",
        case={"id": application.id, "number": application.number, "title": item.title},
        office=desk.office.registrar,
        rows=rows,
    )
