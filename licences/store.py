# SPDX-License-Identifier: Apache-2.0
"""Store (文件库): signed files under their SHA-256. Hides folders and half-written files. I/O: files."""

import hashlib
import os
import tempfile
from pathlib import Path


class Store:
    """What is put once is never changed; what was changed on the disk is never given out."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Write durably, then name: a crash leaves the whole file or none. Gives the SHA-256 in hexadecimal."""
        digest = hashlib.sha256(data).hexdigest()
        path = self._path(digest)
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(file.name).replace(path)
        for folder in (path.parent, self._folder):
            _keep_names(folder)
        return digest

    def get(self, digest: str) -> bytes | None:
        """The file, or None if it is not there or not what it was."""
        try:
            data = self._path(digest).read_bytes()
        except FileNotFoundError:
            return None
        return data if hashlib.sha256(data).hexdigest() == digest else None

    def _path(self, digest: str) -> Path:
        return self._folder / digest[:2] / digest


def _keep_names(folder: Path) -> None:
    """Make the new name itself durable: renaming alone may be lost with the power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
