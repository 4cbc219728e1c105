# SPDX-License-Identifier: Apache-2.0
"""Reviewing (审查): the clerk's queue, and one case with its evidence side by side. I/O: through the verbs."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from approval import bulk, casefile, cases, claims, looking, queue, unmasking, unsent
from approval.application import Application, State
from approval.calendar import load_calendar
from approval.decision import REFUSAL_BASES
from approval.dossier import history, sections, stage_of
from catalogue import Item
from credit import Effect
from forms import Form
from identity import HOLDER, Account, Evidence, Role, bands_of, evidence_of, view_picture
from kit.text import Language, Text
from web.deps import Clerk, Db, DeskDep, Now
from web.fields import ShownProblem
from web.pages import cardpanel, casepanels
from web.pages.keeping import shown_records
from web.pages.looked import LookNoted
from web.pages.mydesk import shown_memos
from web.pages.portraits import portrait_href
from web.pages.provers import provers_of
from web.respond import go, language_of, page
from web.wording import CHANNELS, REASONS, STATES

router = APIRouter()
PICTURES = {which: f"{which}_picture" for which in ("card", "emblem", "portrait", "frame", "own")}


@router.get("/review")
def show_queue(
    request: Request, desk: DeskDep, db: Db, now: Now, clerk: Clerk, show: queue.Show = "open", after: str | None = None
) -> Response:
    lines, more = queue.page_of_queue(db, clerk, show, after, load_calendar(db), now)
    rows = [shown_line(desk, line, clerk) for line in lines]
    return page(
        request,
        "review/queue.html",
        rows=rows,
        counts=queue.count(db, clerk, now),
        show=show,
        memos=shown_memos(db, clerk),
        more_href=f"/review?show={show}&after={more}" if more else None,
        revision=queue.revision(db),
    )


def shown_line(desk: DeskDep, line: queue.Waiting, clerk: Account) -> dict[str, Any]:
    case = line.application
    return {
        "id": case.id,
        "number": case.number,
        "title": casefile.item_of(desk.office, case).title,
        "name": case.label,
        "submitted_at": case.submitted_at,
        "due_on": case.due_on,
        "days_left": line.days_left,
        "urgency": line.urgency,
        "findings": len(case.findings),
        "serious": line.serious,
        "holder": line.holder,
        "assigned": line.assigned,
        "may_be_bulk": bulk.may_be_bulk(desk.office, case),
        "version": case.version,
        "mine": line.holder is not None and case.held_by == clerk.id,
        "href": f"/review/{case.id}",
    }


@router.get("/review/revision")
def revision(db: Db, _clerk: Clerk) -> dict[str, str]:
    return {"revision": queue.revision(db)}


@router.post("/review/next")
def take_next(db: Db, now: Now, clerk: Clerk) -> Response:
    """Claim the most urgent case that is free, in one piece."""
    case = claims.claim_next(db, clerk, now)
    return go(f"/review/{case.id}") if case else go("/review", "none-open")


@router.get("/review/{id}")
def show_case(request: Request, id: str, _noted: LookNoted, desk: DeskDep, db: Db, now: Now, clerk: Clerk) -> Response:
    return case_page(request, desk, db, now, clerk, looking.case_for(db, id, clerk))


@router.post("/review/{id}/claim")
def claim(id: str, db: Db, now: Now, clerk: Clerk) -> Response:
    claims.claim(db, looking.case_for(db, id, clerk).id, clerk, now)
    return go(f"/review/{id}")


@router.post("/review/{id}/release")
def release(id: str, db: Db, now: Now, clerk: Clerk) -> Response:
    claims.release(db, submitted(db, id).id, clerk, now)
    return go("/review", "released")


@router.get("/review/{id}/pictures/{which}")
def picture(id: str, which: str, _noted: LookNoted, db: Db, now: Now, clerk: Clerk, person: str = HOLDER) -> Response:
    """For whoever holds the case: faces are compared by one person, not looked through by all."""
    case = looking.case_for(db, id, clerk)
    if not unmasking.is_mine(case, clerk, now):
        raise claims.NotHeld()
    evidence = evidence_of(db, case.id, person)
    jpeg = view_picture(db, getattr(evidence, PICTURES[which])) if which in PICTURES else None
    return Response(jpeg, media_type="image/jpeg") if jpeg else Response(status_code=404)


def submitted(db: Session, application_id: str) -> Application:
    """For putting a case back: that is also for whoever must keep off it from now on. Raises NotYours."""
    application = db.get(Application, application_id)
    if application is None or application.state == State.DRAFT:
        raise cases.NotYours()
    return application


def case_page(
    request: Request,
    desk: DeskDep,
    db: Session,
    now: datetime,
    clerk: Account,
    case: Application,
    problems: list[ShownProblem] | None = None,
    typed: dict[str, Any] | None = None,
    conflict: str | None = None,
    changed_since: list[Text] | None = None,
    visit: dict[str, str] | None = None,
    kept: dict[str, dict[str, str]] | None = None,
) -> Response:
    """The whole case on one page; after an error or a conflict with what the clerk had typed."""
    language = language_of(request)
    item = casefile.item_of(desk.office, case)
    form = desk.office.catalogue.form_of(item)
    line = queue.waiting(db, [case], load_calendar(db), now)[0]
    mine, opened = unmasking.is_mine(case, clerk, now), unmasking.open_until(db, case, clerk, now)
    proof = evidence_of(db, case.id)
    status = 409 if conflict else 422 if problems else 200
    return page(
        request,
        "review/case.html",
        status,
        case=_shown_case(case, item, line),
        mine=mine,
        holder=line.holder,
        claim_until=case.held_until if mine else None,
        evidence=_evidence(proof, case, mine),
        records=shown_records(db, case),
        card=cardpanel.card_of(proof, case, item, opened is not None),
        findings=_findings(case, form, language),
        history=history(db, desk.office, case),
        sections=[
            {"title": s.title, "page": s.page, "rows": s.rows}
            for s in sections(form, case.answers, language, masked=opened is None)
        ],
        reasons=[{"value": code, "label": REFUSAL_BASES[code]} for code in item.refusal_bases],
        problems=problems or [],
        step=casepanels.step_of(desk, case, clerk),
        suggested=casepanels.suggested(case, language),
        changed=casepanels.changed(db, desk, case, language),
        opinions=casepanels.opinions_of(db, desk, case),
        votes=casepanels.votes_of(db, case),
        files=casepanels.files_of(db, desk, case),
        moving=casepanels.moving_of(db, desk, case),
        contests=casepanels.contests_of(db, case),
        signed=casepanels.signed_of(db, case, opened is not None),
        opened={"may": mine, "until": opened},
        signers=casepanels.signers_of(db, case),
        provers=provers_of(db, desk.office, case, mine, now),
        frozen_at=case.frozen_at,
        visits={**casepanels.visits_of(db, desk, case, clerk), "typed": visit},
        clock=casepanels.clock_of(desk, case, line.days_left, mine or clerk.role == Role.SUPERVISOR),
        colleagues=casepanels.colleagues(db, case, clerk, now) if mine or clerk.role == "supervisor" else [],
        papers=casepanels.papers_of(db, case),
        joint=casepanels.joint_of(db, desk, case, now),
        typed=typed or unsent.kept(db, case.id, clerk.id) or {"outcome": "", "reason": "", "basis": "", "fields": {}},
        conflict=conflict,
        kept=kept or {},
        changed_since=changed_since or [],
        seen_at=now.isoformat(),
        portrait_href=portrait_href(db, case),
    )


def _shown_case(case: Application, item: Item, line: queue.Waiting) -> dict[str, Any]:
    return {
        "id": case.id,
        "number": case.number,
        "title": item.title,
        "state": case.state,
        "stage": stage_of(case, item),
        "version": case.version,
        "channel": CHANNELS[case.channel],
        "submitted_at": case.submitted_at,
        "due_on": case.due_on,
        "days_left": line.days_left,
        "urgency": line.urgency,
        "applicant": case.label,
        "assigned": line.assigned,
    }


def _evidence(evidence: Evidence, case: Application, is_mine: bool) -> dict[str, Any]:
    """Pictures are for whoever holds the case; the figures of the comparison for all who may see it."""
    links = {
        f"{which}_href": f"/review/{case.id}/pictures/{which}" if getattr(evidence, kept) and is_mine else None
        for which, kept in PICTURES.items()
    }
    bands = bands_of(evidence.model or "")
    has_gauge = bands.is_measured and bands.accept > 0  # one that measures in spreads has no zero to draw from
    reasons = [REASONS.get(str(code)) or Text(zh=str(code), en=str(code)) for code in evidence.reasons]
    return {
        "way": None if evidence.consent is None else "face" if evidence.consent == "agree" else "person",
        **links,
        "is_kept": any(getattr(evidence, kept) for kept in PICTURES.values()),
        "distance": evidence.distance,
        "accept": bands.accept if has_gauge else None,
        "person": bands.person if has_gauge else None,
        "model": evidence.model or "",
        "portrait_width": evidence.portrait_width,
        "frames_used": evidence.frames_used,
        "reasons": reasons,
        "band": next((said for band, said in STATES.items() if band == evidence.band), None),
        "deleted": evidence.deleted_at is not None,
        "checked_at": evidence.compared_at,
    }


SEVERITY = [
    Effect.REFUSE,
    Effect.REFUSE_ROLE,
    Effect.SUSPEND,
    Effect.LINKED_REQUIRED,
    Effect.MANUAL,
    Effect.ALLOW_NOTICE,
    Effect.ALLOW,
]


def _subject(form: Form, subject: str, language: Language) -> str:
    """Whom or what a finding is about: a person by role, a question by its words."""
    try:
        return form.field(subject.split(".")[0]).label.said(language)
    except KeyError:
        return subject


def _findings(case: Application, form: Form, language: Language) -> list[dict[str, Any]]:
    ordered = sorted(case.findings, key=lambda f: (SEVERITY.index(Effect(f.effect)), f.id))
    return [
        {
            "rule": f.rule,
            "effect": f.effect.upper(),
            "stage": f.step,
            "message": Text.model_validate(f.message),
            "basis": Text.model_validate(f.basis),
            "confidence": f.confidence,
            "at": f.found_at,
            "subject": _subject(form, f.subject, language),
        }
        for f in ordered
    ]
