# SPDX-License-Identifier: Apache-2.0
"""Board (看板): load, clocks and what was set aside; the supervisor frees or resumes. I/O: through the verbs."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from approval import casefile, claims, deciding, queue
from approval.calendar import load_calendar
from web.deps import Db, DeskDep, Now, Supervisor
from web.pages.admin import calendar_warning
from web.pages.mydesk import shown_memos
from web.pages.review import shown_line, submitted
from web.respond import go, page

router = APIRouter()


@router.get("/board")
def board(request: Request, desk: DeskDep, db: Db, now: Now, supervisor: Supervisor) -> Response:
    calendar = load_calendar(db)
    lines, _more = queue.page_of_queue(db, supervisor, "all", None, calendar, now)
    aside = queue.set_aside(db, supervisor)
    counts = queue.count(db, supervisor, now)
    incidents = [
        {
            "id": case.id,
            "number": case.number,
            "title": casefile.item_of(desk.office, case).title,
            "name": case.label,
            "since": case.updated_at,
            "reason": str(case.transitions[-1].event.get("error", "")) if case.transitions else "",
        }
        for case in aside
    ]
    shown = {
        "open": counts.open + len([line for line in lines if line.holder]),
        "unclaimed": counts.open,
        "overdue": counts.overdue,
        "incidents": len(aside),
    }
    return page(
        request,
        "board/board.html",
        counts=shown,
        people=queue.people_at_work(db, now),
        rows=[shown_line(desk, line, supervisor) for line in lines],
        incidents=incidents,
        calendar_warning=calendar_warning(request, db, now),
        memos=shown_memos(db, supervisor),
    )


@router.post("/board/{id}/release")
def free(id: str, db: Db, now: Now, supervisor: Supervisor) -> Response:
    claims.release(db, submitted(db, id).id, supervisor, now)
    return go("/board", "released")


@router.post("/board/{id}/resume")
def resume(id: str, desk: DeskDep, db: Db, now: Now, supervisor: Supervisor) -> Response:
    deciding.resume(db, desk.office, submitted(db, id).id, supervisor, now)
    return go("/board", "resumed")
