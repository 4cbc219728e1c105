# SPDX-License-Identifier: Apache-2.0
"""Signed requests (签名请求): what exactly is signed of a request between programmes. Pure.

Method, path with query, date, a number used once, and the digest of the body, a line each. Whoever changes one of
them changes what was signed. Used towards the gateway of messages and credit bureaus (HMAC) and by partners
(Ed25519).
"""

import hashlib
import hmac
import secrets
from datetime import datetime

DATE, NONCE, SIGNATURE, CALLER = "x-request-date", "x-request-nonce", "x-request-signature", "x-request-caller"


def signed_text(method: str, path: str, date: str, nonce: str, body: bytes) -> bytes:
    """`path` with its query as sent; `date` in whole seconds since 1970, decimal; `nonce` of 16 to 64 characters."""
    lines = ("contactless-approval-1", method.upper(), path, date, nonce, hashlib.sha256(body).hexdigest())
    return "\n".join(lines).encode()


def keyed(secret: str, method: str, path: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of one request under a secret that both sides know (HMAC-SHA256); another number each time."""
    date, nonce = str(int(now.timestamp())), secrets.token_urlsafe(18)
    signature = hmac.new(secret.encode(), signed_text(method, path, date, nonce, body), hashlib.sha256).hexdigest()
    return {DATE: date, NONCE: nonce, SIGNATURE: signature}
