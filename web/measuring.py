# SPDX-License-Identifier: Apache-2.0
"""Measuring (请求计量): a name, a span and a time for each request, by the template of its route. I/O: none.

The name of the request stands in every line of the journal that it causes and in its answer. What a caller sends as
a name or as a trace is not taken over: anybody could write into our journal that way.
"""

from time import perf_counter

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kit import measures, tracing
from kit.random import new_id

ELSEWHERE = "(none)"
API = "/api/v1"
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Measuring:
    """The outermost layer of the application."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name, begun, status = new_id(), perf_counter(), 500
        method = scope["method"] if scope["method"] in METHODS else ELSEWHERE

        async def told(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = name
                if _is_stopping(scope):
                    headers["connection"] = "close"
            await send(message)

        with structlog.contextvars.bound_contextvars(request=name), tracing.span(f"http {method}") as span:
            try:
                await self._app(scope, receive, told)
            finally:
                route = template_of(scope)
                span.update_name(f"{method} {route}")
                span.set_attributes({"http.route": route, "http.response.status_code": status})
                measures.REQUESTS.labels(method, route, str(status)).observe(perf_counter() - begun)


def _is_stopping(scope: Scope) -> bool:
    """Whether this process ends: the next request is to go to another."""
    app = scope.get("app")
    return app is not None and bool(app.state.desk.readiness.is_stopping)


def template_of(scope: Scope) -> str:
    """`/cases/{id}`, never the address itself: that one names a case."""
    route = scope.get("route")
    path = getattr(route, "path_format", None) or getattr(route, "path", None)
    if path is None:
        return "/static" if str(scope.get("path", "")).startswith("/static/") else ELSEWHERE
    is_programme = str(scope.get("path", "")).startswith(f"{API}/") and not str(path).startswith(API)
    return f"{API}{path}" if is_programme else str(path)  # a router that is included does not know its prefix
