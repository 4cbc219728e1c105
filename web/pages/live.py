# SPDX-License-Identifier: Apache-2.0
"""Live (活体核验): the session before the camera, phase by phase, as JSON with sentences. I/O: through the verbs.

Frames are measured before the transaction begins, and compared with the card after the one that keeps them: nobody
waits for the write lock meanwhile. An answer that was lost is given again when the same frames come again.
"""

import hashlib
import json
from typing import Annotated, Any

from fastapi import APIRouter, Form, Request, UploadFile
from fastapi.responses import JSONResponse, Response

from approval import casefile, proving
from identity import Account, Band, Fault, PortraitMissing, evidence_of, view_picture
from identity.liveness import finishing, rules, session
from identity.liveness.challenges import COLOURS, DONE, FLASH, FLASH_S, FLASHES, INTENT
from identity.liveness.session import ABANDONED, MEASURED, Asker, Batch, LiveSession
from kit.sealing import fingerprint
from kit.text import Text
from web.deps import Applicant, DeskDep, Now, browser_of
from web.pages.persons import Person, after_face, person_drafting
from web.respond import language_of
from web.wording import FAULTS, LIVE, MENDS, STATES

router = APIRouter()
MOST_ROLE = 40
MOST_TOLD = 4000  # characters of times, colours and track
MOST_MS = 600_000  # of one phase


class BadTelling(session.FramesMissing):
    """What was said beside the frames cannot be read."""


def _asker(request: Request, applicant: Account, person: Person) -> Asker:
    device = fingerprint(browser_of(request), "live-device")
    application, place = person.application, person.place
    role = application.item_code if person.is_holder else place.split(".")[0]
    return Asker(application.id, applicant.id, device, place, role[:MOST_ROLE], person.who)


def intent_of(desk: DeskDep, person: Person) -> Text:
    """The sentence that the person confirms: as whom, and for which business."""
    item, role = casefile.item_of(desk.office, person.application), person.role
    if business := proving.business_of(person.application):
        return Text(
            zh=LIVE["intent_named"].zh.format(business=business, role=role.zh),
            en=LIVE["intent_named"].en.format(business=business, role=role.en),
        )
    return Text(
        zh=LIVE["intent_plain"].zh.format(item=item.title.zh, role=role.zh),
        en=LIVE["intent_plain"].en.format(item=item.title.en, role=role.en),
    )


def _instruction(request: Request, desk: DeskDep, person: Person, row: LiveSession) -> dict[str, Any]:
    """What the page shows and does now. Nothing of later phases leaves the server."""
    language, plan, kind = language_of(request), row.drawn, row.kind
    challenge = plan.challenge(row.phase)
    said: dict[str, Any] = {
        "session": row.id,
        "kind": kind,
        "say": LIVE[kind].said(language),
        "token": row.token,
        "first": row.seen,
        "step": row.phase + 1,
        "steps": len(plan.phases) - 1,
        "patience_ms": round(plan.patience_s(row.phase) * 1000),
        "left_ms": round((row.expires_at - desk.office.clock()).total_seconds() * 1000),
    }
    if challenge is not None:
        said["hold_ms"] = round(challenge.hold_s * 1000)
    if kind == INTENT:
        said["sentence"] = intent_of(desk, person).said(language)
    if kind == FLASH:
        said |= {"colours": [COLOURS[colour] for colour in plan.colours], "colour_ms": round(FLASH_S * 1000)}
    return said


@router.post("/apply/{id}/live")
@router.post("/parts/{id}/live")
def start(request: Request, id: str, desk: DeskDep, now: Now, applicant: Applicant) -> Response:
    """A new session; one that was open ends."""
    person = person_drafting(request, id, desk, applicant)
    with desk.office.database.writing() as writing:
        row = session.start(writing, _asker(request, applicant, person), now)
        left = session.sessions_left(writing, _asker(request, applicant, person), now)
    told = {"state": "go_on", "phase": _instruction(request, desk, person, row), "sessions_left": left}
    return JSONResponse(told, 201)


@router.post("/apply/{id}/live/{name}/frames")
@router.post("/parts/{id}/live/{name}/frames")
def frames(
    request: Request,
    id: str,
    name: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    token: Annotated[str, Form(max_length=64)],
    first: Annotated[int, Form(ge=0, le=10_000)],
    taken: Annotated[str, Form(max_length=MOST_TOLD)],
    frames: list[UploadFile] | None = None,
    colours: Annotated[str, Form(max_length=MOST_TOLD)] = "[]",
    track: Annotated[str, Form(max_length=MOST_TOLD)] = "{}",
) -> Response:
    """Frames of the present phase; the answer is the next phase, the same again, or how the session ended."""
    person = person_drafting(request, id, desk, applicant)
    asker = _asker(request, applicant, person)
    jpegs = [frame.file.read(session.MOST_BYTES + 1) for frame in (frames or [])[: session.MOST_AT_ONCE + 1]]
    batch = _batch(token, first, taken, colours, track, jpegs)
    with desk.office.database.reading() as reading:
        if told := session.told_at_the_end(reading, asker, name, token, batch.digest):
            return JSONResponse(_told(request, after_face(desk, reading, person), finishing.ending_of(told)))
        row = session.admitted(reading, asker, name, now)
        if not (repeated := session.is_repeated(row, batch)):
            session.must_fit(row, batch, [len(jpeg) for jpeg in jpegs])
    if repeated:
        return _go_on(request, desk, person, asker, row, None)
    readings = desk.matcher.measure(jpegs)
    with desk.office.database.writing() as writing:
        row = session.admitted(writing, asker, name, now, lock=True)
        session.receive(writing, row, batch, readings, jpegs, now)
    return _go_on(request, desk, person, asker, row, rules.hint(readings))


