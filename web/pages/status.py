# SPDX-License-Identifier: Apache-2.0
"""Status (进度): where the case stands, what happens next and by when; the licence. I/O: through the verbs."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

import audit
import licences
import notices
from approval import afterwards, casefile, cases, consents, drafting, papers
from approval.application import Application, DecisionRow, State
from approval.contesting import contestable, findings_told
from approval.decision import REFUSAL_BASES, Outcome
from approval.dossier import stage_of
from catalogue import Item
from kit.text import Language, Text
from licences import Copy, Licence
from web.deps import Db, DeskDep, Now, OwnApplication
from web.pages.casepanels import clock_of, contests_of, papers_of
from web.pages.instruments import listed
from web.pages.promising import later_of
from web.respond import go, language_of, page
from web.wording import NEXT, TEXTS

router = APIRouter()
GIVEN = {
    "registration": Text(zh="颁发执照", en="Licence"),
    "permit": Text(zh="颁发许可证", en="Permit"),
    "filing": Text(zh="备案完成", en="Recorded"),
}


@router.get("/cases/{id}")
def status(request: Request, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    if application.state == State.DRAFT:
        return go(f"/apply/{application.id}")
    return status_page(request, desk, db, application)


def status_page(
    request: Request,
    desk: DeskDep,
    db: Db,
    application: Application,
    problem: str = "",
    typed: dict[int, str] | None = None,
) -> Response:
    """The page of a case; after a mistake with what was typed about a finding."""
    item = casefile.item_of(desk.office, application)
    state = State(application.state)
    decision = application.decision
    licence = licences.of_application(db, application.id)
    shown = {
        "id": application.id,
        "number": application.number,
        "title": item.title,
        "stage": stage_of(application, item),
        "state": state.value,
    }
    return page(
        request,
        "cases/status.html",
        422 if problem else 200,
        case=shown,
        problem=problem,
        contests=contests_of(db, application),
        stages=_stages(application, item, decision),
        next_step=NEXT[item.kind][state],
        due_on=application.due_on if not state.is_final else None,
        findings=_findings(application, item, {f.id for f in contestable(db, desk.office, application)}, typed or {}),
        decision=_decision(desk, decision, language_of(request)),
        corrections=_corrections(decision),
        correct_href=f"/cases/{application.id}/correct" if state is State.RETURNED else None,
        licence=_licence(application, licence) if state is State.REGISTERED else None,
        papers=papers_of(db, application),
        later=later_of(db, desk.office, application) if state is State.REGISTERED else None,
        signed=listed(drafting.signed(db, application.id), f"/cases/{application.id}/signed"),
        clock=clock_of(desk, application, None),
        log_key=desk.ledger.verifier.vkey,
        log_proof_href=f"/cases/{application.id}/log-proof" if decision else None,
        bundle_href=f"/together/{application.bundle_id}" if application.bundle_id else None,
        may_take_back=consents.may_be_withdrawn(db, application),
        may_withdraw=state in afterwards.OPEN and decision is None,
    )


def _stages(application: Application, item: Item, decision: DecisionRow | None) -> list[dict[str, Any]]:
    state = State(application.state)
    checked_at = next((t.at for t in application.transitions if t.step == "weigh"), None)
    outcome = {
        State.RETURNED: Text(zh="退回补正", en="Returned for correction"),
        State.REFUSED: stage_of(application, item),
        State.WITHDRAWN: Text(zh="已撤回", en="Withdrawn"),
    }.get(state, Text(zh="作出决定", en="Decision"))
    ended = application.ended_at if state is State.REGISTERED else None
    rows = [
        (Text(zh="已提交", en="Submitted"), application.submitted_at),
        (Text(zh="自动核查", en="Checks"), checked_at),
        (outcome, decision.decided_at if decision else application.ended_at),
        (GIVEN[item.kind], ended),
    ]
    if state in (State.RETURNED, State.REFUSED, State.WITHDRAWN) or item.result is None:
        rows.pop()
    now_at = next((i for i, (_title, at) in enumerate(rows) if at is None), None)
    return [
        {"title": title, "state": "done" if at else "now" if index == now_at else "todo", "at": at, "detail": None}
        for index, (title, at) in enumerate(rows)
    ]


def _findings(
    application: Application, item: Item, contestable: set[int], typed: dict[int, str]
) -> list[dict[str, Any]]:
    return [
        {
            "message": Text.model_validate(f.message),
            "basis": Text.model_validate(f.basis),
            "effect": f.effect.upper(),
            "subject": "",
            "rule": f.rule,
            "contest": f.id if f.id in contestable else None,
            "typed": typed.get(f.id, ""),
        }
        for f in findings_told(application, item)
    ]


def _decision(desk: DeskDep, decision: DecisionRow | None, language: Language) -> dict[str, Any] | None:
    if decision is None:
        return None
    basis = REFUSAL_BASES.get(decision.basis)
    outcome = {Outcome.APPROVE: "approved", Outcome.RETURN: "returned", Outcome.REFUSE: "refused"}
    return {
        "outcome": outcome[Outcome(decision.outcome)],
        "reason": decision.reason,
        "basis": basis.said(language) if basis else "",
        "decided_at": decision.decided_at,
        "remedies": _remedies(desk) if decision.outcome == Outcome.REFUSE else None,
    }


def _remedies(desk: DeskDep) -> Text:
    """Before whom, by when and on what basis: the body and the court are those of the settings."""
    said, named = TEXTS["remedies"], desk.settings
    return Text(
        zh=said.zh.format(body=named.review_body, court=named.court_name, address=named.review_url),
        en=said.en.format(body=named.review_body, court=named.court_name, address=named.review_url),
    )


def _corrections(decision: DecisionRow | None) -> list[dict[str, Any]]:
    if decision is None:
        return []
    return [
        {
            "label": Text.model_validate(c["label"]),
            "reason": c["reason"],
            "clause": Text.model_validate(c["clause"]) if c.get("clause") else None,
        }
        for c in decision.corrections
    ]


def _licence(application: Application, licence: Licence | None) -> dict[str, Any] | None:
    if licence is None:
        return None
    base = f"/cases/{application.id}/licence"
    return {
        "number": licence.number,
        "title": licence.title,
        "name": licence.name,
        "original_href": f"{base}/original.pdf",
        "duplicate_href": f"{base}/duplicate.pdf",
        "verify_href": f"/v/{licence.verification_id}",
    }


@router.get("/cases/{id}/papers/{paper}.pdf")
def open_paper(paper: str, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    """Opening one's document is what proves that it was served; the page before posts here first."""
    found = notices.find(db, paper)
    pdf = notices.read(desk.store, found) if found and found.application_id == application.id else None
    return Response(pdf, media_type="application/pdf") if pdf else Response(status_code=404)


