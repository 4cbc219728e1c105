# SPDX-License-Identifier: Apache-2.0
"""Documents (其他证件): whoever has no identity card brings a passport or a permit. I/O: through the verbs.

Nobody reads it but a clerk; pictures are decoded before the transaction begins.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from identity import evidence_of
from identity.card import DOCUMENTS, keep_document
from kit.errors import DomainError
from kit.text import Text
from web.deps import Applicant, Db, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.persons import OnePerson, Person, context_of, lock_draft, onwards, person_drafting
from web.pages.proof import NoPicture
from web.respond import go, language_of, page
from web.wording import DOCUMENT_KINDS

router = APIRouter()
NO_KIND = Text(zh="请选择证件种类", en="Choose the kind of document")


def _document_page(
    request: Request, desk: DeskDep, person: Person, kind: str, problems: list[ShownProblem] | None = None
) -> Response:
    return page(
        request,
        "apply/document.html",
        422 if problems else 200,
        **context_of(desk, person),
        kinds=[(code, DOCUMENT_KINDS[code]) for code in DOCUMENTS],
        kind=kind,
        problems=problems or [],
    )


@router.get("/apply/{id}/document")
@router.get("/parts/{id}/document")
def document(request: Request, desk: DeskDep, db: Db, person: OnePerson) -> Response:
    if not person.is_draft:
        return go(person.home)
    kept: dict[str, Any] = evidence_of(db, person.application.id, person.place).card_read or {}
    return _document_page(request, desk, person, kept.get("document", {}).get("kind", ""))


@router.post("/apply/{id}/document")
@router.post("/parts/{id}/document")
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
    person = person_drafting(request, id, desk, applicant)
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
        return _document_page(request, desk, person, kind, problems)
    shown, other = pages["first"], pages.get("second")
    with desk.office.database.writing() as session:
        lock_draft(session, person)
        evidence = evidence_of(session, person.application.id, person.place)
        page_kept = (shown.jpeg, shown.crop, shown.reading.width)
        keep_document(session, evidence, kind, page_kept, other.jpeg if other else None, now)
        there = onwards(person, evidence)
    return go(there)
