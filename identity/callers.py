# SPDX-License-Identifier: Apache-2.0
"""Callers (合作方程序): which partner a request of a programme is from. I/O: database, files.

Every request is signed with the partner's own key (Ed25519) over method, path, date, a number used once and the
digest of the body: there is no token that could be lost. Contract: docs/partner-api.md.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import Field, field_validator
from sqlalchemy import String, delete
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from kit.database import Base, Moment
from kit.declared import declared
from kit.errors import DomainError
from kit.signed import CALLER, DATE, NONCE, SIGNATURE, signed_text
from kit.text import Frozen, Text

AROUND = timedelta(minutes=5)  # by how much the partner's clock may be off
NUMBER = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_"


class CallerRefused(DomainError):
    """The request is not signed by a partner we know, or was changed, is too old, or came before."""


class Caller(Frozen):
    """A partner whose programmes may ask. `keys`: Ed25519 public keys (32 bytes, base64url) by key id.

    `department`: whose inbox its programme reads (`supervision`).
    """

    code: str = Field(pattern=r"^[a-z][a-z0-9-]{1,30}$")
    name: Text
    keys: dict[str, str] = Field(min_length=1)
    department: str | None = Field(default=None, pattern=r"^[a-z][a-z-]{1,38}$")

    @field_validator("keys")
    @classmethod
    def _are_keys(cls, keys: dict[str, str]) -> dict[str, str]:
        if any(len(_decoded(key)) != 32 for key in keys.values()):
            raise ValueError("an Ed25519 public key has 32 bytes")
        return keys


class _File(Frozen):
    callers: tuple[Caller, ...] = ()


class CallerNumber(Base):
    """A number that a partner has used, for as long as its date would be taken."""

    __tablename__ = "caller_number"

    caller: Mapped[str] = mapped_column(String(40), primary_key=True)
    number: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Moment, index=True)


@dataclass(frozen=True)
class Asked:
    """A request as it came: `path` with its query, header names in lower case."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def load_callers(file: Path | None) -> dict[str, Caller]:
    """The partners by code; without a file there are none. Raises kit.declared.Refused."""
    if file is None:
        return {}
    return {one.code: one for one in declared(file, _File).callers}


def caller_of(session: Session, callers: Mapping[str, Caller], asked: Asked, now: datetime) -> Caller:
    """Who asks; the number is used with that, so `session` must commit. Raises CallerRefused, never saying why."""
    named, _, kid = asked.headers.get(CALLER, "").partition("/")
    caller = callers.get(named)
    date, number = asked.headers.get(DATE, ""), asked.headers.get(NONCE, "")
    if caller is None or kid not in caller.keys or not _is_now(date, now) or not _is_number(number):
        raise CallerRefused()
    text = signed_text(asked.method, asked.path, date, number, asked.body)
    try:
        key = Ed25519PublicKey.from_public_bytes(_decoded(caller.keys[kid]))
        key.verify(_decoded(asked.headers.get(SIGNATURE, "")), text)
    except InvalidSignature:
        raise CallerRefused() from None
    _use(session, caller.code, number, now)
    return caller


def _use(session: Session, caller: str, number: str, now: datetime) -> None:
    session.execute(delete(CallerNumber).where(CallerNumber.at < now - 2 * AROUND - timedelta(seconds=1)))
    try:
        with session.begin_nested():
            session.add(CallerNumber(caller=caller, number=number, at=now))
    except IntegrityError:
        raise CallerRefused() from None


def _is_now(date: str, now: datetime) -> bool:
    if not (date.isascii() and date.isdecimal() and len(date) <= 12):
        return False
    return abs(now.timestamp() - int(date)) <= AROUND.total_seconds()


def _is_number(number: str) -> bool:
    return 16 <= len(number) <= 64 and all(character in NUMBER for character in number)


def _decoded(text: str) -> bytes:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        return b""
