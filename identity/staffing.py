# SPDX-License-Identifier: Apache-2.0
"""Staffing (人员管理): accounts of staff come to be, get a role, a way in, and end. I/O: database.

Nobody does two of it alone: the system administrator creates an account, the security administrator grants its role
and issues a single-use link, and another person confirms the link before it opens anything. A lost password, telephone
or key is made good in the same way, and in no other.
"""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, String, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from identity.accounts import DISTRICT, SEPARATED, Account, Role, set_password, sign_in_staff
from identity.leaked import Leaked, nobody_knows
from identity.offices import place_in_office
from identity.onetime import drop_codes
from identity.passkeys import drop_passkeys
from identity.passwords import Weakness, weakness
from identity.sessions import sign_out_elsewhere, sign_out_everywhere
from kit.database import Base, Moment, one_at_a_time
from kit.errors import DomainError
from kit.random import new_id

LINK_LIVES = timedelta(hours=24)
CONFIRMERS = (Role.SECURITY, Role.ADMINISTRATOR)
GRANTABLE = tuple(role for role in Role if role not in (Role.APPLICANT, Role.UNASSIGNED))


class UsernameTaken(DomainError):
    """Another account has this user name."""


class OwnAccount(DomainError):
    """What somebody may do for others they may not do for themselves."""


class CreatorMayNotGrant(DomainError):
    """Who has created an account grants it no role."""


class SeparationBroken(DomainError):
    """System, security and audit administrator are never the same person, one after the other neither."""


class RoleUnknown(DomainError):
    """Not a role that can be granted."""


class LinkUnknown(DomainError):
    """The link is used, too old, not confirmed or was never issued."""


class LinkNotYours(DomainError):
    """Who has issued a link, or is to use it, does not confirm it."""


class PasswordWeak(DomainError):
    """The password is too short, too long, among the first that anybody would try, or known to be stolen."""


class PasswordWrong(DomainError):
    """The former password is not this one, or the account is locked for a while."""


class NoRoleYet(DomainError):
    """An account without a role is given no way in."""


class FirstIsThere(DomainError):
    """There is an account with this role already: only its holders' colleagues create others."""


class StaffLink(Base):
    """A way in, once, for one account. Only the hash of its token is kept."""

    __tablename__ = "staff_link"

    id: Mapped[str] = mapped_column(String(32), primary_key=True, default=new_id)
    account_id: Mapped[str] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    issued_by: Mapped[str] = mapped_column(String(32))
    issued_at: Mapped[datetime] = mapped_column(Moment)
    confirmed_by: Mapped[str | None] = mapped_column(String(32))
    confirmed_at: Mapped[datetime | None] = mapped_column(Moment)
    used_at: Mapped[datetime | None] = mapped_column(Moment)


def create_account(session: Session, by: Account, username: str, name: str, office: str, now: datetime) -> Account:
    """An account without role and without a way in. Raises UsernameTaken, OfficeUnknown."""
    one_at_a_time(session, f"username:{username}")
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise UsernameTaken()
    account = Account(
        username=username, name=name, role=Role.UNASSIGNED, is_active=False, created_by=by.id, created_at=now
    )
    place_in_office(session, account, office)
    session.add(account)
    session.flush()
    return account


def grant_role(session: Session, by: Account, account: Account, role: str) -> None:
    """The account has this role from now on, and is signed out everywhere.

    Raises RoleUnknown, OwnAccount, CreatorMayNotGrant, SeparationBroken.
    """
    if role not in GRANTABLE or account.role == Role.APPLICANT:
        raise RoleUnknown()
    if by.id == account.id:
        raise OwnAccount()
    if by.id == account.created_by:
        raise CreatorMayNotGrant()
    if role in SEPARATED:
        if account.separated not in (None, role):
            raise SeparationBroken()
        account.separated = role
    account.role = role
    session.flush()
    sign_out_everywhere(session, account.id)


def disable(session: Session, by: Account, account: Account) -> None:
    """The account opens nothing any more; its next request is a stranger's. Raises OwnAccount."""
    if by.id == account.id:
        raise OwnAccount()
    account.is_active = False
    session.flush()
    sign_out_everywhere(session, account.id)


def issue_link(session: Session, by: Account, account: Account, now: datetime) -> tuple[StaffLink, str]:
    """A link and its token (256 random bits), to be handed over once; it opens nothing before it is confirmed.

    A link before it counts no longer. Raises OwnAccount, NoRoleYet.
    """
    if by.id == account.id:
        raise OwnAccount()
    if account.role not in GRANTABLE:
        raise NoRoleYet()
    return _link(session, account, by.id, now)


