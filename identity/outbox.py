# SPDX-License-Identifier: Apache-2.0
"""Outbox (短信发件箱): messages leave through a gateway, each once. I/O: database, network, a thread.

A message is taken by moving its next try ahead before the gateway is asked, so that no two processes ask for it at
once; the gateway is told its key and sends one message of a key once, also when our answer was lost on the way.
Contract: docs/sms-contract.md.
"""

import hashlib
import hmac
import json
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

import httpx
import structlog
from sqlalchemy import select, update
from sqlalchemy.exc import SQLAlchemyError

from identity.messages import Message
from kit.clock import Clock
from kit.database import Database
from kit.declared import Refused
from kit.signed import DATE, NONCE, SIGNATURE, signed_text

TIMEOUT_S = 5.0
LEASE = timedelta(seconds=30)  # longer than a gateway may take
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(minutes=30)
MOST_TRIES = 12
CODE_LIVES = timedelta(minutes=5)  # a code that comes later than it lasts only confuses
AT_ONCE = 50
LEAST_SECRET = 16
log = structlog.get_logger()


class GatewaySilent(Exception):
    """The gateway did not answer, or said that it cannot now: try again."""


class GatewayRefused(Exception):
    """The gateway will never send this message."""


class Gateway(Protocol):
    """Where messages leave."""

    def send(self, key: str, phone: str, body: str, now: datetime) -> None:
        """Once for a key. Raises GatewaySilent, GatewayRefused."""
        ...


@dataclass(frozen=True)
class Sent:
    """What became of the messages of one look."""

    sent: int = 0
    waiting: int = 0
    failed: int = 0


class HttpGateway:
    """A gateway that keeps the contract; requests are signed with a secret that both know."""

    def __init__(self, url: str, secret: str, timeout_s: float = TIMEOUT_S) -> None:
        self._url, self._secret, self._timeout = url.rstrip("/"), secret.encode(), timeout_s

    def send(self, key: str, phone: str, body: str, now: datetime) -> None:
        """See Gateway."""
        content = json.dumps({"key": key, "phone": phone, "text": body}, ensure_ascii=False).encode()
        date, nonce = str(int(now.timestamp())), secrets.token_urlsafe(18)
        signed = signed_text("POST", "/messages", date, nonce, content)
        headers = {
            "content-type": "application/json",
            DATE: date,
            NONCE: nonce,
            SIGNATURE: hmac.new(self._secret, signed, hashlib.sha256).hexdigest(),
        }
        try:
            with httpx.Client(timeout=self._timeout, trust_env=False) as http:
                status = http.post(f"{self._url}/messages", content=content, headers=headers).status_code
        except httpx.HTTPError as error:
            raise GatewaySilent(type(error).__name__) from None
        if status in (200, 201, 202):
            return
        if status in (400, 410, 422):
            raise GatewayRefused(str(status))
        raise GatewaySilent(str(status))


def gateway_at(url: str, secret: str) -> Gateway | None:
    """The gateway of the settings; without an address there is none. Raises kit.declared.Refused."""
    if not url:
        return None
    parts = urlsplit(url)
    if len(secret) < LEAST_SECRET:
        raise Refused(f"SMS_SECRET must have at least {LEAST_SECRET} characters when SMS_URL is set.")
    if parts.scheme != "https" and parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise Refused("SMS_URL must be https: only this machine is asked without TLS.")
    return HttpGateway(url, secret)


def send_due(database: Database, gateway: Gateway, now: datetime, most: int = AT_ONCE) -> Sent:
    """Send what is due, oldest first. No transaction is open while the gateway is asked."""
    due = select(Message.id).where(Message.sent_at.is_(None), Message.failed_at.is_(None), Message.next_try_at <= now)
    with database.reading() as session:
        waiting = list(session.scalars(due.order_by(Message.id).limit(most)))
    told = {"sent": 0, "waiting": 0, "failed": 0}
    for number in waiting:
        became = _send_one(database, gateway, number, now)
        if became:
            told[became] += 1
    return Sent(**told)


def _send_one(database: Database, gateway: Gateway, number: int, now: datetime) -> str:
    """What became of it; empty if another process has it."""
    message = _taken(database, number, now)
    if message is None:
        return ""
    if message.key.startswith("code:") and now - message.written_at > CODE_LIVES:
        return _note(database, number, failed_at=now, failure="late")
    try:
        gateway.send(message.key, message.phone, message.body, now)
    except GatewayRefused:
        log.error("message_refused", message=number)
        return _note(database, number, failed_at=now, failure="refused")
    except GatewaySilent as error:
        log.warning("gateway_silent", message=number, tries=message.tries, why=str(error))
        if message.tries >= MOST_TRIES:
            return _note(database, number, failed_at=now, failure="silent")
        return _note(database, number, next_try_at=now + wait_after(message.tries))
    return _note(database, number, sent_at=now)


def wait_after(tries: int) -> timedelta:
    """How long to wait after so many tries: twice as long each time."""
    times: int = 2 ** min(tries - 1, 20)
    return min(FIRST_WAIT * times, LONGEST_WAIT)


def _taken(database: Database, number: int, now: datetime) -> Message | None:
    """The message, ours until the lease is over; None if somebody else has it."""
    take = (
        update(Message)
        .where(Message.id == number, Message.sent_at.is_(None), Message.failed_at.is_(None), Message.next_try_at <= now)
        .values(next_try_at=now + LEASE, tries=Message.tries + 1)
        .returning(Message.id)
    )
    with database.writing() as session:
        if session.scalar(take, execution_options={"synchronize_session": False}) is None:
            return None
        return session.get_one(Message, number)


def _note(database: Database, number: int, **said: object) -> str:
    with database.writing() as session:
        session.execute(update(Message).where(Message.id == number).values(**said))
    return "sent" if "sent_at" in said else "failed" if "failed_at" in said else "waiting"


@contextmanager
def sending(database: Database, gateway: Gateway | None, clock: Clock, every_s: float = 1.0) -> Iterator[None]:
    """A thread that sends what is due, until the block ends. Without a gateway messages stay where they are."""
    if gateway is None:
        yield
        return
    stop = threading.Event()

    def look() -> None:
        while not stop.wait(every_s):
            try:
                send_due(database, gateway, clock())
            except SQLAlchemyError:  # the database is away: the next look comes in a second
                log.exception("outbox_look_failed")

    thread = threading.Thread(target=look, daemon=True, name="outbox")
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(TIMEOUT_S + every_s)
