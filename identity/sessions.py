# SPDX-License-Identifier: Apache-2.0
"""Sessions (会话): who is signed in, kept on the server so that it can be ended there. I/O: database.

Hides tokens, the mark on those of staff, and limits. A session of staff is half until a second factor was shown: half
of one opens no page. A token is exchanged for another whenever what it opens changes, and its end does not move.
"""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ForeignKey, String, delete, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.accounts import Account, Role
from kit.database import Base, Moment
from kit.random import new_id
from kit.sealing import fingerprint

FRESH_FOR = timedelta(minutes=10)  # how long a proof stands for what needs a fresh one
HALF_LIVES = timedelta(minutes=10)
NOTED_EVERY = timedelta(minutes=1)  # how exactly it is known when a session was used last

MARK = 24  # hexadecimal digits behind the token of staff, by which `web.lanes` knows them in a crowd


@dataclass(frozen=True)
class Lives:
    """How long sessions last unused, and altogether."""

    staff_idle: timedelta = timedelta(minutes=30)
    staff: timedelta = timedelta(hours=10)
    applicant_idle: timedelta = timedelta(hours=24)
    applicant: timedelta = timedelta(days=14)

    def idle_of(self, role: str) -> timedelta:
        return self.applicant_idle if role == Role.APPLICANT else self.staff_idle

    def of(self, role: str) -> timedelta:
        return self.applicant if role == Role.APPLICANT else self.staff


USUAL = Lives()


class Stage(StrEnum):
    """How far somebody has got in signing in."""

    WHOLE = "whole"
    SECOND = "second"  # the password was right; the second factor is to come
    ENROL = "enrol"  # there is no second factor yet: one must be enrolled


class SignedIn(Base):
    """One signed-in browser. Only the hash of its token is kept."""

    __tablename__ = "signed_in"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    id: Mapped[str] = mapped_column(String(32), default=new_id, unique=True)  # by which it is listed and ended
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    stage: Mapped[str] = mapped_column(String(10), default=Stage.WHOLE)
    device: Mapped[str] = mapped_column(String(60), default="")
    since: Mapped[datetime] = mapped_column(Moment)
    until: Mapped[datetime] = mapped_column(Moment)
    seen_at: Mapped[datetime] = mapped_column(Moment)
    proved_at: Mapped[datetime | None] = mapped_column(Moment)

    def is_fresh(self, now: datetime) -> bool:
        """Whether the person has proved lately who they are."""
        return self.proved_at is not None and now - self.proved_at <= FRESH_FOR


def sign_in(
    session: Session,
    account: Account,
    now: datetime,
    stage: Stage = Stage.WHOLE,
    device: str = "",
    lives: Lives = USUAL,
) -> tuple[str, datetime]:
    """A new token (256 random bits) and the moment it ends. A whole session begins with a fresh proof."""
    token = _new_token(account.role != Role.APPLICANT)
    is_whole = stage is Stage.WHOLE
    until = now + (lives.of(account.role) if is_whole else HALF_LIVES)
    session.execute(delete(SignedIn).where(SignedIn.account_id == account.id, SignedIn.until <= now))
    session.add(
        SignedIn(
            token_hash=_hash(token),
            account_id=account.id,
            stage=stage,
            device=device[:60],
            since=now,
            until=until,
            seen_at=now,
            proved_at=now if is_whole else None,
        )
    )
    return token, until


def account_of(session: Session, token: str | None, now: datetime, lives: Lives = USUAL) -> Account | None:
    """The active account behind the token of a whole session, or None."""
    found = session_of(session, token, now, lives)
    return found[0] if found and found[1].stage == Stage.WHOLE else None


def session_of(
    session: Session, token: str | None, now: datetime, lives: Lives = USUAL
) -> tuple[Account, SignedIn] | None:
    """Account and session behind the token, whatever the stage. None if it is over, unused too long or ended."""
    if not token:
        return None
    row = session.execute(
        select(Account, SignedIn)
        .join(SignedIn, SignedIn.account_id == Account.id)
        .where(SignedIn.token_hash == _hash(token), SignedIn.until > now, Account.is_active)
    ).one_or_none()
    if row is None:
        return None
    account, found = row.tuple()
    return (account, found) if now - found.seen_at < lives.idle_of(account.role) else None


def note_use(session: Session, found: SignedIn, now: datetime) -> None:
    """The session was used now."""
    session.execute(update(SignedIn).where(SignedIn.token_hash == found.token_hash).values(seen_at=now))


def prove_again(
    session: Session, token: str, now: datetime, *, is_programme: bool = False
) -> tuple[str, datetime] | None:
    """Who sits there has proved who they are: another token for the same session, whose end stays. None if it ended.

    A programme keeps its token, as nobody but it can have planted one there.
    """
    found = session.get(SignedIn, _hash(token), with_for_update=True)
    if found is None or found.stage != Stage.WHOLE or found.until <= now:
        return None
    other, until = token if is_programme else _new_token(is_of_staff(token)), found.until
    session.expunge(found)
    values = {"token_hash": _hash(other), "proved_at": now, "seen_at": now}
    change = update(SignedIn).where(SignedIn.token_hash == _hash(token)).values(**values)
    session.execute(change, execution_options={"synchronize_session": False})
    return other, until


def sessions_of(session: Session, account_id: str, now: datetime) -> list[SignedIn]:
    """The account's sessions that last, newest first."""
    query = select(SignedIn).where(SignedIn.account_id == account_id, SignedIn.until > now)
    return list(session.scalars(query.order_by(SignedIn.since.desc(), SignedIn.id)))


def is_of(found: SignedIn, token: str | None) -> bool:
    """Whether the token is of this session."""
    return token is not None and found.token_hash == _hash(token)


def sign_out(session: Session, token: str) -> None:
    session.execute(delete(SignedIn).where(SignedIn.token_hash == _hash(token)))


def end_session(session: Session, account_id: str, id: str) -> None:
    """End one session of this account; of another account none is found."""
    session.execute(delete(SignedIn).where(SignedIn.account_id == account_id, SignedIn.id == id))


def sign_out_everywhere(session: Session, account_id: str) -> None:
    """End every session of the account, on whatever browser."""
    session.execute(delete(SignedIn).where(SignedIn.account_id == account_id))


def sign_out_elsewhere(session: Session, account_id: str, token: str) -> None:
    """End every session of the account but the one of this token."""
    others = SignedIn.account_id == account_id, SignedIn.token_hash != _hash(token)
    session.execute(delete(SignedIn).where(*others))


def is_of_staff(token: str | None) -> bool:
    """Whether we made the token for somebody of the staff, asking nobody; not whether it still opens anything."""
    made, _, mark = (token or "").partition(".")
    return bool(mark) and hmac.compare_digest(mark.encode(), _mark_of(made).encode())


def _new_token(is_of_staff: bool) -> str:
    token = secrets.token_urlsafe(32)
    return f"{token}.{_mark_of(token)}" if is_of_staff else token


def _mark_of(token: str) -> str:
    return fingerprint(token, "token of staff")[:MARK]


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
