# SPDX-License-Identifier: Apache-2.0
"""Contesting (信用结论异议): the applicant says what is wrong with a record, and whoever holds the case answers.

I/O: through the verbs.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from approval import contesting, looking, rechecking
from approval.application import State
from approval.decision import ReasonRequired
from approval.weighing import Inquired
from web.deps import Clerk, Db, DeskDep, Now, OwnApplication
from web.errors import sentence
from web.pages.casework import Attempt
from web.pages.status import status_page
from web.respond import go

router = APIRouter()
Words = Annotated[str, Form(max_length=1000)]


@router.post("/cases/{id}/contest")
def contest(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    application: OwnApplication,
    finding: Annotated[str, Form(max_length=20)] = "",
    words: Words = "",
) -> Response:
    if application.state == State.DRAFT:  # nothing was asked about it yet
        return go(f"/apply/{application.id}")
    wanted = int(finding) if finding.isdecimal() and len(finding) < 10 else -1
    try:
        contesting.contest(db, desk.office, application, wanted, words, now)
    except ReasonRequired as error:
        return status_page(request, desk, db, application, problem=sentence(error, request), typed={wanted: words})
    return go(f"/cases/{application.id}", "contested")


def _ask_source(id: str, desk: DeskDep, clerk: Clerk) -> list[Inquired]:
    """Before any transaction for writing, and only for whoever holds the case."""
    with desk.office.database.reading() as session:
        application = looking.case_for(session, id, clerk)
        if application.held_by != clerk.id or not contesting.contests(session, id):
            return []
    return rechecking.recheck_credit(desk.office, application)


@router.post("/review/{id}/contest")
def answer(
    id: str,
    attempt: Attempt,
    fresh: Annotated[list[Inquired], Depends(_ask_source)],
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    contest: Annotated[str, Form(max_length=40)] = "",
    reason: Words = "",
) -> Response:
    """The source is asked again; what it does not say any more is taken away."""

    def act() -> None:
        contesting.answer(db, desk.office, id, contest, reason, clerk, fresh, now)

    return attempt.do(f"contest-{contest}", act, {"reason": reason}, go(f"/review/{id}", "contest-answered"))
