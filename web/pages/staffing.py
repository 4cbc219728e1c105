# SPDX-License-Identifier: Apache-2.0
"""Staffing (人员管理): accounts, roles, links and sessions of staff, each by who may. I/O: through the verbs."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

import audit
from identity import (
    GRANTABLE,
    Account,
    PasswordWeak,
    Role,
    account_of_link,
    confirm_link,
    create_account,
    directory_for,
    disable,
    grant_role,
    issue_link,
    link_account,
    offices,
    place_in_office,
    sign_out_everywhere,
    staff,
    use_link,
    waiting_links,
)
from kit.errors import DomainError
from kit.text import Text
from web.deps import Administrator, Anybody, Db, DeskDep, EitherAdministrator, Now, SecurityAdministrator
from web.errors import sentence
from web.fields import ShownProblem
from web.fresh import FRESH
from web.pages.signin import half_way, of_whom
from web.respond import go, language_of, page
from web.wording import ROLES

router = APIRouter()
Short = Annotated[str, Form(max_length=40)]
BASE = "/admin/accounts"


class AccountUnknown(DomainError):
    """No member of staff has this account."""


def _member(db: Session, id: str) -> Account:
    found = db.get(Account, id)
    if found is None or found.role == Role.APPLICANT or found.username is None:
        raise AccountUnknown()
    return found


@router.get(BASE)
def show(request: Request, desk: DeskDep, db: Db, now: Now, viewer: EitherAdministrator) -> Response:
    return _page(request, desk, db, now, viewer)


def _page(
    request: Request,
    desk: DeskDep,
    db: Session,
    now: Now,
    viewer: Account,
    problems: list[ShownProblem] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    people = staff(db)
    names = {person.id: person.shown_name for person in people}
    return page(
        request,
        "admin/accounts.html",
        422 if problems else 200,
        is_security=viewer.role == Role.SECURITY,
        people=[
            {
                "id": person.id,
                "username": person.username,
                "name": person.shown_name,
                "role": person.role,
                "said_role": ROLES[person.role],
                "office": person.office,
                "active": person.is_active,
                "is_self": person.id == viewer.id,
            }
            for person in people
        ],
        roles={str(role): ROLES[role] for role in GRANTABLE},
        offices={office.code: office.name for office in offices(db)},
        directories={one.code: one.name for one in of_whom(desk, "staff")},
        links=[
            {"id": link.id, "for": names.get(link.account_id, ""), "by": names.get(link.issued_by, "")}
            for link in waiting_links(db, now)
            if viewer.id not in (link.issued_by, link.account_id)
        ],
        typed=typed or {"username": "", "name": ""},
        problems=problems or [],
    )


@router.post(BASE)
def create(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    admin: Administrator,
    username: Short = "",
    name: Short = "",
    office: Short = "",
) -> Response:
    typed = {"username": username.strip(), "name": name.strip()}
    missing = [key for key, value in typed.items() if not value]
    if missing or not typed["username"].isalnum() or not typed["username"].isascii():
        said = Text(zh="请填写姓名，以及由字母和数字组成的用户名", en="A name, and a user name of letters and digits")
        problem = ShownProblem((missing or ["username"])[0], said.said(language_of(request)))
        return _page(request, desk, db, now, admin, [problem], typed)
    try:
        account = create_account(db, admin, typed["username"], typed["name"], office, now)
    except DomainError as error:
        where = "office" if error.code == "office_unknown" else "username"
        return _page(request, desk, db, now, admin, [ShownProblem(where, sentence(error, request))], typed)
    _tell(db, account, "staff.created", admin, now, {"office": office})
    return go(BASE, "desk")


@router.post(BASE + "/{id}/role", dependencies=FRESH)
def change_role(id: str, db: Db, now: Now, security: SecurityAdministrator, role: Short = "") -> Response:
    account = _member(db, id)
    before = account.role
    grant_role(db, security, account, role)
    _tell(db, account, "staff.role_granted", security, now, {"from": before, "to": role})
    return go(BASE, "desk")


@router.post(BASE + "/{id}/office", dependencies=FRESH)
def change_office(id: str, db: Db, now: Now, security: SecurityAdministrator, office: Short = "") -> Response:
    account = _member(db, id)
    place_in_office(db, account, office)
    _tell(db, account, "staff.placed", security, now, {"office": office})
    return go(BASE, "desk")


@router.post(BASE + "/{id}/link", dependencies=FRESH)
def link(request: Request, id: str, desk: DeskDep, db: Db, now: Now, security: SecurityAdministrator) -> Response:
    """The link is shown this once; another person confirms it."""
    account = _member(db, id)
    _link, token = issue_link(db, security, account, now)
    _tell(db, account, "staff.link_issued", security, now, {})
    address = f"{desk.settings.public_url}/enrol/{token}"
    return page(request, "admin/link.html", address=address, name=account.shown_name)


@router.post("/admin/links/{id}/confirm", dependencies=FRESH)
def confirm(id: str, db: Db, now: Now, viewer: EitherAdministrator) -> Response:
    confirmed = confirm_link(db, viewer, id, now)
    _tell(db, _member(db, confirmed.account_id), "staff.link_confirmed", viewer, now, {})
    return go(BASE, "desk")


@router.post(BASE + "/{id}/disable", dependencies=FRESH)
def switch_off(id: str, db: Db, now: Now, security: SecurityAdministrator) -> Response:
    account = _member(db, id)
    disable(db, security, account)
    _tell(db, account, "staff.disabled", security, now, {})
    return go(BASE, "desk")


@router.post(BASE + "/{id}/sign-out")
def sign_out_of(id: str, db: Db, now: Now, security: SecurityAdministrator) -> Response:
    account = _member(db, id)
    sign_out_everywhere(db, account.id)
    _tell(db, account, "staff.signed_out", security, now, {})
    return go(BASE, "desk")


@router.post(BASE + "/{id}/directory", dependencies=FRESH)
def link_directory(
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    security: SecurityAdministrator,
    directory: Short = "",
    subject: Annotated[str, Form(min_length=1, max_length=255)] = "",
) -> Response:
    """Whom the district's directory calls by this name is this account."""
    account = _member(db, id)
    if account.id == security.id:
        return Response(status_code=403)
    link_account(db, directory_for(desk.directories, directory, "staff"), subject, account, now)
    _tell(db, account, "staff.directory_linked", security, now, {"directory": directory})
    return go(BASE, "desk")


@router.get("/enrol/{token}")
def ask_password(request: Request, token: str, db: Db, now: Now, _viewer: Anybody) -> Response:
    return page(request, "admin/enrol.html", token=token, username=account_of_link(db, token, now).username)


@router.post("/enrol/{token}")
def choose_password(
    request: Request,
    token: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    _viewer: Anybody,
    password: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """The link is used with that; a second factor comes next, and nothing before it."""
    try:
        account = use_link(db, token, password, now, desk.leaked)
    except PasswordWeak as error:
        username = account_of_link(db, token, now).username
        problems = [ShownProblem("password", sentence(error, request))]
        return page(request, "admin/enrol.html", 422, token=token, username=username, problems=problems)
    _tell(db, account, "staff.link_used", account, now, {})
    return half_way(request, desk, db, account, now, "/")


def _tell(db: Session, account: Account, event: str, by: Account, now: Now, facts: dict[str, Any]) -> None:
    audit.append(db, event=event, subject=f"staff:{account.id}", actor=f"account:{by.id}", facts=facts, now=now)
