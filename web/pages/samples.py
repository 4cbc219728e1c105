# SPDX-License-Identifier: Apache-2.0
"""Samples and gates (抽查与自动审批): machine approvals looked at again; what each gate does. I/O: verbs."""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

import audit
from approval import casefile, looking, proving, sampling
from approval.application import Application
from approval.decision import is_sentence
from approval.dossier import sections
from approval.unconnected import load_unconnected
from identity import HOLDER, face_of
from kit.clock import office_day
from kit.errors import DomainError
from kit.text import Text
from web.deps import Clerk, Db, DeskDep, Now, Supervisor
from web.desk import Desk
from web.errors import sentence
from web.fields import ShownProblem
from web.fresh import FRESH
from web.pages.looked import LookNoted
from web.respond import go, language_of, page

router = APIRouter()


@router.get("/samples")
def to_look_at(request: Request, desk: DeskDep, db: Db, clerk: Clerk) -> Response:
    kept = desk.office.retention.sampled_for
    rows = [
        {
            "href": f"/samples/{case.id}",
            "number": case.number,
            "name": case.label,
            "title": casefile.item_of(desk.office, case).title,
            "submitted_at": case.submitted_at,
            "faces_until": case.ended_at + kept if case.ended_at and sampling.faces(db, case.id) else None,
        }
        for case in sampling.waiting(db, clerk)
    ]
    return page(request, "samples/list.html", rows=rows)


@router.get("/samples/{id}")
def one(request: Request, id: str, _noted: LookNoted, desk: DeskDep, db: Db, clerk: Clerk) -> Response:
    return _page(request, id, desk, db, clerk, [], {})


def _page(
    request: Request, id: str, desk: DeskDep, db: Db, clerk: Clerk, problems: list[ShownProblem], typed: dict[str, Any]
) -> Response:
    """What a clerk would have seen; not what the machine made of it."""
    case = looking.case_for(db, id, clerk)
    sampling.sample_of(db, case.id)
    item = casefile.item_of(desk.office, case)
    form = desk.office.catalogue.form_of(item)
    language = language_of(request)
    return page(
        request,
        "samples/case.html",
        422 if problems else 200,
        case={"id": case.id, "number": case.number, "name": case.label, "title": item.title},
        submitted_at=case.submitted_at,
        faces=_faces(db, desk, case),
        kept_days=(desk.office.retention.sampled_for + desk.office.retention.grace).days,
        sections=[{"title": s.title, "rows": s.rows} for s in sections(form, case.answers, language, masked=True)],
        typed=typed,
        problems=problems,
    )


@router.get("/samples/{id}/faces/{which}")
def face(id: str, which: str, _noted: LookNoted, db: Db, clerk: Clerk, person: str = HOLDER) -> Response:
    """Portrait or frame of a case that is looked at again, until somebody has looked."""
    case = looking.case_for(db, id, clerk)
    kept = person in sampling.faces(db, case.id)
    jpeg = face_of(db, case.id, person, which) if kept else None
    return Response(jpeg, media_type="image/jpeg") if jpeg else Response(status_code=404)


def _faces(db: Session, desk: Desk, case: Application) -> list[dict[str, Any]]:
    """Side by side: the portrait on the card and the frame, without what the machine measured of them."""
    roles = {one.place: one.role for one in proving.named_in(db, desk.office, case)}
    return [
        {
            "role": roles.get(place),
            "portrait_href": f"/samples/{case.id}/faces/portrait?person={place}",
            "frame_href": f"/samples/{case.id}/faces/frame?person={place}",
        }
        for place in sampling.faces(db, case.id)
    ]


@router.post("/samples/{id}")
def look(
    request: Request,
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    verdict: Annotated[str, Form(max_length=10)] = "",
    words: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    typed = {"verdict": verdict, "words": words}
    if verdict not in ("approve", "not"):
        said = Text(zh="请选择：会准予，或不会准予", en="Choose: you would approve, or you would not")
        problem = ShownProblem("verdict", said.said(language_of(request)))
        return _page(request, id, desk, db, clerk, [problem], typed)
    try:
        case = looking.case_for(db, id, clerk)
        sampling.look(db, desk.office, case, clerk, verdict == "approve", words.strip(), now)
    except DomainError as error:
        if error.code != "reason_required":
            raise
        return _page(request, id, desk, db, clerk, [ShownProblem("words", sentence(error, request))], typed)
    return go("/samples", "sampled")


@router.get("/gates")
def gates(request: Request, desk: DeskDep, db: Db, now: Now, _supervisor: Supervisor) -> Response:
    return _gates(request, desk, db, now, [])


def _gates(request: Request, desk: DeskDep, db: Db, now: Now, problems: list[ShownProblem]) -> Response:
    shown = []
    today = office_day(now)
    for gate in (gate for code in desk.office.gates.items for gate in desk.office.gates.versions(code)):
        looks, wrong = sampling.looked_at(db, gate.name, gate.version)
        mode = gate.mode if gate.is_asked(today) else "off"
        item = next(i for i in desk.office.catalogue.items.values() if i.code == gate.name)
        shown.append(
            {
                "code": gate.name,
                "title": item.title,
                "version": gate.version,
                "mode": mode,
                "rules": gate.rules,
                "is_open": mode != "live" or sampling.is_open(db, gate.name),
                "agreed": sampling.agreement(db, gate.name, gate.version),
                "apart": sampling.agreement(db, gate.name, gate.version, is_apart=True),
                "unconnected": load_unconnected().of({rule.fact for rule in gate.rules}),
                "looks": looks,
                "wrong": wrong,
                "sample_rate": gate.sample_rate,
            }
        )
    return page(
        request,
        "samples/gates.html",
        422 if problems else 200,
        gates=shown,
        problems=problems,
        allowed=desk.office.straight_through,
    )


@router.post("/gates/{code}/restart", dependencies=FRESH)
def restart(
    request: Request,
    code: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    supervisor: Supervisor,
    reason: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    if not is_sentence(reason):
        said = Text(zh="请写明查明的原因和已采取的措施", en="Say what was found and done").said(language_of(request))
        return _gates(request, desk, db, now, [ShownProblem("reason", said)])
    if code in desk.office.gates.items and sampling.restart(db, code, now):
        facts = {"gate": code}
        audit.append(
            db, event="gate.restarted", subject=f"gate:{code}", actor=f"account:{supervisor.id}", facts=facts, now=now
        )
    return go("/gates", "gate")
