# SPDX-License-Identifier: Apache-2.0
"""Ways (核验方式): a person chooses how to prove who they are: the holder, or one of the others on their own page.

I/O: through the verbs. The same pages stand under /apply/{id} and /parts/{id}.
"""

import io
from datetime import datetime
from typing import Annotated, Any

import segno
from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import Response

from approval import appointments, asserting, casefile, consents, meetings, proving
from identity import (
    MEETINGS,
    AlreadyAssured,
    Evidence,
    PartnerUnknown,
    Way,
    assuring,
    evidence_of,
    load_consents,
    load_routes,
)
from identity.evidence import keep_own_picture, keep_portrait
from identity.partners import login_address
from kit.errors import DomainError
from kit.text import Text
from web.deps import Applicant, Browser, Db, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.pages.onwards import shown
from web.pages.persons import OnePerson, Person, onwards, person_of
from web.pages.proof import NoPicture
from web.respond import go, language_of, page
from web.wording import FAULTS

router = APIRouter()
RETURN = "/partner/return"


def ways_page(
    request: Request, desk: DeskDep, db: Db, person: Person, problems: list[ShownProblem] | None = None
) -> Response:
    """All ways beside each other, with what each needs and how long it takes."""
    application, evidence = person.application, evidence_of(db, person.application.id, person.place)
    named = proving.named_at(db, desk.office, application, person.place)
    way = assuring.route_of(evidence)
    assured = assuring.assured_way(evidence, named.who) if named.is_whole else None
    return page(
        request,
        "apply/ways.html",
        422 if problems else 200,
        application=shown(casefile.item_of(desk.office, application), application),
        base=person.base,
        back=person.home,
        offered=[
            {"code": str(r.code), "title": r.title, "needs": r.needs, "takes": r.takes, "is_chosen": r.code == way}
            for r in load_routes().routes
            if _is_offered(desk, person, r.code)
        ],
        partners=[{"code": one.code, "name": one.name} for one in desk.partners.values()],
        assured=load_routes().of(assured).title if assured else None,
        is_whole=named.is_whole,
        consent=load_consents().current("face"),
        next_href=onwards(person, evidence) if way and not assured and _is_offered(desk, person, way) else None,
        problems=problems or [],
    )


def _is_offered(desk: DeskDep, person: Person, way: Way) -> bool:
    """Face and pictures belong to a draft; the others may also be done while the case is under way."""
    if way is Way.PARTNER:
        return bool(desk.partners)
    if way is Way.FACE:
        return person.is_draft
    return True


@router.get("/apply/{id}/identity")
@router.get("/parts/{id}/identity")
def show(request: Request, desk: DeskDep, db: Db, person: OnePerson) -> Response:
    return ways_page(request, desk, db, person)


