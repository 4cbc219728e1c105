# SPDX-License-Identifier: Apache-2.0
"""Revocations (撤销登记): the supervisor looks into registrations, step by step, in writing. I/O: through the verbs."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import select

from approval import looking, revocation
from approval.application import Application
from approval.revocation import Revocation, Stage
from identity import Account
from kit.clock import office_day
from kit.errors import DomainError
from kit.text import Text
from web.deps import Db, DeskDep, Now, Supervisor
from web.errors import sentence
from web.fields import ShownProblem
from web.fresh import FRESH
from web.respond import go, language_of, page
from web.wording import STAGES

router = APIRouter(prefix="/revocations")
Words = Annotated[str, Form(max_length=2000)]


@router.get("")
def show(request: Request, db: Db, now: Now, supervisor: Supervisor) -> Response:
    return _list(request, db, now, supervisor, [], {})


def _list(
    request: Request, db: Db, now: Now, supervisor: Account, problems: list[ShownProblem], typed: dict[str, str]
) -> Response:
    rows = [
        {
            "href": f"/revocations/{opened.id}",
            "number": case.number,
            "name": case.label,
            "stage": STAGES[opened.stage],
            "is_final": Stage(opened.stage).is_final,
            "by": opened.take_up_by if opened.stage == Stage.FILED else opened.finish_by,
            "is_late": _is_late(opened, now),
            "filed_at": opened.filed_at,
        }
        for opened, case in revocation.listed(db, supervisor)
    ]
    return page(request, "revocations/list.html", 422 if problems else 200, rows=rows, problems=problems, typed=typed)


def _is_late(opened: Revocation, now: Now) -> bool:
    by = {Stage.FILED: opened.take_up_by, Stage.INVESTIGATED: opened.finish_by}.get(Stage(opened.stage))
    return by is not None and by < office_day(now)


@router.post("")
def file(
    request: Request,
    db: Db,
    now: Now,
    supervisor: Supervisor,
    number: Annotated[str, Form(max_length=24)] = "",
    by: Annotated[str, Form(max_length=10)] = "",
    identified: Annotated[str, Form(max_length=5)] = "",
    words: Words = "",
) -> Response:
    typed = {"number": number, "by": by, "identified": identified, "words": words}
    case = db.scalar(select(Application).where(Application.number == number.strip().upper()))
    if case is None:
        said = Text(zh="没有这个受理编号，请核对", en="There is no such case number").said(language_of(request))
        return _list(request, db, now, supervisor, [ShownProblem("number", said)], typed)
    try:
        opened = revocation.file(
            db,
            case,
            words.strip(),
            supervisor,
            now,
            by_victim=by == "victim",
            is_identified=identified == "yes",
        )
    except DomainError as error:
        where = {"reason_required": "words", "identity_unproven": "identified"}.get(error.code, "number")
        return _list(request, db, now, supervisor, [ShownProblem(where, sentence(error, request))], typed)
    return go(f"/revocations/{opened.id}", "saved")


@router.get("/{id}")
def one(request: Request, id: str, db: Db, now: Now, supervisor: Supervisor) -> Response:
    return _page(request, id, db, now, supervisor, [], "")


def _page(
    request: Request, id: str, db: Db, now: Now, supervisor: Account, problems: list[ShownProblem], typed: str
) -> Response:
    opened = revocation.find(db, id)
    if opened is None:
        return Response(status_code=404)
    case = db.get_one(Application, opened.application_id)
    looking.must_be_seen_by(db, case, supervisor)
    return page(
        request,
        "revocations/case.html",
        422 if problems else 200,
        opened=opened,
        case={"id": case.id, "number": case.number, "name": case.label},
        stage=STAGES[opened.stage],
        is_late=_is_late(opened, now),
        is_announced=opened.announced_until is not None,
        may_revoke=opened.announced_until is None or office_day(now) > opened.announced_until,
        problems=problems,
        typed=typed,
    )


@router.post("/{id}/{step}", dependencies=FRESH)
def go_on(
    request: Request, id: str, step: str, desk: DeskDep, db: Db, now: Now, supervisor: Supervisor, reason: Words = ""
) -> Response:
    """Take up, decline, prolong, announce, revoke, keep or keep for the public's sake."""
    said = reason.strip()
    try:
        match step:
            case "take-up":
                revocation.take_up(db, desk.office, id, supervisor, now)
            case "decline":
                revocation.decline(db, desk.office, id, said, supervisor, now)
            case "prolong":
                revocation.prolong(db, id, said, supervisor, now)
            case "announce":
                revocation.announce(db, id, supervisor, now)
            case "revoke":
                revocation.revoke(db, desk.office, id, said, supervisor, now)
            case "keep" | "keep-public":
                basis = "SAMR-41" if step == "keep-public" else ""
                revocation.keep(db, desk.office, id, said, basis, supervisor, now)
            case _:
                return Response(status_code=404)
    except DomainError as error:
        if error.code != "reason_required":
            raise
        return _page(request, id, db, now, supervisor, [ShownProblem(step, sentence(error, request))], said)
    return go(f"/revocations/{id}", "saved")
