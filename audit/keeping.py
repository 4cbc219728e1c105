# SPDX-License-Identifier: Apache-2.0
"""Keeping (日志保管): everything around the log of one installation: key, sequencer, witnesses, continuous check.

Hides the threads. Nothing here is waited for by anybody who writes an entry. I/O: database, key file, witnesses.
"""

import os
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from audit.checking import Checked, check, glance, note_check, note_fault, standing
from audit.notes import LogKey, NoteRefused, Verifier
from audit.sequencing import AT_ONCE, ClockBehind, TreeDamaged, is_pending, newest, sequence
from audit.witnesses import FolderWitness, Witness, held_elsewhere, show_newest, witness_of
from kit.clock import Clock
from kit.database import Database
from kit.errors import DomainError
from kit.settings import Settings

log = structlog.get_logger()
EVERY_S = 0.2
WITNESS_EVERY_S = 10.0
PAUSE_S = 5.0
LONG_PAUSE_S = 60.0  # a tree that does not fit mends itself no sooner
FULL_CHECK_AFTER = timedelta(hours=20)


class LogKeyForeign(DomainError):
    """The log in the database was signed under another key or origin than the one of the settings."""


def open_key(file: Path, origin: str) -> LogKey:
    """The key in this file; made at the first start, readable by its owner only. Raises ValueError for another file."""
    if not file.exists():
        file.parent.mkdir(parents=True, exist_ok=True)
        pem = Ed25519PrivateKey.generate().private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        fresh = file.with_name(f"{file.name}.{os.getpid()}.tmp")
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as written:
            written.write(pem)
            written.flush()
            os.fsync(written.fileno())
        try:
            os.link(fresh, file)  # another process may have been first: its key stays
        except FileExistsError:
            pass
        finally:
            fresh.unlink()
    key = serialization.load_pem_private_key(file.read_bytes(), None)
    if not isinstance(key, Ed25519PrivateKey):
        raise ValueError("not an Ed25519 key")
    return LogKey(origin, key)


@dataclass(frozen=True, slots=True)
class Ledger:
    """The log of this installation: where it is, who signs it, who holds its checkpoints, whom to call about it."""

    database: Database
    key: LogKey
    witnesses: tuple[Witness, ...] = ()
    contact: str = ""

    @property
    def verifier(self) -> Verifier:
        return self.key.verifier

    def must_be_ours(self) -> None:
        """Raises LogKeyForeign: a second key under one log would make every auditor's check fail."""
        with self.database.reading() as session:
            last = newest(session)
        try:
            if last is not None:
                self.verifier.open(last.note)
        except NoteRefused as error:
            raise LogKeyForeign() from error

    def sequence(self, now: datetime) -> int:
        """Everything that is pending now; gives how many."""
        done = 0
        while self._is_pending():
            with self.database.writing() as session:
                portion = sequence(session, self.key, now)
            done += portion
            if portion < AT_ONCE:
                break
        return done

    def hasten(self, now: datetime) -> None:
        """The same before somebody checks or exports; a log that cannot go on is theirs to see."""
        with suppress(TreeDamaged, ClockBehind):
            self.sequence(now)

    def _is_pending(self) -> bool:
        with self.database.reading() as session:
            return is_pending(session)

    def show(self, now: datetime) -> None:
        for witness in self.witnesses:
            show_newest(self.database, witness, now)

    def check(self, now: datetime, *, by: str) -> Checked:
        """Everything, now, by a person; a log that is whole may issue again."""
        held = held_elsewhere(self.witnesses)
        with self.database.snapshot() as session:
            checked = check(session, self.verifier, held)
        with self.database.writing() as session:
            note_check(session, checked, now, by=by)
        return checked

    def is_whole(self, session: Session) -> bool:
        """Entries, tree and signatures, in the caller's session; nothing is written.

        Not what witnesses hold: they may hold already what a session begun before does not see.
        """
        return check(session, self.verifier).is_whole

    def look(self, now: datetime) -> Checked:
        """The continuous check: a glance, and everything once a day. Writes only what is news."""
        held = held_elsewhere(self.witnesses)
        with self.database.snapshot() as session:
            row = standing(session)
            is_full = row.checked_at is None or row.checked_at < now - FULL_CHECK_AFTER
            checked = check(session, self.verifier, held) if is_full else glance(session, self.verifier, held)
        if not checked.is_whole:
            log.error("log_broken", why=checked.why, at=checked.broken_at)
        if is_full or not checked.is_whole:
            with self.database.writing() as session:
                note_check(session, checked, now, is_full=is_full)
        return checked

    def alarm(self, why: str, now: datetime) -> None:
        log.error("log_broken", why=why)
        with self.database.writing() as session:
            note_fault(session, why, now)


def ledger_of(database: Database, settings: Settings) -> Ledger:
    """Key and witnesses as the settings name them. Raises LogKeyForeign for a file or a key that is none."""
    try:
        key = open_key(settings.log_key, settings.origin)
        witnesses: list[Witness] = []
        if settings.checkpoint_dir:
            witnesses.append(FolderWitness(settings.checkpoint_dir))
        if settings.witness_url:
            witnesses.append(witness_of(settings.witness_url, settings.witness_key))
    except (ValueError, NoteRefused) as error:
        raise LogKeyForeign() from error
    return Ledger(database, key, tuple(witnesses), settings.audit_contact)


class Sequencer:
    """Two threads of a worker: one sequences, the other shows checkpoints to witnesses. Each worker may have one."""

    def __init__(self, ledger: Ledger, clock: Clock, every_s: float = EVERY_S) -> None:
        self._ledger, self._clock, self._every_s = ledger, clock, every_s
        self._stop = threading.Event()
        self._threads: Sequence[threading.Thread] = ()

    def start(self) -> None:
        jobs = (("log-sequencer", self._every_s, self._sequence), ("log-witnesses", WITNESS_EVERY_S, self._show))
        self._threads = [
            threading.Thread(target=self._again, args=job, name=job[0], daemon=True)
            for job in jobs
            if job[0] == "log-sequencer" or self._ledger.witnesses
        ]
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        """Sequence what is pending, show it, and end."""
        self._stop.set()
        for thread in self._threads:
            thread.join(10)

    def _again(self, name: str, every_s: float, work: Callable[[], None]) -> None:
        is_last = False
        while not is_last:
            is_last = self._stop.wait(every_s)
            try:
                work()
            except ClockBehind:
                log.error("log_clock_behind")
                self._stop.wait(PAUSE_S)
            except Exception:  # the database is away: the next round comes
                log.exception("log_round_failed", thread=name)
                self._stop.wait(PAUSE_S)

    def _sequence(self) -> None:
        now = self._clock()
        try:
            self._ledger.sequence(now)
        except TreeDamaged:
            self._ledger.alarm("tile_changed", now)
            self._stop.wait(LONG_PAUSE_S)

    def _show(self) -> None:
        self._ledger.show(self._clock())
