# SPDX-License-Identifier: Apache-2.0
"""Materials (上传材料): bringing files to a question, and looking at them. I/O: through the verbs.

A file is examined and written anew in a limited process, before the transaction begins: nobody waits for the write
lock meanwhile, and a hostile file breaks nothing but that process.
"""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response

from approval import casefile, cases, looking, materials
from approval.application import Application, State
from forms import MOST_FILES, Field
from kit import uploads
from kit.errors import DomainError
from kit.text import Text
from web.deps import Applicant, Clerk, Db, DeskDep, Now, OwnApplication
from web.errors import sentence
from web.fields import ShownProblem, shown_size
from web.guard import ALONE
from web.limiting import UPLOADS, limited
from web.pages.looked import LookNoted
from web.pages.onwards import form_of, href_of, shown
from web.respond import go, language_of, page

router = APIRouter()
NOTHING = Text(zh="请先选择文件", en="Choose a file first")


def _question(desk: DeskDep, application: Application, name: str) -> tuple[Field, str]:
    """The question, and the page of the form on which it stands. Raises NoSuchMaterial."""
    _item, form = form_of(desk, application)
    try:
        return form.field(name), form.page_of(name).name
    except KeyError:
        raise materials.NoSuchMaterial() from None


def _upload_page(
    request: Request, desk: DeskDep, application: Application, name: str, review: bool, problem: str | None = None
) -> Response:
    field, asked = _question(desk, application, name)
    back = href_of(application, f"form/{asked}") + ("?review=1" if review else "")
    rows = cases.material_rows(application, name)
    return page(
        request,
        "apply/material.html",
        422 if problem else 200,
        application=shown(casefile.item_of(desk.office, application), application),
        field={"name": name, "label": field.label, "hint": field.hint},
        files=[{**row, "shown_size": shown_size(row["size"])} for row in rows],
        can_add=len(rows) < (field.most or MOST_FILES),
        review=review,
        back=back,
        problems=[ShownProblem("file", problem)] if problem else [],
    )


@router.get("/apply/{id}/material/{name}")
def material_page(request: Request, desk: DeskDep, application: OwnApplication, name: str, review: int = 0) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    return _upload_page(request, desk, application, name, bool(review))


@router.post("/apply/{id}/material/{name}", dependencies=[Depends(limited(UPLOADS))])
def upload(
    request: Request,
    id: str,
    name: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    file: UploadFile | None = None,
    review: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    with desk.office.database.reading() as session:
        application = cases.own(session, applicant, id)
    if application.state != State.DRAFT:
        raise cases.NotADraft()
    data = file.file.read(uploads.MOST_BYTES + 1) if file else b""
    if not data:
        said = NOTHING.said(language_of(request))
        return _upload_page(request, desk, application, name, bool(review), said)
    try:
        kept = desk.examiner.examine(data, (file.filename if file else None) or "")
        with desk.office.database.writing() as session:
            cases.add_material(session, desk.office, cases.own(session, applicant, id), name, kept, now)
    except DomainError as error:
        if isinstance(error, materials.NoSuchMaterial | cases.NotYours | cases.NotADraft):
            raise
        return _upload_page(request, desk, application, name, bool(review), sentence(error, request))
    return go(f"/apply/{id}/material/{name}{'?review=1' if review else ''}", "uploaded")


@router.post("/apply/{id}/material/{name}/remove")
def remove(
    desk: DeskDep,
    db: Db,
    now: Now,
    application: OwnApplication,
    name: str,
    sha256: Annotated[str, Form(max_length=64)] = "",
    review: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    cases.remove_material(db, desk.office, application, name, sha256, now)
    return go(f"/apply/{application.id}/material/{name}{'?review=1' if review else ''}", "removed")


@router.get("/apply/{id}/files/{sha256}")
def own_file(db: Db, application: OwnApplication, sha256: str) -> Response:
    return _sent(*materials.read(db, application.id, sha256))


@router.get("/review/{id}/files/{sha256}")
def file_of_case(id: str, sha256: str, _noted: LookNoted, db: Db, clerk: Clerk) -> Response:
    return _sent(*materials.read(db, looking.case_for(db, id, clerk).id, sha256))


def _sent(material: materials.Material, data: bytes) -> Response:
    """To be saved, never to be shown inside a page of ours."""
    disposition = f"attachment; filename*=UTF-8''{quote(material.name)}"
    headers = {"content-disposition": disposition, "content-security-policy": ALONE}
    return Response(data, media_type=material.media_type, headers=headers)
