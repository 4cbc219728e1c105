# SPDX-License-Identifier: Apache-2.0
"""Portraits (主体画像): one business on one page, for those whose desk takes its registration. I/O: through the verbs.

A look is in the log and the applicant reads of it, as with a case: before the page is shown.
"""

from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

import licences
import portrait
import register
from approval import looking, looks
from approval.application import Application
from identity import Account
from kit.clock import office_day
from kit.errors import DomainError
from kit.text import Text
from licences import Licence
from portrait import Portrait
from supervision import Found, load_competence
from web.deps import Clerk, Db, DeskDep, Now
from web.pages.looked import note_look
from web.respond import page
from web.wording import ACTS, FOUND, STATUSES

router = APIRouter()


class NoSuchEntity(DomainError):
    """The register has no business with this code."""


MOODS = {Found.PASSED: "good", Found.PROBLEM: "warn", Found.ABNORMAL: "bad"}
RISK_MOODS = {"A": "good", "B": "", "C": "warn", "D": "bad"}


def _case(session: Session, code: str, clerk: Account) -> Application:
    """Raises NoSuchEntity, ConflictOfInterest, NotAuthorised."""
    case = portrait.founding_case(session, code)
    if case is None:
        raise NoSuchEntity()
    looking.must_be_seen_by(session, case, clerk)
    return case


def portrait_href(session: Session, case: Application) -> str | None:
    """The portrait of the business that the case made or is about; None before there is one."""
    licence = licences.of_application(session, case.id)
    code = case.entity_code or (licence.credit_code or licence.holder_code if licence else None)
    return f"/entities/{code}" if code and register.find(session, code) else None


def _note(code: str, desk: DeskDep, now: Now, clerk: Clerk) -> None:
    note_look(desk, clerk, now, lambda session: _case(session, code, clerk), looks.PORTRAYED)


@router.get("/entities/{code}")
def show(
    request: Request, code: str, _noted: Annotated[None, Depends(_note)], desk: DeskDep, db: Db, now: Now, clerk: Clerk
) -> Response:
    _case(db, code, clerk)
    found = portrait.portrait_of(db, desk.office, code, now)
    if found is None:
        raise NoSuchEntity()
    return page(request, "portrait/one.html", **_shown(found, now))


def _shown(found: Portrait, now: Now) -> dict[str, Any]:
    entity, today = found.entity, office_day(now)
    in_force = next((one for one in found.licences if one.status_on(today) in ("in_force", "suspended")), None)
    return {
        "entity": entity,
        "standing": str(entity.standing_on(today)),
        "premises": in_force.premises if in_force else "",
        "scope": in_force.scope if in_force else "",
        "entity_type": in_force.entity_type if in_force else "",
        "risk": found.risk,
        "risk_mood": RISK_MOODS[found.risk.letter],
        "licences": [_licence(one, today) for one in found.licences],
        "permits": [_licence(one, today) for one in found.permits],
        "entries": [{"act": ACTS[one.act], "at": one.entered_at, "number": number} for one, number in found.entries],
        "findings": [
            {"message": Text.model_validate(one.message), "basis": Text.model_validate(one.basis)}
            | {"rule": one.rule, "found_at": one.found_at}
            for one in found.findings
            if one.message
        ],
        "contests": found.contests,
        "later": [{"name": one.permit.name, "is_missing": one in found.missing} for one in found.later if one.permit],
        "promised_at": found.promise.promised_at if found.promise else None,
        "results": [
            {"on": one.on, "found": FOUND[one.found], "mood": MOODS[Found(one.found)], "words": one.words}
            | {"department": known.name if (known := load_competence().department(one.department)) else None}
            for one in found.results
        ],
        "shared": found.shared,
        "circles": found.circles,
        "drawing": portrait.drawn(entity.name, found.shared),
        "case_href": f"/review/{found.case.id}",
    }


def _licence(one: Licence, today: date) -> dict[str, Any]:
    return {
        "title": one.title,
        "number": one.number,
        "status": STATUSES[one.status_on(today)],
        "issued_at": one.issued_at,
        "valid_to": one.valid_to,
        "href": f"/v/{one.verification_id}",
    }
