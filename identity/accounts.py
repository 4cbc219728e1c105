# SPDX-License-Identifier: Apache-2.0
"""Accounts (账号): people and their roles. Hides passwords and phones. I/O: database."""

import hmac
from base64 import b32encode
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import String, select
from sqlalchemy.engine.default import DefaultExecutionContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity import hashing
from kit.database import Base, Moment
from kit.numbers import masked_phone
from kit.random import new_id
from kit.sealing import Sealed, fingerprint

MOST_FAILURES = 5
LOCKED_FOR = timedelta(minutes=15)


class Role(StrEnum):
    APPLICANT = "applicant"
    CLERK = "clerk"
    EXPERT = "expert"  # gives the opinion of another department
    SUPERVISOR = "supervisor"
    AUDITOR = "auditor"
    ADMINISTRATOR = "administrator"  # the system administrator (系统管理员): which accounts exist, holidays, settings
    SECURITY = "security"  # the security administrator (安全管理员): roles, authorisations, links, sessions
    UNASSIGNED = "unassigned"  # staff whom no role was granted yet


SEPARATED = frozenset({Role.ADMINISTRATOR, Role.SECURITY, Role.AUDITOR})
"""三员分立: who has held one of these never holds another (GB/T 22239, 等保三级)."""
DISTRICT = "district"  # the office whose jurisdiction is everything


def _first_office(context: DefaultExecutionContext) -> str | None:
    """Staff belong to the district until they are placed elsewhere."""
    given: dict[str, object] = context.get_current_parameters()  # type: ignore[no-untyped-call]
    return None if given["role"] == Role.APPLICANT else DISTRICT


class Account(Base):
    """A person: an applicant is known by phone, a member of staff by user name."""

    __tablename__ = "account"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    role: Mapped[str] = mapped_column(String(20))
    name: Mapped[str | None] = mapped_column(Sealed("account"))
    phone: Mapped[str | None] = mapped_column(Sealed("account"))
    phone_key: Mapped[str | None] = mapped_column(String(64), unique=True)
    username: Mapped[str | None] = mapped_column(String(60), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    is_active: Mapped[bool] = mapped_column(default=True)
    office: Mapped[str | None] = mapped_column(String(40), default=_first_office)  # a code; none for applicants
    created_by: Mapped[str | None] = mapped_column(String(32))  # who created it may not grant it a role
    separated: Mapped[str | None] = mapped_column(String(20))  # which of the three administrators it ever was
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(Moment)
    created_at: Mapped[datetime] = mapped_column(Moment)

    @property
    def shown_name(self) -> str:
        """What pages call the person: staff by name, applicants by masked phone."""
        return self.name or (masked_phone(self.phone) if self.phone else "")


def applicant_with_phone(session: Session, phone: str, now: datetime) -> Account:
    """The applicant of this phone; the first proof of the phone creates the account."""
    key = fingerprint(phone, "phone")
    account = session.scalar(select(Account).where(Account.phone_key == key))
    if account is not None:
        return account
    try:
        with session.begin_nested():
            account = Account(role=Role.APPLICANT, phone=phone, phone_key=key, created_at=now)
            session.add(account)
    except IntegrityError:  # the same phone, signed in twice at the same moment
        return session.scalars(select(Account).where(Account.phone_key == key)).one()
    return account


def lock_account(session: Session, account_id: str) -> None:
    """Whatever is counted for one person is counted one request after the other, until the transaction ends."""
    session.execute(select(Account.id).where(Account.id == account_id).with_for_update())


def set_password(account: Account, password: str) -> bool:
    """Gives whether it is another than before."""
    is_same = account.password_hash is not None and hashing.fits(account.password_hash, password)
    if not is_same:
        account.password_hash = hashing.hashed(password)
    return not is_same


def sign_in_staff(session: Session, username: str, password: str, now: datetime) -> Account | None:
    """The account if the password is right. None otherwise, without saying what was wrong.

    After five failures the account is locked for fifteen minutes; the caller must commit also when None is returned.
    """
    account = session.scalar(select(Account).where(Account.username == username).with_for_update())
    is_right = hashing.fits(account.password_hash if account else None, password)
    if account is None:
        return None
    if account.locked_until and now < account.locked_until:
        return None
    if not is_right or not account.is_active:
        account.failures += 1
        if account.failures >= MOST_FAILURES:
            account.failures, account.locked_until = 0, now + LOCKED_FOR
        return None
    account.failures, account.locked_until = 0, None
    return account


def demonstration_secret(username: str) -> str:
    """The secret of the one-time codes of a demonstration account (base32), as different as its password."""
    return b32encode(
        hmac.new(fingerprint(username, "demonstration").encode(), b"codes", "sha256").digest()[:20]
    ).decode()


def staff(session: Session) -> list[Account]:
    return list(session.scalars(select(Account).where(Account.username.is_not(None)).order_by(Account.username)))


def demonstration_password(username: str) -> str:
    """The password of a demonstration account: different in every installation, shown on its demonstration page."""
    return hmac.new(fingerprint(username, "demonstration").encode(), b"password", "sha256").hexdigest()[:12]
