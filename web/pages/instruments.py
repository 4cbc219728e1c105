# SPDX-License-Identifier: Apache-2.0
"""Instruments (申请文书): reading what is to be signed, and having what was signed. I/O: through the verbs."""

from urllib.parse import quote

from fastapi import APIRouter, Request
from fastapi.responses import Response

import instruments
from approval import casefile, drafting, looking, unmasking
from approval.application import Application, State
from approval.claims import NotHeld
from instruments import Instrument
from kit.clock import office_day
from kit.errors import DomainError
from web.deps import Clerk, Db, DeskDep, Now, OwnApplication
from web.pages.looked import LookNoted
from web.pages.onwards import href_of, shown
from web.respond import go, page

router = APIRouter()


class NoSuchInstrument(DomainError):
    """The case has no instrument of that name."""


def listed(read: list[Instrument], base: str) -> list[dict[str, str]]:
    """Instruments as links."""
    return [{"title": one.title, "href": f"{base}/{one.code}", "code": one.code} for one in read]


def _one(read: list[Instrument], code: str) -> Instrument:
    for instrument in read:
        if instrument.code == code:
            return instrument
    raise NoSuchInstrument()


@router.get("/apply/{id}/read/{code}")
def to_be_signed(request: Request, desk: DeskDep, db: Db, now: Now, application: OwnApplication, code: str) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}/signed/{code}")
    instrument = _one(drafting.drafts(db, desk.office, application, now), code)
    item = casefile.item_of(desk.office, application)
    return page(
        request,
        "apply/instrument.html",
        application=shown(item, application),
        instrument={"title": instrument.title, "blocks": instrument.blocks},
        back=href_of(application, "check"),
    )


@router.get("/cases/{id}/signed/{code}")
def own_signed(db: Db, application: OwnApplication, code: str) -> Response:
    return _sent(application, _one(drafting.signed(db, application.id), code))


@router.get("/review/{id}/signed/{code}")
def signed_of_case(id: str, code: str, _noted: LookNoted, db: Db, now: Now, clerk: Clerk) -> Response:
    """The personal page is for whoever holds the case and has said why they need it."""
    application = looking.case_for(db, id, clerk)
    if code == drafting.PERSONAL:
        if not unmasking.is_mine(application, clerk, now):
            raise NotHeld()
        if unmasking.open_until(db, application, clerk, now) is None:
            raise unmasking.StillMasked()
    return _sent(application, _one(drafting.signed(db, application.id), code))


def _sent(application: Application, instrument: Instrument) -> Response:
    at = office_day(application.submitted_at or application.created_at)
    words = f"申请人以短信验证码电子签名 · {at.isoformat()} · 受理编号 {application.number}"
    disposition = f"inline; filename*=UTF-8''{quote(instrument.title)}.pdf"
    pdf = instruments.render(instrument, f"{words} · SHA-256 {instrument.sha256[:16]}")
    return Response(pdf, media_type="application/pdf", headers={"Content-Disposition": disposition})
