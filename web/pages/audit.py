# SPDX-License-Identifier: Apache-2.0
"""Auditing (审计): search the decision log, follow one case, export, check. No page here changes a case.

I/O: through the verbs. Whoever looks, searches or exports stands in the log as well, before anything is shown; an
export is streamed from a session of its own.
"""

import hashlib
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Query, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select
from sqlalchemy.orm import Session

import audit
from approval import casefile, unmasking
from approval.application import Application
from approval.viewers import load_viewers
from audit import FORMS, Asked, Entry, Filters
from kit.clock import BEIJING
from kit.errors import DomainError
from kit.text import Text
from web.deps import Auditor, DeskDep, Now
from web.fresh import FRESH
from web.limiting import EXPORTS, limited
from web.pages.keeping import shown_records
from web.respond import page
from web.wording import EVENTS, LOG_FAULTS, PURPOSES

router = APIRouter()
PAGE = 50
MOST_INDEX = 2**62  # of an entry: a larger number is none that a database holds
FILTERS = ("text", "event", "actor", "since", "until")
Typed = Annotated[str, Query(max_length=80)]
Sent = Annotated[str, Form(max_length=80)]


class PurposeMissing(DomainError):
    """Nothing leaves the log without a purpose (个人信息保护法第6条)."""


def _day(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


def _filters(text: str, event: str, actor: str, since: str, until: str) -> Filters:
    """Days of the office: the last one is included."""
    filters = Filters(text=text.strip(), event=event, actor=actor.strip())
    if first := _day(since):
        filters["since"] = datetime.combine(first, time(), BEIJING)
    if last := _day(until):
        filters["until"] = datetime.combine(last + timedelta(days=1), time(), BEIJING)
    return filters


def _shown(entry: Entry) -> dict[str, Any]:
    machine = entry.actor.startswith("system:")
    return {
        "id": entry.id,
        "index": entry.index,
        "at": entry.at,
        "event": entry.event,
        "what": EVENTS.get(entry.event, Text(zh=entry.event, en=entry.event)),
        "subject": entry.subject,
        "subject_href": f"/audit/cases/{entry.subject}",
        "actor": entry.actor,
        "hash": hashlib.sha256(b"\x00" + entry.leaf).hexdigest(),
        "machine": machine,
        "facts": [{"name": name, "value": _value(value)} for name, value in entry.told.items()],
    }


def _value(value: object) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{k}: {v}" for k, v in value.items())
    if isinstance(value, list):
        return "、".join(str(v) for v in value)
    return "" if value is None else str(value)


def _note(desk: DeskDep, auditor: Auditor, now: Now, event: str, subject: str, facts: dict[str, Any]) -> None:
    """In a transaction of its own, before anything is read."""
    actor = f"account:{auditor.id}"
    with desk.office.database.writing() as session:
        audit.append(session, event=event, subject=subject, actor=actor, facts=facts, now=now)


@router.get("/audit")
def search(
    request: Request,
    desk: DeskDep,
    auditor: Auditor,
    now: Now,
    text: Typed = "",
    event: Typed = "",
    actor: Typed = "",
    since: Typed = "",
    until: Typed = "",
    before: Annotated[int | None, Query(ge=0, le=MOST_INDEX)] = None,
) -> Response:
    asked = {"text": text, "event": event, "actor": actor, "since": since, "until": until}
    if named := sorted(name for name, value in asked.items() if value):
        _note(desk, auditor, now, "log.searched", "log", {"filters": named})
    with desk.office.database.reading() as session:
        return _search_page(request, desk, session, asked, before)


def _search_page(
    request: Request,
    desk: DeskDep,
    db: Session,
    asked: dict[str, str],
    before: int | None = None,
    result: dict[str, Any] | None = None,
) -> Response:
    entries = audit.search(db, **_filters(**asked), before=before, limit=PAGE + 1)
    query = urlencode({name: value for name, value in asked.items() if value})
    older = f"/audit?{query}&before={entries[PAGE - 1].id}" if len(entries) > PAGE else None
    return page(
        request,
        "audit/search.html",
        query=asked,
        events=[{"value": code, "label": said} for code, said in EVENTS.items()],
        purposes=[{"value": code, "label": said} for code, said in PURPOSES.items()],
        entries=[_shown(entry) for entry in entries[:PAGE]],
        older_href=older,
        tree=_tree(desk, db),
        result=result,
    )


def _tree(desk: DeskDep, db: Session) -> dict[str, Any]:
    """Where the tree ends, whether it holds, and how far each witness has come."""
    end, kept = audit.head(db), audit.standing(db)
    return {
        "size": end.size,
        "root": end.root,
        "pending": audit.pending(db),
        "checked_at": kept.checked_at,
        "broken_since": kept.broken_since,
        "why": LOG_FAULTS.get(kept.why),
        "contact": desk.ledger.contact,
        "key": desk.ledger.verifier.vkey,
        "witnesses": [audit.shown(db, witness.name) for witness in desk.ledger.witnesses],
    }


@router.post("/audit/check")
def check(request: Request, desk: DeskDep, now: Now, auditor: Auditor) -> Response:
    """Recompute everything now, and compare with what is held elsewhere."""
    desk.ledger.hasten(now)
    checked = desk.ledger.check(now, by=f"account:{auditor.id}")
    if checked.is_whole:
        said = Text(
            zh=f"全部 {checked.entries} 条记录与签名的检查点一致，没有被改动。",
            en=f"All {checked.entries} entries agree with what was signed; none was changed.",
        )
    else:
        fault = LOG_FAULTS[checked.why]
        said = Text(
            zh=f"日志未通过核验（第 {checked.broken_at} 条附近：{fault.zh}）。请立即保全现场并报告。",
            en=f"The log failed verification (near entry {checked.broken_at}: {fault.en}). Secure it and report.",
        )
    result = {"ok": checked.is_whole, "lines": checked.entries, "sentence": said}
    with desk.office.database.reading() as session:
        return _search_page(request, desk, session, dict.fromkeys(FILTERS, ""), None, result)


@router.get("/audit/cases/{number}")
def one_case(request: Request, number: str, desk: DeskDep, now: Now, auditor: Auditor) -> Response:
    with desk.office.database.reading() as session:
        is_known = bool(audit.of_subject(session, number))
    if is_known:
        _note(desk, auditor, now, "log.case_read", number, {})
    with desk.office.database.reading() as session:
        entries = audit.of_subject(session, number)
        application = session.scalar(select(Application).where(Application.number == number))
        title = casefile.item_of(desk.office, application).title if application else None
        return page(
            request,
            "audit/case.html",
            number=number,
            title=title,
            entries=[_shown(entry) for entry in entries],
            records=shown_records(session, application),
            openings=_openings(session, application),
        )


def _openings(session: Session, application: Application | None) -> list[dict[str, Any]]:
    """Who saw numbers in full, and the words of the reason, whose digest is in the log."""
    if application is None:
        return []
    named = load_viewers().field
    return [
        {
            "at": one.at,
            "who": person.shown_name,
            "fields": [named[name].said for name in one.fields if name in named],
            "reason": one.reason,
        }
        for one, person in unmasking.openings(session, application.id)
    ]


@router.post("/audit/export", dependencies=[Depends(limited(EXPORTS)), *FRESH])
def export(
    desk: DeskDep,
    auditor: Auditor,
    now: Now,
    form: Sent = "",
    purpose: Sent = "",
    disclosures: Sent = "",
    text: Sent = "",
    event: Sent = "",
    actor: Sent = "",
    since: Sent = "",
    until: Sent = "",
) -> Response:
    """The log, or what the filters select, as a zip. Logged with its purpose before the first row leaves."""
    wanted = next((known for known in FORMS if known == form), None)
    if wanted is None:
        return Response(status_code=404)
    if purpose not in PURPOSES:
        raise PurposeMissing()
    filters = _filters(text, event, actor, since, until)
    asked = Asked(wanted, filters, purpose, f"account:{auditor.id}", now, disclosures == "yes")
    named = sorted(name for name, value in filters.items() if value)
    facts = {"form": form, "filters": named, "purpose": purpose, "disclosures": asked.disclosures}
    _note(desk, auditor, now, "log.exported", "log", facts)
    desk.ledger.hasten(now)

    def rows() -> Iterator[bytes]:
        with desk.office.database.snapshot() as session:
            yield from audit.export(session, asked, desk.ledger.verifier)

    name = f"attachment; filename=decision-log-{now.astimezone(BEIJING):%Y%m%d-%H%M}-{form}.zip"
    headers = {"content-disposition": name, "content-encoding": "identity"}  # it is compressed as it is
    return StreamingResponse(rows(), media_type="application/zip", headers=headers)
