# SPDX-License-Identifier: Apache-2.0
"""Postings (岗位范围): what a desk takes and knows, said by the security administrator and logged. I/O: the verbs."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

import audit
from approval.cases import AREA
from approval.people import post, posting_of
from identity import Account, Role, staff
from kit.clock import office_day
from kit.text import Text
from web.deps import Db, DeskDep, Now, SecurityAdministrator
from web.fresh import FRESH
from web.respond import go, page
from web.wording import ROLES, SKILLS

router = APIRouter(prefix="/admin/postings")
AT_WORK = (Role.CLERK, Role.SUPERVISOR, Role.EXPERT)


def _areas(desk: DeskDep, now: Now) -> dict[str, Text]:
    """The areas that any form offered today knows."""
    catalogue = desk.office.catalogue
    forms = [catalogue.form_of(item) for item in catalogue.offered(office_day(now))]
    asked = [field for form in forms for page in form.pages for field in page.fields if field.name == AREA]
    return {option.value: option.label for field in asked for option in field.options}


def _skills(desk: DeskDep, now: Now) -> dict[str, Text]:
    """The skills that any item offered today demands."""
    found = {skill for item in desk.office.catalogue.offered(office_day(now)) for skill in item.skills}
    return {skill: SKILLS.get(skill, Text(zh=skill, en=skill)) for skill in sorted(found)}


def _departments(desk: DeskDep) -> dict[str, Text]:
    processes = desk.office.catalogue.processes.values()
    return {code: said for process in processes for code, said in process.departments.items()}


@router.get("")
def show(request: Request, desk: DeskDep, db: Db, now: Now, _admin: SecurityAdministrator) -> Response:
    people = [_shown(db, person) for person in staff(db) if person.role in AT_WORK]
    return page(
        request,
        "admin/postings.html",
        people=people,
        items={item.code: item.title for item in desk.office.catalogue.offered(office_day(now))},
        areas=_areas(desk, now),
        departments=_departments(desk),
        skills=_skills(desk, now),
    )


def _shown(db: Session, person: Account) -> dict[str, Any]:
    posting = posting_of(db, person.id)
    return {
        "id": person.id,
        "name": person.shown_name,
        "role": ROLES[person.role],
        "is_expert": person.role == Role.EXPERT,
        "items": posting.items,
        "areas": posting.areas,
        "department": posting.department,
        "skills": posting.skills,
    }


@router.post("/{account}", dependencies=FRESH)
def change(
    account: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    admin: SecurityAdministrator,
    items: Annotated[list[str] | None, Form()] = None,
    areas: Annotated[list[str] | None, Form()] = None,
    skills: Annotated[list[str] | None, Form()] = None,
    department: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """What is not known is left out; nothing chosen means everything."""
    person = db.get(Account, account)
    if person is None or person.role not in AT_WORK:
        return Response(status_code=404)
    known = {item.code for item in desk.office.catalogue.offered(office_day(now))}
    taken = sorted(known & set(items or ()))
    where = sorted(set(_areas(desk, now)) & set(areas or ()))
    answers_for = department if person.role == Role.EXPERT and department in _departments(desk) else None
    knows = sorted(set(_skills(desk, now)) & set(skills or ()))
    post(db, person.id, taken, where, answers_for, knows)
    facts = {"items": taken, "areas": where, "department": answers_for, "skills": knows}
    audit.append(
        db, event="posting.changed", subject=f"staff:{person.id}", actor=f"account:{admin.id}", facts=facts, now=now
    )
    return go("/admin/postings", "desk")
