# SPDX-License-Identifier: Apache-2.0
"""Opinions (部门征询): what a department is asked, and its answer. Numbers are masked. I/O: verbs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from approval import afterwards, casefile, opinions, people
from approval.application import Application
from approval.dossier import sections
from approval.opinions import Opinion, View
from approval.people import posting_of
from identity import Account
from kit.clock import office_day
from kit.errors import DomainError
from kit.text import Text
from web.deps import Db, DeskDep, Expert, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.looked import note_look
from web.respond import go, language_of, page
from web.wording import VIEWS

router = APIRouter()


@router.get("/opinions")
def asked(request: Request, desk: DeskDep, db: Db, now: Now, expert: Expert) -> Response:
    department = posting_of(db, expert.id).department or ""
    rows = [
        {
            "href": f"/opinions/{case.id}",
            "number": case.number,
            "name": case.label,
            "title": casefile.item_of(desk.office, case).title,
            "due_on": opinion.due_on,
            "is_late": opinion.due_on is not None and opinion.due_on < office_day(now),
            "asked_at": opinion.asked_at,
        }
        for opinion, case in opinions.awaited_from(db, department)
    ]
    return page(request, "opinions/list.html", rows=rows, department=department)


def _note(id: str, desk: DeskDep, now: Now, expert: Expert) -> None:
    note_look(desk, expert, now, lambda session: asked_of(session, expert, id)[1])


@router.get("/opinions/{id}")
def one(
    request: Request, id: str, _noted: Annotated[None, Depends(_note)], desk: DeskDep, db: Db, expert: Expert
) -> Response:
    return _page(request, id, desk, db, expert, [], {})


def _page(
    request: Request,
    id: str,
    desk: DeskDep,
    db: Db,
    expert: Expert,
    problems: list[ShownProblem],
    typed: dict[str, Any],
) -> Response:
    opinion, case = asked_of(db, expert, id)
    people.keep_off(db, case.id, expert.id)
    item = casefile.item_of(desk.office, case)
    form = desk.office.catalogue.form_of(item)
    language = language_of(request)
    return page(
        request,
        "opinions/case.html",
        422 if problems else 200,
        case={"id": case.id, "number": case.number, "name": case.label, "title": item.title},
        due_on=opinion.due_on,
        sections=[{"title": s.title, "rows": s.rows} for s in sections(form, case.answers, language, masked=True)],
        views=[(str(view), VIEWS[view]) for view in View],
        typed=typed,
        problems=problems,
    )


def asked_of(db: Session, expert: Account, id: str) -> tuple[Opinion, Application]:
    """Only cases that this department is asked about now. Raises NotAsked."""
    for opinion, case in opinions.awaited_from(db, posting_of(db, expert.id).department or ""):
        if case.id == id:
            return opinion, case
    raise afterwards.NotAsked()


@router.post("/opinions/{id}")
def give(
    request: Request,
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    expert: Expert,
    view: Annotated[str, Form(max_length=12)] = "",
    words: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    asked_of(db, expert, id)
    typed = {"view": view, "words": words}
    try:
        chosen = View(view)
    except ValueError:
        said = Text(zh="请选择意见", en="Choose an opinion").said(language_of(request))
        return _page(request, id, desk, db, expert, [ShownProblem("view", said)], typed)
    try:
        afterwards.give_opinion(db, desk.office, id, expert, chosen, words, now)
    except DomainError as error:
        if error.code != "reason_required":
            raise
        return _page(request, id, desk, db, expert, [ShownProblem("words", sentence(error, request))], typed)
    return go("/opinions", "opinion")
