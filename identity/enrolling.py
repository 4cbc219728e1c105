# SPDX-License-Identifier: Apache-2.0
"""Enrolling (人员登记): a member of staff gets an account, or another name, role or password. I/O: database."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from identity.accounts import SEPARATED, Account, Role, set_password
from identity.sessions import sign_out_everywhere


def enrol_staff(session: Session, username: str, name: str, role: Role, password: str, now: datetime) -> Account:
    """Create the account, or give an existing one this name, role and password.

    With another password or role every browser is signed out: whoever had the old one is out with it.
    """
    account = session.scalar(select(Account).where(Account.username == username))
    if account is None:
        account = Account(username=username, created_at=now)
        session.add(account)
    is_other_role = account.role not in (None, role)
    account.name, account.role, account.is_active = name, role, True
    if role in SEPARATED:
        account.separated = role
    is_other_password = set_password(account, password)
    session.flush()
    if is_other_password or is_other_role:
        sign_out_everywhere(session, account.id)
    return account
