# SPDX-License-Identifier: Apache-2.0
"""Cards (证件): photographing the card, and looking at what was read of it.

Pictures are decoded and read before the transaction begins. I/O: through the verbs.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request, UploadFile
from fastapi.responses import Response
from sqlalchemy.orm import Session

from approval import casefile, cases, prefilling, settling
from approval.application import State
from identity import Evidence, Fault, evidence_of, view_picture
from identity.card import (
    EMBLEM_FIELDS,
    PORTRAIT_FIELDS,
    CardFault,
    CardReading,
    Side,
    as_said,
    confirm_card,
    is_expired,
    keep_card,
    wrong_in,
)
from kit.clock import office_day
from kit.errors import DomainError
from web.deps import Applicant, Db, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.limiting import UPLOADS, limited
from web.pages.persons import OnePerson, Person, context_of, must_be_drafting, onwards, person_drafting
from web.pages.proof import NoPicture
from web.respond import go, language_of, page
from web.wording import CARD_FAULTS, CARD_FIELDS, CARD_PROBLEMS, FAULTS

router = APIRouter()
SIDES = {"photo": Side.PORTRAIT, "emblem": Side.EMBLEM}  # by the name of the control
PICTURES = {"card": "card_picture", "emblem": "emblem_picture"}


def _has(evidence: Evidence) -> dict[str, bool]:
    """Which sides of the card are there; those of another document do not count."""
    is_card = evidence.card_read is None or not evidence.card_read["other"]
    return {
        "photo": is_card and evidence.portrait_picture is not None,
        "emblem": is_card and evidence.emblem_picture is not None,
    }


def _card_page(
    request: Request,
    desk: DeskDep,
    person: Person,
    has: dict[str, bool],
    problems: list[ShownProblem] | None = None,
) -> Response:
    return page(
        request,
        "apply/idcard.html",
        422 if problems else 200,
        **context_of(desk, person),
        has=has,
        photo_href=person.href("portrait") if has["photo"] else None,
        problems=problems or [],
    )


def _evidence(session: Session, person: Person) -> Evidence:
    return evidence_of(session, person.application.id, person.place)


@router.get("/apply/{id}/idcard")
@router.get("/parts/{id}/idcard")
def card(request: Request, desk: DeskDep, db: Db, person: OnePerson) -> Response:
    if not person.is_draft:
        return go(person.home)
    return _card_page(request, desk, person, _has(_evidence(db, person)))


@router.get("/apply/{id}/portrait")
@router.get("/parts/{id}/portrait")
def portrait(db: Db, person: OnePerson) -> Response:
    return _picture(db, _evidence(db, person).portrait_picture)


@router.get("/apply/{id}/pictures/{which}")
@router.get("/parts/{id}/pictures/{which}")
def own_picture(db: Db, person: OnePerson, which: str) -> Response:
    name = PICTURES.get(which)
    return _picture(db, getattr(_evidence(db, person), name) if name else None)


def _picture(db: Session, name: str | None) -> Response:
    jpeg = view_picture(db, name)
    return Response(jpeg, media_type="image/jpeg") if jpeg else Response(status_code=404)


@router.post("/apply/{id}/idcard", dependencies=[Depends(limited(UPLOADS))])
@router.post("/parts/{id}/idcard", dependencies=[Depends(limited(UPLOADS))])
def photograph_card(
    request: Request,
    id: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    photo: UploadFile | None = None,
    emblem: UploadFile | None = None,
    anyway: Annotated[str, Form(max_length=3)] = "",
) -> Response:
    """Read both sides at once, keep what serves, and say in a sentence what is wrong with the rest.

    A card without any doubt that says what the form says is confirmed by itself; the page of what was read stays.
    `anyway`: whoever cannot take a better picture sends it as it is, and a clerk looks at it.
    """
    person = person_drafting(request, id, desk, applicant)
    sent = {name: file.file.read() for name, file in (("photo", photo), ("emblem", emblem)) if file}
    with desk.office.database.reading() as session:
        has = _has(_evidence(session, person))
    needed = [name for name in SIDES if sent.get(name) or not has[name]]
    if not needed:  # both are there and neither was chosen anew
        return go(person.href("card"))
    with ThreadPoolExecutor(len(SIDES)) as readers:
        outcomes = dict(zip(needed, readers.map(lambda name: _read(desk, name, sent.get(name)), needed), strict=True))
    told = {name: _told(request, outcome, bool(anyway)) for name, outcome in outcomes.items()}
    with desk.office.database.writing() as session:
        if casefile.locked(session, person.application.id).state != State.DRAFT:  # submitted meanwhile elsewhere
            raise cases.NotADraft()
        evidence = _evidence(session, person)
        for name, outcome in outcomes.items():
            if isinstance(outcome, CardReading) and told[name] is None:
                keep_card(session, evidence, outcome, now)
        has = _has(evidence)
        is_settled = (
            person.is_holder
            and not anyway
            and all(has.values())
            and settling.settle(session, desk.office, person.application.id, now)
        )
        there = onwards(person, evidence) if is_settled else person.href("card")
    problems = [ShownProblem(name, said) for name, said in told.items() if said]
    if problems:
        return _card_page(request, desk, person, has, problems)
    return go(there, "card-settled" if is_settled else None)


def _read(desk: DeskDep, name: str, data: bytes | None) -> CardReading | DomainError:
    try:
        return desk.cards.read(data, SIDES[name]) if data else NoPicture()
    except DomainError as error:
        return error


def _told(request: Request, outcome: CardReading | DomainError, anyway: bool) -> str | None:
    """The one sentence that tells how to do better; nothing for a picture that serves."""
    language = language_of(request)
    if isinstance(outcome, DomainError):
        return sentence(outcome, request)
    faults = outcome.faults
    of_face = [fault for fault in outcome.face.faults if fault is not Fault.NO_FACE] if outcome.face else []
    if anyway or not (faults or of_face):
        return None
    if faults and not (of_face and faults == (CardFault.NO_PORTRAIT,)):
        return CARD_FAULTS[faults[0]].said(language)
    return FAULTS[of_face[0]].said(language)


@router.get("/apply/{id}/card")
@router.get("/parts/{id}/card")
def show_read(request: Request, desk: DeskDep, db: Db, now: Now, person: OnePerson) -> Response:
    if not person.is_draft:
        return go(person.home)
    evidence = _evidence(db, person)
    if not all(_has(evidence).values()):
        return go(person.href("idcard"))
    return _read_page(request, desk, person, evidence, now)


def _read_page(
    request: Request,
    desk: DeskDep,
    person: Person,
    evidence: Evidence,
    now: Now,
    typed: dict[str, str] | None = None,
) -> Response:
    """What was read, to be corrected; doubtful fields say so in words."""
    kept = (evidence.card_read or {}).get("fields", {})
    said = as_said(evidence.card_read) if typed is None else typed
    wrong = {} if typed is None else wrong_in(typed, office_day(now))
    language = language_of(request)
    return page(
        request,
        "apply/card.html",
        422 if wrong else 200,
        **context_of(desk, person),
        sides=[
            {
                "picture": person.href(f"pictures/{picture}"),
                "is_portrait": picture == "card",
                "fields": [
                    {
                        "name": name,
                        "label": CARD_FIELDS[name],
                        "value": said.get(name, ""),
                        "doubtful": kept.get(name, {"doubtful": True})["doubtful"],
                    }
                    for name in names
                ],
            }
            for picture, names in (("card", PORTRAIT_FIELDS), ("emblem", EMBLEM_FIELDS))
        ],
        expired=bool(is_expired(said.get("valid_until", ""), office_day(now))),
        problems=[ShownProblem(name, CARD_PROBLEMS[code].said(language)) for name, code in wrong.items()],
    )


@router.post("/apply/{id}/card")
@router.post("/parts/{id}/card")
def confirm(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    person: OnePerson,
    name: Annotated[str, Form(max_length=300)] = "",
    sex: Annotated[str, Form(max_length=300)] = "",
    nation: Annotated[str, Form(max_length=300)] = "",
    birth: Annotated[str, Form(max_length=300)] = "",
    address: Annotated[str, Form(max_length=300)] = "",
    number: Annotated[str, Form(max_length=300)] = "",
    authority: Annotated[str, Form(max_length=300)] = "",
    valid_from: Annotated[str, Form(max_length=300)] = "",
    valid_until: Annotated[str, Form(max_length=300)] = "",
) -> Response:
    """Keep what the person says stands on the card; the holder's answers what the form asks for and nobody answered."""
    must_be_drafting(person)
    evidence = _evidence(db, person)
    if not all(_has(evidence).values()):
        return go(person.href("idcard"))
    typed = {
        "name": name,
        "sex": sex,
        "nation": nation,
        "birth": birth,
        "address": address,
        "number": number.upper().replace(" ", ""),
        "authority": authority,
        "valid_from": valid_from,
        "valid_until": valid_until,
    }
    typed = {field: value.strip() for field, value in typed.items()}
    if wrong_in(typed, office_day(now)):
        return _read_page(request, desk, person, evidence, now, typed)
    confirm_card(db, evidence, typed, now)
    if person.is_holder:
        prefilling.from_card(db, desk.office, person.application, typed, now)
    return go(onwards(person, evidence))
