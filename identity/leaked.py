# SPDX-License-Identifier: Apache-2.0
"""Leaked (泄露口令): whether a password stands in a list of passwords that were stolen elsewhere (ASVS 5.0, 6.2.12).

The list is a file of the installation: SHA-1 of each password in hexadecimal digits, a colon and a count, one a line,
in the order of the hashes, as Pwned Passwords are published for offline use. Hides that a file of tens of gigabytes is
never read but halved until the line is found. Nothing leaves the machine. I/O: one file.
"""

import hashlib
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from kit.declared import Refused

Leaked = Callable[[str], bool]
LINE = re.compile(rb"([0-9A-F]{40}):[0-9]{1,12}\r?\n?")
MOST_LINE = 60


def nobody_knows(_password: str) -> bool:
    """Where an installation brings no list."""
    return False


def leaked_at(file: Path | None) -> Leaked:
    """Raises Refused for a file that is none of these lists."""
    return LeakedFile(file) if file else nobody_knows


class LeakedFile:
    """Thirty reads find a line among a thousand million."""

    def __init__(self, file: Path) -> None:
        self._file = file
        try:
            with file.open("rb") as lines:
                hashes = [_hash_in(lines.readline(MOST_LINE)) for _ in range(3)]
        except OSError as error:
            raise Refused(f"{file.name}: {error.strerror}") from error
        told = [one for one in hashes if one]
        if not told or told != sorted(told):
            raise Refused(f"{file.name}: no list of hashes in their order (SHA-1 in capitals, colon, count)")

    def __call__(self, password: str) -> bool:
        wanted = hashlib.sha1(password.encode(), usedforsecurity=False).hexdigest().upper().encode()
        with self._file.open("rb") as lines:
            low, high = 0, os.fstat(lines.fileno()).st_size
            while low < high:  # the first line that begins at or behind `low` and is not below what is wanted
                middle = (low + high) // 2
                found = _hash_in(_line_from(lines, middle))
                if found == wanted:
                    return True
                if found is None or found > wanted:
                    high = middle
                else:
                    low = lines.tell()
        return False


def _line_from(lines: BinaryIO, at: int) -> bytes:
    """The first whole line that begins at or behind this byte."""
    lines.seek(max(0, at - 1))
    if at:
        lines.readline(MOST_LINE)
    return lines.readline(MOST_LINE)


def _hash_in(line: bytes) -> bytes | None:
    found = LINE.fullmatch(line)
    return found[1] if found else None
