# SPDX-License-Identifier: Apache-2.0
"""Partners (合作方): begin an application at a partner's counter, and how it goes on. I/O: through the verbs.

Every request is signed with the partner's own key; contract: docs/partner-api.md.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field

from approval import channels
from approval.application import State
from identity import Asked, Caller, caller_of
from web.api.problem import problems
from web.api.repeating import Repeatable
from web.deps import Db, DeskDep, Now


class DraftAsked(BaseModel):
    """Whose telephone, and which item."""

    model_config = ConfigDict(extra="forbid")

    phone: str = Field(max_length=20, examples=["13800000001"])
    item: str = Field(max_length=60, examples=["sole-trader"])


class DraftAnswer(BaseModel):
    """The draft lies with the customer's account; `go_on` is where the customer signs in and goes on."""

    id: str
    state: State
    go_on: str


class StateAnswer(BaseModel):
    """How an application goes on; nothing of the person."""

    id: str
    state: State


async def signed_body(request: Request) -> bytes:
    """The body as it came, which is what was signed."""
    return await request.body()


def partner_caller(request: Request, desk: DeskDep, now: Now, body: Annotated[bytes, Depends(signed_body)]) -> Caller:
    """The audience of programmes of partners. Its number is used up in a transaction of its own, whatever follows."""
    query = f"?{request.url.query}" if request.url.query else ""
    asked = Asked(request.method, request.scope["path"] + query, request.headers, body)
    with desk.office.database.writing() as session:
        return caller_of(session, desk.callers, asked, now)


partner_caller.audience = ("partner",)  # type: ignore[attr-defined]

PartnerCaller = Annotated[Caller, Depends(partner_caller)]


def _of_partner(caller: PartnerCaller) -> str:
    return f"partner:{caller.code}"


class RepeatableByPartner(Repeatable):
    """Each try is signed anew; the key stays."""

    whose = staticmethod(_of_partner)


router = APIRouter(prefix="/partners", tags=["partners"], route_class=RepeatableByPartner)


@router.post("/drafts", status_code=201, summary="Begin for a customer", responses=problems(401, 404, 409, 422))
def begin(asked: DraftAsked, desk: DeskDep, caller: PartnerCaller, db: Db, now: Now) -> DraftAnswer:
    draft = channels.begin_for_customer(db, desk.office, caller.code, asked.phone, asked.item, now)
    go_on = f"{desk.settings.public_url}/apply/{draft.id}"
    return DraftAnswer(id=draft.id, state=State(draft.state), go_on=go_on)


@router.get("/applications/{id}", summary="How it goes on", responses=problems(401, 404))
def state_of(id: str, caller: PartnerCaller, db: Db) -> StateAnswer:
    found = channels.of_partner(db, caller.code, id)
    return StateAnswer(id=found.id, state=State(found.state))
