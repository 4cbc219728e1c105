# SPDX-License-Identifier: Apache-2.0
"""Reading seals (验章): the seal of a file that anybody brought is read in a limited process, not in the serving one.

The library that reads it is large, and a hostile file can keep it busy or fill its memory: then that process ends, and
nothing is said of the file. I/O: processes, database.
"""

from functools import partial
from typing import Protocol

from kit.confined import Confined, Unanswered, limit
from kit.database import Database
from kit.errors import DomainError
from kit.measures import timed
from licences.checking import FileCheck, FileReason, FileVerdict, original, signature_fault, unread

MEMORY = 2**30  # bytes of addresses; reading one of ours takes a tenth
PATIENCE_S = 5.0  # ours take 30 ms
QUEUE_S = 10.0


class SealNotRead(DomainError):
    """No process was free, or the file outlasted the patience for it: it is neither genuine nor false."""


class Seals(Protocol):
    """Gives what is wrong with the seal, or None. Raises SealNotRead."""

    def fault(self, data: bytes, trust: bytes) -> FileReason | None: ...


class ConfinedSeals:
    """The reader of the service: a process, ended and replaced if a file outlasts its patience or its memory."""

    def __init__(
        self, count: int = 1, patience_s: float = PATIENCE_S, queue_s: float = QUEUE_S, memory: int = MEMORY
    ) -> None:
        begin = partial(_begin, memory)
        self._confined = Confined(count, begin, _load, patience_s=patience_s, queue_s=queue_s)

    @property
    def pids(self) -> list[int]:
        return self._confined.pids

    def fault(self, data: bytes, trust: bytes) -> FileReason | None:
        with timed("licences:seal"):
            try:
                return self._confined.do(signature_fault, data, trust)
            except Unanswered:
                raise SealNotRead() from None

    def close(self) -> None:
        self._confined.close()


def _begin(memory: int, parent: int) -> None:
    limit(parent, memory)


def _load() -> None:
    """The library loads parts of itself when they are first needed: nobody waits for that."""
    signature_fault(b"%PDF-1.7", b"")


def check_upload(database: Database, data: bytes, trust: bytes, seals: Seals) -> FileCheck:
    """What `licences.check_file` says, for whoever waits at a page: nothing of the database is held meanwhile.

    Raises SealNotRead.
    """
    if (reason := unread(data)) is not None:
        return FileCheck(FileVerdict.NO, None, (reason,))
    with database.reading() as session:
        licence = original(session, data)
    if licence is not None:
        return FileCheck(FileVerdict.GENUINE, licence, ())
    return FileCheck(FileVerdict.NO, None, (seals.fault(data, trust) or FileReason.SIGNED_BUT_UNKNOWN,))
