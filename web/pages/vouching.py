# SPDX-License-Identifier: Apache-2.0
"""Vouching (断言返回): a person comes back from a partner. I/O: the partner, and the verbs.

What came back is used up first, then fetched and checked without a transaction, then kept. Whatever goes wrong is said
in words, on the page where another way can be chosen.
"""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response
from sqlalchemy.orm import Session

from approval import asserting
from approval.application import Application
from identity import AssertionOfAnother, AssertionRefused, PartnerSilent
from identity.assertions import verify
from kit.errors import DomainError
from web.deps import Applicant, Browser, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.persons import Person, person_at
from web.pages.ways import RETURN, ways_page
from web.respond import go

router = APIRouter()
Short = Annotated[str, Query(max_length=300)]


class PartnerDeclined(DomainError):
    """The person did not confirm at the partner's, or the partner could not."""


@router.get("/partner/return")
def come_back(
    request: Request,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    browser: Browser,
    state: Short = "",
    code: Short = "",
    error: Short = "",
) -> Response:
    """Raises QuestionStale for what was used, is late or belongs to another browser."""
    database = desk.office.database
    with database.writing() as session:
        claimed = asserting.claim(session, desk.office, state, applicant, browser, now)
    try:
        if error or not code:
            raise PartnerDeclined()
        _take(desk, claimed, code)
    except (AssertionRefused, AssertionOfAnother, PartnerSilent, PartnerDeclined) as failure:
        with database.writing() as session:
            why = failure.why if isinstance(failure, AssertionRefused) else failure.code
            asserting.note_outcome(session, claimed, why, now)
            person = _person(session, desk, claimed)
            return ways_page(request, desk, session, person, [ShownProblem("ways", sentence(failure, request))])
    with database.reading() as session:
        return go(_person(session, desk, claimed).home, "vouched")


def _take(desk: DeskDep, claimed: asserting.Claimed, code: str) -> None:
    partner = desk.partners.get(claimed.partner)
    if partner is None:
        raise PartnerSilent()
    client = desk.settings.public_url
    token = desk.assertions.fetch(partner, code, claimed.secret, client + RETURN, client)
    arrived = desk.office.clock()
    assertion = verify(token, asserting.expected(claimed, partner, client), arrived)
    with desk.office.database.writing() as session:
        asserting.accept(session, desk.office, claimed, assertion, arrived)


def _person(session: Session, desk: DeskDep, claimed: asserting.Claimed) -> Person:
    return person_at(session, desk.office, session.get_one(Application, claimed.application_id), claimed.person)
