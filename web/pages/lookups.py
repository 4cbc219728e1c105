# SPDX-License-Identifier: Apache-2.0
"""Lookups (按信用代码查名称): the name of an organisation from the bureau, with its source, taken over on request.

The bureau is asked outside any transaction. I/O: through the verbs.
"""

from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from approval import casefile, cases, lookups
from approval.application import Application
from approval.lookups import Place
from credit import Firm, Unanswered
from web.deps import Applicant, DeskDep, Now
from web.limiting import LOOKUPS, limited
from web.pages.onwards import form_of, href_of, shown
from web.respond import go, page

router = APIRouter()


def _asked(desk: DeskDep, applicant: Applicant, id: str, anchor: str) -> tuple[Application, Place, Firm | None, bool]:
    """The draft, the place, what the bureau calls it, and whether the bureau answered."""
    with desk.office.database.reading() as session:
        application = cases.own(session, applicant, id)
        item = casefile.item_of(desk.office, application)
        place = lookups.place_at(item, anchor)
        number = lookups.number_at(application, place)
        session.expunge(application)
    try:
        return application, place, lookups.ask(desk.office, item, number), True
    except Unanswered:
        return application, place, None, False


def _back(desk: DeskDep, application: Application, place: Place, review: bool) -> str:
    _item, form = form_of(desk, application)
    return href_of(application, f"form/{form.page_of(place.field).name}") + ("?review=1" if review else "")


@router.get("/apply/{id}/lookup/{anchor}", dependencies=[Depends(limited(LOOKUPS))])
def look_up(request: Request, id: str, anchor: str, desk: DeskDep, applicant: Applicant, review: int = 0) -> Response:
    application, place, firm, answered = _asked(desk, applicant, id, anchor)
    return page(
        request,
        "apply/lookup.html",
        application=shown(casefile.item_of(desk.office, application), application),
        number=lookups.number_at(application, place),
        firm={"name": firm.name, "source": lookups.source_of(firm)} if firm else None,
        answered=answered,
        action=href_of(application, f"lookup/{anchor}"),
        review=bool(review),
        back=_back(desk, application, place, bool(review)),
    )


@router.post("/apply/{id}/lookup/{anchor}", dependencies=[Depends(limited(LOOKUPS))])
def take_over(
    id: str,
    anchor: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    review: Annotated[str, Form(max_length=2)] = "",
) -> Response:
    """Asked again, so that what stands in the form with the bureau as its source is what the bureau said."""
    application, place, firm, _answered = _asked(desk, applicant, id, anchor)
    if firm is not None:
        with desk.office.database.writing() as session:
            lookups.fill_in(session, desk.office, cases.own(session, applicant, id), place, firm, now)
    return go(_back(desk, application, place, bool(review)), "looked-up" if firm else None)
