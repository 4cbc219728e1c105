# SPDX-License-Identifier: Apache-2.0
"""Assertions (合作方实名断言): a partner's signed word that one person has confirmed who they are. Pure.

Contract: docs/partner-contract.md. Compact JWS (RFC 7515), one algorithm only (EdDSA over Ed25519, RFC 8037) under keys
that were pinned beforehand: what the token says of its own algorithm or key is compared, never obeyed. The person is
named by a commitment to name and number that holds for one request: neither stands in it.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal, TypeVar

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ConfigDict, Field, ValidationError

from kit.errors import DomainError
from kit.text import Frozen

ALGORITHM, KIND = "EdDSA", "assertion+jwt"
LONGEST = timedelta(minutes=5)
SKEW = timedelta(seconds=60)
MOST_BYTES = 4096
PURPOSE = "business-filing"
Part = TypeVar("Part", bound=Frozen)


class AssertionRefused(DomainError):
    """The assertion is not what was asked for; `why` is one word for the log, never anything of the person."""

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


class AssertionOfAnother(DomainError):
    """The partner knows the person under another name or number than the form says."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What was asked: of whom (`issuer`, `keys` by kid), for whom (`audience`), by which `nonce`, whom."""

    issuer: str
    keys: Mapping[str, bytes]
    audience: str
    nonce: str
    name: str
    number: str


class _Header(Frozen):
    alg: Literal["EdDSA"]
    kid: str = Field(max_length=80)
    typ: Literal["assertion+jwt"]


class Claims(Frozen):
    """Version 1 of the claims: nothing missing, nothing more."""

    model_config = ConfigDict(strict=True)

    iss: str = Field(max_length=200)
    aud: str = Field(max_length=200)
    iat: int
    exp: int
    nonce: str = Field(max_length=100)
    purpose: Literal["business-filing"]
    person: str = Field(pattern=r"^[A-Za-z0-9_-]{43}$")
    assurance: Literal["substantial", "high"]
    transaction: str = Field(min_length=8, max_length=100, pattern=r"^[A-Za-z0-9._:-]+$")


@dataclass(frozen=True, slots=True)
class Assertion:
    """What of it is kept: the claims, the key that signed and the hash of the whole token."""

    claims: Claims
    kid: str
    sha256: str


def commitment(nonce: str, name: str, number: str) -> str:
    """Stands for a person in one request: SHA-256 over nonce, name and number, base64url without padding."""
    words = "\n".join((nonce, name.strip(), number.strip().upper()))
    return base64.urlsafe_b64encode(hashlib.sha256(words.encode()).digest()).rstrip(b"=").decode()


def verify(token: str, expected: Expected, now: datetime) -> Assertion:
    """The assertion, if every part of it is as expected. Raises AssertionRefused, AssertionOfAnother."""
    if len(token) > MOST_BYTES or not token.isascii() or token.count(".") != 2:
        raise AssertionRefused("form")
    signed, _, signature = token.rpartition(".")
    head, _, body = signed.partition(".")
    header = _part(head, _Header, "header")
    key = expected.keys.get(header.kid)
    if key is None:
        raise AssertionRefused("key")
    try:
        Ed25519PublicKey.from_public_bytes(key).verify(_bytes(signature), signed.encode())
    except InvalidSignature:
        raise AssertionRefused("signature") from None
    claims = _part(body, Claims, "claims")
    _must_be_ours(claims, expected, now)
    if not hmac.compare_digest(claims.person, commitment(expected.nonce, expected.name, expected.number)):
        raise AssertionOfAnother()
    return Assertion(claims, header.kid, hashlib.sha256(token.encode()).hexdigest())


def _must_be_ours(claims: Claims, expected: Expected, now: datetime) -> None:
    moment, skew = now.timestamp(), SKEW.total_seconds()
    faults = (
        (claims.iss != expected.issuer, "issuer"),
        (claims.aud != expected.audience, "audience"),
        (not hmac.compare_digest(claims.nonce.encode(), expected.nonce.encode()), "nonce"),
        (claims.exp <= claims.iat or claims.exp - claims.iat > LONGEST.total_seconds(), "lifetime"),
        (claims.iat > moment + skew, "future"),
        (claims.exp + skew < moment, "expired"),
    )
    for is_wrong, why in faults:
        if is_wrong:
            raise AssertionRefused(why)


def _part(encoded: str, kind: type[Part], name: str) -> Part:
    """One JSON object, read strictly: no name twice, nothing unknown."""
    try:
        return kind.model_validate(json.loads(_bytes(encoded), object_pairs_hook=_once))
    except (ValueError, ValidationError, RecursionError):
        raise AssertionRefused(name) from None


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    if len(dict(pairs)) != len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _bytes(encoded: str) -> bytes:
    """Base64url without padding, in its one canonical form."""
    try:
        data = base64.b64decode(encoded + "=" * (-len(encoded) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        raise AssertionRefused("form") from None
    if base64.urlsafe_b64encode(data).rstrip(b"=").decode() != encoded:
        raise AssertionRefused("form")
    return data
