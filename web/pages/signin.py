# SPDX-License-Identifier: Apache-2.0
"""Signing in (登录): applicants by a code to their phone, staff by password and second factor. I/O: the verbs.

The second half of staff's way in stands in `web.pages.factors`, the way over a directory in `web.pages.directories`.
"""

import re
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from identity import (
    Account,
    Check,
    Directory,
    Role,
    Stage,
    applicant_with_phone,
    check_code,
    has_codes,
    passkeys_of,
    send_code,
    sign_in,
    sign_in_staff,
    sign_out,
    waiting_code,
)
from kit.numbers import masked_phone
from web import watching
from web.deps import SESSION_COOKIE, Anybody, Browser, Db, DeskDep, Now, lives_of, session_token
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
    Role.SECURITY: "/admin/accounts",
    Role.UNASSIGNED: "/account",
    Role.APPLICANT: "/",
}
WRONG = {
    Check.WRONG: ("验证码不对，请核对短信后重新输入", "The code is not right; look at the message and type it again"),
    Check.EXPIRED: ("验证码已失效，请重新获取", "The code is no longer valid; ask for a new one"),
}


DEVICES = ("Edg", "Firefox", "MicroMessenger", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux")


def local(path: str) -> str:
    """Only ways within this site are followed."""
    return path if re.fullmatch(r"/[A-Za-z0-9/_?=&.%-]*", path) and not path.startswith("//") else "/"


def _problem(request: Request, anchor: str, zh: str, en: str) -> list[ShownProblem]:
    return [ShownProblem(anchor, en if language_of(request) == "en" else zh)]


def of_whom(desk: DeskDep, whom: str) -> list[Directory]:
    """The directories that may say who these people are."""
    return [one for one in desk.directories.values() if one.whom == whom]


@router.get("/signin")
def ask_phone(request: Request, desk: DeskDep, viewer: Anybody, next: str = "/") -> Response:
    if viewer and viewer.role == Role.APPLICANT:
        return go(local(next))
    return page(request, "signin/phone.html", phone="", next=local(next), directories=of_whom(desk, "applicants"))


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
        return page(request, "signin/phone.html", 422, phone=phone, next=local(next), directories=[], problems=problems)
    send_code(db, plain, browser, SIGNIN, now)
    return go(f"/signin/code?next={quote(local(next))}")


@router.post("/signin/again", dependencies=[Depends(limited(CODES))])
def send_again(db: Db, now: Now, browser: Browser, _viewer: Anybody, next: Annotated[str, Form()] = "/") -> Response:
    sent = waiting_code(db, browser, SIGNIN)
    if sent is None:
        return go("/signin")
    send_code(db, sent.phone, browser, SIGNIN, now)
    return go(f"/signin/code?next={quote(local(next))}")


@router.get("/signin/code")
def ask_code(request: Request, db: Db, browser: Browser, _viewer: Anybody, next: str = "/") -> Response:
    sent = waiting_code(db, browser, SIGNIN)
    if sent is None:
        return go("/signin")
    return page(request, "signin/code.html", masked_phone=masked_phone(sent.phone), next=local(next))


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
        watching.not_signed_in(request, "code")
        problems = _problem(request, "code", *WRONG[outcome if sent else Check.EXPIRED])
        shown = masked_phone(sent.phone) if sent else ""
        return page(request, "signin/code.html", 422, masked_phone=shown, next=local(next), problems=problems)
    account = applicant_with_phone(db, sent.phone, now)
    watching.signed_in(request, account.id, "code")
    return enter(request, desk, db, account, now, local(next))


def enter(
    request: Request, desk: DeskDep, db: Session, account: Account, now: Now, path: str, stage: Stage = Stage.WHOLE
) -> Response:
    """Go there with a session of this stage. Whatever token the browser had before opens nothing any more."""
    if former := session_token(request):
        sign_out(db, former)
    token, until = sign_in(db, account, now, stage, _device(request), lives_of(desk.settings))
    response = go(path)
    seconds = int((until - now).total_seconds())
    response.set_cookie(SESSION_COOKIE, token, seconds, httponly=True, samesite="lax", secure=desk.settings.is_https)
    return response


def _device(request: Request) -> str:
    """What a person recognises the browser by; nothing by which it could be followed."""
    told = request.headers.get("user-agent", "")
    return " · ".join(next((name for name in names if name in told), "") for names in (DEVICES, SYSTEMS)).strip(" ·")


def half_way(request: Request, desk: DeskDep, db: Session, account: Account, now: Now, path: str) -> Response:
    """On to the second factor, or to enrolling one: before that nothing else opens."""
    stage = Stage.SECOND if has_codes(db, account.id) or passkeys_of(db, account.id) else Stage.ENROL
    page_of = {Stage.SECOND: "/staff/signin/second", Stage.ENROL: "/staff/signin/enrol"}
    return enter(request, desk, db, account, now, f"{page_of[stage]}?next={quote(path)}", stage)


def home_of(account: Account, path: str) -> str:
    """Where the person wanted to go, or where their work lies."""
    return path if path != "/" else STAFF_HOME[Role(account.role)]


@router.get("/staff/signin")
def ask_password(request: Request, desk: DeskDep, _viewer: Anybody, next: str = "/") -> Response:
    directories = of_whom(desk, "staff")
    return page(request, "signin/staff.html", username="", next=local(next), directories=directories)


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
        watching.not_signed_in(request, "password", username.strip())
        said = (
            "用户名或密码不对。连续五次错误将锁定十五分钟",
            "The name or the password is not right. Five failures lock the account for fifteen minutes",
        )
        problems = _problem(request, "username", *said)
        return page(
            request, "signin/staff.html", 422, username=username, next=local(next), directories=[], problems=problems
        )
    watching.signed_in(request, account.id, "password")
    return half_way(request, desk, db, account, now, local(next))


@router.post("/signout")
def leave(request: Request, db: Db, _viewer: Anybody) -> Response:
    token = session_token(request)
    if token:
        sign_out(db, token)
        watching.signed_out(request)
    response = go("/", "signed-out")
    response.delete_cookie(SESSION_COOKIE)
    response.headers["clear-site-data"] = '"cache", "storage"'  # words of a decision that was not made
    return response
