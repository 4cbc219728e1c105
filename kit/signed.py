# SPDX-License-Identifier: Apache-2.0
"""Signed requests (签名请求): what exactly is signed of a request between programmes. Pure.

Method, path with query, date, a number used once, and the digest of the body, a line each. Whoever changes one of
them changes what was signed. Used towards the gateway of messages (HMAC) and by partners (Ed25519).
"""

import hashlib

DATE, NONCE, SIGNATURE, CALLER = "x-request-date", "x-request-nonce", "x-request-signature", "x-request-caller"


def signed_text(method: str, path: str, date: str, nonce: str, body: bytes) -> bytes:
    """`path` with its query as sent; `date` in whole seconds since 1970, decimal; `nonce` of 16 to 64 characters."""
    lines = ("contactless-approval-1", method.upper(), path, date, nonce, hashlib.sha256(body).hexdigest())
    return "\n".join(lines).encode()
