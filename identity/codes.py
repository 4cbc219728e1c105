# SPDX-License-Identifier: Apache-2.0
"""Codes (验证码): prove that a phone is at hand, once, in the browser that asked. I/O: database.

A code is bound to the browser and to its purpose, lives five minutes and allows five tries.
"""

import hmac
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import String, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.messages import write_message
from kit.database import Base, Moment, one_at_a_time
from kit.errors import DomainError
from kit.random import digits, new_id
from kit.sealing import Sealed, fingerprint

LIVES = timedelta(minutes=5)
TRIES = 5
MOST_PER_PHONE = 5
PER = timedelta(minutes=10)
SENTENCE = "【栖霞区不见面审批】验证码 {code}，五分钟内有效。{purpose}工作人员不会向您索要验证码。"
PURPOSES = {"signin": "用于登录。", "sign": "用于签署申请。", "data": "用于下载您的全部数据。"}


class TooManyCodes(DomainError):
    """The phone was sent as many codes as ten minutes allow."""


class Check(StrEnum):
    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"


class PhoneCode(Base):
    """A code that was sent. Only its keyed hash is kept."""

    __tablename__ = "phone_code"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    phone: Mapped[str] = mapped_column(Sealed("phone_code"))
    phone_key: Mapped[str] = mapped_column(String(64), index=True)
    browser: Mapped[str] = mapped_column(String(64))
    purpose: Mapped[str] = mapped_column(String(60))
    code_hash: Mapped[str] = mapped_column(String(64))
    sent_at: Mapped[datetime] = mapped_column(Moment)
    tries_left: Mapped[int] = mapped_column(default=TRIES)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


def send_code(session: Session, phone: str, browser: str, purpose: str, now: datetime) -> None:
    """Send a fresh code; `purpose` is "signin" or "sign:<application>". Raises TooManyCodes."""
    key = fingerprint(phone, "phone")
    one_at_a_time(session, f"code:{key}")
    recent = select(func.count()).where(PhoneCode.phone_key == key, PhoneCode.sent_at > now - PER)
    if (session.scalar(recent) or 0) >= MOST_PER_PHONE:
        raise TooManyCodes(minutes=int(PER.total_seconds() // 60))
    code = digits(6)
    sent = PhoneCode(
        phone=phone, phone_key=key, browser=browser, purpose=purpose, code_hash=_hash(code, purpose), sent_at=now
    )
    session.add(sent)
    session.flush()
    body = SENTENCE.format(code=code, purpose=PURPOSES[purpose.split(":")[0]])
    write_message(session, f"code:{sent.id}", phone, body, now)


def waiting_code(session: Session, browser: str, purpose: str) -> PhoneCode | None:
    """The newest code sent to this browser for this purpose that was not used."""
    return session.scalar(
        select(PhoneCode)
        .where(PhoneCode.browser == browser, PhoneCode.purpose == purpose, PhoneCode.used_at.is_(None))
        .order_by(PhoneCode.sent_at.desc(), PhoneCode.id)
        .limit(1)
    )


def check_code(session: Session, sent: PhoneCode | None, code: str, now: datetime) -> Check:
    """Use up one try; a right code is used once. The caller must commit whatever the answer is."""
    if sent is None:
        return Check.EXPIRED
    sent = session.get_one(PhoneCode, sent.id, with_for_update=True, populate_existing=True)
    if sent.used_at is not None or sent.tries_left <= 0 or now - sent.sent_at > LIVES:
        return Check.EXPIRED
    sent.tries_left -= 1
    if not hmac.compare_digest(sent.code_hash, _hash(code.strip(), sent.purpose)):
        return Check.WRONG
    sent.used_at = now
    return Check.RIGHT


def _hash(code: str, purpose: str) -> str:
    return fingerprint(f"{purpose}:{code}", "code")
