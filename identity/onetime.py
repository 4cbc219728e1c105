# SPDX-License-Identifier: Apache-2.0
"""One-time codes (动态口令): the second factor of staff, and what stands in for a lost one. I/O: database.

Codes of thirty seconds (RFC 6238), each good for one use; recovery codes, each good for one use. The secret lies
sealed, recovery codes as keyed hashes. Failures are counted apart from those of the password: whoever has the
password cannot wipe them out by signing in with it again.
"""

import hmac
from datetime import datetime, timedelta

import pyotp
from sqlalchemy import ForeignKey, String, delete, func, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.accounts import LOCKED_FOR, MOST_FAILURES, Account
from kit.database import Base, Moment
from kit.random import new_id, readable
from kit.sealing import Sealed, fingerprint

STEP_S = 30
AROUND = 1  # steps by which a clock may be off
RECOVERY_CODES, RECOVERY_LENGTH = 10, 16  # sixteen of thirty characters: 78 random bits
ISSUER = "Qixia Approval"


class OneTime(Base):
    """The one-time codes of a member of staff; until `confirmed_at` they are only offered."""

    __tablename__ = "one_time"

    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), primary_key=True)
    secret: Mapped[str] = mapped_column(Sealed("one_time"))
    last_step: Mapped[int] = mapped_column(default=0)  # of the newest code that was used
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)


class RecoveryCode(Base):
    """One code for the day on which the telephone is lost."""

    __tablename__ = "recovery_code"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    code_hash: Mapped[str] = mapped_column(String(64))
    used_at: Mapped[datetime | None] = mapped_column(Moment)


def current_code(secret: str, now: datetime) -> str:
    """What the person's device shows at `now`."""
    return pyotp.TOTP(secret, interval=STEP_S).at(now)


def offer_codes(session: Session, account: Account) -> str:
    """The secret to be put into the person's device, the same until it is confirmed."""
    row = session.get(OneTime, account.id)
    if row is None or row.confirmed_at is not None:
        row = session.merge(OneTime(account_id=account.id, secret=pyotp.random_base32(), last_step=0))
        row.confirmed_at = None
        session.flush()
    return row.secret


def address_of(secret: str, username: str) -> str:
    """The secret as devices read it (otpauth)."""
    return pyotp.TOTP(secret, interval=STEP_S).provisioning_uri(name=username, issuer_name=ISSUER)


def confirm_codes(session: Session, account: Account, code: str, now: datetime) -> list[str] | None:
    """From now on codes of the offered secret count. Gives recovery codes, to be shown once; None if it is wrong."""
    row = session.get(OneTime, account.id, with_for_update=True, populate_existing=True)
    if row is None or row.confirmed_at is not None or not _use(row, code, now):
        return None
    row.confirmed_at = now
    return renew_recovery_codes(session, account)


def renew_recovery_codes(session: Session, account: Account) -> list[str]:
    """Other recovery codes, to be shown once; those before them count no longer."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account.id))
    codes = [readable(RECOVERY_LENGTH) for _ in range(RECOVERY_CODES)]
    session.add_all(RecoveryCode(account_id=account.id, code_hash=_hash(account.id, code)) for code in codes)
    return codes


def has_codes(session: Session, account_id: str) -> bool:
    row = session.get(OneTime, account_id)
    return row is not None and row.confirmed_at is not None


def recovery_codes_left(session: Session, account_id: str) -> int:
    query = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return session.scalar(query.select_from(RecoveryCode)) or 0


def check_one_time(session: Session, account_id: str, code: str, now: datetime) -> bool:
    """Whether the code is right and was not used; it is used with that. The caller must commit whatever the answer.

    Five failures close this way for fifteen minutes.
    """
    row = session.get(OneTime, account_id, with_for_update=True, populate_existing=True)
    if row is None or row.confirmed_at is None or _is_locked(row, now):
        return False
    return _counted(row, _use(row, code, now), now)


def use_recovery_code(session: Session, account_id: str, code: str, now: datetime) -> bool:
    """As `check_one_time`, with a recovery code, which is used up. It counts for signing in only."""
    row = session.get(OneTime, account_id, with_for_update=True, populate_existing=True)
    if row is None or row.confirmed_at is None or _is_locked(row, now):
        return False
    plain = "".join(code.split()).replace("-", "").upper()
    query = select(RecoveryCode).where(
        RecoveryCode.account_id == account_id,
        RecoveryCode.code_hash == _hash(account_id, plain),
        RecoveryCode.used_at.is_(None),
    )
    found = session.scalar(query.with_for_update())
    if found is not None:
        found.used_at = now
    return _counted(row, found is not None, now)


def drop_codes(session: Session, account_id: str) -> None:
    """The secret and the recovery codes count no longer."""
    session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    session.execute(delete(OneTime).where(OneTime.account_id == account_id))


def keep_secret(session: Session, account: Account, secret: str, now: datetime) -> None:
    """A secret that was agreed elsewhere, as those of the demonstration; what was used stays used."""
    row = session.get(OneTime, account.id)
    if row is None or row.secret != secret:
        session.merge(OneTime(account_id=account.id, secret=secret, last_step=0, confirmed_at=now))


def _is_locked(row: OneTime, now: datetime) -> bool:
    return row.locked_until is not None and now < row.locked_until


def _counted(row: OneTime, is_right: bool, now: datetime) -> bool:
    if is_right:
        row.failures, row.locked_until = 0, None
        return True
    row.failures += 1
    if row.failures >= MOST_FAILURES:
        row.failures, row.locked_until = 0, now + LOCKED_FOR
    return False


def _use(row: OneTime, code: str, now: datetime) -> bool:
    """Compare with every step that counts, so that the time taken tells nothing; a step is never used twice."""
    plain = "".join(code.split())
    device, used = pyotp.TOTP(row.secret, interval=STEP_S), 0
    for around in range(-AROUND, AROUND + 1):
        moment = now + timedelta(seconds=around * STEP_S)
        step = int(moment.timestamp()) // STEP_S
        if hmac.compare_digest(device.at(moment).encode(), plain.encode()) and step > row.last_step:
            used = step
    row.last_step = used or row.last_step
    return used > 0


def _hash(account_id: str, code: str) -> str:
    return fingerprint(f"{account_id}:{code}", "recovery")
