# SPDX-License-Identifier: Apache-2.0
"""Commitments (承诺值): a value is bound and not told; with value and salt anybody can be shown that it is it. Pure.

HMAC-SHA-256 under a random salt of 256 bits over the name of the field, a zero byte and the value. Without the salt a
commitment says nothing, not even of a value that can be guessed; an unsalted hash of a number of a person would.
"""

import hashlib
import hmac
import secrets

SALT_BYTES = 32


def commit(field: str, value: bytes) -> tuple[str, bytes]:
    """The commitment (64 hexadecimal digits) and the fresh salt that opens it."""
    salt = secrets.token_bytes(SALT_BYTES)
    return commitment(salt, field, value), salt


def commitment(salt: bytes, field: str, value: bytes) -> str:
    return hmac.new(salt, field.encode() + b"\x00" + value, hashlib.sha256).hexdigest()


def opens(told: str, salt: bytes, field: str, value: bytes) -> bool:
    """Whether this is the value that was committed to."""
    return hmac.compare_digest(commitment(salt, field, value), told)
