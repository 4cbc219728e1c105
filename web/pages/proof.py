# SPDX-License-Identifier: Apache-2.0
"""Proving (身份核验): the consent and the live face of the holder. I/O: through the verbs.

Pictures are decoded and compared before the transaction begins: nobody waits for the write lock meanwhile.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from approval import casefile, cases, consents
from approval.application import Application, State
from identity import (
    Account,
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
from web.pages.onwards import after_proof, href_of, shown
from web.respond import go, language_of, page
from web.wording import FAULTS, STATES

router = APIRouter()


class NoPicture(DomainError):
    """The form came without a picture."""


def context_of(desk: DeskDep, application: Application) -> dict[str, Any]:
    return {
        "application": shown(casefile.item_of(desk.office, application), application),
        "back": f"/apply/{application.id}",
    }


def own_draft(desk: DeskDep, applicant: Account, application_id: str) -> Application:
    with desk.office.database.reading() as session:
        application = cases.own(session, applicant, application_id)
    if application.state != State.DRAFT:
        raise cases.NotADraft()
    return application


def _consent_page(
    request: Request, desk: DeskDep, application: Application, given: str | None, problem: Text | None = None
) -> Response:
    return page(
        request,
        "apply/consent.html",
        422 if problem else 200,
        **context_of(desk, application),
        text=load_consents().current("face"),
        given=given,
        problems=[ShownProblem("choice", problem.said(language_of(request)))] if problem else [],
    )


@router.get("/apply/{id}/consent")
def ask_consent(request: Request, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    return _consent_page(request, desk, application, evidence_of(db, application.id).consent)


@router.post("/apply/{id}/consent")
def consent(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    application: OwnApplication,
    choice: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    if application.state != State.DRAFT:
        raise cases.NotADraft()
    if choice not in ("agree", "decline"):
        return _consent_page(
            request, desk, application, None, Text(zh="请选择一种核验方式", en="Choose how to prove it is you")
        )
    if choice == "agree" and text and text != load_consents().current("face").digest:
        renewed = Text(zh="告知内容已更新，请重新阅读后选择", en="The notice has changed: read it again and choose")
        return _consent_page(request, desk, application, None, renewed)
    consents.give(db, application, choice, now)
    return go(href_of(application, "face") if choice == "agree" else f"/apply/{application.id}", None)


@router.post("/cases/{id}/consent/withdraw")
def withdraw_consent(desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    """From the task list or the page of the case, with one tap and without a question."""
    consents.withdraw(db, desk.office, application, now)
    return go(f"/{'apply' if application.state == State.DRAFT else 'cases'}/{application.id}", "consent-withdrawn")


@router.get("/apply/{id}/face")
def face(
    request: Request, desk: DeskDep, db: Db, now: Now, applicant: Applicant, application: OwnApplication
) -> Response:
    evidence = evidence_of(db, application.id)
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    if evidence.portrait_picture is None:
        return go(href_of(application, "idcard"))
    if evidence.consent != "agree":
        return go(href_of(application, "consent"))
    left = min(evidence.attempts_left, sessions_left(db, Asker(application.id, applicant.id, ""), now))
    return page(request, "apply/face.html", **context_of(desk, application), attempts_left=left)


@router.post("/apply/{id}/face")
def compare_face(
    request: Request,
    id: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    frames: list[UploadFile] | None = None,
) -> Response:
    """Without a camera or without scripts: one uploaded picture, which a clerk always looks at."""
    application = own_draft(desk, applicant, id)
    with desk.office.database.reading() as session:
        evidence = evidence_of(session, application.id)
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
        context = context_of(desk, application)
        return page(request, "apply/face.html", 422, **context, attempts_left=evidence.attempts_left, problems=problems)
    verdict = judge(comparison, bands_of(comparison.model))
    with desk.office.database.writing() as session:
        evidence = evidence_of(session, application.id)
        session.refresh(evidence, with_for_update=True)
        may_compare(evidence)
        if evidence.card_picture != compared_card:  # another card was photographed meanwhile: compare with that one
            raise PortraitMissing()
        record_comparison(session, evidence, comparison, verdict, best, now, with_camera=False)
    return _tell(request, desk, application, comparison, Band(evidence.band or Band.RETRY), evidence.attempts_left)


def _tell(
    request: Request,
    desk: DeskDep,
    application: Application,
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
            return go(after_proof(desk, session, desk.office.clock(), application))
    problems = [ShownProblem("frames", message)]
    return page(request, "apply/face.html", 422, **context_of(desk, application), attempts_left=left, problems=problems)
