# SPDX-License-Identifier: Apache-2.0
"""Home (首页): what can be done here, one item before it is begun, and what is under way. I/O: through the verbs."""

from datetime import date

from fastapi import APIRouter, Request
from fastapi.responses import Response

from approval import casefile, cases, participants, together
from approval.application import Application, State
from approval.dossier import stage_of
from approval.office import Office
from approval.participants import Participant
from catalogue import EntryResult, Item, LicenceResult
from identity import Role
from kit.clock import office_day
from kit.text import Text
from web.deps import Anybody, Db, DeskDep, Now
from web.pages.guide import FETCHED, UNSURE, guide_of, shown_plans, themes_of
from web.pages.progress import STAGES
from web.respond import page

router = APIRouter()


def deadline_of(item: Item) -> Text:
    days = item.working_days
    if item.is_registration:
        return Text(
            zh=f"法定 {days} 个工作日内办结，材料齐全当场办结",
            en=f"Within {days} working days by law; at once if complete",
        )
    promised = item.promised_working_days
    if promised is None:
        return Text(zh=f"法定 {days} 个工作日内办结", en=f"Within {days} working days by law")
    return Text(
        zh=f"承诺 {promised} 个工作日，法定 {days} 个工作日内办结",
        en=f"Promised in {promised} working days, {days} by law",
    )


def validity_of(item: Item) -> Text | None:
    """How long what is handed over lasts; nothing for a filing."""
    result = item.result
    if result is None:
        return None
    if isinstance(result, LicenceResult | EntryResult):
        return Text(zh="长期有效", en="Without limit")
    if result.valid_years is not None:
        return Text(zh=f"{result.valid_years} 年", en=f"{result.valid_years} years")
    if result.until is not None:
        return Text(zh="以证件载明日期为准", en="Until the day it states")
    return Text(zh="依照有关法律规定", en="As the law provides")


def shown_item(item: Item, office: Office, today: date) -> dict[str, object]:
    titles = {other.code: other.title for other in office.catalogue.offered(today)}
    asked = [m for m in item.materials if m.source == "applicant"]
    answered = [m for m in item.materials if m.source in ("answers", "promise")]
    fetched = [m for m in item.materials if m.source in FETCHED]
    return {
        "code": item.code,
        "kind": item.kind,
        "title": item.title,
        "summary": item.summary,
        "bring": item.bring,
        "steps": item.steps,
        "minutes": item.minutes,
        "fee": item.fee,
        "deadline": deadline_of(item),
        "is_deadline_unsure": item.deadline_confidence == UNSURE,
        "deadline_basis": item.deadline_basis,
        "basis": item.basis,
        "conditions": item.conditions,
        "asked": [{"name": m.name, "required": m.required} for m in asked],
        "answered": [m.name for m in answered],
        "fetched": [m.name for m in fetched],
        "validity": validity_of(item),
        "on_site": item.on_site,
        "hearing": item.hearing,
        "authority": item.authority or office.registrar,
        "needs": [{"code": code, "title": titles[code]} for code in item.needs if code in titles],
        "process": item.process.name,
    }


def href_of(application: Application) -> str:
    return f"/apply/{application.id}" if application.state == State.DRAFT else f"/cases/{application.id}"


def _stage(db: Db, case: Application, item: Item) -> Text:
    """As its own page says; a draft that waits for a licence says so."""
    bundle = together.bundle_of(db, case)
    standing = together.standing_of(db, bundle, case, item) if bundle else None
    return STAGES[standing] if standing else stage_of(case, item)


def _invitation(desk: DeskDep, db: Db, now: Now, part: Participant) -> dict[str, object]:
    """What waits for this person in somebody else's case."""
    case = db.get_one(Application, part.application_id)
    return {
        "href": f"/parts/{part.id}",
        "title": casefile.item_of(desk.office, case).title,
        "role": Text.model_validate(part.role),
        "label": case.label,
        "has_signed": participants.has_signed(db, desk.office, case, part, now),
    }


@router.get("/")
def home(request: Request, desk: DeskDep, db: Db, now: Now, viewer: Anybody) -> Response:
    own = cases.of_applicant(db, viewer) if viewer and viewer.role == Role.APPLICANT else []
    shown = [
        {
            "id": case.id,
            "number": case.number,
            "title": (item := casefile.item_of(desk.office, case)).title,
            "stage": _stage(db, case, item),
            "href": href_of(case),
            "updated_at": case.updated_at,
        }
        for case in own
    ]
    invited = participants.of_account(db, viewer) if viewer and viewer.role == Role.APPLICANT else []
    offered = desk.office.catalogue.offered(office_day(now))
    wanted = [plan for plan in guide_of(request).plans.values() if plan.wanted]
    return page(
        request,
        "home.html",
        cases=shown,
        parts=[_invitation(desk, db, now, one) for one in invited],
        plans=shown_plans(wanted, offered),
        themes=themes_of(desk.office.catalogue, offered),
        text="",
    )


@router.get("/items/{code}")
def before_you_start(request: Request, code: str, desk: DeskDep, now: Now, _viewer: Anybody) -> Response:
    today = office_day(now)
    item = desk.office.catalogue.current(code, today)
    return page(request, "items/item.html", item=shown_item(item, desk.office, today))
