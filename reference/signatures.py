# SPDX-License-Identifier: Apache-2.0
"""Signatures (请求签名): stand-ins ask for our secret, a date of now and a number not used before. Pure."""

import hashlib
import hmac

from fastapi import Request

from kit.signed import DATE, NONCE, SIGNATURE, signed_text

AROUND_S = 300


def is_signed(request: Request, body: bytes, secret: str, numbers: set[str], now_s: float) -> bool:
    """Whether whoever knows the secret asks this, now and for the first time; its number is then among `numbers`."""
    date, number = request.headers.get(DATE, ""), request.headers.get(NONCE, "")
    if not date.isdecimal() or abs(now_s - int(date)) > AROUND_S or number in numbers:
        return False
    text = signed_text(request.method, request.url.path, date, number, body)
    expected = hmac.new(secret.encode(), text, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected, request.headers.get(SIGNATURE, "")):
        return False
    numbers.add(number)
    return True
