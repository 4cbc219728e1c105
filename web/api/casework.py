# SPDX-License-Identifier: Apache-2.0
"""Casework (办件操作): what a programme may do with a case beside claiming and deciding. I/O: through the verbs."""

from datetime import date, datetime
from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from approval import afterwards, claims, deciding, looking
from approval.application import Application, State
from approval.opinions import View
from identity import Account
from web.api.decisions import telling_changes
from web.api.problem import problems
from web.api.repeating import Repeatable
from web.deps import Clerk, Db, DeskDep, Expert, Now, OwnApplication, Supervisor
from web.pages.opinions import asked_of
from web.pages.review import submitted

router = APIRouter(prefix="/cases", tags=["casework"], route_class=Repeatable)
mine = APIRouter(prefix="/applications", tags=["applications"], route_class=Repeatable)
ERRORS = problems(401, 403, 404, 409, 422)


class Asked(BaseModel):
    """Nothing but what is named."""

    model_config = ConfigDict(extra="forbid")


class Reason(Asked):
    """A whole sentence; the applicant, a colleague or the log reads it."""

    reason: str = Field(max_length=1000, examples=["申请人股东之间的股权纠纷正在法院审理"])


class Suspension(Reason):
    """On which ground in law the clock stands still."""

    ground: Literal["litigation", "hearing", "expert_review"]


class HandOver(Asked):
    """To whom, and what they should know."""

    to: str = Field("", max_length=40, description="account of the colleague; empty: whoever it suits best")
    words: str = Field("", max_length=1000)


class Version(Asked):
    """The version that was read."""

    version: int


class OpinionAsked(Asked):
    """Conditions and objections need a sentence."""

    view: View
    words: str = Field("", max_length=2000)


class CaseAnswer(BaseModel):
    """Where the case stands after what was done."""

    id: str
    number: str | None
    state: State
    step: str | None
    version: int
    due_on: date | None
    suspended_on: date | None
    held_until: datetime | None


def _answer(case: Application) -> CaseAnswer:
    return CaseAnswer(
        id=case.id,
        number=case.number,
        state=State(case.state),
        step=case.step,
        version=case.version,
        due_on=case.due_on,
        suspended_on=case.suspended_on,
        held_until=case.held_until,
    )


@router.post("/next/claim", summary="Claim the most urgent free case", responses=problems(401, 403, 409))
def claim_next(db: Db, now: Now, clerk: Clerk) -> CaseAnswer | None:
    """Nothing if none is free; nobody else gets the same one."""
    case = claims.claim_next(db, clerk, now)
    return _answer(case) if case else None


@router.post("/{id}/heartbeat", summary="Keep the claim", responses=ERRORS)
def heartbeat(id: str, db: Db, now: Now, clerk: Clerk) -> CaseAnswer:
    return _answer(claims.keep(db, looking.case_for(db, id, clerk).id, clerk, now))


@router.post("/{id}/release", summary="Put the case back", responses=ERRORS)
def release(id: str, db: Db, now: Now, clerk: Clerk) -> CaseAnswer:
    claims.release(db, submitted(db, id).id, clerk, now)
    return _answer(submitted(db, id))


@router.post("/{id}/hand-over", summary="Hand the case over to a colleague", responses=ERRORS)
def hand_over(id: str, db: Db, now: Now, clerk: Clerk, asked: HandOver) -> CaseAnswer:
    colleague = db.get(Account, asked.to) if asked.to else None
    if asked.to and colleague is None:
        raise claims.CannotTake()
    claims.hand_over(db, looking.case_for(db, id, clerk).id, clerk, colleague, asked.words, now)
    return _answer(looking.case_for(db, id, clerk))


@router.post("/{id}/take-over", summary="Take the case over, with a reason", responses=ERRORS)
def take_over(id: str, db: Db, now: Now, clerk: Clerk, asked: Reason) -> CaseAnswer:
    return _answer(claims.take_over(db, looking.case_for(db, id, clerk).id, clerk, asked.reason, now))


@router.post("/{id}/acceptance", summary="Accept the application (受理)", responses=ERRORS)
def accept(id: str, desk: DeskDep, db: Db, now: Now, clerk: Clerk, asked: Version) -> CaseAnswer:
    case = looking.case_for(db, id, clerk)
    with telling_changes(db, case, None):
        return _answer(deciding.accept(db, desk.office, id, asked.version, clerk, now))


@router.post("/{id}/suspension", summary="Stop the clock", responses=ERRORS)
def suspend(id: str, desk: DeskDep, db: Db, now: Now, clerk: Clerk, asked: Suspension) -> CaseAnswer:
    afterwards.suspend(db, desk.office, looking.case_for(db, id, clerk).id, asked.ground, asked.reason, clerk, now)
    return _answer(looking.case_for(db, id, clerk))


@router.post("/{id}/resumption", summary="Let the clock run again", responses=ERRORS)
def go_on(id: str, desk: DeskDep, db: Db, now: Now, clerk: Clerk, asked: Reason) -> CaseAnswer:
    afterwards.go_on(db, desk.office, looking.case_for(db, id, clerk).id, asked.reason, clerk, now)
    return _answer(looking.case_for(db, id, clerk))


@router.post("/{id}/extension", summary="Extend the limit", responses=ERRORS)
def extend(id: str, desk: DeskDep, db: Db, now: Now, supervisor: Supervisor, asked: Reason) -> CaseAnswer:
    afterwards.extend(db, desk.office, looking.case_for(db, id, supervisor).id, asked.reason, supervisor, now)
    return _answer(looking.case_for(db, id, supervisor))


@router.post("/{id}/opinion", summary="Give the opinion of one's department", responses=ERRORS)
def give_opinion(id: str, desk: DeskDep, db: Db, now: Now, expert: Expert, asked: OpinionAsked) -> CaseAnswer:
    _opinion, case = asked_of(db, expert, id)
    return _answer(afterwards.give_opinion(db, desk.office, case.id, expert, asked.view, asked.words, now))


@mine.post("/{id}/withdrawal", summary="Withdraw one's application", responses=ERRORS)
def withdraw(desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> CaseAnswer:
    return _answer(afterwards.withdraw(db, desk.office, application, now))