def _link(session: Session, account: Account, by: str, now: datetime) -> tuple[StaffLink, str]:
    for older in session.scalars(
        select(StaffLink).where(StaffLink.account_id == account.id, StaffLink.used_at.is_(None)).with_for_update()
    ):
        older.used_at = now
    token = secrets.token_urlsafe(32)
    link = StaffLink(account_id=account.id, token_hash=_hash(token), issued_by=by, issued_at=now)
    session.add(link)
    session.flush()
    return link, token


def waiting_links(session: Session, now: datetime) -> list[StaffLink]:
    """Those that another person has to confirm."""
    query = select(StaffLink).where(
        StaffLink.confirmed_at.is_(None), StaffLink.used_at.is_(None), StaffLink.issued_at > now - LINK_LIVES
    )
    return list(session.scalars(query.order_by(StaffLink.issued_at)))


def confirm_link(session: Session, by: Account, link_id: str, now: datetime) -> StaffLink:
    """The link opens its account from now on. Raises LinkUnknown, LinkNotYours."""
    link = session.get(StaffLink, link_id, with_for_update=True, populate_existing=True)
    if link is None or link.confirmed_at is not None or not _lasts(link, now):
        raise LinkUnknown()
    if by.role not in CONFIRMERS or by.id in (link.issued_by, link.account_id):
        raise LinkNotYours()
    link.confirmed_by, link.confirmed_at = by.id, now
    return link


def account_of_link(session: Session, token: str, now: datetime) -> Account:
    """Whom a link would let in. Raises LinkUnknown."""
    return session.get_one(Account, _open_link(session, token, now).account_id)


def use_link(session: Session, token: str, password: str, now: datetime, leaked: Leaked = nobody_knows) -> Account:
    """The account with this password and without any second factor, which is to be enrolled next.

    Whatever opened the account before opens it no longer, and it is signed out everywhere.
    Raises LinkUnknown, PasswordWeak; the link is used only if neither is raised.
    """
    link = _open_link(session, token, now)
    account = session.get_one(Account, link.account_id)
    weak = weakness(password, account.username or "", leaked=leaked)
    if weak is not None:
        raise PasswordWeak(why=Weakness(weak).value)
    link.used_at = now
    set_password(account, password)
    account.is_active, account.failures, account.locked_until = True, 0, None
    drop_codes(session, account.id)
    drop_passkeys(session, account.id)
    sign_out_everywhere(session, account.id)
    return account


def change_password(
    session: Session,
    account: Account,
    former: str,
    password: str,
    token: str,
    now: datetime,
    leaked: Leaked = nobody_knows,
) -> None:
    """Another password by who knows the former one; every session but the one of `token` ends (ASVS 5.0, 6.2.2, 6.2.3).

    Raises PasswordWrong, which counts as a failed sign-in does (the caller must commit), and PasswordWeak.
    """
    if sign_in_staff(session, account.username or "", former, now) is None:
        raise PasswordWrong()
    weak = weakness(password, account.username or "", leaked=leaked)
    if weak is not None:
        raise PasswordWeak(why=Weakness(weak).value)
    set_password(account, password)
    sign_out_elsewhere(session, account.id, token)


def first_of(session: Session, username: str, name: str, role: Role, now: datetime) -> str:
    """The first account of this role, and the token of a link that needs no confirmation, as there is nobody to.

    Raises FirstIsThere, RoleUnknown, UsernameTaken.
    """
    if role not in CONFIRMERS:
        raise RoleUnknown()
    one_at_a_time(session, f"first:{role}")
    if session.scalar(select(Account.id).where(Account.role == role).limit(1)) is not None:
        raise FirstIsThere()
    if session.scalar(select(Account.id).where(Account.username == username)) is not None:
        raise UsernameTaken()
    account = Account(
        username=username, name=name, role=role, separated=role, is_active=False, office=DISTRICT, created_at=now
    )
    session.add(account)
    session.flush()
    link, token = _link(session, account, "console", now)
    link.confirmed_by, link.confirmed_at = "console", now
    return token


def _open_link(session: Session, token: str, now: datetime) -> StaffLink:
    query = select(StaffLink).where(StaffLink.token_hash == _hash(token), StaffLink.confirmed_at.is_not(None))
    link = session.scalar(query.with_for_update())
    if link is None or not _lasts(link, now):
        raise LinkUnknown()
    return link


def _lasts(link: StaffLink, now: datetime) -> bool:
    return link.used_at is None and now - link.issued_at <= LINK_LIVES


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
