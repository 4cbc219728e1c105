# SPDX-License-Identifier: Apache-2.0
"""Casework (办件操作): all that can be done with a case beside deciding it. I/O: through the verbs."""

from collections.abc import Callable
from datetime import date
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import RedirectResponse, Response

import notices
from approval import (
    afterwards,
    bulk,
    claims,
    deciding,
    jointly,
    looking,
    moving,
    people,
    rechecking,
    serving,
    unmasking,
    visits,
)
from approval.cases import NotYours
from approval.decision import ReasonRequired
from identity import Account
from kit.errors import DomainError
from kit.text import Text
from web.deps import Clerk, Db, DeskDep, Now, Supervisor
from web.errors import sentence, wording
from web.fields import ShownProblem
from web.fresh import FRESH
from web.pages.decide import moment_of, said_of, since
from web.pages.looked import LookNoted
from web.pages.review import case_page
from web.respond import go, page

router = APIRouter()
Words = Annotated[str, Form(max_length=1000)]
MOST_AT_ONCE = 50
ANCHORS = {"ground_unknown": "ground", "approver_required": "approver", "service_date_wrong": "serve-on"}
ANCHORS |= {"file_date_wrong": "came-on", "scan_unknown": "came-scan"}
VISIT_FIELDS: dict[type[DomainError], str] = {
    visits.VisitDateWrong: "visit-on",
    visits.TwoOfficersRequired: "visit-second",
    visits.ConclusionRequired: "visit-conforms",
    ReasonRequired: "visit-words",
}


@router.post("/review/{id}/heartbeat")
def heartbeat(id: str, db: Db, now: Now, clerk: Clerk) -> dict[str, str]:
    case = claims.keep(db, looking.case_for(db, id, clerk).id, clerk, now)
    return {"until": case.held_until.isoformat() if case.held_until else ""}


class Attempted:
    """One thing a member of staff tries with a case; where it cannot be done, the case again with what was typed."""

    def __init__(self, request: Request, id: str, desk: DeskDep, db: Db, now: Now, clerk: Clerk) -> None:
        self.request, self.desk, self.db, self.now, self.clerk = request, desk, db, now, clerk
        self.case = looking.case_for(db, id, clerk)

    def do(self, form: str, act: Callable[[], object], typed: dict[str, str], then: RedirectResponse) -> Response:
        """`form` is the id of the form. Whoever may not see the case is shown nothing of it."""
        try:
            with self.db.begin_nested():  # what was begun and refused leaves nothing behind
                act()
        except (people.ConflictOfInterest, people.NotAuthorised, NotYours):
            raise
        except DomainError as error:
            self.db.expire_all()
            return self._again(form, error, typed)
        return then

    def _again(self, form: str, error: DomainError, typed: dict[str, str]) -> Response:
        said = sentence(error, self.request)
        is_of_a_field = wording(error.code).status == 422
        problems = [ShownProblem(ANCHORS.get(error.code, form), said)]
        return case_page(
            self.request,
            self.desk,
            self.db,
            self.now,
            self.clerk,
            self.case,
            problems if is_of_a_field else None,
            conflict=None if is_of_a_field else said,
            changed_since=self._changed(error),
            kept={form: typed},
        )

    def _changed(self, error: DomainError) -> list[Text]:
        seen_at = moment_of(self.request.query_params.get("seen_at", ""))
        is_stale = error.code == "stale_page" and seen_at is not None
        return [said_of(entry) for entry in since(self.db, self.case, seen_at)] if is_stale and seen_at else []


Attempt = Annotated[Attempted, Depends(Attempted)]


@router.post("/review/{id}/hand-over")
def hand_over(
    id: str,
    attempt: Attempt,
    db: Db,
    now: Now,
    clerk: Clerk,
    to: Annotated[str, Form(max_length=40)] = "",
    words: Words = "",
) -> Response:
    """Without `to`, to whom it suits best."""

    def act() -> None:
        colleague = db.get(Account, to) if to else None
        if to and colleague is None:
            raise claims.CannotTake()
        claims.hand_over(db, id, clerk, colleague, words.strip(), now)

    return attempt.do("hand-over", act, {"to": to, "words": words}, go("/review", "handed-over"))


@router.post("/review/{id}/take-over")
def take_over(id: str, attempt: Attempt, db: Db, now: Now, clerk: Clerk, reason: Words = "") -> Response:
    def act() -> None:
        claims.take_over(db, id, clerk, reason.strip(), now)

    return attempt.do("take-over", act, {"reason": reason}, go(f"/review/{id}", "taken-over"))


@router.post("/review/{id}/unmask", dependencies=FRESH)
def unmask(id: str, attempt: Attempt, desk: DeskDep, db: Db, now: Now, clerk: Clerk, reason: Words = "") -> Response:
    """The numbers of the case in full, for a reason, for half an hour."""

    def act() -> None:
        unmasking.unmask(db, desk.office, id, clerk, reason.strip(), now)

    return attempt.do("unmask", act, {"reason": reason}, go(f"/review/{id}", "unmasked"))