@router.post("/apply/{id}/identity")
@router.post("/parts/{id}/identity")
def choose(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    person: OnePerson,
    way: Annotated[str, Form(max_length=10)] = "",
    text: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """Go on by this way; an appointment is registered at once.

    `text` is the digest of the words that stood beside the button for a face: pressing it agrees to these words.
    """
    if way not in set(Way) or not _is_offered(desk, person, Way(way)) or way == Way.PARTNER:
        raise proving.WayNotOffered()
    if way == Way.FACE and text and text != load_consents().current("face").digest:
        renewed = Text(zh="告知内容已更新，请重新阅读后选择", en="The notice has changed: read it again and choose")
        return ways_page(request, desk, db, person, [ShownProblem("ways", renewed.said(language_of(request)))])
    application, chosen = person.application, Way(way)
    try:
        if chosen in MEETINGS:
            meetings.ask(db, desk.office, application, person.place, chosen, now)
            return go(f"{person.base}/identity/meeting")
        evidence = proving.choose(db, desk.office, application, person.place, chosen, now)
        if chosen is Way.FACE and text:
            consents.give(db, application, "agree", now, person.place)
    except (proving.PersonUnnamed, AlreadyAssured) as error:
        return ways_page(request, desk, db, person, [ShownProblem("ways", sentence(error, request))])
    return go(onwards(person, evidence))


@router.get("/apply/{id}/identity/meeting")
@router.get("/parts/{id}/identity/meeting")
def meeting(request: Request, desk: DeskDep, db: Db, now: Now, person: OnePerson) -> Response:
    return _meeting_page(request, desk, db, now, person)


def _meeting_page(
    request: Request, desk: DeskDep, db: Db, now: Now, person: Person, problem: DomainError | None = None
) -> Response:
    found = appointments.open_of(db, person.application.id, person.place)
    if found is None:
        return go(f"{person.base}/identity")
    ahead = [one.id for one in meetings.waiting_calls(db, now) if one.slot_at is None]
    return page(
        request,
        "apply/meeting.html",
        422 if problem else 200,
        application=shown(casefile.item_of(desk.office, person.application), person.application),
        base=person.base,
        back=person.home,
        meeting={
            "way": found.way,
            "code": f"{found.code[:4]} {found.code[4:]}",
            "until": meetings.ends_at(found),
            "slot_at": found.slot_at,
            "ahead": ahead.index(found.id) if found.id in ahead else 0,
        },
        slots=[{"value": slot.isoformat(), "at": slot} for slot in meetings.free_slots(db, now)]
        if found.way == Way.VIDEO
        else [],
        problems=[ShownProblem("slot", sentence(problem, request))] if problem else [],
    )


@router.post("/apply/{id}/identity/meeting")
@router.post("/parts/{id}/identity/meeting")
def book(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    person: OnePerson,
    slot: Annotated[str, Form(max_length=40)] = "",
) -> Response:
    """A time for the call instead of the queue."""
    try:
        wanted = datetime.fromisoformat(slot)
        if wanted.tzinfo is None:
            raise ValueError
        meetings.ask(db, desk.office, person.application, person.place, Way.VIDEO, now, wanted)
    except (ValueError, meetings.SlotTaken):
        return _meeting_page(request, desk, db, now, person, meetings.SlotTaken())
    return go(f"{person.base}/identity/meeting", "saved")


@router.get("/apply/{id}/identity/code.svg")
@router.get("/parts/{id}/identity/code.svg")
def code_picture(db: Db, person: OnePerson) -> Response:
    """The digits as a QR code, for the reader at the window."""
    found = appointments.open_of(db, person.application.id, person.place)
    if found is None:
        return Response(status_code=404)
    out = io.BytesIO()
    segno.make(found.code, error="m").save(out, kind="svg", scale=6, border=3)
    return Response(out.getvalue(), media_type="image/svg+xml")


@router.get("/apply/{id}/identity/picture")
@router.get("/parts/{id}/identity/picture")
def picture(request: Request, desk: DeskDep, db: Db, person: OnePerson) -> Response:
    evidence = evidence_of(db, person.application.id, person.place)
    return _picture_page(request, desk, person, _kept(evidence))


def _kept(evidence: Evidence) -> dict[str, bool]:
    return {"card": evidence.card_picture is not None, "own": evidence.own_picture is not None}


def _picture_page(
    request: Request, desk: DeskDep, person: Person, kept: dict[str, bool], problem: tuple[str, str] | None = None
) -> Response:
    return page(
        request,
        "apply/picture.html",
        422 if problem else 200,
        application=shown(casefile.item_of(desk.office, person.application), person.application),
        base=person.base,
        back=f"{person.base}/identity",
        home=person.home,
        is_holder=person.is_holder,
        kept=kept,
        problems=[ShownProblem(*problem)] if problem else [],
    )


@router.post("/apply/{id}/identity/picture/{which}")
@router.post("/parts/{id}/identity/picture/{which}")
def upload(
    request: Request,
    id: str,
    which: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    photo: UploadFile | None = None,
) -> Response:
    """A picture of oneself for a clerk's eye; of the others also the card. Decoded before the transaction begins."""
    with desk.office.database.reading() as session:
        person = person_of(request, id, session, desk, applicant)
        proving.must_be_under_way(person.application)
        kept = _kept(evidence_of(session, person.application.id, person.place))
    if which not in ("card", "own") or (which == "card" and person.is_holder):
        raise proving.WayNotOffered()
    data = photo.file.read() if photo else b""
    try:
        if not data:
            raise NoPicture()
        found = desk.matcher.read_portrait(data)
    except DomainError as error:
        return _picture_page(request, desk, person, kept, (which, sentence(error, request)))
    if found.reading.faults and which == "own":  # a card in which no face is found is still one that a clerk can read
        told = FAULTS[found.reading.faults[0]].said(language_of(request))
        return _picture_page(request, desk, person, kept, (which, told))
    with desk.office.database.writing() as session:
        proving.must_be_under_way(casefile.locked(session, person.application.id))
        evidence = evidence_of(session, person.application.id, person.place)
        if evidence.is_assured:  # what somebody vouched for rests on the pictures that are there
            raise AlreadyAssured()
        if which == "card":
            width = found.reading.width if found.crop else 0
            keep_portrait(session, evidence, found.jpeg, found.crop or found.jpeg, width, now)
        else:
            keep_own_picture(session, evidence, found.jpeg, now)
    return go(f"{person.base}/identity/picture", "uploaded")


@router.post("/apply/{id}/partner/{code}")
@router.post("/parts/{id}/partner/{code}")
def ask_partner(
    request: Request,
    code: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    applicant: Applicant,
    browser: Browser,
    person: OnePerson,
) -> Response:
    """A page that says what the partner will be told, with the way there: nothing of the person is in it."""
    partner = desk.partners.get(code)
    if partner is None:
        raise PartnerUnknown()
    try:
        asked = asserting.ask(db, desk.office, person.application, person.place, partner, applicant, browser, now)
    except (proving.PersonUnnamed, AlreadyAssured) as error:
        return ways_page(request, desk, db, person, [ShownProblem("ways", sentence(error, request))])
    client = desk.settings.public_url
    there = login_address(partner, client, client + RETURN, asked.state, asked.nonce, asked.secret)
    context: dict[str, Any] = {"partner": partner.name, "there": there, "back": f"{person.base}/identity"}
    item = casefile.item_of(desk.office, person.application)
    return page(request, "apply/partner.html", application=shown(item, person.application), **context)
