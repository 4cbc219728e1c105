# SPDX-License-Identifier: Apache-2.0
"""Guard (防护): headers, the browser's name and the size of what may come in, as plain ASGI middleware. I/O: none."""

from collections.abc import Callable
from contextlib import suppress
from http.cookies import SimpleCookie

import structlog
from starlette.datastructures import MutableHeaders
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit.random import new_id
from web import cookies
from web.deps import BROWSER_COOKIE, SESSION_COOKIE

log = structlog.get_logger()
MOST_BYTES = 12 * 2**20
YEAR = 365 * 24 * 3600
HEADERS = {
    "content-security-policy": "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
}


# Of a file that somebody brought: whatever opens it, it runs nothing, loads nothing and is of no origin.
ALONE = "default-src 'none'; sandbox; frame-ancestors 'none'"


def _is_malformed(scope: Scope) -> bool:
    """A NUL, which no database takes; or two lengths, of which a proxy before us may have believed the other."""
    names = [name for name, _value in scope["headers"]]
    is_double = b"transfer-encoding" in names and b"content-length" in names
    return is_double or "\0" in scope["path"] or b"%00" in scope.get("query_string", b"")


class TooLarge(Exception):
    """More bytes came in than any page asks for."""


class Guard:
    """Around the whole application."""

    def __init__(self, app: ASGIApp, is_https: bool, broken: Callable[[Request], Response] | None = None) -> None:
        self._app, self._is_https, self._broken = app, is_https, broken

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if self._is_https:
            scope = {**scope, "headers": cookies.received(scope["headers"])}
        browser, is_new = self._browser(scope)
        scope.setdefault("state", {})["browser"] = browser
        started = False

        async def guarded_send(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                if renewed := scope["state"].get("renewed"):  # who has proved again gets another token
                    headers.append("set-cookie", f"{SESSION_COOKIE}={renewed}; {self._attributes()}")
                self._add_headers(headers, scope["path"], browser if is_new else None)
            await send(message)

        try:
            await self._admit(scope, receive, guarded_send)
        except TooLarge:
            log.warning("request_refused", why="too_large")
            if not started:
                sentence = "上传内容过大，请压缩后再试。 The upload is too large."
                await PlainTextResponse(sentence, 413)(scope, receive, guarded_send)
        except Exception:  # the last resort: told to operators whole, to whoever asked without a word of it
            log.exception("broken", path=scope["path"])
            if started or self._broken is None:
                raise
            await self._broken(Request(scope))(scope, receive, guarded_send)

    async def _admit(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on what is whole and not too large. Raises TooLarge, also while the body comes in."""
        if _is_malformed(scope):
            log.warning("request_refused", why="malformed")
            await PlainTextResponse("400", 400, {"connection": "close"})(scope, receive, send)
            return
        if self._declared(scope) > MOST_BYTES:
            raise TooLarge
        with suppress(ClientDisconnect):  # in the middle of its own request: nobody is there to be told
            await self._app(scope, self._counting(receive), send)

    def _attributes(self) -> str:
        """Of a cookie that lasts as long as the browser is open, at most as long as the session."""
        return f"Path=/; HttpOnly; SameSite=Lax{'; Secure' if self._is_https else ''}"

    def _declared(self, scope: Scope) -> int:
        length = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        return int(length) if length.isdigit() else 0

    def _browser(self, scope: Scope) -> tuple[str, bool]:
        for name, value in scope["headers"]:
            if name == b"cookie":
                cookie = SimpleCookie(value.decode("latin-1")).get(BROWSER_COOKIE)
                if cookie and len(cookie.value) == 26:
                    return cookie.value, False
        return new_id(), True

    def _counting(self, receive: Receive) -> Receive:
        left = MOST_BYTES

        async def counted() -> Message:
            nonlocal left
            message = await receive()
            left -= len(message.get("body", b""))
            if left < 0:
                raise TooLarge
            return message

        return counted

    def _add_headers(self, headers: MutableHeaders, path: str, browser: str | None) -> None:
        for name, value in HEADERS.items():
            headers.setdefault(name, value)
        if self._is_https:
            headers.setdefault("strict-transport-security", f"max-age={YEAR}; includeSubDomains")
        if not path.startswith("/static/"):
            headers.setdefault("cache-control", "no-store")
        if browser:
            cookie = f"{BROWSER_COOKIE}={browser}; Max-Age={YEAR}; Path=/; HttpOnly; SameSite=Lax"
            headers.append("set-cookie", cookie)
        if self._is_https:
            cookies.bind(headers)
