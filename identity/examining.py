# SPDX-License-Identifier: Apache-2.0
"""Examining (文件查验): an uploaded file is taken apart in a limited process, not in the one that serves.

I/O: processes; the scanner, where there is one. What may be kept is the rule of `kit.uploads`; here is where it runs.
"""

from collections.abc import Sequence
from typing import Protocol

from identity.workers import FaceServiceDown, Workers
from kit.errors import DomainError
from kit.scanning import Scanner
from kit.uploads import Kept, examined


class FileNotExamined(DomainError):
    """No worker was free, or the file outlasted the patience for it: it is not kept."""


class Examiner(Protocol):
    """Gives what may be kept of a file. Raises what `kit.uploads.examined` and a scanner raise, and FileNotExamined."""

    def examine(self, data: bytes, name: str) -> Kept: ...


class WorkerExaminer:
    """The examiner of the service: a worker, ended and replaced if the file outlasts its patience."""

    def __init__(self, workers: Workers) -> None:
        self._workers = workers

    def examine(self, data: bytes, name: str) -> Kept:
        try:
            kept: Kept = self._workers.do("examining:in_worker", [data], name)
        except FaceServiceDown:
            raise FileNotExamined() from None
        return kept


class ScannedExaminer:
    """What may be kept is shown to the scanner as it came: it knows whole files."""

    def __init__(self, examiner: Examiner, scanner: Scanner) -> None:
        self._examiner, self._scanner = examiner, scanner

    def examine(self, data: bytes, name: str) -> Kept:
        kept = self._examiner.examine(data, name)  # what is refused anyway needs no scanner
        self._scanner.must_be_clean(data)
        return kept


def in_worker(files: Sequence[bytes], name: str) -> Kept:
    """The one file. Runs inside the worker."""
    return examined(files[0], name)