@router.post("/cases/{id}/papers/{paper}")
def receive_paper(paper: str, db: Db, now: Now, application: OwnApplication) -> Response:
    """Record that the document reached the applicant, once, and show it (送达)."""
    found = notices.find(db, paper)
    if found is None or found.application_id != application.id or found.sha256 is None:
        return Response(status_code=404)
    if found.kind not in notices.BETWEEN_OFFICES:
        papers.serve(db, application, found, "online", now)
    return go(f"/cases/{application.id}/papers/{paper}.pdf")


@router.post("/cases/{id}/withdraw")
def withdraw(desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    afterwards.withdraw(db, desk.office, application, now)
    return go(f"/cases/{application.id}", "withdrawn")


@router.get("/cases/{id}/licence/{copy}.pdf")
def download(copy: str, desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    """Each fetching of the original is in the log: who holds a copy can be told afterwards."""
    wanted = {"original": Copy.ORIGINAL, "duplicate": Copy.DUPLICATE}.get(copy)
    licence = licences.of_application(db, application.id)
    pdf = licences.read_document(db, desk.store, licence, wanted) if licence and wanted else None
    if pdf is None or licence is None:
        return Response(status_code=404)
    db.commit()  # ends the reading: a writer of the same request must not wait for it
    with desk.office.database.writing() as session:
        actor, facts = f"account:{application.applicant_id}", {"licence": licence.number, "copy": copy}
        casefile.record(session, application, "licence.downloaded", actor, now, facts)
    name = f"attachment; filename=licence-{licence.number}-{copy}.pdf"
    return Response(pdf, media_type="application/pdf", headers={"content-disposition": name})


@router.get("/cases/{id}/log-proof")
def log_proof(db: Db, application: OwnApplication) -> Response:
    """That the decision stands in the log: a file which anybody can verify without asking us."""
    receipt = audit.receipt_of(db, application.number or application.id, "decision.made")
    name = f"attachment; filename={application.number or application.id}.tlog-proof"
    return PlainTextResponse(receipt, headers={"content-disposition": name})


@router.post("/cases/{id}/correct")
def correct(desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    successor = cases.correct(db, desk.office, application, now)
    return go(f"/apply/{successor.id}")
