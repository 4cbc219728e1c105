# SPDX-License-Identifier: Apache-2.0
"""Partners (实名合作方): who may vouch for a person, declared with pinned keys; and fetching what they say.

I/O: network. The browser carries a one-time code only; the assertion is fetched behind it (authorisation code with
PKCE, RFC 7636), so that nothing of a person stands in an address. Contract: docs/partner-contract.md.
"""

import base64
import hashlib
import ssl
from pathlib import Path
from typing import Annotated, Protocol, Self
from urllib.parse import urlencode

import httpx
import structlog
from pydantic import Field, StringConstraints, ValidationError, field_validator, model_validator

from kit.certificates import public_trust
from kit.declared import declared
from kit.errors import DomainError
from kit.text import Frozen, Text

TIMEOUT_S = 5.0
MOST_BYTES = 8192
log = structlog.get_logger()
Address = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+(/[A-Za-z0-9._~/-]*)?$")]


class PartnerUnknown(DomainError):
    """No partner of that name is declared."""


class PartnerSilent(DomainError):
    """The partner did not answer, or not as agreed: nothing is known, and nothing is lost."""


class Partner(Frozen):
    """One partner. `keys`: its Ed25519 public keys (32 bytes, base64url) by key id; an old one stays until it is
    out of use."""

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    name: Text
    issuer: Address
    login_url: Address
    token_url: Address
    keys: dict[str, str] = Field(min_length=1)

    @field_validator("keys")
    @classmethod
    def _are_keys(cls, keys: dict[str, str]) -> dict[str, str]:
        if any(len(_decoded(key)) != 32 for key in keys.values()):
            raise ValueError("an Ed25519 public key has 32 bytes")
        return keys

    @model_validator(mode="after")
    def _is_safe_on_the_way(self) -> Self:
        for address in (self.login_url, self.token_url):
            host = address.split("/")[2].rsplit(":", 1)[0]
            if address.startswith("http://") and host not in ("127.0.0.1", "localhost", "[::1]"):
                raise ValueError(f"{self.code}: only this machine is asked without TLS")
        return self

    @property
    def pinned(self) -> dict[str, bytes]:
        return {kid: _decoded(key) for kid, key in self.keys.items()}


class _Declared(Frozen):
    partners: tuple[Partner, ...] = ()


class _Answer(Frozen):
    assertion: str


class AssertionSource(Protocol):
    """Where assertions come from."""

    def fetch(self, partner: Partner, code: str, secret: str, redirect: str, client: str) -> str:
        """The token for a one-time code; `secret` proves who asked for it. Raises PartnerSilent."""
        ...


def load_partners(file: Path | None) -> dict[str, Partner]:
    """The partners by code; without a file there are none. Raises kit.declared.Refused."""
    if file is None:
        return {}
    return {partner.code: partner for partner in declared(file, _Declared).partners}


def challenge(secret: str) -> str:
    """S256 of RFC 7636."""
    return base64.urlsafe_b64encode(hashlib.sha256(secret.encode()).digest()).rstrip(b"=").decode()


def login_address(partner: Partner, client: str, redirect: str, state: str, nonce: str, secret: str) -> str:
    """Where the person's browser goes: random values and who asks, nothing of the person."""
    asked = {
        "response_type": "code",
        "client_id": client,
        "redirect_uri": redirect,
        "state": state,
        "nonce": nonce,
        "code_challenge": challenge(secret),
        "code_challenge_method": "S256",
    }
    return f"{partner.login_url}?{urlencode(asked)}"


class HttpPartners:
    """Partners that keep the contract, over HTTPS."""

    def __init__(self, timeout_s: float = TIMEOUT_S, trust: ssl.SSLContext | None = None) -> None:
        self._timeout = timeout_s
        self._trust = trust or public_trust()

    def fetch(self, partner: Partner, code: str, secret: str, redirect: str, client: str) -> str:
        """See AssertionSource. Asked once: a one-time code cannot be tried again."""
        sent = {
            "grant_type": "authorization_code",
            "code": code,
            "code_verifier": secret,
            "redirect_uri": redirect,
            "client_id": client,
        }
        try:
            with (
                httpx.Client(timeout=self._timeout, verify=self._trust, trust_env=False) as http,
                http.stream("POST", partner.token_url, data=sent, headers={"accept-encoding": "identity"}) as answer,
            ):
                body = b""
                for piece in answer.iter_bytes():
                    body += piece
                    if len(body) > MOST_BYTES:
                        raise PartnerSilent()
            if answer.status_code != 200:
                raise PartnerSilent()
            return _Answer.model_validate_json(body).assertion
        except (httpx.HTTPError, ValidationError) as error:
            log.warning("partner_silent", partner=partner.code, error=type(error).__name__)
            raise PartnerSilent() from None


def _decoded(key: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(key + "=" * (-len(key) % 4))
    except ValueError:
        return b""
