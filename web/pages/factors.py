# SPDX-License-Identifier: Apache-2.0
"""Factors (第二因素): what comes between password and work, passkeys, and a fresh proof of who sits there.

I/O: through the verbs.
"""

from typing import Annotated, Any

import segno
from fastapi import APIRouter, Body, Form, Request
from fastapi.responses import JSONResponse, Response
from sqlalchemy.orm import Session

import audit
from identity import (
    Account,
    PasskeyRefused,
    Place,
    SignedIn,
    Stage,
    address_of,
    ask_to_register,
    ask_to_sign,
    check_one_time,
    check_passkey,
    confirm_codes,
    has_codes,
    offer_codes,
    passkeys_of,
    prove_again,
    register,
    use_recovery_code,
)
from web import watching
from web.deps import Anybody, Browser, Db, DeskDep, Half, Now, SignInRequired, Staff, session_token
from web.fields import ShownProblem
from web.fresh import proof_page
from web.pages.signin import enter, home_of, local
from web.respond import go, language_of, page

router = APIRouter(prefix="/staff")
Answer = Annotated[dict[str, Any], Body()]
Typed = Annotated[str, Form(max_length=40)]
Onwards = Annotated[str, Form(max_length=300)]
WRONG = ("代码不对、已用过，或被暂时锁定", "The code is not right, was used, or this way is locked for a while")


def place_of(desk: DeskDep) -> Place:
    """The site for which passkeys work."""
    return Place.of(desk.settings.public_url)


@router.get("/signin/second")
def ask_second(request: Request, db: Db, half: Half, next: str = "/") -> Response:
    _must_be(half[1].stage, Stage.SECOND)
    return _second(request, db, half[0], local(next))


def _second(request: Request, db: Session, account: Account, next: str, wrong: bool = False) -> Response:
    problems = [ShownProblem("code", WRONG[language_of(request) == "en"])] if wrong else []
    has_key, has_device = bool(passkeys_of(db, account.id)), has_codes(db, account.id)
    shown = {"next": next, "has_key": has_key, "has_device": has_device, "problems": problems}
    return page(request, "signin/second.html", 422 if wrong else 200, **shown)


@router.post("/signin/second")
def enter_second(
    request: Request, desk: DeskDep, db: Db, now: Now, half: Half, code: Typed = "", next: Onwards = "/"
) -> Response:
    """A one-time code, or one of the recovery codes."""
    account, begun = half
    _must_be(begun.stage, Stage.SECOND)
    if check_one_time(db, account.id, code, now):
        watching.signed_in(request, account.id, "one_time")
    elif len(code.strip()) > 6 and use_recovery_code(db, account.id, code, now):
        watching.signed_in(request, account.id, "recovery_code")
        _tell(db, account, "staff.recovery_code_used", now)
    else:
        watching.not_signed_in(request, "one_time")
        return _second(request, db, account, local(next), wrong=True)
    return enter(request, desk, db, account, now, home_of(account, local(next)))


@router.get("/signin/enrol")
def ask_to_enrol(request: Request, half: Half, desk: DeskDep, next: str = "/") -> Response:
    """The secret is made with the page, which therefore writes."""
    account, begun = half
    _must_be(begun.stage, Stage.ENROL)
    with desk.office.database.writing() as session:
        secret = offer_codes(session, account)
    return _enrol(request, account, secret, local(next))


def _enrol(request: Request, account: Account, secret: str, next: str, wrong: bool = False) -> Response:
    problems = [ShownProblem("code", WRONG[language_of(request) == "en"])] if wrong else []
    address = address_of(secret, account.username or "")
    return page(
        request,
        "signin/enrol.html",
        422 if wrong else 200,
        secret=" ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        address=address,
        picture=segno.make(address, error="m").svg_data_uri(scale=6, border=4, light="#fff"),
        next=next,
        problems=problems,
    )


@router.post("/signin/enrol")
def enrol(
    request: Request, desk: DeskDep, db: Db, now: Now, half: Half, code: Typed = "", next: Onwards = "/"
) -> Response:
    """The first code of the new device proves that it holds the secret. Recovery codes are shown this once."""
    account, begun = half
    _must_be(begun.stage, Stage.ENROL)
    codes = confirm_codes(db, account, code, now)
    if codes is None:
        watching.not_signed_in(request, "enrolment")
        return _enrol(request, account, offer_codes(db, account), local(next), wrong=True)
    watching.signed_in(request, account.id, "enrolment")
    _tell(db, account, "staff.second_factor_enrolled", now)
    entered = enter(request, desk, db, account, now, "/")
    shown = page(request, "signin/codes.html", codes=codes, onwards=home_of(account, local(next)))
    shown.headers.append("set-cookie", entered.headers["set-cookie"])
    return shown