@router.post("/review/{id}/accept")
def accept(
    id: str, attempt: Attempt, desk: DeskDep, db: Db, now: Now, clerk: Clerk, version: Annotated[int, Form(ge=0)]
) -> Response:
    def act() -> None:
        deciding.accept(db, desk.office, id, version, clerk, now)

    return attempt.do("accept", act, {}, go("/review", "accepted"))


@router.post("/review/{id}/suspend")
def suspend(
    id: str,
    attempt: Attempt,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    ground: Annotated[str, Form(max_length=20)] = "",
    reason: Words = "",
) -> Response:
    def act() -> None:
        afterwards.suspend(db, desk.office, id, ground, reason.strip(), clerk, now)

    return attempt.do("suspend", act, {"ground": ground, "reason": reason}, go(f"/review/{id}", "suspended"))


@router.post("/review/{id}/go-on")
def go_on(id: str, attempt: Attempt, desk: DeskDep, db: Db, now: Now, clerk: Clerk, reason: Words = "") -> Response:
    def act() -> None:
        afterwards.go_on(db, desk.office, id, reason.strip(), clerk, now)

    return attempt.do("go-on", act, {"reason": reason}, go(f"/review/{id}", "gone-on"))


@router.post("/review/{id}/extend")
def extend(
    id: str, supervisor: Supervisor, attempt: Attempt, desk: DeskDep, db: Db, now: Now, reason: Words = ""
) -> Response:
    def act() -> None:
        afterwards.extend(db, desk.office, id, reason.strip(), supervisor, now)

    return attempt.do("extend", act, {"reason": reason}, go(f"/review/{id}", "extended"))


@router.post("/review/{id}/extend-jointly")
def extend_jointly(
    id: str,
    supervisor: Supervisor,
    attempt: Attempt,
    desk: DeskDep,
    db: Db,
    now: Now,
    reason: Words = "",
    approver: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    bundle = attempt.case.bundle_id
    if bundle is None:
        return Response(status_code=404)

    def act() -> None:
        jointly.extend(db, desk.office, bundle, reason.strip(), approver, supervisor, now)

    typed = {"reason": reason, "approver": approver}
    return attempt.do("extend-jointly", act, typed, go(f"/review/{id}", "extended"))


@router.post("/review/{id}/file-came")
def file_came(
    id: str,
    attempt: Attempt,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    on: Annotated[str, Form(max_length=10)] = "",
    documents: Words = "",
    scan: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    def act() -> None:
        moving.file_came(db, desk.office, id, day_of(on), documents.strip(), scan, clerk, now)

    typed = {"on": on, "documents": documents, "scan": scan}
    return attempt.do("file-came", act, typed, go(f"/review/{id}", "file-came"))


@router.post("/review/{id}/serve")
def serve(
    id: str,
    attempt: Attempt,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    paper: Annotated[str, Form(max_length=40)] = "",
    way: Annotated[Literal["post", "window"], Form()] = "post",
    on: Annotated[str, Form(max_length=10)] = "",
    detail: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    def act() -> None:
        serving.serve(db, desk.office, id, paper, way, day_of(on), detail, clerk, now)

    typed = {"paper": paper, "way": way, "on": on, "detail": detail}
    return attempt.do("serve", act, typed, go(f"/review/{id}", "served"))


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
    case = looking.case_for(db, id, clerk)
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
def reopen(
    id: str, supervisor: Supervisor, attempt: Attempt, desk: DeskDep, db: Db, now: Now, reason: Words = ""
) -> Response:
    again: list[str] = []

    def act() -> None:
        again.append(afterwards.reopen(db, desk.office, id, reason.strip(), supervisor, now).id)

    response = attempt.do("reopen", act, {"reason": reason}, go("/review"))
    return go(f"/review/{again[0]}", "reopened") if again else response


@router.get("/review/{id}/papers/{paper}.pdf")
def paper(id: str, paper: str, _noted: LookNoted, desk: DeskDep, db: Db, clerk: Clerk) -> Response:
    case = looking.case_for(db, id, clerk)
    found = notices.find(db, paper)
    pdf = notices.read(desk.store, found) if found and found.application_id == case.id else None
    return Response(pdf, media_type="application/pdf") if pdf else Response(status_code=404)


@router.post("/review/bulk", dependencies=FRESH)
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
            case = looking.case_for(session, name, clerk)
            number = case.number
            if not bulk.may_be_bulk(desk.office, case):
                raise bulk.NotForBulk()
        asked = rechecking.recheck_credit(desk.office, case)
        with desk.office.database.writing() as session:
            seen = int(version) if version.isdecimal() and len(version) < 10 else None
            bulk.approve(session, desk.office, name, seen, clerk, now, asked)
    except DomainError as error:
        return {"id": name, "number": number, "problem": sentence(error, request)}
    return {"id": name, "number": number, "problem": None}
