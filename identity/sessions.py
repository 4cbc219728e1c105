# SPDX-License-Identifier: Apache-2.0
"""Sessions (会话): who is signed in, kept on the server so that it can be ended there. I/O: database."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.accounts import Account, Role
from kit.database import Base, Moment

STAFF_LIVES = timedelta(hours=10)
APPLICANT_LIVES = timedelta(days=14)


class SignedIn(Base):
    """One signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "signed_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)


def sign_in(session: Session, account: Account, now: datetime) -> tuple[str, datetime]:
    """A new token (256 random bits) and the moment it ends."""
    token = secrets.token_urlsafe(32)
    until = now + (APPLICANT_LIVES if account.role == Role.APPLICANT else STAFF_LIVES)
    session.add(SignedIn(token_hash=_hash(token), account_id=account.id, since=now, until=until))
    return token, until


def account_of(session: Session, token: str | None, now: datetime) -> Account | None:
    """The active account behind the token, or None."""
    if not token:
        return None
    return session.scalar(
        select(Account)
        .join(SignedIn, SignedIn.account_id == Account.id)
        .where(SignedIn.token_hash == _hash(token), SignedIn.until > now, Account.is_active)
    )


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(SignedIn).where(SignedIn.token_hash == _hash(token)))


def sign_out_everywhere(session: Session, account_id: str) -> None:
    """End every session of the account, on whatever browser."""
    session.execute(delete(SignedIn).where(SignedIn.account_id == account_id))


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
