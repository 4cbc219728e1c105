# SPDX-License-Identifier: Apache-2.0
"""Not me (这不是我): the link of an invited person, and the ways to say that one has nothing to do with a case.

I/O: through the verbs. A link leads nowhere without the code that only the invited phone receives.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from approval import casefile, claimed, freezing, participants
from approval.application import Application
from approval.people import NumberMalformed
from identity import Account, Role, send_code
from kit.numbers import masked_phone
from web.deps import Anybody, Applicant, Browser, Db, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.limiting import CODES, guessing, limited
from web.pages.signin import SIGNIN
from web.respond import go, page

router = APIRouter()


@router.get("/p/{token}", dependencies=[Depends(guessing())])
def own_link(request: Request, token: str, desk: DeskDep, db: Db, now: Now, viewer: Anybody) -> Response:
    """Whoever is signed in with the invited phone goes on; others are sent a code there, and see no name."""
    part = participants.by_link(db, token, now)
    if viewer is not None and viewer.role == Role.APPLICANT and viewer.phone_key == part.phone_key:
        return go(f"/parts/{part.id}")
    application = db.get_one(Application, part.application_id)
    title = casefile.item_of(desk.office, application).title
    return page(request, "parts/link.html", token=token, title=title, masked_phone=masked_phone(part.phone))


@router.post("/p/{token}", dependencies=[Depends(limited(CODES)), Depends(guessing())])
def prove_phone(token: str, db: Db, now: Now, browser: Browser, _viewer: Anybody) -> Response:
    part = participants.by_link(db, token, now)
    send_code(db, part.phone, browser, SIGNIN, now)
    return go(f"/signin/code?next=/parts/{part.id}")


@router.post("/parts/{id}/not-me")
def not_me(id: str, db: Db, now: Now, applicant: Applicant) -> Response:
    part = participants.own(db, applicant, id)
    freezing.say_not_me(db, part.application_id, part.place, applicant, now)
    return go("/", "not-me")


@router.get("/not-me")
def ask_number(request: Request, db: Db, now: Now, applicant: Applicant) -> Response:
    return _page(request, db, now, applicant, [])


def _page(request: Request, db: Db, now: Now, applicant: Account, problems: list[ShownProblem]) -> Response:
    """The question, and of claims that are still to be proved the codes for a window."""
    waiting = [
        {"code": " ".join(code[i : i + 3] for i in range(0, len(code), 3)), "at": claim.said_at}
        for claim in claimed.waiting(db, applicant, now)
        if (code := claim.code or "")
    ]
    return page(request, "parts/notme.html", 422 if problems else 200, problems=problems, claims=waiting)


@router.post("/not-me")
def number_is_used(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    applicant: Applicant,
    number: Annotated[str, Form(max_length=30)] = "",
) -> Response:
    """Whether anybody used the number is not told: the answer depends on what the account has proved alone."""
    try:
        claim = claimed.say_number_is_used(db, desk.office, applicant, number, now)
    except (NumberMalformed, claimed.TooManyClaims) as error:
        return _page(request, db, now, applicant, [ShownProblem("number", sentence(error, request))])
    return go("/", "not-me") if claim.is_proven else go("/not-me", "not-me-told")
