# SPDX-License-Identifier: Apache-2.0
"""Proving (身份核验): the consent and the face, of the holder and of each of the others. I/O: through the verbs.

Pictures are decoded and compared before the transaction begins: nobody waits for the write lock meanwhile.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response

from approval import consents
from approval.application import Application, State
from identity import (
    Band,
    Comparison,
    PortraitMissing,
    bands_of,
    evidence_of,
    judge,
    load_consents,
    may_compare,
    record_comparison,
    view_picture,
)
from identity.liveness.session import Asker, sessions_left
from kit.errors import DomainError
from kit.text import Text
from web.deps import Applicant, Db, DeskDep, Now, OwnApplication
from web.errors import sentence
from web.fields import ShownProblem
from web.limiting import UPLOADS, limited
from web.pages.parts import OwnPart
from web.pages.persons import OnePerson, Person, after_face, context_of, lock_draft, must_be_drafting, person_drafting
from web.respond import go, language_of, page
from web.wording import FAULTS, STATES

router = APIRouter()


class NoPicture(DomainError):
    """The form came without a picture."""


def _consent_page(
    request: Request, desk: DeskDep, person: Person, given: str | None, problem: Text | None = None
) -> Response:
    return page(
        request,
        "apply/consent.html",
        422 if problem else 200,
        **context_of(desk, person),
        text=load_consents().current("face"),
        given=given,
        problems=[ShownProblem("choice", problem.said(language_of(request)))] if problem else [],
    )


@router.get("/apply/{id}/consent")
@router.get("/parts/{id}/consent")
def ask_consent(request: Request, desk: DeskDep, db: Db, person: OnePerson) -> Response:
    if not person.is_draft:
        return go(person.home)
    return _consent_page(request, desk, person, evidence_of(db, person.application.id, person.place).consent)


@router.post("/apply/{id}/consent")
@router.post("/parts/{id}/consent")
def consent(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    person: OnePerson,
    choice: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    must_be_drafting(person)
    if choice not in ("agree", "decline"):
        return _consent_page(
            request, desk, person, None, Text(zh="请选择一种核验方式", en="Choose how to prove it is you")
        )
    if choice == "agree" and text and text != load_consents().current("face").digest:
        renewed = Text(zh="告知内容已更新，请重新阅读后选择", en="The notice has changed: read it again and choose")
        return _consent_page(request, desk, person, None, renewed)
    consents.give(db, person.application, choice, now, person.place)
    if choice == "agree":
        return go(person.href("face"))
    return go(person.base if person.is_holder else person.href("identity/picture"))


@router.post("/cases/{id}/consent/withdraw")
def withdraw_consent(desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    """From the task list or the page of the case, with one tap and without a question."""
    consents.withdraw(db, desk.office, application, now)
    return go(f"/{'apply' if application.state == State.DRAFT else 'cases'}/{application.id}", "consent-withdrawn")


@router.post("/parts/{id}/consent/withdraw")
def withdraw_own_consent(desk: DeskDep, db: Db, now: Now, part: OwnPart) -> Response:
    """From one's own page, also after one was taken out of the case."""
    consents.withdraw(db, desk.office, db.get_one(Application, part.application_id), now, part.place)
    return go(f"/parts/{part.id}", "consent-withdrawn")


@router.get("/apply/{id}/face")
@router.get("/parts/{id}/face")
def face(request: Request, desk: DeskDep, db: Db, now: Now, applicant: Applicant, person: OnePerson) -> Response:
    evidence = evidence_of(db, person.application.id, person.place)
    if not person.is_draft:
        return go(person.home)
    if evidence.portrait_picture is None:
        return go(person.href("idcard"))
    if evidence.consent != "agree":
        return go(person.href("consent"))
    asker = Asker(person.application.id, applicant.id, "", person.place)
    left = min(evidence.attempts_left, sessions_left(db, asker, now))
    return page(request, "apply/face.html", **context_of(desk, person), attempts_left=left)


@router.post("/apply/{id}/face", dependencies=[Depends(limited(UPLOADS))])
@router.post("/parts/{id}/face", dependencies=[Depends(limited(UPLOADS))])
def compare_face(
    request: Request,
    id: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    frames: list[UploadFile] | None = None,
) -> Response:
    """Without a camera or without scripts: one uploaded picture, which a clerk always looks at."""
    person = person_drafting(request, id, desk, applicant)
    with desk.office.database.reading() as session:
        evidence = evidence_of(session, person.application.id, person.place)
        may_compare(evidence)
        compared_card = evidence.card_picture
        card_jpeg = view_picture(session, evidence.card_picture) or b""
    pictures = [frame.file.read() for frame in (frames or [])[:1]]
    try:
        if not any(pictures):
            raise NoPicture()
        comparison, best = desk.matcher.compare(card_jpeg, pictures)
    except DomainError as error:
        problems = [ShownProblem("frames", sentence(error, request))]
        context = context_of(desk, person)
        return page(request, "apply/face.html", 422, **context, attempts_left=evidence.attempts_left, problems=problems)
    verdict = judge(comparison, bands_of(comparison.model))
    with desk.office.database.writing() as session:
        lock_draft(session, person)
        evidence = evidence_of(session, person.application.id, person.place)
        session.refresh(evidence, with_for_update=True)
        may_compare(evidence)
        if evidence.card_picture != compared_card:  # another card was photographed meanwhile: compare with that one
            raise PortraitMissing()
        record_comparison(session, evidence, comparison, verdict, best, now, with_camera=False)
    return _tell(request, desk, person, comparison, Band(evidence.band or Band.RETRY), evidence.attempts_left)


def _tell(
    request: Request,
    desk: DeskDep,
    person: Person,
    comparison: Comparison,
    band: Band,
    left: int,
) -> Response:
    language = language_of(request)
    message = STATES[band].said(language)
    if band is Band.RETRY and comparison.faults:
        message = FAULTS[comparison.faults[0]].said(language)
    if band is not Band.RETRY or left == 0:
        with desk.office.database.reading() as session:
            return go(after_face(desk, session, person))
    problems = [ShownProblem("frames", message)]
    return page(request, "apply/face.html", 422, **context_of(desk, person), attempts_left=left, problems=problems)
