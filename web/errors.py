# SPDX-License-Identifier: Apache-2.0
"""Errors (错误提示): one table from error code to status, sentence and way on; as a page or as problem+json."""

import tomllib
from pathlib import Path

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.orm.exc import StaleDataError
from starlette.exceptions import HTTPException

from kit.errors import DomainError
from kit.text import Frozen, Text
from web import watching
from web.deps import SignInRequired
from web.fresh import ProofRequired, ask_for_proof
from web.respond import go, language_of, page

log = structlog.get_logger()


class NoSuchLicence(DomainError):
    """The register knows no licence of this address."""


class Wording(Frozen):
    """What the person is told, and where to go on."""

    status: int
    said: Text
    way_on: str = "/"
    way_label: Text = Text(zh="返回首页", en="Back to the start")


WORDING = {
    code: Wording.model_validate(entry)
    for code, entry in tomllib.loads((Path(__file__).parent / "errors.toml").read_text("utf-8")).items()
}


TITLES = {404: ("没有找到", "Not found"), 403: ("不能这样做", "Not allowed"), 500: ("出错了", "Something broke")}


def wording(code: str) -> Wording:
    """The wording of an error; one without would be a mistake that a test finds."""
    return WORDING.get(code, WORDING["broken"])


def sentence(error: DomainError, request: Request) -> str:
    """What the person is told. Every refusal that anybody sees passes here: so the journal hears of it here."""
    watching.refused(request, error, wording(error.code).status)
    said = wording(error.code).said.said(language_of(request))
    try:
        return said.format(**error.facts)
    except (KeyError, IndexError):
        return said


def _wants_json(request: Request) -> bool:
    return request.url.path.startswith("/api/") or "application/json" in request.headers.get("accept", "")


def answer(request: Request, code: str, said: str, changed: object = None) -> Response:
    """The error as a page, or as problem+json (RFC 9457) for programmes.

    A page gives back what was typed; a programme is told what has `changed`.
    """
    worded = wording(code)
    if _wants_json(request):
        problem = {
            "type": f"urn:problem:{code}",
            "title": code.replace("_", " "),
            "status": worded.status,
            "detail": said,
            **({"changed": changed} if changed is not None else {}),
        }
        return JSONResponse(problem, worded.status, media_type="application/problem+json")
    language = language_of(request)
    way_on = [{"href": worded.way_on, "label": worded.way_label.said(language)}]
    title = {404: ("没有找到", "Not found"), 403: ("不能这样做", "Not allowed")}.get(
        worded.status, ("请注意", "Please note")
    )
    return page(
        request,
        "errors/error.html",
        worded.status,
        title=title[language == "en"],
        sentence=said,
        way_on=way_on,
        code=str(worded.status),
        typed=getattr(request.state, "typed", []),
    )


def broken(request: Request) -> Response:
    """Whatever nobody foresaw; `web.guard` asks for it."""
    return answer(request, "broken", wording("broken").said.said(language_of(request)))


def register(app: FastAPI) -> None:
    """Every error becomes an answer in one of these."""

    @app.exception_handler(SignInRequired)
    def sign_in(request: Request, error: SignInRequired) -> Response:
        if _wants_json(request):
            return answer(request, error.code, sentence(error, request))
        return go(f"{'/staff/signin' if error.facts['staff'] else '/signin'}?next={error.facts['path']}")

    @app.exception_handler(ProofRequired)
    def prove(request: Request, error: ProofRequired) -> Response:
        said = sentence(error, request)
        return answer(request, error.code, said) if _wants_json(request) else ask_for_proof(request, error)

    @app.exception_handler(DomainError)
    def domain(request: Request, error: DomainError) -> Response:
        told = answer(request, error.code, sentence(error, request), error.facts.get("changed"))
        if "retry_s" in error.facts:
            told.headers["retry-after"] = str(error.facts["retry_s"])
        return told

    @app.exception_handler(StaleDataError)
    def stale(request: Request, _error: StaleDataError) -> Response:
        return answer(request, "stale_page", wording("stale_page").said.said(language_of(request)))

    @app.exception_handler(OperationalError)
    def away(request: Request, _error: OperationalError) -> Response:
        """Locked, full or away: the transaction was rolled back, nothing is half done."""
        log.error("database_away", path=request.url.path)
        return answer(request, "database_away", wording("database_away").said.said(language_of(request)))

    @app.exception_handler(DataError)
    @app.exception_handler(RequestValidationError)
    def malformed(request: Request, _error: Exception) -> Response:
        """Not what the route takes, or what no column can hold, as a NUL in PostgreSQL."""
        return answer(request, "bad_request", wording("bad_request").said.said(language_of(request)))

    @app.exception_handler(HTTPException)
    def http(request: Request, error: HTTPException) -> Response:
        code = "not_found" if error.status_code in (404, 405) else "bad_request"
        return answer(request, code, wording(code).said.said(language_of(request)))
