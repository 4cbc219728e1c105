# SPDX-License-Identifier: Apache-2.0
"""Sealing (封存): personal data is unreadable where it rests. Hides keys, nonces and formats. Pure once installed.

AES-256-GCM under a key derived from the master key for each purpose (HKDF, RFC 5869); a keyed hash finds a row
again without the value. A sealed value begins with the number of its algorithm and the name of its master key, so
that another of either can be brought in while old values still open; those without (sealed before there were names)
are tried under every master key. `install` is called once by the composition root.
"""

import hashlib
import hmac
import json
import os
from collections.abc import Callable
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

_NONCE, _NAME = 12, 5
_ALGORITHM = b"AS\x01"  # 1: AES-256-GCM, key by HKDF-SHA-256, nonce of 12 bytes; another algorithm, another number
PREFIX = len(_ALGORITHM) + _NAME  # bytes by which a value tells its algorithm and its key
_masters: dict[bytes, bytes] = {}  # by prefix; the first one seals, all of them open
_root: bytes | None = None  # from which the keys of hashes come: rotation leaves it


class KeyMissing(DomainError):
    """No master key was installed: nothing personal may be read or written."""


class SealBroken(DomainError):
    """The sealed value was altered, or sealed under another key or for another purpose."""


def install(master_key: bytes, *older: bytes) -> None:
    """Seal under `master_key` (32 bytes) from now on and open what it or an older one sealed.

    Hashes are keyed by it too, until `find_under` says otherwise. Raises ValueError for another length.
    """
    if any(len(key) != 32 for key in (master_key, *older)):
        raise ValueError("the master key must be 32 bytes")
    _masters.clear()
    _masters.update({_ALGORITHM + _derived(key, "name of the key")[:_NAME]: key for key in (master_key, *older)})
    _key.cache_clear()
    find_under(master_key)


def find_under(kept: bytes) -> None:
    """Key the hashes by `kept` (32 bytes): they were made under it, and a hash cannot be made anew."""
    global _root
    _root = kept
    _hashing_key.cache_clear()


def root() -> bytes:
    """What hashes are keyed by. Raises KeyMissing."""
    if _root is None:
        raise KeyMissing()
    return _root


def current() -> bytes:
    """The prefix of what is sealed now. Raises KeyMissing."""
    if not _masters:
        raise KeyMissing()
    return next(iter(_masters))


def mark_of_master() -> str:
    """Tells one master key from another, and nothing of either."""
    key = _derived(_masters[current()], "find:which master key")
    return hmac.new(key, b"backup", hashlib.sha256).hexdigest()


def _derived(master: bytes, purpose: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=purpose.encode()).derive(master)


@lru_cache(256)
def _key(prefix: bytes, purpose: str) -> bytes:
    return _derived(_masters[prefix], purpose)


@lru_cache(256)
def _hashing_key(purpose: str) -> bytes:
    return _derived(root(), f"find:{purpose}")


def seal(value: bytes, purpose: str) -> bytes:
    return _seal(value, purpose, purpose)


def sealer(purpose: str) -> Callable[[bytes], bytes]:
    """What `seal` does, for millions of values in one thread: the cipher is set up once."""
    prefix = current()
    cipher, about = AESGCM(_key(prefix, purpose)), purpose.encode()

    def sealed(value: bytes) -> bytes:
        nonce = os.urandom(_NONCE)
        return prefix + nonce + cipher.encrypt(nonce, value, about)

    return sealed


def unseal(sealed: bytes, purpose: str) -> bytes:
    """The value again. Raises SealBroken."""
    return _unseal(sealed, purpose, purpose)


def _seal(value: bytes, purpose: str, about: str) -> bytes:
    prefix = current()
    return prefix + seal_under(_key(prefix, purpose), value, about)


def _unseal(sealed: bytes, purpose: str, about: str) -> bytes:
    current()
    prefix = sealed[:PREFIX]
    if prefix in _masters:
        return unseal_under(_key(prefix, purpose), sealed[PREFIX:], about)
    for older in _masters:  # sealed before values named their key, or under one that is not at hand
        try:
            return unseal_under(_key(older, purpose), sealed, about)
        except SealBroken:
            continue
    raise SealBroken(purpose=about.split(":")[0])


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
    return _seal(key, "keyring", f"key:{name}")


def unwrap(wrapped: bytes, name: str) -> bytes:
    """Raises SealBroken."""
    return _unseal(wrapped, "keyring", f"key:{name}")


def fingerprint(value: str, purpose: str) -> str:
    """A keyed hash (HMAC-SHA-256, hex): equal values can be found, a leaked table cannot be guessed through."""
    return hmac.digest(_hashing_key(purpose), value.encode(), "sha256").hex()


class Sealed(TypeDecorator[Any]):
    """A column that holds any JSON value sealed for `purpose`."""

    impl = LargeBinary
    cache_ok = True
    own_mark: bytes | None = None  # how values begin that lie under a key of the ring

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None:
            return None
        return seal(json.dumps(value, ensure_ascii=False).encode(), self.purpose)

    def process_result_value(self, value: bytes | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(unseal(value, self.purpose))
