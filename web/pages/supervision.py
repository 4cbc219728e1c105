# SPDX-License-Identifier: Apache-2.0
"""Supervision (监管收件): a department's inbox, the pool it claims from, and what it found. I/O: through the verbs.

What is shown of a business is public by law: its name, code, standing, premises and scope as the register has them.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

import licences
import register
import supervision
from approval.people import posting_of
from approval.supervised import phrases_of
from identity import Account
from kit.clock import office_day
from kit.text import Text
from supervision import Found, Notification, ResultMalformed, load_competence
from web.deps import Db, DeskDep, Expert, Now
from web.desk import Desk
from web.errors import sentence
from web.fields import ShownProblem
from web.respond import go, language_of, page
from web.wording import ACTS, FOUND

router = APIRouter(prefix="/notifications")
BASE = "/notifications"
MOODS = {Found.PASSED: "good", Found.PROBLEM: "warn", Found.ABNORMAL: "bad"}
CHOOSE = Text(zh="请选择检查结果", en="Choose what was found")
DAY = Text(zh="请填写检查日期，不晚于今天", en="Give the day, not after today")


def _department(db: Session, expert: Account) -> str:
    return posting_of(db, expert.id).department or ""


@router.get("")
def inbox(request: Request, desk: DeskDep, db: Db, expert: Expert) -> Response:
    department = _department(db, expert)
    told = load_competence().department(department)
    return page(
        request,
        "supervision/list.html",
        department=told.name if told else None,
        inbox=[_row(db, one) for one in supervision.newest(db, department)],
        pool=[_row(db, one) for one in supervision.pool(db)],
        pool_days=load_competence().pool_working_days,
    )


def _row(db: Session, one: Notification) -> dict[str, Any]:
    entity = register.find(db, one.credit_code)
    return {
        "href": f"{BASE}/{one.id}",
        "name": entity.name if entity else "",
        "credit_code": one.credit_code,
        "act": ACTS[one.act],
        "permits": _permits(one),
        "made_at": one.made_at,
        "is_new": one.received_at is None,
        "is_late": one.alarmed_at is not None,
    }


def _permits(one: Notification) -> list[Text]:
    table = load_competence()
    return [permit.name for item in one.permits if (permit := table.of_item(item)) is not None]


def _mine(db: Session, expert: Account, number: int) -> tuple[str, Notification]:
    """Of the expert's department, or in the pool. Raises NotificationUnknown."""
    department = _department(db, expert)
    found = db.get(Notification, number)
    if found is not None and found.department is None and found.claimed_by is None:
        return department, found
    return department, supervision.of_department(db, department, number)


@router.get("/{number}")
def show(request: Request, number: int, desk: DeskDep, db: Db, expert: Expert) -> Response:
    return _page(request, number, desk, db, expert, [], {})


def _page(
    request: Request,
    number: int,
    desk: Desk,
    db: Session,
    expert: Account,
    problems: list[ShownProblem],
    typed: dict[str, str],
) -> Response:
    department, one = _mine(db, expert, number)
    entity, licence = register.find(db, one.credit_code), licences.in_force(db, one.credit_code)
    told, phrases = set(one.scope), phrases_of(desk.office, entity) if entity else []
    return page(
        request,
        "supervision/one.html",
        422 if problems else 200,
        one=_row(db, one) | {"base": f"{BASE}/{one.id}", "in_pool": one.department is None, "number": one.case_number},
        received_at=one.received_at,
        premises=licence.premises if licence else "",
        established_on=entity.established_on if entity else None,
        scope=[{"label": one.label, "is_told": one.code in told} for one in phrases],
        results=[
            {"on": result.on, "found": FOUND[result.found], "mood": MOODS[Found(result.found)], "words": result.words}
            | {"department": (known.name if (known := load_competence().department(result.department)) else None)}
            for result in supervision.results_of(db, one.credit_code)
        ],
        choices=[(str(found), FOUND[found]) for found in Found],
        typed=typed,
        problems=problems,
        department=department,
    )


@router.post("/{number}/receive")
def receive(number: int, db: Db, now: Now, expert: Expert) -> Response:
    supervision.receive(db, _department(db, expert), number, f"account:{expert.id}", now)
    return go(f"{BASE}/{number}", "notification-received")


@router.post("/{number}/claim")
def claim(number: int, db: Db, now: Now, expert: Expert) -> Response:
    made = supervision.claim(db, _department(db, expert), number, f"account:{expert.id}", now)
    return go(f"{BASE}/{made.id}", "notification-claimed")


@router.post("/{number}/result")
def record(
    request: Request,
    number: int,
    desk: DeskDep,
    db: Db,
    now: Now,
    expert: Expert,
    found: Annotated[str, Form(max_length=12)] = "",
    on: Annotated[str, Form(max_length=10)] = "",
    words: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    department = _department(db, expert)
    one = supervision.of_department(db, department, number)
    typed, day, problems = {"found": found, "on": on, "words": words}, _day(on), []
    if found not in {str(one) for one in Found}:
        problems.append(ShownProblem("found", CHOOSE.said(language_of(request))))
    if day is None or day > office_day(now):
        problems.append(ShownProblem("on", DAY.said(language_of(request))))
    if not problems and day is not None:
        try:
            by = f"account:{expert.id}"
            supervision.record_result(db, one.credit_code, department, Found(found), day, words, by, now, one.id)
        except ResultMalformed as error:
            problems.append(ShownProblem("words", sentence(error, request)))
    if problems:
        return _page(request, number, desk, db, expert, problems, typed)
    return go(f"{BASE}/{number}", "result-recorded")


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
