# SPDX-License-Identifier: Apache-2.0
"""Verifying (核验): anybody asks whether a licence is genuine and in force, by its address or by the file itself.

I/O: through the verbs. Nothing that is uploaded is kept.
"""

from datetime import date
from typing import Any

from fastapi import APIRouter, Depends, Request, UploadFile
from fastapi.responses import Response

import licences
from kit.clock import office_day
from kit.text import Text
from licences import Licence, Template
from web.deps import Anybody, Db, DeskDep, Now
from web.fields import ShownProblem
from web.limiting import CHECKS, READS, guessing, limited, missed
from web.respond import language_of, page
from web.wording import FILE_REASONS, LABELS, STATUSES, VERDICTS

router = APIRouter()
HOLDERS: dict[str, str] = {
    Template.COMPANY: "legal_representative",
    Template.COOPERATIVE: "legal_representative",
    Template.SOLE_PROPRIETORSHIP: "investor",
    Template.PARTNERSHIP: "managing_partner",
    Template.BRANCH: "responsible",
}


def shown_licence(licence: Licence, today: date) -> dict[str, Any]:
    """The face of the licence as the register has it; public by law (企业信息公示暂行条例；行政许可法第40条)."""
    is_permit = licence.template == Template.PERMIT
    holder = HOLDERS.get(licence.template, "operator")
    rows = [
        (LABELS["name"], licence.name),
        (LABELS["holder_code"], licence.holder_code),
        (LABELS["entity_type"], licence.entity_type),
        (LABELS["form_of_organisation"], licence.form_of_organisation),
        (LABELS["responsible" if is_permit else holder], licence.holder),
        (LABELS["capital"], licence.capital),
        (LABELS["premises"], licence.premises),
        (LABELS["permitted" if is_permit else "scope"], licence.scope),
        (LABELS["granted_on" if is_permit else "established_on"], f"{licence.established_on:%Y-%m-%d}"),
        (LABELS["valid_to"], f"{licence.valid_to:%Y-%m-%d}" if licence.valid_to else ""),
    ]
    status = str(licence.status_on(today)).lower()
    if status == "in_force" and licence.has_run_out(today):
        status = "run_out"
    return {
        "number": licence.number,
        "title": licence.title,
        "credit_code": licence.credit_code,
        "rows": [{"label": label, "value": value} for label, value in rows if value],
        "status": status,
        "status_text": STATUSES[status],
        "issued_at": licence.issued_at,
        "registrar": licence.registrar,
        "sample": True,
    }


@router.get("/v/{verification_id}", dependencies=[Depends(limited(READS)), Depends(guessing())])
def by_address(request: Request, verification_id: str, db: Db, now: Now, _viewer: Anybody) -> Response:
    licence = licences.find(db, verification_id)
    if licence is None:
        missed(request)
    shown = shown_licence(licence, office_day(now)) if licence else None
    return page(request, "verify/licence.html", 200 if licence else 404, found=licence is not None, licence=shown)


@router.get("/verify")
def ask_file(request: Request, _viewer: Anybody) -> Response:
    return page(request, "verify/home.html")


@router.post("/verify", dependencies=[Depends(limited(CHECKS))])
def by_file(request: Request, desk: DeskDep, now: Now, _viewer: Anybody, file: UploadFile | None = None) -> Response:
    data = file.file.read(licences.MOST_BYTES + 1) if file else b""
    if not data:
        said = Text(zh="请选择要核验的 PDF 文件", en="Choose the PDF file to verify").said(language_of(request))
        return page(request, "verify/home.html", 422, problems=[ShownProblem("file", said)])
    checked = licences.check_upload(desk.office.database, data, desk.trust, desk.seals)
    verdict = "genuine" if checked.verdict == "genuine" else "no"
    reasons = [FILE_REASONS[str(reason)] for reason in checked.reasons if str(reason) in FILE_REASONS]
    return page(
        request,
        "verify/file.html",
        verdict=verdict,
        sentence=VERDICTS[verdict],
        reasons=reasons,
        licence=shown_licence(checked.licence, office_day(now)) if checked.licence else None,
    )
