# SPDX-License-Identifier: Apache-2.0
"""Account (我的账号): where one is signed in, and with what one proves who one is. I/O: through the verbs."""

from typing import Annotated, Any

from fastapi import APIRouter, Body, Depends, Form, Request
from fastapi.responses import JSONResponse, Response

import audit
from identity import (
    Account,
    PasswordWeak,
    PasswordWrong,
    Role,
    ask_to_register,
    change_password,
    drop_passkey,
    end_session,
    has_codes,
    is_of,
    passkeys_of,
    recovery_codes_left,
    register,
    renew_recovery_codes,
    sessions_of,
    sign_out_everywhere,
)
from kit.errors import DomainError
from web.deps import SESSION_COOKIE, Browser, Db, DeskDep, Now, Somebody, Staff, session_token
from web.errors import sentence
from web.fields import ShownProblem
from web.fresh import FRESH
from web.limiting import PASSWORDS, limited
from web.pages.factors import place_of
from web.respond import go, page

router = APIRouter(prefix="/account")
Secret = Annotated[str, Form(max_length=200)]


class LastFactor(DomainError):
    """The passkey is the only second factor there is."""


@router.get("")
def show(request: Request, db: Db, now: Now, viewer: Somebody) -> Response:
    token = session_token(request)
    return page(
        request,
        "account/account.html",
        sessions=[
            {"id": s.id, "device": s.device, "since": s.since, "seen_at": s.seen_at, "here": is_of(s, token)}
            for s in sessions_of(db, viewer.id, now)
        ],
        is_staff=viewer.role != Role.APPLICANT,
        has_device=has_codes(db, viewer.id),
        codes_left=recovery_codes_left(db, viewer.id),
        passkeys=[
            {"id": key.id, "label": key.label, "added_at": key.added_at, "used_at": key.used_at}
            for key in passkeys_of(db, viewer.id)
        ],
    )


@router.post("/sessions/{id}/end")
def end(id: str, db: Db, viewer: Somebody) -> Response:
    end_session(db, viewer.id, id)
    return go("/account", "session-ended")


@router.post("/sign-out-everywhere")
def end_all(db: Db, viewer: Somebody) -> Response:
    """Here too."""
    sign_out_everywhere(db, viewer.id)
    response = go("/", "signed-out")
    response.delete_cookie(SESSION_COOKIE)
    return response


@router.post("/recovery-codes", dependencies=FRESH)
def renew_codes(request: Request, db: Db, now: Now, viewer: Staff) -> Response:
    if not has_codes(db, viewer.id):
        return go("/account")
    codes = renew_recovery_codes(db, viewer)
    _tell(db, viewer.id, "staff.recovery_codes_renewed", now)
    return page(request, "signin/codes.html", codes=codes, onwards="/account")


@router.post("/passkeys/options", dependencies=FRESH)
def options(desk: DeskDep, db: Db, now: Now, browser: Browser, viewer: Staff) -> Response:
    return JSONResponse(ask_to_register(db, place_of(desk), viewer, browser, now))


@router.post("/passkeys", dependencies=FRESH)
def add(
    desk: DeskDep, db: Db, now: Now, browser: Browser, viewer: Staff, answer: Annotated[dict[str, Any], Body()]
) -> Response:
    register(db, place_of(desk), viewer, browser, answer, str(answer.get("label", "")), now)
    _tell(db, viewer.id, "staff.passkey_added", now)
    return JSONResponse({"next": "/account"})


@router.post("/passkeys/{id}/remove", dependencies=FRESH)
def remove(id: str, db: Db, now: Now, viewer: Staff) -> Response:
    """Raises LastFactor."""
    if not has_codes(db, viewer.id) and len(passkeys_of(db, viewer.id)) < 2:
        raise LastFactor()
    drop_passkey(db, viewer.id, id)
    _tell(db, viewer.id, "staff.passkey_removed", now)
    return go("/account", "removed")


@router.get("/password")
def ask_password(request: Request, viewer: Staff) -> Response:
    return page(request, "account/password.html", username=viewer.username)


@router.post("/password", dependencies=[Depends(limited(PASSWORDS)), *FRESH])
def choose_password(
    request: Request, desk: DeskDep, db: Db, now: Now, viewer: Staff, former: Secret = "", password: Secret = ""
) -> Response:
    """Whoever was signed in with the former one elsewhere is so no longer."""
    token = getattr(request.state, "renewed", None) or session_token(request) or ""
    try:
        change_password(db, db.get_one(Account, viewer.id), former, password, token, now, desk.leaked)
    except (PasswordWrong, PasswordWeak) as error:
        anchor = "former" if isinstance(error, PasswordWrong) else "password"
        problems = [ShownProblem(anchor, sentence(error, request))]
        return page(request, "account/password.html", 422, username=viewer.username, problems=problems)
    _tell(db, viewer.id, "staff.password_changed", now)
    return go("/account", "password-changed")


def _tell(db: Db, account: str, event: str, now: Now) -> None:
    audit.append(db, event=event, subject=f"staff:{account}", actor=f"account:{account}", facts={}, now=now)
