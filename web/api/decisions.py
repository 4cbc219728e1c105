# SPDX-License-Identifier: Apache-2.0
"""Decisions (决定): claim and decide by programme, under the same rules as on the pages. I/O: through the verbs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from approval import casefile, claims, deciding, looking, rechecking
from approval.application import Application, State
from approval.decision import Correction, Decision, Outcome
from approval.dossier import sections
from approval.weighing import Inquired
from web.api.problem import problems
from web.api.repeating import Repeatable
from web.deps import Clerk, Db, DeskDep, Now
from web.fresh import FRESH
from web.pages.decide import said_of, since

router = APIRouter(prefix="/cases", tags=["decisions"], route_class=Repeatable)


class ClaimAnswer(BaseModel):
    """Until when the case is held, and the version that a decision must name."""

    id: str
    number: str
    version: int
    held_until: datetime
    seen_at: datetime


class DecisionAsked(BaseModel):
    """`corrections` by field path, for a return; `reason` and `basis` for a refusal.

    `seen_at` is that of the claim, or when the case was read last: what has happened since is told if it is stale.
    """

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"version": 3, "outcome": "return", "corrections": {"address": "门牌号缺少室号，请补充"}},
            ]
        },
    )

    version: int
    seen_at: AwareDatetime | None = None
    outcome: Outcome
    reason: str = Field("", max_length=2000)
    basis: str = Field("", max_length=20)
    corrections: dict[str, Annotated[str, Field(max_length=500)]] = Field(default_factory=dict, max_length=100)


class DecisionAnswer(BaseModel):
    """What was recorded."""

    id: str
    state: State
    outcome: Outcome
    decided_at: datetime


@router.post("/{id}/claim", summary="Claim a case", responses=problems(401, 403, 404, 409))
def claim(id: str, db: Db, now: Now, clerk: Clerk) -> ClaimAnswer:
    case = claims.claim(db, looking.case_for(db, id, clerk).id, clerk, now)
    return ClaimAnswer(
        id=case.id, number=case.number or "", version=case.version, held_until=case.held_until or now, seen_at=now
    )


@contextmanager
def telling_changes(db: Session, case: Application, seen_at: datetime | None) -> Iterator[None]:
    """A stale version is answered with what has changed; without `seen_at`, since the claim began."""
    begun = seen_at or (case.held_until - claims.CLAIM_LASTS if case.held_until else claims.LONG_AGO)
    try:
        yield
    except deciding.StalePage:
        told = [(entry, said_of(entry)) for entry in since(db, case, begun)]
        changed = [{"event": e.event, "zh": s.zh, "en": s.en, "at": e.at.isoformat()} for e, s in told]
        raise deciding.StalePage(changed=changed) from None


def _credit_again(id: str, desk: DeskDep, now: Now, clerk: Clerk, asked: DecisionAsked) -> list[Inquired]:
    """Before the transaction, as on the page. What is new is kept in one of its own, so that it is there to be read."""
    with desk.office.database.reading() as session:
        application = looking.case_for(session, id, clerk)
        is_held = application.state == State.IN_REVIEW and application.held_by == clerk.id
        if not is_held or not rechecking.must_ask_again(application, asked.outcome):
            return []
    fresh = rechecking.recheck_credit(desk.office, application)
    with desk.office.database.writing() as session:
        case = casefile.locked(session, id)
        is_news = deciding.must_look_again(session, desk.office, case, asked.outcome, fresh, now)
    if is_news:
        with desk.office.database.reading() as session, telling_changes(session, case, now - timedelta(seconds=1)):
            raise deciding.StalePage()
    return fresh


@router.post(
    "/{id}/decision",
    dependencies=FRESH,
    summary="Decide a case that is held",
    responses=problems(401, 403, 404, 409, 422),
)
def decide(
    id: str,
    desk: DeskDep,
    fresh: Annotated[list[Inquired], Depends(_credit_again)],
    db: Db,
    now: Now,
    clerk: Clerk,
    asked: DecisionAsked,
) -> DecisionAnswer:
    """409 `stale_page` when the credit answers changed meanwhile or `version` is not the present one."""
    case: Application = looking.case_for(db, id, clerk)
    form = desk.office.catalogue.form_of(casefile.item_of(desk.office, case))
    rows = {line.path: line for s in sections(form, case.answers, "zh", masked=True) for line in s.rows}
    corrections = tuple(
        Correction(path, rows[path].label, why) for path, why in asked.corrections.items() if path in rows
    )
    decision = Decision(
        asked.outcome, f"account:{clerk.id}", now, reason=asked.reason, basis=asked.basis, corrections=corrections
    )
    with telling_changes(db, case, asked.seen_at):
        decided = deciding.decide(db, desk.office, id, asked.version, decision, now, fresh)
    return DecisionAnswer(id=id, state=State(decided.state), outcome=asked.outcome, decided_at=now)
