# SPDX-License-Identifier: Apache-2.0
"""Strongbox (保险箱): a file of any size sealed under a key, portion by portion. Hides the format. I/O: files.

AES-256-GCM over portions of 1 MiB, each bound to its place and to whether it is the last (as STREAM does), so that
portions cannot be taken out, put in another order, or the end cut off. The key is derived from BACKUP_KEY for each
file with a random salt.
"""

import os
import struct
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from kit.errors import DomainError

MAGIC = b"APPROVAL-BOX-1\n"
PORTION = 2**20
_SALT, _TAG = 16, 16


class BoxClosed(DomainError):
    """The file does not open: another key, or it was changed or cut."""


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(SHA256(), 32, salt, b"backup").derive(key))


def _nonce(place: int, is_last: bool) -> bytes:
    return struct.pack(">QI", place, is_last)


def lock(key: bytes, plain: Path, box: Path) -> None:
    """Seal `plain` into `box`, durable when it returns. `key`: 32 bytes."""
    salt = os.urandom(_SALT)
    cipher = _cipher(key, salt)
    with plain.open("rb") as source, box.open("wb") as target:
        target.write(MAGIC + salt)
        portion, place = source.read(PORTION), 0
        while True:
            following = source.read(PORTION)
            target.write(cipher.encrypt(_nonce(place, not following), portion, MAGIC))
            if not following:
                break
            portion, place = following, place + 1
        target.flush()
        os.fsync(target.fileno())


def unlock(key: bytes, box: Path, plain: Path) -> None:
    """The file again. Raises BoxClosed, and then leaves nothing."""
    try:
        with box.open("rb") as source, plain.open("wb") as target:
            if source.read(len(MAGIC)) != MAGIC:
                raise BoxClosed(file=box.name)
            cipher = _cipher(key, source.read(_SALT))
            portion, place = source.read(PORTION + _TAG), 0
            while True:
                following = source.read(PORTION + _TAG)
                target.write(cipher.decrypt(_nonce(place, not following), portion, MAGIC))
                if not following:
                    return
                portion, place = following, place + 1
    except (InvalidTag, ValueError) as error:
        plain.unlink(missing_ok=True)
        raise BoxClosed(file=box.name) from error
    except BoxClosed:
        plain.unlink(missing_ok=True)
        raise


def is_locked(file: Path) -> bool:
    with file.open("rb") as source:
        return source.read(len(MAGIC)) == MAGIC
