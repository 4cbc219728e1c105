# SPDX-License-Identifier: Apache-2.0
"""Progress (一件事进度): every item of a bundle with its own number, state, deadline and decision. I/O: verbs."""

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from approval import jointly, together
from approval.application import Application, State
from approval.casefile import item_of
from approval.decision import Outcome
from approval.dossier import stage_of
from approval.together import Bundle, Standing
from kit.text import Text
from web.deps import Db, DeskDep
from web.respond import page

STAGES = {
    Standing.WAITING: Text(zh="等执照", en="Waiting for the licence"),
    Standing.HELD: Text(zh="没有执照，未提交", en="No licence: not submitted"),
    Standing.LEFT: Text(zh="没有提交，留作草稿", en="Not submitted: a draft"),
    Standing.OPEN: Text(zh="待您完成", en="Yours to complete"),
    Standing.GATHERING: Text(zh="填写中", en="Being filled in"),
}
MOODS = {State.REGISTERED: "good", State.RETURNED: "warn", State.REFUSED: "bad", State.WITHDRAWN: ""}
DECIDED = {
    Outcome.APPROVE: Text(zh="准予", en="Granted"),
    Outcome.RETURN: Text(zh="退回补正", en="Returned for correction"),
    Outcome.REFUSE: Text(zh="不予", en="Refused"),
}


def progress(request: Request, desk: DeskDep, db: Db, bundle: Bundle) -> Response:
    members = together.members(db, bundle)
    rows = [row_of(desk, db, bundle, one) for one in members]
    lead = members[0]
    return page(
        request,
        "bundles/progress.html",
        bundle={"id": bundle.id},
        rows=rows,
        lead={"state": str(lead.state), "href": href_of(lead), "has_licence": bool(together.licence_of(db, bundle))},
        waiting=sum(row["standing"] == "waiting" for row in rows),
        held=sum(row["standing"] == "held" for row in rows),
        is_moving=any(one.state == State.CHECKING for one in members),
        joint={
            "days": jointly.WORKING_DAYS,
            "more": jointly.EXTENSION,
            "due_on": jointly.due_on(db, desk.office, bundle),
            "is_told": any(item_of(desk.office, one).kind == "permit" for one in members),
        },
    )


def href_of(application: Application) -> str:
    return f"/apply/{application.id}" if application.state == State.DRAFT else f"/cases/{application.id}"


def row_of(desk: DeskDep, db: Db, bundle: Bundle, application: Application) -> dict[str, Any]:
    item, state = item_of(desk.office, application), State(application.state)
    standing = together.standing_of(db, bundle, application, item)
    decision = application.decision
    moods = {Standing.OPEN: "warn", Standing.HELD: "bad", Standing.WAITING: "", Standing.LEFT: ""}
    return {
        "id": application.id,
        "title": item.title,
        "office": item.authority or Text(zh=desk.office.registrar, en=desk.office.registrar),
        "number": application.number,
        "standing": str(standing) if standing else "",
        "stage": STAGES[standing] if standing else stage_of(application, item),
        "mood": moods.get(standing, "brand") if standing else MOODS.get(state, "brand"),
        "due_on": None if state.is_final else application.due_on,
        "promised_on": None if state.is_final else application.promised_on,
        "days": item.working_days,
        "decided": DECIDED[Outcome(decision.outcome)] if decision else None,
        "decided_at": decision.decided_at if decision else None,
        "href": None if standing in (Standing.WAITING, Standing.HELD, Standing.LEFT) else href_of(application),
        "may_leave": state is State.DRAFT and application.id != bundle.lead_id and application.predecessor_id is None,
    }
