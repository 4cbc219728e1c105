# SPDX-License-Identifier: Apache-2.0
"""Reference partner (参考实名合作方): a small bank that vouches for its fictitious customers and keeps the contract.

For tests and the demonstration; contract: docs/partner-contract.md. Hides its key and its one-time codes, which live
in this process only. I/O: network, and the file of the key.

    python -m reference.partner --port 8002 --key partner.key --redirect http://127.0.0.1:8000/partner/return
"""

import argparse
import base64
import hashlib
import hmac
import json
import re
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Annotated
from urllib.parse import urlencode

import uvicorn
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from fastapi import FastAPI, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse

from kit import clock
from kit.clock import Clock
from reference import bureau

KID = "reference-1"
CODE_LIVES_S, ASSERTION_LIVES_S = 60, 120
FICTITIOUS = re.compile(r"999999\d{11}[\dX]")
Short = Annotated[str, Query(max_length=300)]
Typed = Annotated[str, Form(max_length=300)]
PAGE = """<!doctype html><html lang="zh-CN"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>样例银行（虚构）</title><main style="max-width:32rem;margin:2rem auto;font:1.1rem sans-serif">
<h1>样例银行（虚构）</h1><p>栖霞区不见面审批请求确认您的身份。选择一位虚构客户登录：</p>{people}
<form method="post">{hidden}<p><label>姓名 <input name="name" maxlength="40"></label></p>
<p><label>证件号码（999999 开头）<input name="number" maxlength="18"></label></p><button>登录并确认</button></form>
<form method="post">{hidden}<p><button name="cancel" value="1">取消</button></p></form></main></html>"""


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
    """A customer who has confirmed, until the code is used or runs out."""

    asked: Asked
    name: str
    number: str
    until: float


def key_in(file: Path) -> Ed25519PrivateKey:
    """The bank's own key, made once."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_bytes(Ed25519PrivateKey.generate().private_bytes_raw())
    return Ed25519PrivateKey.from_private_bytes(file.read_bytes())


def public_key(key: Ed25519PrivateKey) -> str:
    """What whoever trusts the bank pins: 32 bytes, base64url."""
    return _b64(key.public_key().public_bytes_raw())


def declaration(address: str, key: Ed25519PrivateKey) -> str:
    """The bank as a partner is declared (TOML)."""
    return f"""[[partners]]
code = "sample-bank"
name = {{ zh = "样例银行（虚构）", en = "Sample Bank (fictitious)" }}
issuer = "{address}"
login_url = "{address}/login"
token_url = "{address}/token"

[partners.keys]
{KID} = "{public_key(key)}"
"""


def _b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def assertion(key: Ed25519PrivateKey, issuer: str, confirmed: Confirmed, now_s: int) -> str:
    """The signed word (compact JWS, EdDSA)."""
    person = hashlib.sha256("\n".join((confirmed.asked.nonce, confirmed.name, confirmed.number)).encode()).digest()
    claims = {
        "iss": issuer,
        "aud": confirmed.asked.client_id,
        "iat": now_s,
        "exp": now_s + ASSERTION_LIVES_S,
        "nonce": confirmed.asked.nonce,
        "purpose": "business-filing",
        "person": _b64(person),
        "assurance": "substantial",
        "transaction": f"SB-{secrets.token_hex(12)}",
    }
    return sign(key, claims)


def sign(key: Ed25519PrivateKey, claims: dict[str, object], header: dict[str, object] | None = None) -> str:
    """Header, claims and signature, joined."""
    head = header or {"alg": "EdDSA", "kid": KID, "typ": "assertion+jwt"}
    signed = ".".join(_b64(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))
    return f"{signed}.{_b64(key.sign(signed.encode()))}"


def create_app(key: Ed25519PrivateKey, issuer: str, redirects: Collection[str], now: Clock = clock.now) -> FastAPI:
    """The bank at `issuer`; it sends browsers back to `redirects` only."""
    app = FastAPI(title="Reference identity partner", version="1", docs_url=None, redoc_url=None)
    codes: dict[str, Confirmed] = {}

    @app.get("/health")
    def health() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/login")
    def ask(
        request: Request,
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
        known = (bureau.CLEAN, bureau.DEBTOR, bureau.REPAIRED)
        people = "".join(
            f'<form method="post">{hidden}<input type="hidden" name="name" value="{one.name}">'
            f'<input type="hidden" name="number" value="{one.number}"><p><button>{one.name}</button></p></form>'
            for one in known
        )
        return HTMLResponse(PAGE.format(people=people, hidden=hidden))

    @app.post("/login")
    def confirm(
        client_id: Typed,
        redirect_uri: Typed,
        state: Typed,
        nonce: Typed,
        code_challenge: Typed,
        name: Typed = "",
        number: Typed = "",
        cancel: Typed = "",
    ) -> Response:
        if redirect_uri not in redirects:
            return Response("unknown client", 400)
        if cancel or not FICTITIOUS.fullmatch(number.upper()):
            return RedirectResponse(f"{redirect_uri}?{urlencode({'error': 'access_denied', 'state': state})}", 303)
        asked = Asked(client_id, redirect_uri, state, nonce, code_challenge)
        code = secrets.token_urlsafe(24)
        codes[code] = Confirmed(asked, name.strip(), number.strip().upper(), now().timestamp() + CODE_LIVES_S)
        return RedirectResponse(f"{redirect_uri}?{urlencode({'code': code, 'state': state})}", 303)

    @app.post("/token")
    def exchange(
        grant_type: Typed, code: Typed, code_verifier: Typed, redirect_uri: Typed, client_id: Typed
    ) -> Response:
        confirmed, moment = codes.pop(code, None), now().timestamp()
        proof = _b64(hashlib.sha256(code_verifier.encode()).digest())
        if (
            grant_type != "authorization_code"
            or confirmed is None
            or moment > confirmed.until
            or (confirmed.asked.redirect_uri, confirmed.asked.client_id) != (redirect_uri, client_id)
            or not hmac.compare_digest(proof, confirmed.asked.code_challenge)
        ):
            return JSONResponse({"error": "invalid_grant"}, 400)
        return JSONResponse({"assertion": assertion(key, issuer, confirmed, int(moment))})

    return app


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(description="A bank that vouches for fictitious people.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8002)
    parser.add_argument("--key", type=Path, default=Path("data/partner.key"))
    parser.add_argument("--redirect", action="append", required=True, help="where browsers may be sent back to")
    asked = parser.parse_args()
    asked.key.parent.mkdir(parents=True, exist_ok=True)
    issuer = f"http://{asked.host}:{asked.port}"
    app = create_app(key_in(asked.key), issuer, asked.redirect)
    uvicorn.run(app, host=asked.host, port=asked.port, log_level="warning")


if __name__ == "__main__":
    main()
