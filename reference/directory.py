# SPDX-License-Identifier: Apache-2.0
"""Reference directory (参考统一身份认证): an OpenID provider of fictitious people that keeps the contract.

For tests and the demonstration; contract: docs/oidc-contract.md. Hides its key and its one-time codes, which live in
this process only. I/O: network.

    python -m reference.directory --port 8004 --redirect http://127.0.0.1:8000/directory/province/return
"""

import argparse
import base64
import hashlib
import hmac
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from typing import Annotated, Any
from urllib.parse import urlencode

import uvicorn
from fastapi import FastAPI, Form, Query, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from joserfc import jwt
from joserfc.jwk import ECKey

from kit import clock
from kit.clock import Clock

KID = "reference-1"
CODE_LIVES_S, TOKEN_LIVES_S = 60, 300
Short = Annotated[str, Query(max_length=300)]
Typed = Annotated[str, Form(max_length=300)]
PEOPLE = {"wang": "13800000001", "chen": "13800000002", "zhou": ""}
"""Fictitious people by subject, with the telephone the directory has verified."""
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>样例统一身份认证（虚构）</title><main style="max-width:32rem;margin:2rem auto;font:1.1rem sans-serif">
<h1>样例统一身份认证（虚构）</h1><p>选择一位虚构人员登录：</p>{people}</main></html>"""


@dataclass(frozen=True)
class Asked:
    """What a browser brought along; kept until its code is exchanged."""

    client_id: str
    redirect_uri: str
    state: str
    nonce: str
    code_challenge: str


@dataclass(frozen=True)
class Confirmed:
    """Somebody who has signed in, until the code is used or runs out."""

    asked: Asked
    subject: str
    until: float


def a_key() -> ECKey:
    """A key for ES256."""
    return ECKey.generate_key("P-256", {"kid": KID, "use": "sig", "alg": "ES256"})


def declaration(code: str, whom: str, address: str, client: str) -> str:
    """The directory as it is declared where it is trusted (TOML)."""
    return f"""[[directories]]
code = "{code}"
name = {{ zh = "样例统一身份认证（虚构）", en = "Sample directory (fictitious)" }}
whom = "{whom}"
issuer = "{address}"
authorization_url = "{address}/authorize"
token_url = "{address}/token"
keys_url = "{address}/keys"
client_id = "{client}"
"""


def token(key: ECKey, issuer: str, confirmed: Confirmed, now_s: int, **changed: Any) -> str:
    """An id token; `changed` claims are for tests of what must be refused."""
    phone = PEOPLE.get(confirmed.subject)
    told = {"phone_number": f"+86{phone}", "phone_number_verified": True} if phone else {}
    claims = {
        "iss": issuer,
        "aud": confirmed.asked.client_id,
        "sub": confirmed.subject,
        "iat": now_s,
        "exp": now_s + TOKEN_LIVES_S,
        "nonce": confirmed.asked.nonce,
        **told,
        **changed,
    }
    return jwt.encode({"alg": "ES256", "kid": KID}, claims, key)


def create_app(key: ECKey, issuer: str, redirects: Collection[str], now: Clock = clock.now) -> FastAPI:
    """The directory at `issuer`; it sends browsers back to `redirects` only."""
    app = FastAPI(title="Reference directory", version="1", docs_url=None, redoc_url=None)
    codes: dict[str, Confirmed] = {}

    @app.get("/keys")
    def keys() -> dict[str, Any]:
        return {"keys": [key.as_dict(private=False)]}

    @app.get("/authorize")
    def ask(
        client_id: Short,
        redirect_uri: Short,
        state: Short,
        nonce: Short,
        code_challenge: Short,
        code_challenge_method: Short = "",
    ) -> Response:
        if redirect_uri not in redirects or code_challenge_method != "S256":
            return Response("unknown client", 400)
        asked = Asked(client_id, redirect_uri, state, nonce, code_challenge)
        hidden = "".join(f'<input type="hidden" name="{k}" value="{escape(v)}">' for k, v in vars(asked).items())
        people = "".join(
            f'<form method="post">{hidden}<p><button name="subject" value="{one}">{one}</button></p></form>'
            for one in PEOPLE
        )
        return HTMLResponse(PAGE.format(people=people))

    @app.post("/authorize")
    def confirm(
        client_id: Typed, redirect_uri: Typed, state: Typed, nonce: Typed, code_challenge: Typed, subject: Typed
    ) -> Response:
        if redirect_uri not in redirects or subject not in PEOPLE:
            return Response("unknown client", 400)
        asked, code = Asked(client_id, redirect_uri, state, nonce, code_challenge), secrets.token_urlsafe(24)
        codes[code] = Confirmed(asked, subject, now().timestamp() + CODE_LIVES_S)
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)

    @app.post("/token")
    def exchange(
        grant_type: Typed, code: Typed, code_verifier: Typed, redirect_uri: Typed, client_id: Typed
    ) -> Response:
        confirmed, moment = codes.pop(code, None), now().timestamp()
        proof = base64.urlsafe_b64encode(hashlib.sha256(code_verifier.encode()).digest()).rstrip(b"=").decode()
        if (
            grant_type != "authorization_code"
            or confirmed is None
            or moment > confirmed.until
            or (confirmed.asked.redirect_uri, confirmed.asked.client_id) != (redirect_uri, client_id)
            or not hmac.compare_digest(proof, confirmed.asked.code_challenge)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        told = {"id_token": token(key, issuer, confirmed, int(moment)), "token_type": "Bearer"}
        return JSONResponse(told)

    return app


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="A directory of fictitious people.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8004)
    parser.add_argument("--redirect", action="append", required=True, help="where browsers may be sent back to")
    asked = parser.parse_args()
    app = create_app(a_key(), f"http://{asked.host}:{asked.port}", asked.redirect)
    uvicorn.run(app, host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