def _batch(token: str, first: int, taken: str, colours: str, track: str, jpegs: list[bytes]) -> Batch:
    try:
        times, shown, camera = json.loads(taken), json.loads(colours), json.loads(track)
        told = {_plain(key, 20): _plain(value, 120) for key, value in list(camera.items())[:12]}
        digest = hashlib.sha256(b"".join(hashlib.sha256(jpeg).digest() for jpeg in jpegs)).hexdigest()
        return Batch(token, first, _whole(times, MOST_MS), digest, _whole(shown, FLASHES), told)
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
        raise BadTelling() from error


def _whole(values: list[Any], most: int) -> tuple[int, ...]:
    """Raises ValueError for what no camera and no page of ours says."""
    found = tuple(map(int, values))
    if any(not -1 <= value <= most for value in found):
        raise ValueError("out of range")
    return found


def _plain(value: object, most: int) -> str:
    """Half a character, which no text may hold, becomes a question mark."""
    return str(value)[:most].encode("utf-8", "replace").decode()


@router.post("/apply/{id}/live/{name}/intent")
@router.post("/parts/{id}/live/{name}/intent")
def intent(
    request: Request,
    id: str,
    name: str,
    desk: DeskDep,
    now: Now,
    applicant: Applicant,
    token: Annotated[str, Form(max_length=64)],
    colours: Annotated[str, Form(max_length=3)] = "no",
) -> Response:
    """The person confirms the sentence; with `colours=no`, or in the colours' own phase, these are left out."""
    person = person_drafting(request, id, desk, applicant)
    asker = _asker(request, applicant, person)
    with desk.office.database.writing() as writing:
        if told := session.told_at_the_end(writing, asker, name, token, None):
            return JSONResponse(_told(request, after_face(desk, writing, person), finishing.ending_of(told)))
        row = session.admitted(writing, asker, name, now, lock=True)
        if row.kind == FLASH:
            session.skip_colours(row, token, now)
        elif row.state != MEASURED:  # else the answer to the first time was lost
            meant = proving.intent_key(person.application, person.role)
            session.confirm_intent(row, token, colours == "yes", now, meant)
    return _go_on(request, desk, person, asker, row, None)


@router.post("/apply/{id}/live/{name}/abandon")
@router.post("/parts/{id}/live/{name}/abandon")
def abandon(request: Request, id: str, name: str, desk: DeskDep, now: Now, applicant: Applicant) -> Response:
    """The page is left: its frames are deleted now and not in a minute."""
    person = person_drafting(request, id, desk, applicant)
    with desk.office.database.writing() as writing:
        session.abandon(writing, _asker(request, applicant, person), name, now)
    return JSONResponse({"state": ABANDONED})


def _go_on(
    request: Request, desk: DeskDep, person: Person, asker: Asker, row: LiveSession, hint: Fault | None
) -> Response:
    if row.kind == DONE:
        return _finished(request, desk, person, asker, row.id)
    told: dict[str, Any] = {"state": "go_on", "phase": _instruction(request, desk, person, row)}
    if hint is not None:
        told["hint"] = FAULTS[hint].said(language_of(request))
    return JSONResponse(told)


def _finished(request: Request, desk: DeskDep, person: Person, asker: Asker, name: str) -> Response:
    """Compare with the card, outside of any transaction; then judge and write."""
    now = desk.office.clock()
    with desk.office.database.reading() as reading:
        row = session.admitted(reading, asker, name, now)
        compared = evidence_of(reading, asker.application_id, asker.person).card_picture
        card, live = view_picture(reading, compared) or b"", finishing.pictures_of(reading, row)
    comparison, best = desk.matcher.compare(card, live)
    with desk.office.database.writing() as writing:
        row = session.admitted(writing, asker, name, now, lock=True)
        if evidence_of(writing, asker.application_id, asker.person).card_picture != compared:
            raise PortraitMissing()  # another card was photographed meanwhile: compare with that one
        ending = finishing.finish(writing, asker, row, comparison, best, now)
        if ending.band is Band.ACCEPT:
            proving.note_face(writing, desk.office, asker.application_id, asker.person, now)
    with desk.office.database.reading() as reading:
        onwards = after_face(desk, reading, person)
    return JSONResponse(_told(request, onwards, ending))


def _told(request: Request, onwards: str, ending: finishing.Ending) -> dict[str, Any]:
    language = language_of(request)
    said = STATES[ending.band]
    if ending.mend is not None:
        said = MENDS[ending.mend] if ending.mend in MENDS else next(FAULTS[f] for f in FAULTS if f == ending.mend)
    state = {Band.ACCEPT: "accepted", Band.PERSON: "person", Band.RETRY: "retry"}[ending.band]
    return {
        "state": state,
        "message": said.said(language),
        "next": onwards,
        "attempts_left": ending.attempts_left,
        "sessions_left": ending.sessions_left,
    }
