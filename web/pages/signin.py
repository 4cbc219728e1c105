# SPDX-License-Identifier: Apache-2.0
"""Signing in (登录): applicants by a code to their phone, staff by name and password. I/O: through the verbs."""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from identity import (
    Account,
    Check,
    Role,
    applicant_with_phone,
    check_code,
    send_code,
    sign_in,
    sign_in_staff,
    sign_out,
    waiting_code,
)
from kit.numbers import masked_phone
from web.deps import SESSION_COOKIE, Anybody, Browser, Db, DeskDep, Now, session_token
from web.fields import ShownProblem
from web.limiting import CODE_TRIES, CODES, PASSWORDS, SIGN_INS, limited
from web.respond import go, language_of, page

router = APIRouter()
SIGNIN = "signin"
STAFF_HOME = {
    Role.EXPERT: "/opinions",
    Role.CLERK: "/review",
    Role.SUPERVISOR: "/board",
    Role.AUDITOR: "/audit",
    Role.ADMINISTRATOR: "/admin",
    Role.APPLICANT: "/",
}
WRONG = {
    Check.WRONG: ("验证码不对，请核对短信后重新输入", "The code is not right; look at the message and type it again"),
    Check.EXPIRED: ("验证码已失效，请重新获取", "The code is no longer valid; ask for a new one"),
}


def _local(path: str) -> str:
    """Only ways within this site are followed."""
    return path if re.fullmatch(r"/[A-Za-z0-9/_?=&.%-]*", path) and not path.startswith("//") else "/"


def _problem(request: Request, anchor: str, zh: str, en: str) -> list[ShownProblem]:
    return [ShownProblem(anchor, en if language_of(request) == "en" else zh)]


@router.get("/signin")
def ask_phone(request: Request, viewer: Anybody, next: str = "/") -> Response:
    if viewer and viewer.role == Role.APPLICANT:
        return go(_local(next))
    return page(request, "signin/phone.html", phone="", next=_local(next))


@router.post("/signin", dependencies=[Depends(limited(CODES))])
def send(
    request: Request,
    db: Db,
    now: Now,
    browser: Browser,
    _viewer: Anybody,
    phone: Annotated[str, Form(max_length=30)] = "",
    next: Annotated[str, Form(max_length=300)] = "/",
) -> Response:
    plain = re.sub(r"[\s-]", "", phone)
    if not re.fullmatch(r"1[3-9][0-9]{9}", plain):
        problems = _problem(request, "phone", "请输入 11 位手机号码", "Enter an 11-digit mobile number")
        return page(request, "signin/phone.html", 422, phone=phone, next=_local(next), problems=problems)
    send_code(db, plain, browser, SIGNIN, now)
    return go(f"/signin/code?next={quote(_local(next))}")


@router.post("/signin/again", dependencies=[Depends(limited(CODES))])
def send_again(db: Db, now: Now, browser: Browser, _viewer: Anybody, next: Annotated[str, Form()] = "/") -> Response:
    sent = waiting_code(db, browser, SIGNIN)
    if sent is None:
        return go("/signin")
    send_code(db, sent.phone, browser, SIGNIN, now)
    return go(f"/signin/code?next={quote(_local(next))}")


@router.get("/signin/code")
def ask_code(request: Request, db: Db, browser: Browser, _viewer: Anybody, next: str = "/") -> Response:
    sent = waiting_code(db, browser, SIGNIN)
    if sent is None:
        return go("/signin")
    return page(request, "signin/code.html", masked_phone=masked_phone(sent.phone), next=_local(next))


@router.post("/signin/code", dependencies=[Depends(limited(CODE_TRIES))])
def enter_code(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    browser: Browser,
    _viewer: Anybody,
    code: Annotated[str, Form(max_length=20)] = "",
    next: Annotated[str, Form(max_length=300)] = "/",
) -> Response:
    sent = waiting_code(db, browser, SIGNIN)
    outcome = check_code(db, sent, code, now)
    if sent is None or outcome is not Check.RIGHT:
        problems = _problem(request, "code", *WRONG[outcome if sent else Check.EXPIRED])
        shown = masked_phone(sent.phone) if sent else ""
        return page(request, "signin/code.html", 422, masked_phone=shown, next=_local(next), problems=problems)
    account = applicant_with_phone(db, sent.phone, now)
    return _enter(desk.settings.is_https, db, account, now, _local(next))


def _enter(is_https: bool, db: Db, account: Account, now: Now, path: str) -> Response:
    token, until = sign_in(db, account, now)
    response = go(path)
    seconds = int((until - now).total_seconds())
    response.set_cookie(SESSION_COOKIE, token, seconds, httponly=True, samesite="lax", secure=is_https)
    return response


@router.get("/staff/signin")
def ask_password(request: Request, _viewer: Anybody, next: str = "/") -> Response:
    return page(request, "signin/staff.html", username="", next=_local(next))


@router.post("/staff/signin", dependencies=[Depends(limited(SIGN_INS)), Depends(limited(PASSWORDS))])
def enter_password(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    _viewer: Anybody,
    username: Annotated[str, Form(max_length=60)] = "",
    password: Annotated[str, Form(max_length=200)] = "",
    next: Annotated[str, Form(max_length=300)] = "/",
) -> Response:
    account = sign_in_staff(db, username.strip(), password, now)
    if account is None:
        said = (
            "用户名或密码不对。连续五次错误将锁定十五分钟",
            "The name or the password is not right. Five failures lock the account for fifteen minutes",
        )
        problems = _problem(request, "username", *said)
        return page(request, "signin/staff.html", 422, username=username, next=_local(next), problems=problems)
    path = _local(next)
    return _enter(desk.settings.is_https, db, account, now, path if path != "/" else STAFF_HOME[Role(account.role)])


@router.post("/signout")
def leave(request: Request, db: Db, _viewer: Anybody) -> Response:
    token = session_token(request)
    if token:
        sign_out(db, token)
    response = go("/", "signed-out")
    response.delete_cookie(SESSION_COOKIE)
    response.headers["clear-site-data"] = '"cache", "storage"'  # words of a decision that was not made
    return response
