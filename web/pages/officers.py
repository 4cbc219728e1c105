# SPDX-License-Identifier: Apache-2.0
"""Officers (核验窗口): what officers do to prove who somebody is: at the window, by video, by eye; and frozen cases.

I/O: through the verbs. Name and masked number are shown, never the case of a draft.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Form, Request
from fastapi.responses import Response

from approval import appointments, casefile, claimed, freezing, looking, meetings, people, proving
from approval.application import Application
from approval.decision import ReasonRequired
from approval.participants import NotInvited
from identity import HOLDER, Account, Way, load_routes
from kit.errors import DomainError
from kit.numbers import masked_id
from web.deps import Clerk, Db, DeskDep, Now
from web.errors import sentence
from web.fields import ShownProblem
from web.respond import go, page

router = APIRouter()
Words = Annotated[str, Form(max_length=1000)]


def _window(request: Request, problem: DomainError | None = None) -> Response:
    problems = [ShownProblem("code", sentence(problem, request))] if problem else []
    return page(request, "identity/window.html", 422 if problem else 200, problems=problems)


@router.get("/identity/window")
def window(request: Request, _clerk: Clerk) -> Response:
    return _window(request)


@router.post("/identity/window")
def find(
    request: Request, desk: DeskDep, db: Db, now: Now, clerk: Clerk, code: Annotated[str, Form(max_length=20)] = ""
) -> Response:
    """The code that the person shows; a wrong one tells nothing."""
    try:
        if len("".join(code.split())) == claimed.DIGITS:
            return go(f"/identity/claims/{claimed.by_code(db, code, now).id}")
        found = meetings.by_code(db, code, now)
        meetings.take(db, desk.office, found.id, clerk, now)
    except (meetings.NoSuchMeeting, meetings.TakenByAnother, people.ConflictOfInterest) as error:
        return _window(request, error)
    return go(f"/identity/meetings/{found.id}")


def _claim(
    request: Request, id: str, db: Db, now: Now, ticked: list[str], problems: list[ShownProblem] | None = None
) -> Response:
    claim = claimed.open_claim(db, id, now)
    return page(
        request,
        "identity/claim.html",
        422 if problems else 200,
        claim={"id": claim.id, "at": claim.said_at},
        points=[{"code": p.code, "words": p.words, "is_ticked": p.code in ticked} for p in claimed.checks()],
        problems=problems or [],
    )


@router.get("/identity/claims/{id}")
def claim_page(request: Request, id: str, db: Db, now: Now, _clerk: Clerk) -> Response:
    return _claim(request, id, db, now, [])


@router.post("/identity/claims/{id}")
def prove_claim(
    request: Request,
    id: str,
    db: Db,
    now: Now,
    clerk: Clerk,
    number: Annotated[str, Form(max_length=30)] = "",
    ticked: Annotated[list[str] | None, Form(max_length=20)] = None,
) -> Response:
    """The person stands here with the card: what names its number stops, and the officer is not told what does."""
    try:
        claimed.prove_at_window(db, id, clerk, number, ticked or [], now)
    except (meetings.ChecksMissing, claimed.NumberDiffers) as error:
        anchor = "number" if isinstance(error, claimed.NumberDiffers) else "ticked"
        return _claim(request, id, db, now, ticked or [], [ShownProblem(anchor, sentence(error, request))])
    return go("/identity/window", "met")


@router.get("/identity/video")
def video(request: Request, desk: DeskDep, db: Db, now: Now, clerk: Clerk) -> Response:
    rows = []
    for one in meetings.waiting_calls(db, now):
        application = db.get_one(Application, one.application_id)
        is_held = one.taken_at is not None and now - one.taken_at < meetings.TAKEN_LASTS
        rows.append(
            {
                "id": one.id,
                "title": casefile.item_of(desk.office, application).title,
                "asked_at": one.asked_at,
                "slot_at": one.slot_at,
                "is_due": one.slot_at is None or one.slot_at <= now,
                "is_mine": is_held and one.taken_by == clerk.id,
                "is_taken": is_held and one.taken_by != clerk.id,
            }
        )
    return page(request, "identity/video.html", rows=rows)


@router.post("/identity/video/{id}/take")
def take(id: str, desk: DeskDep, db: Db, now: Now, clerk: Clerk) -> Response:
    meetings.take(db, desk.office, id, clerk, now)
    return go(f"/identity/meetings/{id}")


def _taken(desk: DeskDep, db: Db, clerk: Account, id: str) -> tuple[appointments.Meeting, Application, proving.Named]:
    """The meeting that this officer has; others do not exist. Raises NoSuchMeeting."""
    try:
        found, application, named = meetings.met(db, desk.office, id)
    except NotInvited:
        raise meetings.NoSuchMeeting() from None
    if found.taken_by != clerk.id or found.state != appointments.OPEN:
        raise meetings.NoSuchMeeting()
    return found, application, named


def _meeting(
    request: Request,
    desk: DeskDep,
    db: Db,
    clerk: Account,
    id: str,
    typed: dict[str, Any],
    problems: list[ShownProblem] | None = None,
) -> Response:
    found, application, named = _taken(desk, db, clerk, id)
    route = load_routes().of(Way(found.way))
    return page(
        request,
        "identity/meeting.html",
        422 if problems else 200,
        meeting={"id": found.id, "way": found.way, "title": route.title},
        case={"title": casefile.item_of(desk.office, application).title, "label": application.label},
        person={
            "name": named.name,
            "number": masked_id(named.number) if named.number else "",
            "role": named.role,
            "who": named.who if named.is_whole else "",
        },
        points=[{"code": p.code, "words": p.words, "is_ticked": p.code in typed["ticked"]} for p in route.checks],
        typed=typed,
        problems=problems or [],
    )


@router.get("/identity/meetings/{id}")
def meeting(request: Request, id: str, desk: DeskDep, db: Db, clerk: Clerk) -> Response:
    return _meeting(request, desk, db, clerk, id, {"ticked": [], "same": "", "note": ""})


@router.post("/identity/meetings/{id}")
def record(
    request: Request,
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    same: Annotated[str, Form(max_length=5)] = "",
    ticked: Annotated[list[str] | None, Form(max_length=20)] = None,
    note: Words = "",
    who: Annotated[str, Form(max_length=64)] = "",
) -> Response:
    """What the officer found; after a slip what was typed stays typed."""
    typed = {"ticked": ticked or [], "same": same, "note": note}
    _taken(desk, db, clerk, id)
    anchors: dict[type[DomainError], str] = {meetings.ChecksMissing: "ticked", ReasonRequired: "note"}
    try:
        if same not in ("yes", "no"):
            raise meetings.ChecksMissing()
        found = meetings.record_meeting(db, desk.office, id, clerk, same == "yes", ticked or [], note, who, now)
    except (meetings.ChecksMissing, ReasonRequired) as error:
        problems = [ShownProblem(anchors[type(error)], sentence(error, request))]
        return _meeting(request, desk, db, clerk, id, typed, problems)
    return go("/identity/video" if found.way == Way.VIDEO else "/identity/window", "met")


@router.post("/review/{id}/identity")
def compare_by_eye(
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    person: Annotated[str, Form(max_length=60)] = HOLDER,
    same: Annotated[str, Form(max_length=5)] = "",
    reason: Words = "",
) -> Response:
    """The same person, or not certain, with why."""
    case = looking.case_for(db, id, clerk)
    if same not in ("yes", "no"):
        raise meetings.ChecksMissing()
    proving.judge_by_eye(db, desk.office, case.id, person, clerk, same == "yes", reason, now)
    return go(f"/review/{case.id}", "saved")


@router.get("/identity/frozen")
def frozen(request: Request, desk: DeskDep, db: Db, _clerk: Clerk) -> Response:
    rows = [
        {
            "id": case.id,
            "number": case.number or "",
            "title": casefile.item_of(desk.office, case).title,
            "since": case.frozen_at,
        }
        for case in freezing.frozen_cases(db)
    ]
    return page(request, "identity/frozen.html", rows=rows)


@router.get("/identity/frozen/{id}")
def claims(request: Request, id: str, desk: DeskDep, db: Db, clerk: Clerk) -> Response:
    return _claims(request, desk, db, clerk, id)


def _disputed(db: Db, clerk: Account, id: str) -> Application:
    """A case about which something was claimed. Raises NotFrozen, ConflictOfInterest, NotAuthorised."""
    case = db.get(Application, id)
    if case is None or not freezing.claims(db, id):
        raise freezing.NotFrozen()
    looking.must_be_seen_by(db, case, clerk)
    return case


def _claims(
    request: Request, desk: DeskDep, db: Db, clerk: Account, id: str, problem: DomainError | None = None
) -> Response:
    case, listed = _disputed(db, clerk, id), freezing.claims(db, id)
    roles = {one.place: one.role for one in proving.named_in(db, desk.office, case)}
    holder = proving.holder_of(desk.office, case).role
    return page(
        request,
        "identity/claims.html",
        422 if problem else 200,
        case={
            "id": case.id,
            "number": case.number,
            "title": casefile.item_of(desk.office, case).title,
            "state": case.state,
            "frozen_at": case.frozen_at,
        },
        claims=[
            {
                "role": roles.get(c.person, holder),
                "at": c.said_at,
                "outcome": c.outcome,
                "reason": c.reason,
                "is_proven": c.is_proven,
            }
            for c in listed
        ],
        is_open=case.frozen_at is not None or any(claim.is_open for claim in listed),
        problems=[ShownProblem("reason", sentence(problem, request))] if problem else [],
    )


@router.post("/identity/frozen/{id}")
def settle(
    request: Request,
    id: str,
    desk: DeskDep,
    db: Db,
    now: Now,
    clerk: Clerk,
    outcome: Annotated[str, Form(max_length=10)] = "",
    reason: Words = "",
) -> Response:
    """Free the case or keep it frozen, with a reason."""
    _disputed(db, clerk, id)
    try:
        if outcome == "lift":
            freezing.lift(db, desk.office, id, clerk, reason, now)
        else:
            freezing.keep_frozen(db, id, clerk, reason, now)
    except ReasonRequired as error:
        return _claims(request, desk, db, clerk, id, error)
    return go("/identity/frozen", "saved")
