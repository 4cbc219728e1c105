# SPDX-License-Identifier: Apache-2.0
"""Sealing (封存): personal data is unreadable where it rests. Hides keys, nonces and formats. Pure once installed.

AES-256-GCM under a key derived from the master key for each purpose (HKDF, RFC 5869); a keyed hash finds a row
again without the value. `install` is called once by the composition root.
"""

import hashlib
import hmac
import json
import os
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy import LargeBinary
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from kit.errors import DomainError

_NONCE = 12
_master: bytes | None = None


class KeyMissing(DomainError):
    """No master key was installed: nothing personal may be read or written."""


class SealBroken(DomainError):
    """The sealed value was altered, or sealed under another key or for another purpose."""


def install(master_key: bytes) -> None:
    """Use `master_key` (32 bytes) from now on. Raises ValueError for another length."""
    global _master
    if len(master_key) != 32:
        raise ValueError("the master key must be 32 bytes")
    _master = master_key
    _key.cache_clear()


@lru_cache
def _key(purpose: str) -> bytes:
    if _master is None:
        raise KeyMissing()
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(_master)


def seal(value: bytes, purpose: str) -> bytes:
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(_key(purpose)).encrypt(nonce, value, purpose.encode())


def unseal(sealed: bytes, purpose: str) -> bytes:
    """The value again. Raises SealBroken."""
    try:
        return AESGCM(_key(purpose)).decrypt(sealed[:_NONCE], sealed[_NONCE:], purpose.encode())
    except InvalidTag as error:
        raise SealBroken(purpose=purpose) from error


def seal_under(key: bytes, value: bytes, about: str) -> bytes:
    """Seal under a key of its own (`kit.keyring`); `about` is bound to it: what it is and whose."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(key).encrypt(nonce, value, about.encode())


def unseal_under(key: bytes, sealed: bytes, about: str) -> bytes:
    """The value again. Raises SealBroken."""
    try:
        return AESGCM(key).decrypt(sealed[:_NONCE], sealed[_NONCE:], about.encode())
    except InvalidTag as error:
        raise SealBroken(purpose=about.split(":")[0]) from error


def wrap(key: bytes, name: str) -> bytes:
    """A key, sealed under the master key and bound to its name."""
    return seal_under(_key("keyring"), key, f"key:{name}")


def unwrap(wrapped: bytes, name: str) -> bytes:
    """Raises SealBroken."""
    return unseal_under(_key("keyring"), wrapped, f"key:{name}")


def fingerprint(value: str, purpose: str) -> str:
    """A keyed hash (HMAC-SHA-256, hex): equal values can be found, a leaked table cannot be guessed through."""
    return hmac.new(_key(f"find:{purpose}"), value.encode(), hashlib.sha256).hexdigest()


class Sealed(TypeDecorator[Any]):
    """A column that holds any JSON value sealed for `purpose`."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return seal(json.dumps(value, ensure_ascii=False).encode(), self.purpose)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(unseal(value, self.purpose))
