# SPDX-License-Identifier: Apache-2.0
"""Casework (办件操作): all that can be done with a case beside deciding it. I/O: through the verbs."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

import notices
from approval import afterwards, bulk, claims, deciding, people, visits
from approval.decision import ReasonRequired
from identity import Account
from kit.errors import DomainError
from web.deps import Clerk, Db, DeskDep, Now, Supervisor
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.review import case_page, submitted
from web.respond import go, page

router = APIRouter()
Words = Annotated[str, Form(max_length=1000)]
MOST_AT_ONCE = 50
VISIT_FIELDS: dict[type[DomainError], str] = {
    visits.VisitDateWrong: "visit-on",
    visits.TwoOfficersRequired: "visit-second",
    visits.ConclusionRequired: "visit-conforms",
    ReasonRequired: "visit-words",
}


@router.post("/review/{id}/heartbeat")
def heartbeat(id: str, db: Db, now: Now, clerk: Clerk) -> dict[str, str]:
    case = claims.keep(db, submitted(db, id).id, clerk, now)
    return {"until": case.held_until.isoformat() if case.held_until else ""}


@router.post("/review/{id}/hand-over")
def hand_over(
    id: str, db: Db, now: Now, clerk: Clerk, to: Annotated[str, Form(max_length=40)], words: Words = ""
) -> Response:
    colleague = db.get(Account, to)
    if colleague is None:
        raise claims.CannotTake()
    claims.hand_over(db, submitted(db, id).id, clerk, colleague, words.strip(), now)
    return go("/review", "handed-over")


@router.post("/review/{id}/take-over")
def take_over(id: str, db: Db, now: Now, clerk: Clerk, reason: Words = "") -> Response:
    claims.take_over(db, submitted(db, id).id, clerk, reason.strip(), now)
    return go(f"/review/{id}", "taken-over")


@router.post("/review/{id}/accept")
def accept(id: str, desk: DeskDep, db: Db, now: Now, clerk: Clerk, version: Annotated[int, Form(ge=0)]) -> Response:
    deciding.accept(db, desk.office, submitted(db, id).id, version, clerk, now)
    return go("/review", "accepted")


@router.post("/review/{id}/suspend")
def suspend(
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    ground: Annotated[str, Form(max_length=20)] = "",
    reason: Words = "",
) -> Response:
    afterwards.suspend(db, desk.office, submitted(db, id).id, ground, reason.strip(), clerk, now)
    return go(f"/review/{id}", "suspended")


@router.post("/review/{id}/go-on")
def go_on(id: str, desk: DeskDep, db: Db, now: Now, clerk: Clerk, reason: Words = "") -> Response:
    afterwards.go_on(db, desk.office, submitted(db, id).id, reason.strip(), clerk, now)
    return go(f"/review/{id}", "gone-on")


@router.post("/review/{id}/extend")
def extend(id: str, desk: DeskDep, db: Db, now: Now, supervisor: Supervisor, reason: Words = "") -> Response:
    afterwards.extend(db, desk.office, submitted(db, id).id, reason.strip(), supervisor, now)
    return go(f"/review/{id}", "extended")


@router.post("/review/{id}/visit")
def visit(
    request: Request,
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    on: Annotated[str, Form(max_length=10)] = "",
    second: Annotated[str, Form(max_length=40)] = "",
    conforms: Annotated[str, Form(max_length=5)] = "",
    words: Words = "",
) -> Response:
    """What two officers saw; the page is shown again with what was typed if something is missing."""
    case = submitted(db, id)
    people.keep_off(db, case.id, clerk.id)
    typed = {"on": on, "second": second, "conforms": conforms, "words": words}
    said = {"yes": True, "no": False}.get(conforms)
    colleague = db.get(Account, second)
    try:
        visits.record_visit(db, desk.office, case.id, clerk, colleague, day_of(on), said, words.strip(), now)
    except (visits.TwoOfficersRequired, visits.VisitDateWrong, visits.ConclusionRequired, ReasonRequired) as error:
        problems = [ShownProblem(VISIT_FIELDS[type(error)], sentence(error, request))]
        return case_page(request, desk, db, now, clerk, case, problems, visit=typed)
    return go(f"/review/{id}", "visited")


def day_of(typed: str) -> date | None:
    try:
        return date.fromisoformat(typed)
    except ValueError:
        return None


@router.post("/review/{id}/reopen")
def reopen(id: str, desk: DeskDep, db: Db, now: Now, supervisor: Supervisor, reason: Words = "") -> Response:
    again = afterwards.reopen(db, desk.office, submitted(db, id).id, reason.strip(), supervisor, now)
    return go(f"/review/{again.id}", "reopened")


@router.get("/review/{id}/papers/{paper}.pdf")
def paper(id: str, paper: str, desk: DeskDep, db: Db, clerk: Clerk) -> Response:
    people.keep_off(db, id, clerk.id)
    found = notices.find(db, paper)
    pdf = notices.read(desk.store, found) if found and found.application_id == submitted(db, id).id else None
    return Response(pdf, media_type="application/pdf") if pdf else Response(status_code=404)


@router.post("/review/bulk")
def approve_many(
    request: Request, desk: DeskDep, now: Now, clerk: Clerk, cases: Annotated[list[str] | None, Form()] = None
) -> Response:
    """Approve cases without doubts, each as a decision of its own; what goes wrong with one stops no other.

    Each value is "id:version", so that nothing is approved which has changed since it was listed.
    """
    results = [_approve_one(request, desk, clerk, now, chosen) for chosen in (cases or [])[:MOST_AT_ONCE]]
    return page(request, "review/bulk.html", results=results)


def _approve_one(request: Request, desk: DeskDep, clerk: Account, now: Now, chosen: str) -> dict[str, str | None]:
    name, _, version = chosen.partition(":")
    number = None
    try:
        with desk.office.database.reading() as session:
            case = submitted(session, name)
            number = case.number
            if not bulk.may_be_bulk(desk.office, case):
                raise bulk.NotForBulk()
        asked = deciding.recheck_credit(desk.office, case)
        with desk.office.database.writing() as session:
            seen = int(version) if version.isdecimal() and len(version) < 10 else None
            bulk.approve(session, desk.office, name, seen, clerk, now, asked)
    except DomainError as error:
        return {"id": name, "number": number, "problem": sentence(error, request)}
    return {"id": name, "number": number, "problem": None}
