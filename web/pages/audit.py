# SPDX-License-Identifier: Apache-2.0
"""Auditing (审计): search the decision log, follow one case, export, check. No page here changes a case.

I/O: through the verbs. An export is streamed from a session of its own and is itself logged.
"""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response, StreamingResponse
from sqlalchemy import select

import audit
from approval import casefile
from approval.application import Application
from audit import Entry, Filters
from kit.clock import BEIJING
from kit.text import Text
from web.deps import Auditor, Db, DeskDep, Now
from web.fresh import FRESH
from web.pages.keeping import shown_records
from web.respond import page
from web.wording import EVENTS

router = APIRouter()
PAGE = 50
Asked = Annotated[str, Query(max_length=80)]
MEDIA = {"csv": "text/csv; charset=utf-8", "jsonl": "application/x-ndjson"}


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
        "index": entry.index,
        "at": entry.at,
        "event": entry.event,
        "what": EVENTS.get(entry.event, Text(zh=entry.event, en=entry.event)),
        "subject": entry.subject,
        "subject_href": f"/audit/cases/{entry.subject}",
        "actor": entry.actor,
        "hash": entry.hash,
        "previous": entry.previous,
        "machine": machine,
        "facts": [{"name": name, "value": _value(value)} for name, value in entry.told.items()],
    }


def _value(value: object) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{k}: {v}" for k, v in value.items())
    if isinstance(value, list):
        return "、".join(str(v) for v in value)
    return "" if value is None else str(value)


@router.get("/audit")
def search(
    request: Request,
    db: Db,
    _auditor: Auditor,
    text: Asked = "",
    event: Asked = "",
    actor: Asked = "",
    since: Asked = "",
    until: Asked = "",
    before: int | None = None,
) -> Response:
    return _search_page(request, db, text, event, actor, since, until, before, None)


def _search_page(
    request: Request,
    db: Db,
    text: str,
    event: str,
    actor: str,
    since: str,
    until: str,
    before: int | None,
    result: dict[str, Any] | None,
) -> Response:
    asked = {"text": text, "event": event, "actor": actor, "since": since, "until": until}
    entries = audit.search(db, **_filters(**asked), before=before, limit=PAGE + 1)
    query = urlencode({name: value for name, value in asked.items() if value})
    older = f"/audit?{query}&before={entries[PAGE - 1].index}" if len(entries) > PAGE else None
    head = audit.head(db)
    return page(
        request,
        "audit/search.html",
        query=asked,
        events=[{"value": code, "label": said} for code, said in EVENTS.items()],
        entries=[_shown(entry) for entry in entries[:PAGE]],
        older_href=older,
        export_csv_href=f"/audit/export.csv?{query}",
        export_jsonl_href=f"/audit/export.jsonl?{query}",
        head={"index": head.index, "hash": head.hash},
        result=result,
    )


@router.post("/audit/check")
def check(request: Request, db: Db, _auditor: Auditor) -> Response:
    """Recompute the whole chain now."""
    checked = audit.check(db)
    if checked.is_whole:
        said = Text(
            zh=f"全部 {checked.entries} 条记录首尾相连，没有被改动。",
            en=f"All {checked.entries} entries follow one another; none was changed.",
        )
    else:
        said = Text(
            zh=f"第 {checked.broken_at} 条记录与前文不符，日志被改动过。请立即保全现场并报告。",
            en=f"Entry {checked.broken_at} does not follow: the log was changed. Secure it and report.",
        )
    result = {"ok": checked.is_whole, "lines": checked.entries, "sentence": said}
    return _search_page(request, db, "", "", "", "", "", None, result)


@router.get("/audit/cases/{number}")
def one_case(request: Request, number: str, desk: DeskDep, db: Db, _auditor: Auditor) -> Response:
    entries = audit.of_subject(db, number)
    application = db.scalar(select(Application).where(Application.number == number))
    title = casefile.item_of(desk.office, application).title if application else None
    return page(
        request,
        "audit/case.html",
        number=number,
        title=title,
        entries=[_shown(entry) for entry in entries],
        records=shown_records(db, application),
    )


@router.get("/audit/export.{form}", dependencies=FRESH)
def export(
    form: str,
    desk: DeskDep,
    auditor: Auditor,
    now: Now,
    text: Asked = "",
    event: Asked = "",
    actor: Asked = "",
    since: Asked = "",
    until: Asked = "",
) -> Response:
    """The log, or what the filters select, as a file that proves itself. Logged before the first row leaves."""
    if form not in MEDIA:
        return Response(status_code=404)
    filters = _filters(text, event, actor, since, until)
    with desk.office.database.writing() as session:
        asked = [name for name, value in filters.items() if value]
        facts: dict[str, Any] = {"form": form, "filters": asked}
        audit.append(session, event="log.exported", subject="log", actor=f"account:{auditor.id}", facts=facts, now=now)

    def rows() -> Iterator[bytes]:
        with desk.office.database.reading() as session:
            yield from (audit.export_csv if form == "csv" else audit.export_jsonl)(session, **filters)

    name = f"attachment; filename=decision-log-{now.astimezone(BEIJING):%Y%m%d-%H%M}.{form}"
    return StreamingResponse(rows(), media_type=MEDIA[form], headers={"content-disposition": name})
