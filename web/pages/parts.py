# SPDX-License-Identifier: Apache-2.0
"""Parts (共同签署): inviting the others of a case, and what an invited person fills in, reads and signs. I/O: verbs."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import Response

from approval import casefile, consents, participants, proving, signers
from approval.application import Application, State
from approval.participants import Participant
from approval.roles import NOTHING
from forms import Problem
from identity import evidence_of, load_routes, send_code, waiting_code
from kit.numbers import masked_phone
from kit.text import Text
from web.deps import Applicant, Browser, Db, DeskDep, Now, OwnApplication
from web.errors import sentence
from web.fields import ShownProblem, part_views
from web.pages.apply import Posted
from web.pages.instruments import NoSuchInstrument, listed
from web.pages.onwards import href_of, may_be_faster, shown
from web.pages.signing import problems_of
from web.respond import go, language_of, page

router = APIRouter()


def _own(id: str, db: Db, applicant: Applicant) -> Participant:
    return participants.own(db, applicant, id)


OwnPart = Annotated[Participant, Depends(_own)]


def _people_page(
    request: Request, desk: DeskDep, db: Db, now: Now, application: Application, problem: ShownProblem | None = None
) -> Response:
    office = desk.office
    known = {one.place: one for one in participants.of_application(db, application.id)}
    people = []
    for person in signers.wanted(db, office, application):
        invited = known.get(person.place)
        invited = invited if invited and invited.named == person.name else None
        has_signed = invited is not None and participants.has_signed(db, office, application, invited, now)
        people.append(
            {
                "place": person.place,
                "name": person.name,
                "role": person.role,
                "is_organisation": person.is_organisation,
                "representative": invited.name if invited and invited.stands_for else "",
                "phone": invited.masked_phone if invited else None,
                "has_signed": has_signed,
                "was_signed": bool(invited and invited.signed_at),
            }
        )
    return page(
        request,
        "apply/people.html",
        422 if problem else 200,
        application=shown(casefile.item_of(office, application), application),
        people=people,
        problems=[problem] if problem else [],
        back=f"/apply/{application.id}",
    )


@router.get("/apply/{id}/people")
def people_page(request: Request, desk: DeskDep, db: Db, now: Now, application: OwnApplication) -> Response:
    if application.state != State.DRAFT:
        return go(f"/cases/{application.id}")
    return _people_page(request, desk, db, now, application)


@router.post("/apply/{id}/people")
def invite(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    application: OwnApplication,
    place: Annotated[str, Form(max_length=60)] = "",
    phone: Annotated[str, Form(max_length=30)] = "",
    representative: Annotated[str, Form(max_length=80)] = "",
) -> Response:
    try:
        participants.invite(db, desk.office, application, place, phone, now, representative)
    except (participants.PhoneMalformed, participants.InvitedTooOften, participants.RepresentativeMissing) as error:
        of_name = isinstance(error, participants.RepresentativeMissing)
        anchor = f"{'representative' if of_name else 'phone'}-{place.replace('.', '-')}"
        return _people_page(request, desk, db, now, application, ShownProblem(anchor, sentence(error, request)))
    return go(href_of(application, "people"), "invited")


def _part_page(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    browser: str,
    participant: Participant,
    problems: list[ShownProblem] | None = None,
    wrong: tuple[Problem, ...] = (),
) -> Response:
    office, language = desk.office, language_of(request)
    application = db.get_one(Application, participant.application_id)
    item = casefile.item_of(office, application)
    part = participants.part_of(db, office, application, participant)
    read, digest = _to_read(desk, db, application, participant, now)
    told = [ShownProblem(problem.path, problem.message.said(language)) for problem in wrong]
    return page(
        request,
        "parts/part.html",
        422 if problems or wrong else 200,
        part={"id": participant.id, "role": Text.model_validate(participant.role), "phone": participant.masked_phone},
        application={"title": item.title, "label": application.label},
        fields=part_views(part, wrong, language),
        instruments=read,
        digest=digest,
        has_signed=participants.has_signed(db, office, application, participant, now),
        proof=_proof(db, desk, application, participant, now),
        may_take_back=consents.may_be_withdrawn(db, application, participant.place),
        is_open=not State(application.state).is_final,
        code_sent=waiting_code(db, browser, _purpose(participant)) is not None,
        masked_phone=masked_phone(participant.phone),
        problems=[*(problems or []), *told],
    )


def _proof(db: Db, desk: DeskDep, application: Application, participant: Participant, now: Now) -> dict[str, Any]:
    """What is asked of this person, and where their proof stands."""
    wanted = {one.place: one for one in signers.wanted(db, desk.office, application)}
    need = wanted[participant.place].need if participant.place in wanted else NOTHING
    everybody = proving.standing(db, desk.office, application, now)
    found = next((one for one in everybody if one.named.place == participant.place), None)
    way = load_routes().of(found.way).title if found and found.way else None
    evidence = evidence_of(db, application.id, participant.place)
    return {
        "proves": need.proves,
        "signs": need.signs,
        "way": way,
        "is_assured": bool(found and found.is_assured),
        "is_waiting": evidence.is_complete,
        "may_be_bound": may_be_faster(desk, casefile.item_of(desk.office, application), application, evidence),
    }


def _to_read(
    desk: DeskDep, db: Db, application: Application, participant: Participant, now: Now
) -> tuple[list[Any], str]:
    """The documents as links, and what a signature would bind; nothing while the case is being filled in."""
    try:
        read = listed(participants.texts(db, desk.office, application, now), f"/parts/{participant.id}/read")
        return read, participants.digest_for(db, desk.office, application, participant, now)
    except participants.StillBeingFilledIn:
        return [], ""


def _purpose(participant: Participant) -> str:
    return f"sign:{participant.id}"


@router.get("/parts/{id}")
def part_page(request: Request, desk: DeskDep, db: Db, now: Now, browser: Browser, part: OwnPart) -> Response:
    return _part_page(request, desk, db, now, browser, part)


@router.post("/parts/{id}")
def fill_in(
    request: Request, desk: DeskDep, db: Db, now: Now, browser: Browser, part: OwnPart, posted: Posted
) -> Response:
    typed = {name: values[-1][:200] for name, values in posted.items() if values}
    wrong = participants.fill_in(db, desk.office, part, typed, now)
    if wrong:
        return _part_page(request, desk, db, now, browser, part, wrong=wrong)
    return go(f"/parts/{part.id}", "saved")


@router.get("/parts/{id}/read/{code}")
def read(request: Request, desk: DeskDep, db: Db, now: Now, part: OwnPart, code: str) -> Response:
    application = db.get_one(Application, part.application_id)
    participants.part_of(db, desk.office, application, part)  # whoever was taken out of the case reads nothing of it
    for instrument in participants.texts(db, desk.office, application, now):
        if instrument.code == code:
            return page(
                request,
                "apply/instrument.html",
                application={"title": casefile.item_of(desk.office, application).title},
                instrument={"title": instrument.title, "blocks": instrument.blocks},
                back=f"/parts/{part.id}",
            )
    raise NoSuchInstrument()


@router.post("/parts/{id}/code")
def send(db: Db, now: Now, browser: Browser, part: OwnPart) -> Response:
    send_code(db, part.phone, browser, _purpose(part), now)
    return go(f"/parts/{part.id}")


@router.post("/parts/{id}/sign")
def sign(
    request: Request,
    desk: DeskDep,
    db: Db,
    now: Now,
    browser: Browser,
    part: OwnPart,
    agree: Annotated[str, Form(max_length=5)] = "",
    code: Annotated[str, Form(max_length=20)] = "",
    read: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """The person's own signature. Sent again over a poor line, the same is answered."""
    if part.signed_at is not None and part.digest == read:
        return go(f"/parts/{part.id}", "part-signed")
    application = db.get_one(Application, part.application_id)
    problems = problems_of(
        db,
        browser,
        _purpose(part),
        agree=agree,
        read=read,
        shown=participants.digest_for(db, desk.office, application, part, now),
        code=code,
        now=now,
        language=language_of(request),
    )
    if problems:
        return _part_page(request, desk, db, now, browser, part, problems)
    participants.sign(db, desk.office, part, read, now)
    return go(f"/parts/{part.id}", "part-signed")
