# SPDX-License-Identifier: Apache-2.0
"""Directories (统一身份认证): to a directory and back, for applicants and for staff. I/O: the verbs, network."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query, Request
from fastapi.responses import RedirectResponse, Response

from identity import Directory, DirectoryUnknown, account_in, begin_attempt, end_attempt, read_token, way_to
from web import watching
from web.deps import Anybody, Browser, DeskDep, Now
from web.pages.signin import enter, half_way, local
from web.respond import go

router = APIRouter(prefix="/directory")
Told = Annotated[str, Query(max_length=2000)]


def _named(desk: DeskDep, code: str) -> Directory:
    found = desk.directories.get(code)
    if found is None:
        raise DirectoryUnknown()
    return found


def _redirect(desk: DeskDep, directory: Directory) -> str:
    return f"{desk.settings.public_url}/directory/{directory.code}/return"


@router.get("/{code}")
def leave(code: str, desk: DeskDep, now: Now, browser: Browser, _viewer: Anybody, next: str = "/") -> Response:
    directory = _named(desk, code)
    with desk.office.database.writing() as session:
        begun = begin_attempt(session, directory, browser, local(next)[:300], now)
    return RedirectResponse(way_to(directory, _redirect(desk, directory), begun.state, begun.nonce, begun.secret), 303)


@router.get("/{code}/return")
def come_back(
    request: Request,
    code: str,
    desk: DeskDep,
    now: Now,
    browser: Browser,
    _viewer: Anybody,
    state: Told = "",
    error: Told = "",
    given: Annotated[str, Query(alias="code", max_length=2000)] = "",
) -> Response:
    """The attempt ends first, then the directory is asked, then the account is opened: no transaction waits for it.

    Staff still show their second factor here: what the directory has asked of them is not ours to know.
    """
    directory = _named(desk, code)
    with desk.office.database.writing() as session:
        attempt = end_attempt(session, directory.code, state, browser, now)
    if error or not given:
        where = "/staff/signin" if directory.whom == "staff" else "/signin"
        return go(f"{where}?next={quote(attempt.onwards)}")
    token, keys = desk.tokens.fetch(directory, given, attempt.secret, _redirect(desk, directory))
    said = read_token(directory, token, keys, attempt.nonce, now)
    with desk.office.database.writing() as session:
        account = account_in(session, directory, said, now)
        watching.signed_in(request, account.id, "directory")
        way_in = half_way if directory.whom == "staff" else enter
        return way_in(request, desk, session, account, now, attempt.onwards)
