# SPDX-License-Identifier: Apache-2.0
"""Hooks (推送): what a department is told is sent to its own system, in order and until that has said that it came.

One row for each department says up to which number it has everything; whoever sends takes the row ahead for a while, so
that no two processes send at once. A system that is down misses nothing: it gets what came meanwhile in portions, and
knows by the numbers what it had already. Contract: docs/partner-api.md. I/O: database, network, a thread.
"""

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import structlog
from pydantic import Field, field_validator
from sqlalchemy import String, or_, select, update
from sqlalchemy.exc import IntegrityError, SQLAlchemyError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.clock import Clock
from kit.database import Base, Database, Moment
from kit.declared import Refused, declared
from kit.signed import keyed
from kit.text import Frozen
from supervision.telling import Notification, inbox

TIMEOUT_S = 5.0
LEASE = timedelta(seconds=30)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=30)
PORTION = 100
AT_ONCE = 8
LEAST_SECRET = 32
HOME = ("127.0.0.1", "localhost", "::1")
log = structlog.get_logger()


class Hook(Frozen):
    """Where a department's system takes what it is told: an address that the installation declared, nobody else."""

    department: str = Field(pattern=r"^[a-z][a-z-]{1,38}$")
    url: str

    @field_validator("url")
    @classmethod
    def _is_safe(cls, url: str) -> str:
        parts = urlsplit(url)
        if parts.scheme != "https" and not (parts.scheme == "http" and parts.hostname in HOME):
            raise ValueError("must be https: only this machine is told without TLS")
        return url


class _File(Frozen):
    hooks: tuple[Hook, ...] = ()


class HookState(Base):
    """How far a department's system has come. `tries` counts those in vain since it answered last."""

    __tablename__ = "hook_state"

    department: Mapped[str] = mapped_column(String(40), primary_key=True)
    last_id: Mapped[int] = mapped_column(default=0)
    tries: Mapped[int] = mapped_column(default=0)
    next_try_at: Mapped[datetime | None] = mapped_column(Moment)
    answered_at: Mapped[datetime | None] = mapped_column(Moment)


def load_hooks(file: Path | None, secret: str) -> dict[str, Hook]:
    """By department; without a file there are none. Raises Refused."""
    if file is None:
        return {}
    if len(secret) < LEAST_SECRET:
        raise Refused(f"HOOK_SECRET must have at least {LEAST_SECRET} characters when HOOKS is set.")
    return {one.department: one for one in declared(file, _File).hooks}


def key_of(secret: str, department: str) -> str:
    """What this department verifies with: its own, so that none can speak for another."""
    return hmac.new(secret.encode(), f"hook {department}".encode(), hashlib.sha256).hexdigest()


def wait_after(tries: int) -> timedelta:
    """Twice as long each time, a quarter more or less: those that fell silent together are not asked together."""
    times: int = 2 ** min(tries - 1, 20)
    return min(FIRST_WAIT * times, LONGEST_WAIT) * (0.75 + secrets.randbelow(501) / 1000)


def deliver_due(database: Database, hooks: Mapping[str, Hook], secret: str, now: datetime) -> int:
    """Send each department what it has not got, several at once. Gives how many notifications arrived."""
    with database.reading() as session:
        states = {one.department: one for one in session.scalars(select(HookState))}
        waiting = [
            code
            for code in hooks
            if (state := states.get(code)) is None or state.next_try_at is None or state.next_try_at <= now
            if inbox(session, code, state.last_id if state else 0, 1)
        ]
    if not waiting:
        return 0
    with ThreadPoolExecutor(min(AT_ONCE, len(waiting))) as pool:
        return sum(pool.map(lambda code: _deliver(database, hooks[code], key_of(secret, code), now), waiting))


def _deliver(database: Database, hook: Hook, key: str, now: datetime) -> int:
    last = _taken(database, hook.department, now)
    if last is None:
        return 0
    with database.reading() as session:
        told = inbox(session, hook.department, last, PORTION)
        portion, newest = [_told(one) for one in told], told[-1].id if told else last
    status = _send(hook, key, portion, now) if portion else 204
    has_arrived = 200 <= status < 300
    with database.writing() as session:
        state = session.get_one(HookState, hook.department)
        if has_arrived:
            state.last_id, state.tries, state.next_try_at, state.answered_at = newest, 0, None, now
        else:
            state.tries += 1
            state.next_try_at = now + wait_after(state.tries)
            log.warning("hook_silent", department=hook.department, tries=state.tries, status=status)
    return len(portion) if has_arrived else 0


def _taken(database: Database, department: str, now: datetime) -> int | None:
    """The last number that arrived, and the row ours for a while; None if another process has it."""
    free = or_(HookState.next_try_at.is_(None), HookState.next_try_at <= now)
    mine = update(HookState).where(HookState.department == department, free).values(next_try_at=now + LEASE)
    with database.writing() as session:
        _begin(session, department)
        taken = mine.returning(HookState.last_id)
        return session.scalar(taken, execution_options={"synchronize_session": False})


def _begin(session: Session, department: str) -> None:
    if session.get(HookState, department) is None:
        with suppress(IntegrityError), session.begin_nested():  # another process has just begun
            session.add(HookState(department=department))


def _told(one: Notification) -> dict[str, object]:
    return {
        "number": one.id,
        "case_number": one.case_number,
        "credit_code": one.credit_code,
        "act": one.act,
        "scope": one.scope,
        "permits": one.permits,
        "made_at": one.made_at.isoformat(),
    }


def _send(hook: Hook, key: str, portion: list[dict[str, object]], now: datetime) -> int:
    """The status of the answer; 0 for none. Redirections are not followed: where it goes is declared."""
    content = json.dumps({"notifications": portion}, ensure_ascii=False).encode()
    signed = keyed(key, "POST", urlsplit(hook.url).path or "/", content, now)
    try:
        with httpx.Client(timeout=TIMEOUT_S, trust_env=False) as http:
            return http.post(
                hook.url, content=content, headers={"content-type": "application/json", **signed}
            ).status_code
    except httpx.HTTPError:
        return 0


@contextmanager
def delivering(
    database: Database, hooks: Mapping[str, Hook], secret: str, clock: Clock, every_s: float = 1.0
) -> Iterator[None]:
    """A thread that sends what is due, until the block ends."""
    if not hooks:
        yield
        return
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(every_s):
            try:
                deliver_due(database, hooks, secret, clock())
            except SQLAlchemyError:  # the database is away: the next look comes in a second
                log.exception("hooks_look_failed")

    thread = threading.Thread(target=look, daemon=True, name="hooks")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(TIMEOUT_S + every_s)
