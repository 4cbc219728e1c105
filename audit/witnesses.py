# SPDX-License-Identifier: Apache-2.0
"""Witnesses (见证): checkpoints go to a place that this host cannot rewrite. I/O: files, network, database.

A port and two adapters: a folder (a mounted share, a medium that is written once) and a C2SP tlog-witness over HTTP,
which checks that each checkpoint follows from the one before and signs it. One that does not answer delays nothing; it
is told in the journal and on the auditor's page.
"""

import base64
import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

import httpx
import structlog
from sqlalchemy import BigInteger, String
from sqlalchemy.orm import Mapped, Session, mapped_column

from audit.checking import note_fault
from audit.notes import NoteRefused, Verifier, parts, with_lines
from audit.proving import NotInTree, prove_consistency
from audit.sequencing import Checkpoint, newest
from kit.database import Base, Database, Moment
from kit.errors import DomainError

log = structlog.get_logger()
PATIENCE_S = 5.0
MOST_HELD = 200
_BETWEEN = "%\n"
_SIZE = re.compile(r"0|[1-9][0-9]{0,18}")


class WitnessSilent(DomainError):
    """The witness did not answer, or not as agreed."""


class WitnessElsewhere(DomainError):
    """The witness holds a checkpoint of another size than we thought: the fact `size`."""


class WitnessObjects(DomainError):
    """The witness says that this checkpoint does not follow from the one it holds."""


class Witness(Protocol):
    """Somebody outside who keeps checkpoints. `name` is shown to auditors."""

    name: str

    def show(self, note: str, old: int, path: Sequence[bytes], now: datetime) -> list[str]:
        """Hand over a checkpoint that follows from one of `old` entries; gives signature lines to keep with it.

        Raises WitnessSilent, WitnessElsewhere, WitnessObjects.
        """
        ...

    def held(self) -> list[str]:
        """Checkpoints it holds and can be asked for, oldest first. Raises WitnessSilent."""
        ...


class FolderWitness:
    """A folder: a file for each month, notes one after another, each durable when `show` returns."""

    def __init__(self, folder: Path) -> None:
        self.name = f"folder {folder.name}"
        self._folder = folder

    def show(self, note: str, old: int, path: Sequence[bytes], now: datetime) -> list[str]:
        try:
            with (self._folder / f"checkpoints-{now:%Y-%m}.txt").open("a", encoding="utf-8") as file:
                file.write(note + _BETWEEN)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            raise WitnessSilent(witness=self.name) from error
        return []

    def held(self) -> list[str]:
        """The last of each month and the last two hundred."""
        try:
            months = [self._notes(file) for file in sorted(self._folder.glob("checkpoints-*.txt"))]
        except (OSError, UnicodeError) as error:
            raise WitnessSilent(witness=self.name) from error
        recent = [note for notes in months[-2:] for note in notes][-MOST_HELD:]
        return [*(notes[-1] for notes in months[:-2] if notes), *recent]

    @staticmethod
    def _notes(file: Path) -> list[str]:
        """A note whose end was not written yet is none."""
        return file.read_text("utf-8").split(_BETWEEN)[:-1]


class HttpWitness:
    """A witness that speaks C2SP tlog-witness at `url`; `verifier` is its key."""

    def __init__(self, url: str, verifier: Verifier, client: httpx.Client | None = None) -> None:
        self.name = verifier.name
        self._url, self._verifier = url.rstrip("/"), verifier
        self._client = client or httpx.Client(timeout=PATIENCE_S, trust_env=False)

    def show(self, note: str, old: int, path: Sequence[bytes], now: datetime) -> list[str]:
        proof = "".join(base64.b64encode(digest).decode() + "\n" for digest in path)
        try:
            answer = self._client.post(f"{self._url}/add-checkpoint", content=f"old {old}\n{proof}\n{note}".encode())
        except httpx.HTTPError as error:
            raise WitnessSilent(witness=self.name) from error
        if answer.status_code == 409 and _SIZE.fullmatch(answer.text.strip()):
            raise WitnessElsewhere(size=int(answer.text))
        if answer.status_code in (409, 422):
            raise WitnessObjects(witness=self.name)
        if answer.status_code != 200:
            raise WitnessSilent(witness=self.name)
        body, _own = parts(note)
        line = self._verifier.line_in(body, answer.text.splitlines())
        if line is None:
            raise WitnessSilent(witness=self.name)
        return [line]

    def held(self) -> list[str]:
        """A witness of this kind is asked by showing it the next checkpoint: it refuses one that does not follow."""
        return []


class Shown(Base):
    """How far a witness has come, and since when it has been silent."""

    __tablename__ = "log_witness"

    name: Mapped[str] = mapped_column(String(120), primary_key=True)
    size: Mapped[int] = mapped_column(BigInteger, default=0)
    shown_at: Mapped[datetime | None] = mapped_column(Moment)
    failing_since: Mapped[datetime | None] = mapped_column(Moment)
    fault: Mapped[str] = mapped_column(String(40), default="")


def shown(session: Session, name: str) -> Shown:
    return session.get(Shown, name, populate_existing=True) or Shown(name=name, size=0, fault="")


def show_newest(database: Database, witness: Witness, now: datetime) -> bool:
    """Hand the newest checkpoint over, outside every transaction, and write down what came of it."""
    with database.reading() as session:
        checkpoint, before = newest(session), shown(session, witness.name)
    if checkpoint is None or (before.size == checkpoint.size and before.failing_since is None):
        return True
    try:
        lines = _shown_from(database, witness, checkpoint, before.size, now)
    except DomainError as error:
        _write_fault(database, witness.name, error, now)
        return False
    with database.writing() as session:
        row = session.merge(shown(session, witness.name))
        row.size, row.shown_at, row.failing_since, row.fault = checkpoint.size, now, None, ""
        kept = session.get(Checkpoint, checkpoint.size, with_for_update=True)
        if kept is not None and lines:
            kept.note = with_lines(kept.note, lines)
    return True


def _shown_from(database: Database, witness: Witness, checkpoint: Checkpoint, old: int, now: datetime) -> list[str]:
    for _try in range(3):
        with database.reading() as session:
            try:
                path = prove_consistency(session, old, checkpoint.size).path
            except NotInTree as error:  # it knows a longer log than there is: ours was rolled back
                raise WitnessObjects(witness=witness.name) from error
        try:
            return witness.show(checkpoint.note, old, path, now)
        except WitnessElsewhere as elsewhere:
            old = elsewhere.facts["size"]
    raise WitnessSilent(witness=witness.name)


def _write_fault(database: Database, name: str, error: DomainError, now: datetime) -> None:
    log.error("witness_failed", witness=name, fault=error.code)
    with database.writing() as session:
        row = session.merge(shown(session, name))
        row.failing_since, row.fault = row.failing_since or now, error.code
        if isinstance(error, WitnessObjects):
            note_fault(session, "witness", now)


def held_elsewhere(witnesses: Sequence[Witness]) -> list[str]:
    """What all witnesses hold; one that is silent is told in the journal and says nothing."""
    found: list[str] = []
    for witness in witnesses:
        try:
            found += witness.held()
        except WitnessSilent:
            log.error("witness_failed", witness=witness.name, fault=WitnessSilent.code)
    return found


def witness_of(url: str, vkey: str) -> HttpWitness:
    """From settings. Raises NoteRefused for a key that is none of a witness."""
    verifier = Verifier.from_vkey(vkey)
    if verifier.kind != 4:
        raise NoteRefused(why="key")
    return HttpWitness(url, verifier)
