# SPDX-License-Identifier: Apache-2.0
"""Hashes of passwords (口令散列): Argon2id (RFC 9106). Hides the hasher and what one try costs. Pure.

What one try costs is the installation's: `install` takes another cost, as tests do.
"""

import secrets
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import VerificationError

_hasher = PasswordHasher()


def install(hasher: PasswordHasher) -> None:
    """Use this hasher from now on; hashes of another cost are still verified."""
    global _hasher
    _hasher = hasher
    _nobody.cache_clear()


@lru_cache(maxsize=1)
def _nobody() -> str:
    """Nobody knows what it is made of: verified where there is no hash, so that the answer takes as long."""
    return _hasher.hash(secrets.token_urlsafe(32))


def hashed(password: str) -> str:
    return _hasher.hash(password)


def fits(kept: str | None, password: str) -> bool:
    """Whether the hash is of this password; never for none, which takes as long as any."""
    try:
        _hasher.verify(kept or _nobody(), password)
    except VerificationError:
        return False
    return kept is not None
