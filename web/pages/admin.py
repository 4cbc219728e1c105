# SPDX-License-Identifier: Apache-2.0
"""Administration (管理): the working calendar, the accounts and the health of what we depend on. I/O: the verbs."""

from datetime import MAXYEAR, MINYEAR, date
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request
from fastapi.responses import Response
from sqlalchemy import func, select
from sqlalchemy.orm import Session

import audit
from approval import clocks
from approval.calendar import CalendarDay, CalendarYear, load_calendar, publish_year, set_day
from approval.deadlines import YearUnpublished, due_on
from credit import Subject
from identity import staff
from kit.clock import office_day
from kit.text import Text
from licences import Template, fictitious_codes
from web.deps import Administrator, Db, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.keeping import what_is_kept
from web.respond import go, language_of, page
from web.wording import ROLES

router = APIRouter()
LOOK_AHEAD = 45  # working days: the longest limit of a permit (行政许可法第42条)
NOBODYS_CODE = fictitious_codes(Template.COMPANY, 999999, 1)[0]


@router.get("/admin")
def show(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    _admin: Administrator,
    year: Annotated[int | None, Query(ge=MINYEAR, le=MAXYEAR)] = None,
) -> Response:
    return _page(request, desk, db, now, year or office_day(now).year)


def _page(
    request: Request, desk: DeskDep, db: Session, now: Now, year: int, problems: list[ShownProblem] | None = None
) -> Response:
    years = db.scalars(select(CalendarYear).order_by(CalendarYear.year)).all()
    counts = {y.year: _count(db, y.year) for y in years}
    days = db.scalars(
        select(CalendarDay)
        .where(CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31)))
        .order_by(CalendarDay.day)
    ).all()
    return page(
        request,
        "admin/admin.html",
        422 if problems else 200,
        years=[{"year": y.year, "published": y.is_published, "days": counts[y.year]} for y in years],
        days=[{"day": d.day, "is_working": d.is_working, "note": d.note} for d in days],
        year=year,
        accounts=[
            {"username": a.username, "name": a.shown_name, "role": ROLES[a.role], "active": a.is_active}
            for a in staff(db)
        ],
        health=_health(desk, db),
        warning=calendar_warning(request, db, now),
        kept=what_is_kept(desk, db, now),
        problems=problems or [],
    )


def calendar_warning(request: Request, db: Session, now: Now) -> str | None:
    """What to do if a deadline that begins today cannot be reckoned."""
    try:
        due_on(office_day(now), LOOK_AHEAD, load_calendar(db))
    except YearUnpublished as error:
        return sentence(error, request)
    return None


def _count(db: Session, year: int) -> int:
    days = CalendarDay.day.between(date(year, 1, 1), date(year, 12, 31))
    return db.scalar(select(func.count()).select_from(CalendarDay).where(days)) or 0


def _health(desk: DeskDep, db: Session) -> list[dict[str, Any]]:
    """Whether what we depend on answers; the bureau is asked about a fictitious code."""
    report = desk.office.bureau.query(Subject.LEGAL, "健康检查", NOBODYS_CODE, purpose="health", case="health")
    head, is_whole = audit.head(db), audit.standing(db).broken_since is None
    return [
        {"name": Text(zh="信用数据库", en="Credit bureau"), "ok": report.status == "answered", "detail": report.source},
        {"name": Text(zh="人脸比对", en="Face comparison"), "ok": True, "detail": desk.matcher.model},
        {"name": Text(zh="决定日志", en="Decision log"), "ok": is_whole, "detail": f"{head.size} · {head.root[:16]}"},
    ]


@router.post("/admin/calendar")
def change_day(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    admin: Administrator,
    day: Annotated[str, Form(max_length=10)] = "",
    is_working: Annotated[str, Form(max_length=5)] = "",
    note: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    try:
        chosen = date.fromisoformat(day)
    except ValueError:
        said = Text(zh="请输入有效日期", en="Enter a date").said(language_of(request))
        return _page(request, desk, db, now, office_day(now).year, [ShownProblem("day", said)])
    set_day(db, chosen, is_working == "yes", note)
    db.flush()
    clocks.reckon_again(db, desk.office)
    _log(db, admin.id, now, {"day": chosen.isoformat(), "is_working": is_working == "yes"})
    return go(f"/admin?year={chosen.year}", "calendar")


@router.post("/admin/calendar/publish")
def publish(
    desk: DeskDep, db: Db, now: Now, admin: Administrator, year: Annotated[int, Form(ge=2025, le=2100)]
) -> Response:
    publish_year(db, year)
    db.flush()
    clocks.reckon_again(db, desk.office)
    _log(db, admin.id, now, {"published": year})
    return go(f"/admin?year={year}", "calendar")


def _log(db: Session, admin: str, now: Now, facts: dict[str, Any]) -> None:
    audit.append(db, event="calendar.changed", subject="calendar", actor=f"account:{admin}", facts=facts, now=now)
