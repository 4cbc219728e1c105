# SPDX-License-Identifier: Apache-2.0
"""Master key (主密钥): from the environment, a file of its owner only, or a system apart. I/O: files, network.

A file is what service managers hand over (systemd credentials, mounted secrets): unlike the environment it is not
handed down to children and stands in no list of processes. A wrapped file says nothing without the system (`kit.kms`)
that wrapped it.
"""

import os
import secrets
import stat
from pathlib import Path

from kit.kms import KeyManagement, KmsFailed, kms_of
from kit.settings import Settings

KEY_BYTES = 32
HOW = "64 hexadecimal digits, for example from `openssl rand -hex 32`"


class MasterKeyRefused(ValueError):
    """No key, two keys, a file that others may read, or not a key; the sentence says which and never the key."""


def master_key(settings: Settings) -> bytes:
    """The key of 32 bytes. Raises MasterKeyRefused."""
    return _key(settings, "MASTER_KEY")


def old_master_key(settings: Settings) -> bytes | None:
    """The one before it, while `keys rotate` is not done. Raises MasterKeyRefused."""
    name = "OLD_MASTER_KEY"
    typed, *files = _sources(settings, name)
    if not typed and not any(files):
        return None
    old = _key(settings, name)
    if old == master_key(settings):
        raise MasterKeyRefused(
            "OLD_MASTER_KEY is MASTER_KEY: set the new one as MASTER_KEY, the one before as the old."
        )
    return old


def make_wrapped(kms: KeyManagement, file: Path) -> None:
    """A new master key, known to nobody, wrapped by the system apart. Raises KmsFailed, FileExistsError."""
    wrapped = kms.wrap(secrets.token_bytes(KEY_BYTES))
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as target:
        target.write(f"{wrapped}\n")


def _sources(settings: Settings, name: str) -> tuple[str, Path | None, Path | None]:
    field = name.lower()
    typed: str = getattr(settings, field).get_secret_value()
    return typed, getattr(settings, f"{field}_file"), getattr(settings, f"{field}_wrapped")


def _key(settings: Settings, name: str) -> bytes:
    typed, file, wrapped = _sources(settings, name)
    if sum(map(bool, (typed, file, wrapped))) > 1:
        raise MasterKeyRefused(
            f"Set one of {name}, {name}_FILE and {name}_WRAPPED, not both: nobody could tell which one seals."
        )
    if wrapped:
        return _unwrapped(settings, wrapped, f"{name}_WRAPPED")
    source = f"{name}_FILE" if file else name
    words = _read(file, source) if file else typed
    try:
        key = bytes.fromhex(words.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyRefused(f"{source} must be {HOW}.")
    return key


def _unwrapped(settings: Settings, file: Path, source: str) -> bytes:
    wrapped = _read(file, source).strip()
    try:
        return kms_of(settings).unwrap(wrapped)
    except KmsFailed as failed:
        raise MasterKeyRefused(str(failed)) from None


def _read(file: Path, source: str) -> str:
    try:
        mode = file.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise MasterKeyRefused(f"{source} may be read by others than its owner: chmod 600 {file}")
        return file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise MasterKeyRefused(f"{source} cannot be read: {file}") from None
