# SPDX-License-Identifier: Apache-2.0
"""Repeating (重复请求): what changes something may be asked again under an `Idempotency-Key`, and is done once.

After draft-ietf-httpapi-idempotency-key-header: same key and same request of one caller, the first answer; another
request, 422; while the first runs, 409. Hides when an answer is kept: what was done, in the transaction that did it;
a refusal once that is rolled back; what failed, or was not let in, not at all. I/O: database.
"""

from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Header, Request, Response
from fastapi.routing import APIRoute
from sqlalchemy.orm import Session
from starlette.concurrency import run_in_threadpool
from starlette.types import Message, Receive, Scope, Send

from kit import repeats
from kit.repeats import Begun, IdempotencyKeyMalformed, Kept, StillRunning
from web.api.problem import problems
from web.deps import SAFE, Viewer, place

HEADER = "idempotency-key"
REPLAYED = "idempotent-replayed"
NOT_ENTERED = frozenset({400, 401, 403, 429})  # sent again as it is, the same request may be let in


class _Replayed(Exception):
    """The answer stands already."""

    def __init__(self, kept: Kept) -> None:
        self.kept = kept


@dataclass(slots=True)
class _Turn:
    """What a request has begun; settled once its answer is kept, or its key let go."""

    begun: Begun
    is_settled: bool = False


Key = Annotated[
    str | None,
    Header(
        alias="Idempotency-Key",
        description="For a request that may be sent again: 8 to 128 letters, digits or `._~:+/=-`, with or without "
        "quotes; a UUID does. The answer is kept for 24 hours. Without it nothing is kept.",
        json_schema_extra={"examples": ["8e03978e-40d5-43e1-bc93-6894a57f9324"]},
    ),
]


def of_account(viewer: Viewer) -> str | None:
    """Whose key it is. A stranger has none: the audience of the route will turn them away."""
    return f"account:{viewer.id}" if viewer else None


def _beginning(whose: Callable[..., str | None]) -> Callable[..., Coroutine[Any, Any, None]]:
    async def begin_once(request: Request, caller: Annotated[str | None, Depends(whose)], key: Key = None) -> None:
        if key is None or caller is None:
            return
        if len(request.headers.getlist(HEADER)) > 1:
            raise IdempotencyKeyMalformed()
        name = repeats.named(caller, key)
        query = f"?{request.url.query}" if request.url.query else ""
        asked = repeats.digest_of(request.method, request.scope["path"] + query, await request.body())
        now = request.app.state.desk.office.clock()
        found = await _at_database(request, lambda db: repeats.begin(db, caller, name, asked, now))
        if isinstance(found, Kept):
            raise _Replayed(found)
        request.state.turn = _Turn(found)

    return begin_once


async def _at_database(request: Request, act: Callable[[Session], Any]) -> Any:
    """A short transaction of its own, in one of the places at the database."""

    def acted() -> Any:
        with request.app.state.desk.office.database.writing() as session:
            return act(session)

    async with place(request):
        return await run_in_threadpool(acted)


class Repeatable(APIRoute):
    """A route whose requests may carry a key, unless it only reads."""

    whose: Callable[..., str | None] = staticmethod(of_account)

    def __init__(self, path: str, endpoint: Callable[..., Any], **how: Any) -> None:
        self.changes = not set(how.get("methods") or ()) <= SAFE
        if self.changes:
            how["dependencies"] = [Depends(_beginning(type(self).whose)), *(how.get("dependencies") or ())]
            how["responses"] = {**problems(400, 409, 422), **(how.get("responses") or {})}
        super().__init__(path, endpoint, **how)

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        answered = super().get_route_handler()
        return _once(answered) if self.changes else answered

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        if self.changes:
            settling = _Settling(Request(scope), send)
            try:
                await super().handle(scope, receive, settling)
            except Exception:
                await settling.let_go()
                raise
        else:
            await super().handle(scope, receive, send)


def _once(answered: Callable[[Request], Coroutine[Any, Any, Response]]) -> Callable[..., Coroutine[Any, Any, Response]]:
    """Inside of the transaction: what was done is answered for good when it is committed."""

    async def once(request: Request) -> Response:
        try:
            response = await answered(request)
        except _Replayed as replayed:
            kept = replayed.kept
            return Response(kept.body, kept.status, {REPLAYED: "true"}, kept.media)
        turn: _Turn | None = getattr(request.state, "turn", None)
        if turn is not None:
            kept = Kept(response.status_code, response.headers["content-type"], bytes(response.body).decode())
            await run_in_threadpool(repeats.keep, request.state.db, turn.begun, kept)
        return response

    return once


class _Settling:
    """Holds back an answer until the next request under its key would get the same: outside of the transaction."""

    def __init__(self, request: Request, send: Send) -> None:
        self._request, self._send = request, send
        self._start: Message = {}
        self._body = b""

    @property
    def _turn(self) -> _Turn | None:
        turn: _Turn | None = getattr(self._request.state, "turn", None)
        return turn if turn is not None and not turn.is_settled else None

    async def __call__(self, message: Message) -> None:
        if self._turn is None:
            await self._send(message)
            return
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if not message.get("more_body"):
            await self._settle(self._turn)
            await self._send(self._start)
            await self._send({"type": "http.response.body", "body": self._body})

    async def _settle(self, turn: _Turn) -> None:
        status = self._start["status"]
        if 200 <= status < 300:  # committed with what was done
            turn.is_settled = True
        elif status >= 500 or status in NOT_ENTERED:
            await self.let_go()
        else:
            media = dict(self._start["headers"]).get(b"content-type", b"").decode("latin-1")
            kept = Kept(status, media, self._body.decode())
            turn.is_settled = True
            with suppress(StillRunning):  # another has taken the turn, and this answer says so
                await _at_database(self._request, lambda db: repeats.keep(db, turn.begun, kept))

    async def let_go(self) -> None:
        if (turn := self._turn) is not None:
            turn.is_settled = True
            await _at_database(self._request, lambda db: repeats.let_go(db, turn.begun))
