# SPDX-License-Identifier: Apache-2.0
"""Home (首页): what can be done here, and what is under way. I/O: through the verbs."""

from fastapi import APIRouter, Request
from fastapi.responses import Response

from approval import casefile, cases
from approval.application import Application, State
from approval.dossier import stage_of
from catalogue import Item
from identity import Role
from kit.clock import office_day
from kit.text import Text
from web.deps import Anybody, Db, DeskDep, Now
from web.respond import page

router = APIRouter()


def deadline_of(item: Item) -> Text:
    days = item.working_days
    return Text(
        zh=f"法定 {days} 个工作日内办结，材料齐全当场办结", en=f"Within {days} working days by law; at once if complete"
    )


def shown_item(item: Item) -> dict[str, object]:
    return {
        "code": item.code,
        "title": item.title,
        "summary": item.summary,
        "bring": item.bring,
        "steps": item.steps,
        "minutes": item.minutes,
        "fee": item.fee,
        "deadline": deadline_of(item),
        "basis": item.basis,
    }


def href_of(application: Application) -> str:
    return f"/apply/{application.id}" if application.state == State.DRAFT else f"/cases/{application.id}"


@router.get("/")
def home(request: Request, desk: DeskDep, db: Db, now: Now, viewer: Anybody) -> Response:
    own = cases.of_applicant(db, viewer) if viewer and viewer.role == Role.APPLICANT else []
    shown = [
        {
            "id": case.id,
            "number": case.number,
            "title": casefile.item_of(desk.office, case).title,
            "stage": stage_of(case, casefile.item_of(desk.office, case)),
            "href": href_of(case),
            "updated_at": case.updated_at,
        }
        for case in own
    ]
    items = [shown_item(item) for item in desk.office.catalogue.offered(office_day(now))]
    return page(request, "home.html", items=items, cases=shown)


@router.get("/items/{code}")
def before_you_start(request: Request, code: str, desk: DeskDep, now: Now, _viewer: Anybody) -> Response:
    item = desk.office.catalogue.current(code, office_day(now))
    return page(request, "items/item.html", item=shown_item(item))
