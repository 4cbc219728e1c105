# SPDX-License-Identifier: Apache-2.0
"""Key management (密钥管理服务): a system apart wraps the master key, and unwraps it for whoever proves to be us.

The key that wraps never leaves that system. It is asked when a process starts: one that runs goes on while the system
is away. Requests are signed with a secret of two (`kit.signed`), over TLS, with our certificate where one is set.
Contract: docs/kms-contract.md. I/O: network.
"""

import hashlib
import hmac
import json
import secrets
import ssl
from pathlib import Path
from typing import Protocol
from urllib.parse import urlsplit

import httpx

from kit.clock import Clock, now
from kit.settings import Settings
from kit.signed import DATE, NONCE, SIGNATURE, signed_text

TIMEOUT_S = 5.0
MOST_BYTES = 4096
LEAST_SECRET = 32
HERE = ("127.0.0.1", "localhost", "::1")


class KmsFailed(Exception):
    """The system did not answer, refused, or gave no key; one sentence for whoever starts the service."""


class KeyManagement(Protocol):
    """Wraps a key of 32 bytes. Both raise KmsFailed."""

    def wrap(self, key: bytes) -> str: ...

    def unwrap(self, wrapped: str) -> bytes: ...


class HttpKms:
    """A system that keeps the contract."""

    def __init__(
        self, url: str, secret: str, certificate: Path | None = None, ca: Path | None = None, clock: Clock = now
    ) -> None:
        self._url, self._secret, self._clock = url.rstrip("/"), secret.encode(), clock
        self._certificate, self._ca = certificate, ca

    def wrap(self, key: bytes) -> str:
        """See KeyManagement."""
        return self._ask("wrap", {"key": key.hex()}, "wrapped")

    def unwrap(self, wrapped: str) -> bytes:
        """See KeyManagement."""
        try:
            key = bytes.fromhex(self._ask("unwrap", {"wrapped": wrapped}, "key"))
        except ValueError:
            key = b""
        if len(key) != 32:
            raise KmsFailed("KMS_URL gave no key of 32 bytes.")
        return key

    def _ask(self, act: str, asked: dict[str, str], wanted: str) -> str:
        content = json.dumps(asked).encode()
        date, nonce = str(int(self._clock().timestamp())), secrets.token_urlsafe(18)
        path = urlsplit(f"{self._url}/v1/{act}").path
        signature = hmac.new(self._secret, signed_text("POST", path, date, nonce, content), hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", DATE: date, NONCE: nonce, SIGNATURE: signature}
        try:
            with (
                httpx.Client(timeout=TIMEOUT_S, trust_env=False, verify=self._context()) as http,
                http.stream("POST", f"{self._url}/v1/{act}", content=content, headers=headers) as answer,
            ):
                said = b"".join(_at_most(answer))
                status = answer.status_code
        except (httpx.HTTPError, OSError) as error:
            raise KmsFailed(f"KMS_URL does not answer ({type(error).__name__}): no key, no start.") from None
        if status != 200:
            raise KmsFailed(f"KMS_URL refused to {act} the master key ({status}).")
        try:
            return str(json.loads(said)[wanted])
        except (ValueError, KeyError, TypeError):
            raise KmsFailed("KMS_URL gave an answer that is none of its contract.") from None

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(cafile=self._ca)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        if self._certificate:
            context.load_cert_chain(self._certificate)
        return context


def _at_most(answer: httpx.Response) -> list[bytes]:
    said: list[bytes] = []
    for portion in answer.iter_bytes():
        said.append(portion)
        if sum(map(len, said)) > MOST_BYTES:
            raise KmsFailed("KMS_URL gave an answer that is none of its contract.")
    return said


def kms_of(settings: Settings) -> KeyManagement:
    """The system of the settings. Raises KmsFailed."""
    parts, secret = urlsplit(settings.kms_url), settings.kms_secret.get_secret_value()
    if not parts.hostname:
        raise KmsFailed("A wrapped master key needs KMS_URL, which unwraps it.")
    if parts.scheme != "https" and parts.hostname not in HERE:
        raise KmsFailed("KMS_URL must be https: only this machine is asked without TLS.")
    if len(secret) < LEAST_SECRET:
        raise KmsFailed(f"KMS_SECRET must have at least {LEAST_SECRET} characters when KMS_URL is asked.")
    return HttpKms(settings.kms_url, secret, settings.kms_certificate, settings.kms_ca)
