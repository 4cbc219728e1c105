# SPDX-License-Identifier: Apache-2.0
"""Documents (其他证件): whoever has no identity card brings a passport or a permit. I/O: through the verbs.

Nobody reads it but a clerk; pictures are decoded before the transaction begins.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from approval.application import Application, State
from identity import evidence_of
from identity.card import DOCUMENTS, keep_document
from kit.errors import DomainError
from kit.text import Text
from web.deps import Applicant, Db, DeskDep, Now, OwnApplication
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.onwards import href_of, next_proof
from web.pages.proof import NoPicture, context_of, own_draft
from web.respond import go, language_of, page
from web.wording import DOCUMENT_KINDS

router = APIRouter()
NO_KIND = Text(zh="请选择证件种类", en="Choose the kind of document")


def _document_page(
    request: Request, desk: DeskDep, application: Application, kind: str, problems: list[ShownProblem] | None = None
) -> Response:
    return page(
        request,
        "apply/document.html",
        422 if problems else 200,
        **context_of(desk, application),
        kinds=[(code, DOCUMENT_KINDS[code]) for code in DOCUMENTS],
        kind=kind,
        problems=problems or [],
    )


@router.get("/apply/{id}/document")
def document(request: Request, desk: DeskDep, db: Db, application: OwnApplication) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    kept: dict[str, Any] = evidence_of(db, application.id).card_read or {}
    return _document_page(request, desk, application, kept.get("document", {}).get("kind", ""))


@router.post("/apply/{id}/document")
def bring_document(
    request: Request,
    id: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    kind: Annotated[str, Form(max_length=40)] = "",
    first: UploadFile | None = None,
    second: UploadFile | None = None,
) -> Response:
    """Another document is kept unread: a clerk compares it with the form."""
    application = own_draft(desk, applicant, id)
    problems = [] if kind in DOCUMENTS else [ShownProblem("kind", NO_KIND.said(language_of(request)))]
    pages = {}
    for name, file in (("first", first), ("second", second)):
        data = file.file.read() if file else b""
        try:
            if data:
                pages[name] = desk.matcher.read_portrait(data)
            elif name == "first":
                raise NoPicture()
        except DomainError as error:
            problems.append(ShownProblem(name, sentence(error, request)))
    if problems:
        return _document_page(request, desk, application, kind, problems)
    shown, other = pages["first"], pages.get("second")
    with desk.office.database.writing() as session:
        evidence = evidence_of(session, application.id)
        page_kept = (shown.jpeg, shown.crop, shown.reading.width)
        keep_document(session, evidence, kind, page_kept, other.jpeg if other else None, now)
        onwards = href_of(application, next_proof(evidence))
    return go(onwards)
