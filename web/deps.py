# SPDX-License-Identifier: Apache-2.0
"""Dependencies (依赖): who asks, in which session, at what moment. Every route names its audience here.

One request is one transaction: opened by the first statement, committed before the answer leaves.
"""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from typing import Annotated

import structlog
from fastapi import Depends, Request
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from approval import cases
from approval.application import Application
from identity import Account, Lives, Role, SignedIn, Stage, note_use, session_of
from kit.errors import DomainError
from kit.sealing import fingerprint
from kit.settings import Settings
from web.desk import Desk
from web.lanes import lane_of

log = structlog.get_logger()

SESSION_COOKIE = "approval_session"
BROWSER_COOKIE = "approval_browser"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
FORM = "application/x-www-form-urlencoded"
NOTED_EVERY = timedelta(minutes=1)  # a session that is used is written down so often
SENTENCES = frozenset({"reason", "words"})  # what took somebody a while to write


class SignInRequired(DomainError):
    """The page is for people who are signed in."""


class WrongAudience(DomainError):
    """The page is for others than who is signed in."""


class ForgeryRefused(DomainError):
    """The form was not sent from a page of ours, or that page is too old."""


def _desk(request: Request) -> Desk:
    desk: Desk = request.app.state.desk
    return desk


DeskDep = Annotated[Desk, Depends(_desk)]


def _now(desk: DeskDep) -> datetime:
    return desk.office.clock()


Now = Annotated[datetime, Depends(_now)]


def session_token(request: Request) -> str | None:
    """The token of the browser's cookie, or of the programme's Authorization header."""
    header = request.headers.get("authorization", "")
    return header[7:] if header.startswith("Bearer ") else request.cookies.get(SESSION_COOKIE)


async def enter_lane(request: Request) -> AsyncIterator[None]:
    """Before the first thread is asked for; left when the answer is made. Raises TooBusy."""
    request.state.lane = lane = lane_of(request.url.path, session_token(request))
    async with request.app.state.lanes.entered(lane):
        yield


IN_LANE = Depends(enter_lane, scope="function")  # a slow reader of an answer keeps nobody out


def place(request: Request) -> AbstractAsyncContextManager[None]:
    """A place at the database, in the lane of the request."""
    held: AbstractAsyncContextManager[None] = request.app.state.lanes.place(request.state.lane)
    return held


async def _place(request: Request) -> AsyncIterator[None]:
    async with place(request):
        yield


def _open_session(
    request: Request, desk: DeskDep, _place: Annotated[None, Depends(_place, scope="function")]
) -> Iterator[Session]:
    database = desk.office.database
    with database.reading() if request.method in SAFE else database.writing() as session:
        request.state.db = session  # for `web.api.repeating`, which keeps the answer in the same transaction
        yield session


# Function scope: the commit must fail before the answer is sent, not after it.
Db = Annotated[Session, Depends(_open_session, scope="function")]


def lives_of(settings: Settings) -> Lives:
    """How long sessions last here."""
    return Lives(
        staff_idle=timedelta(minutes=settings.staff_idle_minutes),
        staff=timedelta(hours=settings.staff_session_hours),
        applicant_idle=timedelta(hours=settings.applicant_idle_hours),
        applicant=timedelta(days=settings.applicant_session_days),
    )


def _viewer(request: Request, desk: DeskDep, now: Now) -> Account | None:
    """Looked up in a short session of its own, so that no write lock is held while a picture is decoded.

    Nothing is remembered from one request to the next: a session that ended anywhere has ended here.
    """
    token, standing = session_token(request), None
    if token is not None:
        with desk.office.database.reading() as session:
            standing = session_of(session, token, now, lives_of(desk.settings))
    request.state.standing = standing
    is_whole = standing is not None and standing[1].stage == Stage.WHOLE
    request.state.viewer = account = standing[0] if standing and is_whole else None
    if standing and is_whole and now - standing[1].seen_at >= NOTED_EVERY:
        _note_use(desk, standing[1], now)
    return account


def _note_use(desk: Desk, found: SignedIn, now: datetime) -> None:
    try:
        with desk.office.database.writing() as session:
            note_use(session, found, now)
    except OperationalError:  # the session ends a minute early rather than that a look at a page fails
        log.warning("use_not_noted")


Viewer = Annotated[Account | None, Depends(_viewer)]


def only(*roles: Role) -> Callable[[Request, Viewer], Account]:
    """An audience: whoever is signed in with one of these roles."""

    def enter(request: Request, viewer: Viewer) -> Account:
        if viewer is None:
            raise SignInRequired(staff=Role.APPLICANT not in roles, path=request.url.path)
        if viewer.role not in roles:
            raise WrongAudience()
        return viewer

    enter.audience = roles  # type: ignore[attr-defined]
    return enter


def anybody(viewer: Viewer) -> Account | None:
    """The audience of public pages."""
    return viewer


anybody.audience = ("anybody",)  # type: ignore[attr-defined]


def _half(request: Request, _viewer: Viewer) -> tuple[Account, SignedIn]:
    """The audience of what comes between password and second factor: whoever has shown the one and not the other."""
    standing: tuple[Account, SignedIn] | None = request.state.standing
    if standing is None or standing[1].stage == Stage.WHOLE:
        raise SignInRequired(staff=True, path="/")
    return standing


_half.audience = ("half",)  # type: ignore[attr-defined]

Half = Annotated[tuple[Account, SignedIn], Depends(_half)]
Anybody = Annotated[Account | None, Depends(anybody)]
Applicant = Annotated[Account, Depends(only(Role.APPLICANT))]
Clerk = Annotated[Account, Depends(only(Role.CLERK, Role.SUPERVISOR))]
Expert = Annotated[Account, Depends(only(Role.EXPERT))]
Worker = Annotated[Account, Depends(only(Role.CLERK, Role.SUPERVISOR, Role.EXPERT))]
Supervisor = Annotated[Account, Depends(only(Role.SUPERVISOR))]
Auditor = Annotated[Account, Depends(only(Role.AUDITOR))]
Administrator = Annotated[Account, Depends(only(Role.ADMINISTRATOR))]
SecurityAdministrator = Annotated[Account, Depends(only(Role.SECURITY))]
EitherAdministrator = Annotated[Account, Depends(only(Role.ADMINISTRATOR, Role.SECURITY))]
Staff = Annotated[Account, Depends(only(*(role for role in Role if role is not Role.APPLICANT)))]
Somebody = Annotated[Account, Depends(only(*Role))]


def _own_application(id: str, db: Db, applicant: Applicant) -> Application:
    return cases.own(db, applicant, id)


OwnApplication = Annotated[Application, Depends(_own_application)]


def browser_of(request: Request) -> str:
    """The random name of this browser, set by the middleware with the first answer."""
    name: str = request.state.browser
    return name


Browser = Annotated[str, Depends(browser_of)]


def csrf_token(request: Request) -> str:
    """What a form of ours carries; bound to the browser."""
    return fingerprint(browser_of(request), "csrf")


async def refuse_forgery(request: Request) -> None:
    """Every unsafe request of a page must carry the token of the browser that was shown it."""
    if request.method in SAFE:
        return
    if request.headers.get("content-type", "").startswith(FORM):
        form = await request.form()
        request.state.form = [(name, str(value)) for name, value in form.multi_items()]
        request.state.typed = [str(words) for name, words in form.multi_items() if name in SENTENCES and words]
    if request.headers.get("authorization", "").startswith("Bearer "):
        return
    sent = request.headers.get("x-csrf-token") or (await request.form()).get("csrf_token")
    if sent != csrf_token(request):
        raise ForgeryRefused()
