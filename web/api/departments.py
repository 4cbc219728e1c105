# SPDX-License-Identifier: Apache-2.0
"""Departments (监管部门接口): a department's system reads its inbox by cursor, confirms, and sends what was found.

Every request is signed with the department's own key; contract: docs/partner-api.md. I/O: through the verbs.
"""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

import register
import supervision
from identity import Caller
from kit.errors import DomainError
from supervision import Found, Notification, NotificationUnknown
from web.api.partners import PartnerCaller, RepeatableByPartner
from web.api.problem import problems
from web.deps import Db, Now

router = APIRouter(prefix="/partners", tags=["departments"], route_class=RepeatableByPartner)


class NoDepartment(DomainError):
    """This partner's programme reads no inbox."""


class NotificationAnswer(BaseModel):
    """What a department is told. `number` is the cursor; what `scope` and `permits` name is public."""

    number: int
    case_number: str
    credit_code: str
    name: str
    act: str
    scope: list[str]
    permits: list[str]
    made_at: datetime
    received_at: datetime | None


class InboxAnswer(BaseModel):
    """A portion in order; ask on with `after` = the last number. Empty: nothing new."""

    notifications: list[NotificationAnswer]


class ResultAsked(BaseModel):
    """What was found at a business on a day; words are needed where it is no pass, and name no person."""

    model_config = ConfigDict(extra="forbid")

    credit_code: str = Field(pattern=r"^[0-9A-HJ-NPQRTUWXY]{18}$")
    found: Found
    on: date
    words: str = Field(default="", max_length=2000)
    notification: int | None = Field(default=None, ge=1)


class ResultAnswer(BaseModel):
    id: str


def _department(caller: Caller) -> str:
    if caller.department is None:
        raise NoDepartment()
    return caller.department


def _answer(db: Session, one: Notification) -> NotificationAnswer:
    entity = register.find(db, one.credit_code)
    return NotificationAnswer(
        number=one.id,
        name=entity.name if entity else "",
        **{name: getattr(one, name) for name in ("case_number", "credit_code", "act", "scope", "permits")},
        made_at=one.made_at,
        received_at=one.received_at,
    )


@router.get("/notifications", summary="What a department is told", responses=problems(401, 403, 422))
def notifications(
    caller: PartnerCaller,
    db: Db,
    after: Annotated[int, Query(ge=0, le=2**53)] = 0,
    most: Annotated[int, Query(ge=1, le=200)] = 100,
) -> InboxAnswer:
    listed = supervision.inbox(db, _department(caller), after, most)
    return InboxAnswer(notifications=[_answer(db, one) for one in listed])


@router.post("/notifications/{number}/received", summary="Confirm", responses=problems(401, 403, 404, 409, 422))
def received(number: int, caller: PartnerCaller, db: Db, now: Now) -> NotificationAnswer:
    department = _department(caller)
    return _answer(db, supervision.receive(db, department, number, f"partner:{caller.code}", now))


@router.post("/results", status_code=201, summary="What was found", responses=problems(401, 403, 404, 409, 422))
def found(asked: ResultAsked, caller: PartnerCaller, db: Db, now: Now) -> ResultAnswer:
    department, by = _department(caller), f"partner:{caller.code}"
    if register.find(db, asked.credit_code) is None:
        raise NotificationUnknown()
    made = supervision.record_result(
        db, asked.credit_code, department, asked.found, asked.on, asked.words, by, now, asked.notification
    )
    return ResultAnswer(id=made.id)
