# SPDX-License-Identifier: Apache-2.0
"""My data (我的数据): what is kept of me, my consents, and all of it as a file after a fresh code. I/O: the verbs."""

import io
import json
import zipfile
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from approval import casefile, owndata
from identity import Account, Check, check_code, send_code, waiting_code
from web.deps import Applicant, Browser, Db, DeskDep, Now
from web.fields import ShownProblem
from web.pages.signin import WRONG
from web.render import render
from web.respond import go, language_of, page

router = APIRouter()


def _purpose(account: Account) -> str:
    return f"data:{account.id}"


def _page(
    request: Request, desk: DeskDep, db: Db, browser: str, applicant: Account, problems: list[ShownProblem]
) -> Response:
    cases = [
        {
            "title": casefile.item_of(desk.office, one).title,
            "number": one.number,
            "href": f"/cases/{one.id}",
            "looks_href": f"/cases/{one.id}/looks",
            "consents": owndata.consents_of(db, one.id, "holder"),
        }
        for one in owndata.applications_of(db, applicant)
    ]
    return page(
        request,
        "me/data.html",
        422 if problems else 200,
        cases=cases,
        masked_phone=applicant.shown_name,
        code_sent=waiting_code(db, browser, _purpose(applicant)) is not None,
        problems=problems,
    )


@router.get("/me/data")
def what_is_kept(request: Request, desk: DeskDep, db: Db, browser: Browser, applicant: Applicant) -> Response:
    return _page(request, desk, db, browser, applicant, [])


@router.post("/me/data/code")
def ask_code(db: Db, now: Now, browser: Browser, applicant: Applicant) -> Response:
    send_code(db, applicant.phone or "", browser, _purpose(applicant), now)
    return go("/me/data")


@router.post("/me/data")
def take_away(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    browser: Browser,
    applicant: Applicant,
    code: Annotated[str, Form(max_length=20)] = "",
) -> Response:
    """A zip of two files that say the same: one for people, one for programmes."""
    outcome = check_code(db, waiting_code(db, browser, _purpose(applicant)), code, now)
    if outcome is not Check.RIGHT:
        said = WRONG[outcome][language_of(request) == "en"]
        return _page(request, desk, db, browser, applicant, [ShownProblem("code", said)])
    told = owndata.export(db, desk.office, applicant, now)
    name = f"attachment; filename=my-data-{now:%Y%m%d}.zip"
    return Response(packed(told), media_type="application/zip", headers={"content-disposition": name})


def packed(told: dict[str, Any]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.json", json.dumps(told, ensure_ascii=False, indent=1))
        archive.writestr("data.html", render("me/export.html", language="zh", told=told))
    return file.getvalue()
