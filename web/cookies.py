# SPDX-License-Identifier: Apache-2.0
"""Cookies (小甜饼): over TLS each of ours is bound to this very host. Hides the prefix `__Host-`. Pure.

A browser accepts a cookie of that name only from this host, over TLS, for every path; so no neighbouring host, and
nobody on the wire, can plant one. Pages go on calling them by their plain names.
"""

from starlette.datastructures import MutableHeaders

PREFIX = "__Host-"
OURS = "approval_"
Headers = list[tuple[bytes, bytes]]


def received(headers: Headers) -> Headers:
    """The request's headers with our cookies by their plain names; one that came without the prefix is not ours."""
    return [(name, _plain(value) if name == b"cookie" else value) for name, value in headers]


def _plain(cookies: bytes) -> bytes:
    kept = []
    for cookie in cookies.decode("latin-1").split(";"):
        named = cookie.strip()
        if named.startswith(PREFIX + OURS):
            kept.append(named.removeprefix(PREFIX))
        elif not named.startswith(OURS):
            kept.append(named)
    return "; ".join(kept).encode("latin-1")


def bind(headers: MutableHeaders) -> None:
    """Every cookie that is set gets the prefix and is `Secure`. Starlette sets `Path=/` and no domain."""
    cookies = headers.getlist("set-cookie")
    if not cookies:
        return
    del headers["set-cookie"]
    for cookie in cookies:
        secure = "" if "; secure" in cookie.lower() else "; Secure"
        headers.append("set-cookie", f"{PREFIX}{cookie}{secure}")
