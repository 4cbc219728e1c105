# SPDX-License-Identifier: Apache-2.0
"""Deciding (决定): the clerk's word on a case, checked, recorded, explained. I/O: through the verbs.

Credit is asked again before the transaction; what has changed since the clerk read the case is shown first.
"""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

import audit
from approval import casefile, deciding, looking, rechecking, unsent
from approval.application import Application, State
from approval.decision import Correction, Decision, Outcome
from approval.dossier import sections
from approval.weighing import Inquired
from identity import Account
from kit.errors import DomainError
from kit.text import Text
from web.deps import Clerk, Db, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.fresh import FRESH
from web.pages.casepanels import WORDS
from web.pages.review import case_page
from web.respond import go, language_of, page
from web.wording import EVENTS

router = APIRouter()
DONE = {Outcome.APPROVE: "approved", Outcome.RETURN: "returned", Outcome.REFUSE: "refused"}
WHERE = {
    "reason_required": "reason",
    "basis_required": "basis",
    "basis_foreign": "basis",
    "corrections_required": "corrections",
}
NEWS = Text(
    zh="信用信息在您审查期间有变化，已列入核查结论，请核对后再决定。您填写的内容已保留。",
    en="The credit answers changed while you read. They are listed now; check them and decide. What you typed is kept.",
)


async def _posted(request: Request) -> dict[str, str]:
    form = await request.form(max_files=0, max_fields=500)
    return {name: str(value)[:2000] for name, value in form.items() if isinstance(value, str)}


Posted = Annotated[dict[str, str], Depends(_posted)]


def _typed(posted: dict[str, str]) -> dict[str, Any]:
    fields = {n.removeprefix("reason-"): v for n, v in posted.items() if n.startswith("reason-") and v.strip()}
    names = ("outcome", "reason", "basis")
    return {**{name: posted.get(name, "") for name in names}, "fields": fields}


def _outcome(typed: str) -> Outcome | None:
    try:
        return Outcome(typed)
    except ValueError:
        return None


def _ask_credit_again(request: Request, id: str, desk: DeskDep, clerk: Clerk, posted: Posted) -> list[Inquired]:
    """Before any transaction for writing: an approval rests on what the bureau says now, as does a refusal for it."""
    outcome = _outcome(posted.get("outcome", ""))
    if outcome is None:
        return []
    with desk.office.database.reading() as session:
        application = looking.case_for(session, id, clerk)
        is_held = application.state == State.IN_REVIEW and application.held_by == clerk.id
        if not is_held or not rechecking.must_ask_again(application, outcome):
            return []
    return rechecking.recheck_credit(desk.office, application)


FreshCredit = Annotated[list[Inquired], Depends(_ask_credit_again)]


@router.post("/review/{id}/decide", dependencies=FRESH)
def decide(
    request: Request, id: str, desk: DeskDep, fresh: FreshCredit, db: Db, now: Now, clerk: Clerk, posted: Posted
) -> Response:
    typed = _typed(posted)
    application = looking.case_for(db, id, clerk)
    outcome = _outcome(typed["outcome"])
    if deciding.must_look_again(db, desk.office, application, outcome, fresh, now):
        return case_page(
            request, desk, db, now, clerk, application, typed=typed, conflict=NEWS.said(language_of(request))
        )
    if outcome is None:
        said = Text(zh="请选择决定：准予、退回补正或不予", en="Choose: approve, return or refuse").said(
            language_of(request)
        )
        return case_page(request, desk, db, now, clerk, application, [ShownProblem("outcome", said)], typed)
    try:
        decision = _decision(desk, application, clerk, now, outcome, typed)
        sent = posted.get("version", "")
        version = int(sent) if sent.isdecimal() and len(sent) < 10 else -1
        deciding.decide(db, desk.office, application.id, version, decision, now, fresh)
    except DomainError as error:
        return _explain(request, desk, db, now, clerk, application, typed, error, posted.get("seen_at", ""))
    return go(f"/review/{id}/decided", DONE[outcome])


@router.post("/review/{id}/words", status_code=204)
def keep_words(id: str, db: Db, now: Now, clerk: Clerk, posted: Posted) -> None:
    """Called by the page while the clerk types."""
    unsent.keep(db, looking.case_for(db, id, clerk), clerk.id, _typed(posted), now)


def _decision(
    desk: DeskDep, application: Application, clerk: Account, now: Now, outcome: Outcome, typed: dict[str, Any]
) -> Decision:
    form = desk.office.catalogue.form_of(casefile.item_of(desk.office, application))
    rows = [line for s in sections(form, application.answers, "zh", masked=True) for line in s.rows]
    corrections = tuple(
        Correction(line.path, line.label, typed["fields"][line.path].strip())
        for line in rows
        if outcome is Outcome.RETURN and line.path in typed["fields"]
    )
    return Decision(
        outcome,
        f"account:{clerk.id}",
        now,
        reason=typed["reason"].strip() if outcome is not Outcome.APPROVE else "",
        basis=typed["basis"] if outcome is Outcome.REFUSE else "",
        corrections=corrections,
    )


def since(db: Session, application: Application, seen_at: datetime) -> list[audit.Entry]:
    """What the log says of the case after the page was read, at most eight entries."""
    return [entry for entry in audit.of_subject(db, application.number or "") if entry.at > seen_at][-8:]


def said_of(entry: audit.Entry) -> Text:
    return EVENTS.get(entry.event, Text(zh=entry.event, en=entry.event))


def moment_of(typed: str) -> datetime | None:
    """When the page was shown, as the page says it."""
    try:
        seen = datetime.fromisoformat(typed)
    except ValueError:
        return None
    return seen if seen.tzinfo else None


def _explain(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Account,
    application: Application,
    typed: dict[str, Any],
    error: DomainError,
    posted_at: str,
) -> Response:
    said = sentence(error, request)
    if error.code == "stale_page":
        seen_at = moment_of(posted_at)
        changed = [said_of(entry) for entry in since(db, application, seen_at)] if seen_at else []
        return case_page(request, desk, db, now, clerk, application, typed=typed, conflict=said, changed_since=changed)
    if error.code in WHERE:
        return case_page(request, desk, db, now, clerk, application, [ShownProblem(WHERE[error.code], said)], typed)
    return case_page(request, desk, db, now, clerk, application, typed=typed, conflict=said)


@router.get("/review/{id}/decided")
def decided(request: Request, id: str, desk: DeskDep, db: Db, clerk: Clerk) -> Response:
    application = looking.case_for(db, id, clerk)
    if application.decision is None:
        return go(f"/review/{id}")
    item = casefile.item_of(desk.office, application)
    shown = {"id": application.id, "number": application.number, "title": item.title, "name": application.label}
    return page(
        request,
        "review/decided.html",
        case=shown,
        outcome=application.decision.outcome,
        words=WORDS[item.kind][application.decision.outcome],
        next_href="/review/next",
        href=f"/review/{id}",
    )
