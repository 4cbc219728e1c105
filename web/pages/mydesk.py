# SPDX-License-Identifier: Apache-2.0
"""My desk (我的岗位): what I must be told, when I am away, whom I must keep off. I/O: the verbs."""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval import memos, people
from approval.application import Application
from identity import Account, Role, staff
from kit.clock import office_day
from kit.text import Text
from web.deps import Db, DeskDep, Now, Worker
from web.fields import ShownProblem
from web.respond import go, language_of, page
from web.wording import MEMOS, RELATIONS

router = APIRouter()


def shown_memos(db: Session, person: Account) -> list[dict[str, Any]]:
    """What the person has not put away yet."""
    listed = memos.unseen(db, person)
    cases = {
        case.id: case
        for case in db.scalars(select(Application).where(Application.id.in_([m.application_id for m in listed])))
    }
    return [
        {
            "id": memo.id,
            "said": MEMOS[memo.kind],
            "words": memo.words,
            "at": memo.written_at,
            "number": cases[memo.application_id].number or "",
            "href": f"/{'identity/frozen' if memo.kind.startswith('not_me') else 'review'}/{memo.application_id}",
        }
        for memo in listed
    ]


@router.get("/desk")
def show(request: Request, desk: DeskDep, db: Db, now: Now, person: Worker) -> Response:
    return _page(request, desk, db, now, person)


def _page(
    request: Request,
    desk: DeskDep,
    db: Session,
    now: Now,
    person: Account,
    problems: list[ShownProblem] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    today = office_day(now)
    posting = people.posting_of(db, person.id)
    titles = {item.code: item.title for item in desk.office.catalogue.offered(today)}
    names = {a.id: a.shown_name for a in staff(db)}
    return page(
        request,
        "review/desk.html",
        422 if problems else 200,
        memos=shown_memos(db, person),
        items=[titles.get(code, Text(zh=code, en=code)) for code in posting.items],
        areas=posting.areas,
        department=posting.department,
        absences=[
            {"since": a.since, "until": a.until, "deputy": names.get(a.deputy_id, "")}
            for a in people.absences(db, person.id, today)
        ],
        represented=[names.get(name, "") for name in people.represented_by(db, person.id, today)],
        deputies=[
            {"id": a.id, "name": a.shown_name}
            for a in staff(db)
            if a.id != person.id and a.is_active and a.role == person.role
        ],
        kin=[RELATIONS.get(relation, Text(zh=relation, en=relation)) for relation in people.kin_of(db, person.id)],
        relations=RELATIONS,
        typed=typed or {},
        problems=problems or [],
    )


@router.post("/desk/memos/{memo}")
def put_away(memo: int, db: Db, now: Now, person: Worker) -> Response:
    memos.put_away(db, memo, person, now)
    return go("/board" if person.role == Role.SUPERVISOR else "/desk" if person.role == Role.EXPERT else "/review")


@router.post("/desk/absence")
def be_away(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    person: Worker,
    since: Annotated[str, Form(max_length=10)] = "",
    until: Annotated[str, Form(max_length=10)] = "",
    deputy: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    try:
        first, last = date.fromisoformat(since), date.fromisoformat(until)
        colleague = db.get(Account, deputy)
        if colleague is None or colleague.role != person.role or not colleague.is_active:
            raise ValueError("no such colleague")
        people.be_away(db, person.id, first, last, colleague.id)
    except ValueError:
        said = Text(
            zh="请填写起止日期（止日不早于起日）并选择一位代理同事",
            en="Give first and last day (in this order) and choose a colleague",
        )
        typed = {"since": since, "until": until, "deputy": deputy}
        return _page(request, desk, db, now, person, [ShownProblem("since", said.said(language_of(request)))], typed)
    _log(db, person, "absence.entered", now, {"since": since, "until": until, "deputy": deputy})
    return go("/desk", "desk")


@router.post("/desk/kin")
def declare_kin(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    person: Worker,
    number: Annotated[str, Form(max_length=20)] = "",
    relation: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    problems = []
    language = language_of(request)
    if relation not in RELATIONS:
        said = Text(zh="请选择关系", en="Choose how you are related")
        problems.append(ShownProblem("relation", said.said(language)))
    try:
        if not problems:
            people.declare_kin(db, person, number.strip().upper(), relation, now)
    except people.NumberMalformed:
        said = Text(
            zh="居民身份证号码不正确，请核对 18 位号码", en="This is not an identity number: check its 18 digits"
        )
        problems.append(ShownProblem("number", said.said(language)))
    if problems:
        return _page(request, desk, db, now, person, problems, {"relation": relation})
    _log(db, person, "kin.declared", now, {"relation": relation})
    return go("/desk", "desk")


def _log(db: Session, person: Account, event: str, now: Now, facts: dict[str, Any]) -> None:
    audit.append(db, event=event, subject=f"staff:{person.id}", actor=f"account:{person.id}", facts=facts, now=now)
