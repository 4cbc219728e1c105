# SPDX-License-Identifier: Apache-2.0
"""Directories (统一身份认证): who else may say who signs in, over OpenID Connect. I/O: network, files.

For applicants the national network identity (网号网证) or the provincial account, for staff the district's own
directory. Authorisation code with PKCE (RFC 7636); the id token is read by `joserfc` under an allow-list of
algorithms, and its issuer, audience, nonce and times are held against what was asked. Contract: docs/oidc-contract.md.
"""

import base64
import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal, Protocol, Self
from urllib.parse import urlencode

import httpx
import structlog
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from pydantic import Field, StringConstraints, model_validator

from kit.declared import declared
from kit.errors import DomainError
from kit.text import Frozen, Text

TIMEOUT_S = 5.0
MOST_BYTES = 65_536
LEEWAY_S = 30
ALGORITHMS = ["ES256", "RS256", "PS256", "Ed25519", "EdDSA"]  # none, and no secret that both sides know
log = structlog.get_logger()
Address = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?$")]


class DirectoryUnknown(DomainError):
    """No directory of that name is declared for these people."""


class DirectorySilent(DomainError):
    """The directory did not answer, or not as agreed: nothing is known of anybody."""


class TokenRefused(DomainError):
    """What the directory said does not hold: other issuer, audience or nonce, too old, or not signed as agreed."""


class Directory(Frozen):
    """One directory. `secret_env`: the environment variable with our secret; without one we are a public client."""

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    name: Text
    whom: Literal["applicants", "staff"]
    issuer: Address
    authorization_url: Address
    token_url: Address
    keys_url: Address
    client_id: str = Field(min_length=1, max_length=200)
    secret_env: str = Field(default="", pattern=r"^[A-Z0-9_]*$")
    scope: str = "openid phone"

    @model_validator(mode="after")
    def _is_safe_on_the_way(self) -> Self:
        for address in (self.issuer, self.authorization_url, self.token_url, self.keys_url):
            host = address.split("/")[2].rsplit(":", 1)[0]
            if address.startswith("http://") and host not in ("127.0.0.1", "localhost", "[::1]"):
                raise ValueError(f"{self.code}: only this machine is asked without TLS")
        return self


class _File(Frozen):
    directories: tuple[Directory, ...] = ()


@dataclass(frozen=True)
class Said:
    """What a directory has said of a person: a name of its own for them, and a telephone it has verified."""

    subject: str
    phone: str | None


class TokenSource(Protocol):
    """Where id tokens and the keys they are signed with come from."""

    def fetch(self, directory: Directory, code: str, secret: str, redirect: str) -> tuple[str, dict[str, Any]]:
        """Token and key set (JWKS) for a one-time code. Raises DirectorySilent."""
        ...


def load_directories(file: Path | None) -> dict[str, Directory]:
    """The directories by code; without a file there are none. Raises kit.declared.Refused."""
    if file is None:
        return {}
    return {one.code: one for one in declared(file, _File).directories}


def directory_for(directories: Mapping[str, Directory], code: str, whom: str) -> Directory:
    """Raises DirectoryUnknown, also for one of other people."""
    found = directories.get(code)
    if found is None or found.whom != whom:
        raise DirectoryUnknown()
    return found


def way_to(directory: Directory, redirect: str, state: str, nonce: str, secret: str) -> str:
    """Where the browser goes: random values and who asks, nothing of the person."""
    digest = base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).rstrip(b"=").decode()
    asked = {
        "response_type": "code",
        "client_id": directory.client_id,
        "redirect_uri": redirect,
        "scope": directory.scope,
        "state": state,
        "nonce": nonce,
        "code_challenge": digest,
        "code_challenge_method": "S256",
    }
    return f"{directory.authorization_url}?{urlencode(asked)}"


def read_token(directory: Directory, token: str, keys: dict[str, Any], nonce: str, now: datetime) -> Said:
    """What a token says, if it holds. Raises TokenRefused."""
    asked = {
        "iss": {"essential": True, "value": directory.issuer},
        "nonce": {"essential": True, "value": nonce},
        "exp": {"essential": True},
        "iat": {"essential": True},
        "sub": {"essential": True},
        "aud": {"essential": True},
    }
    try:
        read = jwt.decode(token, KeySet.import_key_set(keys), algorithms=ALGORITHMS)  # type: ignore[arg-type]
        moment = int(now.timestamp())
        jwt.JWTClaimsRegistry(now=moment, leeway=LEEWAY_S, **asked).validate(read.claims)  # type: ignore[arg-type]
    except (JoseError, ValueError, KeyError, TypeError) as error:
        log.warning("token_refused", directory=directory.code, error=type(error).__name__)
        raise TokenRefused() from None
    claims = read.claims
    audience = claims["aud"]
    # For us alone: a token that others may also use can come from them (OpenID Connect Core 3.1.3.7).
    if audience not in (directory.client_id, [directory.client_id]):
        raise TokenRefused()
    subject = claims["sub"]
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise TokenRefused()
    phone = claims.get("phone_number") if claims.get("phone_number_verified") is True else None
    return Said(subject, phone.removeprefix("+86") if isinstance(phone, str) else None)


class HttpTokens:
    """Directories that keep the contract, over HTTPS."""

    def __init__(self, timeout_s: float = TIMEOUT_S) -> None:
        self._timeout = timeout_s

    def fetch(self, directory: Directory, code: str, secret: str, redirect: str) -> tuple[str, dict[str, Any]]:
        """See TokenSource. A code is exchanged once and cannot be tried again."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": secret,
            "redirect_uri": redirect,
            "client_id": directory.client_id,
        }
        if directory.secret_env:
            sent["client_secret"] = os.environ.get(directory.secret_env, "")
        try:
            with httpx.Client(timeout=self._timeout, trust_env=False) as http:
                told = _json(http, "POST", directory.token_url, data=sent)
                keys = _json(http, "GET", directory.keys_url)
        except (httpx.HTTPError, ValueError) as error:
            log.warning("directory_silent", directory=directory.code, error=type(error).__name__)
            raise DirectorySilent() from None
        token = told.get("id_token")
        if not isinstance(token, str):
            raise DirectorySilent()
        return token, keys


def _json(http: httpx.Client, method: str, url: str, **sent: Any) -> dict[str, Any]:
    """A small JSON object. Raises ValueError for anything else."""
    body = b""
    with http.stream(method, url, headers={"accept-encoding": "identity"}, **sent) as answer:
        for piece in answer.iter_bytes():
            body += piece
            if len(body) > MOST_BYTES:
                raise ValueError("too much")
    if answer.status_code != 200:
        raise ValueError(str(answer.status_code))
    told = httpx.Response(200, content=body).json()
    if not isinstance(told, dict):
        raise ValueError("not an object")
    return told
