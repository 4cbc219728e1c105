# SPDX-License-Identifier: Apache-2.0
"""Licences (证照): what anybody may ask of a licence. I/O: through the verbs."""

from datetime import date, datetime

from fastapi import APIRouter, Depends, UploadFile
from pydantic import BaseModel

import licences
from licences import Licence
from web.api.problem import problems
from web.deps import Anybody, Db, DeskDep
from web.errors import NoSuchLicence
from web.limiting import CHECKS, READS, guessing, limited

router = APIRouter(prefix="/licences", tags=["licences"])


class LicenceAnswer(BaseModel):
    """The register's row: public by law. `is_sample`: it has no legal effect."""

    number: str
    title: str
    credit_code: str | None
    holder_code: str
    name: str
    holder: str
    entity_type: str
    premises: str
    scope: str
    registrar: str
    established_on: date
    valid_to: date | None
    status: str
    issued_at: datetime | None
    is_sample: bool = True


class FileAnswer(BaseModel):
    """Whether a file is an original of ours, and why not."""

    verdict: str
    reasons: list[str]
    licence: LicenceAnswer | None


def _answer(licence: Licence) -> LicenceAnswer:
    return LicenceAnswer(
        number=licence.number,
        title=licence.title,
        credit_code=licence.credit_code,
        holder_code=licence.holder_code,
        name=licence.name,
        holder=licence.holder,
        entity_type=licence.entity_type,
        premises=licence.premises,
        scope=licence.scope,
        registrar=licence.registrar,
        established_on=licence.established_on,
        valid_to=licence.valid_to,
        status=str(licence.status).lower(),
        issued_at=licence.issued_at,
    )


@router.get(
    "/{verification_id}",
    summary="Is this licence in force?",
    responses=problems(404, 429),
    dependencies=[Depends(limited(READS)), Depends(guessing())],
)
def one(verification_id: str, db: Db, _viewer: Anybody) -> LicenceAnswer:
    licence = licences.find(db, verification_id)
    if licence is None:
        raise NoSuchLicence()
    return _answer(licence)


@router.post(
    "/check",
    summary="Is this file an original?",
    responses=problems(413, 422, 429, 503),
    dependencies=[Depends(limited(CHECKS))],
)
def check(desk: DeskDep, file: UploadFile, _viewer: Anybody) -> FileAnswer:
    data = file.file.read(licences.MOST_BYTES + 1)
    checked = licences.check_upload(desk.office.database, data, desk.trust, desk.seals)
    return FileAnswer(
        verdict=str(checked.verdict),
        reasons=[str(reason) for reason in checked.reasons],
        licence=_answer(checked.licence) if checked.licence else None,
    )
