# SPDX-License-Identifier: Apache-2.0
"""Proving (身份核验): the card, the consent and the live face of the holder. I/O: through the verbs.

Pictures are decoded and compared before the transaction begins: nobody waits for the write lock meanwhile.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from approval import casefile, cases
from approval.application import Application, State
from identity import (
    BANDS,
    CONSENT_VERSION,
    Account,
    Band,
    Comparison,
    PortraitMissing,
    evidence_of,
    judge,
    keep_portrait,
    may_compare,
    record_comparison,
    record_consent,
    view_picture,
)
from identity.liveness.session import Asker, sessions_left
from kit.errors import DomainError
from kit.text import Text
from web.deps import Applicant, Db, DeskDep, Now, OwnApplication
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.apply import href_of, shown
from web.respond import go, language_of, page
from web.wording import FAULTS, STATES

router = APIRouter()


class NoPicture(DomainError):
    """The form came without a picture."""


def _context(desk: DeskDep, application: Application) -> dict[str, Any]:
    return {
        "application": shown(casefile.item_of(desk.office, application), application),
        "back": f"/apply/{application.id}",
    }


def _own_draft(desk: DeskDep, applicant: Account, application_id: str) -> Application:
    with desk.office.database.reading() as session:
        application = cases.own(session, applicant, application_id)
    if application.state != State.DRAFT:
        raise cases.NotADraft()
    return application


def _card_page(
    request: Request, desk: DeskDep, application: Application, has_photo: bool, problem: str | None = None
) -> Response:
    return page(
        request,
        "apply/idcard.html",
        422 if problem else 200,
        **_context(desk, application),
        has_photo=has_photo,
        photo_href=href_of(application, "portrait") if has_photo else None,
        problems=[ShownProblem("photo", problem)] if problem else [],
    )


@router.get("/apply/{id}/idcard")
def card(request: Request, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    return _card_page(request, desk, application, evidence_of(db, application.id).portrait_picture is not None)


@router.get("/apply/{id}/portrait")
def portrait(db: Db, application: OwnApplication) -> Response:
    jpeg = view_picture(db, evidence_of(db, application.id).portrait_picture)
    return Response(jpeg, media_type="image/jpeg") if jpeg else Response(status_code=404)


@router.post("/apply/{id}/idcard")
def photograph_card(
    request: Request,
    id: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    photo: UploadFile | None = None,
) -> Response:
    """Find the one face on the card; whatever is wrong with the picture is said at once."""
    application = _own_draft(desk, applicant, id)
    data = photo.file.read() if photo else b""
    with desk.office.database.reading() as session:
        has_photo = evidence_of(session, application.id).portrait_picture is not None
    try:
        if not data:
            raise NoPicture()
        found = desk.matcher.read_portrait(data)
    except DomainError as error:
        return _card_page(request, desk, application, has_photo, sentence(error, request))
    if found.reading.faults:
        told = FAULTS[found.reading.faults[0]].said(language_of(request))
        return _card_page(request, desk, application, has_photo, told)
    with desk.office.database.writing() as session:
        evidence = evidence_of(session, application.id)
        keep_portrait(session, evidence, found.jpeg, found.crop, found.reading.width, now)
    return go(href_of(application, "consent"))


@router.get("/apply/{id}/consent")
def ask_consent(request: Request, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    given = evidence_of(db, application.id).consent
    return page(
        request, "apply/consent.html", **_context(desk, application), consent_version=CONSENT_VERSION, given=given
    )


@router.post("/apply/{id}/consent")
def consent(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    application: OwnApplication,
    choice: Annotated[str, Form(max_length=10)] = "",
) -> Response:
    if application.state != State.DRAFT:
        raise cases.NotADraft()
    if choice not in ("agree", "decline"):
        said = Text(zh="请选择一种核验方式", en="Choose how to prove it is you").said(language_of(request))
        return page(
            request,
            "apply/consent.html",
            422,
            **_context(desk, application),
            consent_version=CONSENT_VERSION,
            given=None,
            problems=[ShownProblem("choice", said)],
        )
    record_consent(db, evidence_of(db, application.id), choice, now)
    return go(href_of(application, "face") if choice == "agree" else f"/apply/{application.id}", None)


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
    return page(request, "apply/face.html", **_context(desk, application), attempts_left=left)


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
    application = _own_draft(desk, applicant, id)
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
        context = _context(desk, application)
        return page(request, "apply/face.html", 422, **context, attempts_left=evidence.attempts_left, problems=problems)
    verdict = judge(comparison, BANDS)
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
    on = f"/apply/{application.id}"
    if band is not Band.RETRY or left == 0:
        return go(on)
    problems = [ShownProblem("frames", message)]
    return page(request, "apply/face.html", 422, **_context(desk, application), attempts_left=left, problems=problems)
