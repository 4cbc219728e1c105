# SPDX-License-Identifier: Apache-2.0
"""Master key (主密钥): where it comes from: the environment, or a file that only its owner may read. I/O: one file.

A file is what service managers hand over (systemd credentials, mounted secrets): unlike the environment it is not
handed down to children and stands in no list of processes.
"""

import stat
from pathlib import Path

from kit.settings import Settings

KEY_BYTES = 32
HOW = "64 hexadecimal digits, for example from `openssl rand -hex 32`"


class MasterKeyRefused(ValueError):
    """No key, two keys, a file that others may read, or not a key; the sentence says which and never the key."""


def master_key(settings: Settings) -> bytes:
    """The key of 32 bytes. Raises MasterKeyRefused."""
    typed, file = settings.master_key.get_secret_value(), settings.master_key_file
    if typed and file:
        raise MasterKeyRefused("Set MASTER_KEY or MASTER_KEY_FILE, not both: nobody could tell which one seals.")
    source = "MASTER_KEY_FILE" if file else "MASTER_KEY"
    words = _read(file) if file else typed
    try:
        key = bytes.fromhex(words.strip())
    except ValueError:
        key = b""
    if len(key) != KEY_BYTES:
        raise MasterKeyRefused(f"{source} must be {HOW}.")
    return key


def _read(file: Path) -> str:
    try:
        mode = file.stat().st_mode
        if mode & (stat.S_IRWXG | stat.S_IRWXO):
            raise MasterKeyRefused(f"MASTER_KEY_FILE may be read by others than its owner: chmod 600 {file}")
        return file.read_text("ascii")
    except (OSError, UnicodeDecodeError):
        raise MasterKeyRefused(f"MASTER_KEY_FILE cannot be read: {file}") from None
