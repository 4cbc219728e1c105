# SPDX-License-Identifier: Apache-2.0
"""Together (开办一件事): choose what follows a registration, and go through all its questions once. I/O: verbs."""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response

from approval import bundles, cases, consents, jointly, proving, together
from approval.application import Application
from approval.sharing import Draft
from approval.together import Bundle
from catalogue import Item
from identity import Role, evidence_of
from kit.clock import office_day
from kit.text import Text
from web.deps import Anybody, Applicant, Db, DeskDep, Now
from web.pages.guide import UNSURE
from web.pages.home import deadline_of
from web.pages.onwards import href_of, proof_tasks, task_of
from web.pages.progress import progress
from web.respond import go, page

router = APIRouter()
JOINT = {"days": jointly.WORKING_DAYS, "more": jointly.EXTENSION}
Tasks = list[dict[str, object]]


def _own_bundle(id: str, db: Db, applicant: Applicant) -> Bundle:
    return bundles.own(db, applicant, id)


OwnBundle = Annotated[Bundle, Depends(_own_bundle)]


def _own_member(
    db: Db, applicant: Applicant, bundle: OwnBundle, case: Annotated[str, Form(max_length=40)]
) -> Application:
    application = cases.own(db, applicant, case)
    if application.bundle_id != bundle.id:
        raise cases.NotYours()
    return application


OwnMember = Annotated[Application, Depends(_own_member)]


def shown_choice(desk: DeskDep, item: Item) -> dict[str, object]:
    """One item as it is chosen or agreed to: what it needs, who decides, by when."""
    return {
        "code": item.code,
        "kind": item.kind,
        "title": item.title,
        "summary": item.summary,
        "office": item.authority or Text(zh=desk.office.registrar, en=desk.office.registrar),
        "deadline": deadline_of(item),
        "is_deadline_unsure": item.deadline_confidence == UNSURE,
        "minutes": item.minutes,
        "asked": [m.name for m in item.materials if m.source == "applicant" and m.required],
        "waits": bool(item.needs),
        "on_site": item.on_site,
    }


@router.get("/together")
def choose(
    request: Request, desk: DeskDep, now: Now, viewer: Anybody, who: Annotated[str, Query(alias="as")] = ""
) -> Response:
    today = office_day(now)
    found = bundles.registrations(desk.office, today)
    chosen = next((item for item in found if item.code == who), found[0])
    follow_ons = bundles.follow_ons(desk.office, chosen, today)
    kinds = (
        ("filing", Text(zh="开业要办的手续", en="What a new business sees to")),
        ("permit", Text(zh="需要的许可", en="Permits you may need")),
    )
    groups = [
        {"title": title, "items": [shown_choice(desk, item) for item in follow_ons if item.kind == kind]}
        for kind, title in kinds
    ]
    return page(
        request,
        "bundles/choose.html",
        registrations=[{"code": i.code, "title": i.title, "chosen": i is chosen} for i in found],
        lead=shown_choice(desk, chosen),
        groups=[group for group in groups if group["items"]],
        can_begin=viewer is not None and viewer.role == Role.APPLICANT,
        joint=JOINT,
    )


@router.post("/together")
def start(
    desk: DeskDep,
    db: Db,
    now: Now,
    applicant: Applicant,
    registration: Annotated[str, Form(max_length=60)],
    item: Annotated[list[str] | None, Form(max_length=40)] = None,
) -> Response:
    bundle = bundles.start(db, desk.office, applicant, registration, item or [], now)
    return go(f"/together/{bundle.id}")


def question_tasks(desk: DeskDep, db: Db, now: Now, bundle: Bundle, draft: Draft) -> Tasks:
    undone = bundles.open_pages(db, desk.office, bundle, draft, now)
    pages = bundles.pages_of(db, desk.office, draft.application, now)
    asked = [*pages, *(p for p in draft.form.pages if p.name in undone and p not in pages and _is_wrong(draft, p.name))]
    return [
        task_of(p.title, None, href_of(draft.application, f"form/{p.name}"), "todo" if p.name in undone else "done")
        for p in asked
    ]


def _is_wrong(draft: Draft, name: str) -> bool:
    """A page that another form was to answer, and that one is done: what is still open is asked here."""
    return name in draft.application.visited


def _by_item(desk: DeskDep, db: Db, now: Now, bundle: Bundle) -> list[tuple[Draft, Tasks]]:
    """Questions item by item; the proof stands with the registration, and with whoever has another holder."""
    drafts = bundles.drafts_of(db, desk.office, bundle)
    lead = drafts[0].application
    found = []
    for draft in drafts:
        application = draft.application
        tasks = question_tasks(desk, db, now, bundle, draft)
        is_answered = all(task["state"] == "done" for task in tasks)
        has_another = is_answered and not bundles.same_holder(desk.office, lead, application, now)
        if application is lead or has_another:
            tasks += proof_tasks(
                application, evidence_of(db, application.id), proving.is_done(db, desk.office, application)
            )
        found.append((draft, tasks))
    return found


@router.get("/together/{id}")
def tasks(request: Request, desk: DeskDep, db: Db, now: Now, bundle: OwnBundle) -> Response:
    """What is left to do before it is submitted; afterwards how each item stands."""
    if not together.is_gathering(db, bundle):
        return progress(request, desk, db, bundle)
    found = _by_item(desk, db, now, bundle)
    listed = [task for _draft, tasks in found for task in tasks]
    ready = all(task["state"] == "done" for task in listed)
    last = task_of(
        Text(zh="核对、逐项同意、签名并提交", en="Check, agree item by item, sign and submit"),
        None,
        f"/together/{bundle.id}/check" if ready else None,
        "todo" if ready else "waiting",
    )
    there = {draft.item.code for draft, _tasks in found}
    follow_ons = bundles.follow_ons(desk.office, found[0][0].item, office_day(now))
    more = [item for item in follow_ons if item.code not in there]
    return page(
        request,
        "bundles/tasks.html",
        bundle={"id": bundle.id},
        groups=[
            {
                "id": d.application.id,
                "title": d.item.title,
                "tasks": tasks,
                "is_lead": d.application.id == bundle.lead_id,
            }
            for d, tasks in found
        ],
        last=last,
        listed=[*listed, last],
        more=[shown_choice(desk, item) for item in more],
        may_take_back=bundle.lead_id if consents.may_be_withdrawn(db, found[0][0].application) else None,
    )


@router.get("/together/{id}/next")
def onwards(desk: DeskDep, db: Db, now: Now, bundle: OwnBundle) -> Response:
    """The first question that is still open; the list when there is none."""
    if together.is_gathering(db, bundle):
        for draft in bundles.drafts_of(db, desk.office, bundle):
            for task in question_tasks(desk, db, now, bundle, draft):
                if task["state"] != "done":
                    return go(str(task["href"]))
    return go(f"/together/{bundle.id}")


@router.post("/together/{id}/add")
def add(
    desk: DeskDep, db: Db, now: Now, applicant: Applicant, bundle: OwnBundle, item: Annotated[str, Form(max_length=60)]
) -> Response:
    bundles.add(db, desk.office, bundle, applicant, item, now)
    return go(f"/together/{bundle.id}", "together-added")


@router.post("/together/{id}/out")
def take_out(db: Db, now: Now, bundle: OwnBundle, application: OwnMember) -> Response:
    bundles.take_out(db, application, now)
    return go(f"/together/{bundle.id}", "together-out")


@router.post("/together/{id}/discard")
def discard(db: Db, bundle: OwnBundle) -> Response:
    bundles.discard(db, bundle)
    return go("/", "discarded")