@router.post("/signin/enrol/options")
def options_to_enrol(desk: DeskDep, db: Db, now: Now, browser: Browser, half: Half) -> Response:
    _must_be(half[1].stage, Stage.ENROL)
    return JSONResponse(ask_to_register(db, place_of(desk), half[0], browser, now))


@router.post("/signin/enrol/passkey")
def enrol_passkey(
    request: Request, desk: DeskDep, db: Db, now: Now, browser: Browser, half: Half, answer: Answer
) -> Response:
    account, begun = half
    _must_be(begun.stage, Stage.ENROL)
    register(db, place_of(desk), account, browser, answer, str(answer.get("label", "")), now)
    watching.signed_in(request, account.id, "enrolment")
    _tell(db, account, "staff.second_factor_enrolled", now)
    return _entered(enter(request, desk, db, account, now, home_of(account, "/")))


@router.post("/passkey/options")
def options_to_sign_in(desk: DeskDep, db: Db, now: Now, browser: Browser, _viewer: Anybody) -> Response:
    return JSONResponse(ask_to_sign(db, place_of(desk), browser, "sign-in", now))


@router.post("/passkey")
def sign_in_by_passkey(
    request: Request, desk: DeskDep, db: Db, now: Now, browser: Browser, _viewer: Anybody, answer: Answer
) -> Response:
    """Possession of the device and what opens it: both factors in one."""
    account = check_passkey(db, place_of(desk), browser, "sign-in", answer, now)
    watching.signed_in(request, account.id, "passkey")
    return _entered(enter(request, desk, db, account, now, home_of(account, local(str(answer.get("next", "/"))))))


@router.get("/proof")
def ask_proof(request: Request, _viewer: Staff, next: str = "/") -> Response:
    return proof_page(request, "/staff/proof", [("next", local(next))])


@router.post("/proof")
def prove(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    viewer: Staff,
    proof_code: Typed = "",
    next: Onwards = "/",
) -> Response:
    standing: SignedIn = request.state.standing[1]
    if not proof_code and standing.is_fresh(now):  # a passkey has proved it, and its script sends the form on
        return go(local(next))
    renewed = None
    if check_one_time(db, viewer.id, proof_code, now):
        renewed = prove_again(db, session_token(request) or "", now)
    if renewed is None:
        watching.not_signed_in(request, "proof")
        db.commit()  # the failure counts, and the page below opens a session of its own
        return proof_page(request, "/staff/proof", [("next", local(next))], is_wrong=True, status=422)
    request.state.renewed = renewed[0]
    return go(local(next))


@router.post("/proof/options")
def options_to_prove(desk: DeskDep, db: Db, now: Now, browser: Browser, viewer: Staff) -> Response:
    return JSONResponse(ask_to_sign(db, place_of(desk), browser, f"proof:{viewer.id}", now))


@router.post("/proof/passkey")
def prove_by_passkey(
    request: Request, desk: DeskDep, db: Db, now: Now, browser: Browser, viewer: Staff, answer: Answer
) -> Response:
    """The key of a colleague proves nothing here."""
    account = check_passkey(db, place_of(desk), browser, f"proof:{viewer.id}", answer, now)
    renewed = prove_again(db, session_token(request) or "", now) if account.id == viewer.id else None
    if renewed is None:
        raise PasskeyRefused()
    request.state.renewed = renewed[0]
    return JSONResponse({"next": ""})


def _entered(response: Response) -> Response:
    """As `enter` answers, for a script: where to go on, and the cookie."""
    told = JSONResponse({"next": response.headers["location"]})
    told.headers.append("set-cookie", response.headers["set-cookie"])
    return told


def _must_be(stage: str, asked: Stage) -> None:
    if stage != asked:
        raise SignInRequired(staff=True, path="/")


def _tell(db: Session, account: Account, event: str, now: Now) -> None:
    facts: dict[str, Any] = {}
    audit.append(db, event=event, subject=f"staff:{account.id}", actor=f"account:{account.id}", facts=facts, now=now)
