# SPDX-License-Identifier: Apache-2.0
"""Linking (账号关联): which account somebody is whom a directory has let in. I/O: database.

An attempt is random, bound to the browser that began it, and ends with the first answer. A person of a directory is
known by a keyed hash of issuer and subject. Applicants are linked by the telephone that the directory has verified;
staff only if the security administrator has linked them before.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, delete
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.accounts import Account, Role, applicant_with_phone
from identity.directories import Directory, Said
from kit.database import Base, Moment
from kit.errors import DomainError
from kit.numbers import is_mobile
from kit.sealing import Sealed, fingerprint

ATTEMPT_LIVES = timedelta(minutes=10)


class AttemptUnknown(DomainError):
    """This browser has begun no such attempt, or it is over."""


class NotLinked(DomainError):
    """The directory knows the person; no account of ours is linked to them."""


class PhoneUnverified(DomainError):
    """The directory has verified no telephone of this person, and no account is linked to them yet."""


class LinkTaken(DomainError):
    """The person of the directory is linked to another account."""


class DirectoryAttempt(Base):
    """A browser on its way to a directory and back."""

    __tablename__ = "directory_attempt"

    state_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    directory: Mapped[str] = mapped_column(String(40))
    browser: Mapped[str] = mapped_column(String(64))
    nonce: Mapped[str] = mapped_column(String(64))
    secret: Mapped[str] = mapped_column(Sealed("directory_attempt"))
    onwards: Mapped[str] = mapped_column(String(300))
    begun_at: Mapped[datetime] = mapped_column(Moment)


class DirectoryLink(Base):
    """A person of a directory is this account."""

    __tablename__ = "directory_link"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    directory: Mapped[str] = mapped_column(String(40))
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    linked_at: Mapped[datetime] = mapped_column(Moment)


@dataclass(frozen=True)
class Begun:
    """What goes to the directory with the browser, and what stays here (`secret`)."""

    state: str
    nonce: str
    secret: str


def begin_attempt(session: Session, directory: Directory, browser: str, onwards: str, now: datetime) -> Begun:
    """A new attempt of this browser; those too old are forgotten."""
    session.execute(delete(DirectoryAttempt).where(DirectoryAttempt.begun_at < now - ATTEMPT_LIVES))
    begun = Begun(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(48))
    session.add(
        DirectoryAttempt(
            state_hash=fingerprint(begun.state, "state"),
            directory=directory.code,
            browser=browser,
            nonce=begun.nonce,
            secret=begun.secret,
            onwards=onwards,
            begun_at=now,
        )
    )
    return begun


def end_attempt(session: Session, directory: str, state: str, browser: str, now: datetime) -> DirectoryAttempt:
    """The attempt, gone with that: a second answer finds none. Raises AttemptUnknown.

    A browser that did not begin it does not end it either.
    """
    found = session.get(DirectoryAttempt, fingerprint(state, "state"), with_for_update=True)
    if (
        found is None
        or found.directory != directory
        or not hmac.compare_digest(found.browser, browser)
        or now - found.begun_at > ATTEMPT_LIVES
    ):
        raise AttemptUnknown()
    session.delete(found)
    session.flush()
    return found


def account_in(session: Session, directory: Directory, said: Said, now: datetime) -> Account:
    """Whose account it is. Raises NotLinked, PhoneUnverified."""
    link = session.get(DirectoryLink, _key(directory, said.subject))
    if link is not None:
        account = session.get_one(Account, link.account_id)
        is_applicant = account.role == Role.APPLICANT
        if not account.is_active or is_applicant != (directory.whom == "applicants"):
            raise NotLinked()
        return account
    if directory.whom == "staff":
        raise NotLinked()
    if said.phone is None or not is_mobile(said.phone):
        raise PhoneUnverified()
    account = applicant_with_phone(session, said.phone, now)
    if not account.is_active:
        raise NotLinked()
    link_account(session, directory, said.subject, account, now)
    return account


def link_account(session: Session, directory: Directory, subject: str, account: Account, now: datetime) -> None:
    """From now on this person of the directory is this account. Raises LinkTaken."""
    key = _key(directory, subject)
    found = session.get(DirectoryLink, key)
    if found is not None:
        if found.account_id != account.id:
            raise LinkTaken()
        return
    session.add(DirectoryLink(key=key, directory=directory.code, account_id=account.id, linked_at=now))
    session.flush()


def _key(directory: Directory, subject: str) -> str:
    return fingerprint(f"{directory.issuer}|{subject}", "directory")
