# SPDX-License-Identifier: Apache-2.0
"""Applications (申请): start, fill in and follow one's own, by programme. I/O: through the verbs.

Signing and proving identity need the person and happen on the pages.
"""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Body
from pydantic import BaseModel, ConfigDict, Field

from approval import bundles, casefile, cases
from approval.application import Application, State
from kit.text import Text
from web.api.problem import problems
from web.api.repeating import Repeatable
from web.deps import Applicant, Db, DeskDep, Now, OwnApplication

router = APIRouter(prefix="/applications", tags=["applications"], route_class=Repeatable)

AnswerJson = (
    Annotated[str, Field(max_length=4000)]
    | Annotated[list[str], Field(max_length=100)]
    | Annotated[list[dict[str, Annotated[str, Field(max_length=400)]]], Field(max_length=100)]
)


class Start(BaseModel):
    """Which item is applied for."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"item": "sole-trader"}]})

    item: str = Field(max_length=60)


class ApplicationAnswer(BaseModel):
    """Where an application stands."""

    id: str
    number: str | None
    item: str
    item_version: int
    state: State
    submitted_at: datetime | None
    due_on: date | None


class ProblemOfField(BaseModel):
    """One thing to put right, in both languages, with the rule and its basis."""

    path: str = Field(examples=["shareholders.0.amount"])
    message: Text
    rule: str
    basis: Text | None


class CheckedAnswer(BaseModel):
    """The application after its answers were kept, and every problem at once."""

    application: ApplicationAnswer
    problems: list[ProblemOfField]


def _answer(application: Application) -> ApplicationAnswer:
    return ApplicationAnswer(
        id=application.id,
        number=application.number,
        item=application.item_code,
        item_version=application.item_version,
        state=State(application.state),
        submitted_at=application.submitted_at,
        due_on=application.due_on,
    )


@router.get("", summary="One's own applications", responses=problems(401, 403))
def mine(db: Db, applicant: Applicant) -> list[ApplicationAnswer]:
    return [_answer(application) for application in cases.of_applicant(db, applicant)]


@router.post("", status_code=201, summary="Start an application", responses=problems(401, 403, 404, 409, 422))
def start(desk: DeskDep, db: Db, now: Now, applicant: Applicant, wanted: Start) -> ApplicationAnswer:
    return _answer(cases.start(db, desk.office, applicant, wanted.item, now))


@router.get("/{id}", summary="One application", responses=problems(401, 403, 404))
def one(application: OwnApplication) -> ApplicationAnswer:
    return _answer(application)


@router.put("/{id}/answers", summary="Keep answers", responses=problems(401, 403, 404, 409, 422))
def keep(
    desk: DeskDep,
    db: Db,
    now: Now,
    application: OwnApplication,
    answers: Annotated[dict[str, AnswerJson], Body(max_length=100, examples=[{"organisation": "person"}])],
) -> CheckedAnswer:
    """Answers by field name, as typed; unknown names are ignored, others replace what was there."""
    form = desk.office.catalogue.form_of(casefile.item_of(desk.office, application))
    for page in form.pages:
        part = {field.name: answers[field.name] for field in page.fields if field.name in answers}
        if part:
            bundles.save_answers(db, desk.office, application, page.name, part, now)
    db.flush()
    found = casefile.checked(desk.office, application, now).problems
    return CheckedAnswer(
        application=_answer(application),
        problems=[
            ProblemOfField(path=p.path, message=p.message, rule=p.rule, basis=p.basis) for p in found if p.blocks
        ],
    )
