# SPDX-License-Identifier: Apache-2.0
"""Unused (闲置): accounts that nobody uses, codes that no longer count, messages and answers of long ago.

The sources of `identity.forgetting`. An account with a case, an invitation, a claim or a running session stays; signing
in again after it has gone makes a new one, as the first time. I/O: database.
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, and_, delete, exists, not_, or_, select
from sqlalchemy.orm import Session

import audit
from approval.application import Application
from approval.asserting import Question
from approval.freezing import Freeze
from approval.office import Office
from approval.participants import Participant
from approval.together import Bundle
from identity import Account, PhoneCode, Role
from identity.forgetting import Source
from identity.messages import Message
from identity.retention import What
from identity.sessions import SignedIn
from kit import repeats

AT_ONCE = 200


def sources(office: Office) -> list[Source]:
    return [_accounts(office), _phone_codes(office), _messages(office), _kept_answers(office)]


def _is_unused(limit: datetime) -> ColumnElement[bool]:
    """Of an applicant who was not here since the limit and left nothing that the office has to keep."""
    own = (
        exists().where(Application.applicant_id == Account.id, Application.erased_at.is_(None)),
        exists().where(Bundle.applicant_id == Account.id),
        exists().where(Participant.phone_key == Account.phone_key),
        exists().where(Freeze.said_by == Account.id),
        exists().where(Question.account_id == Account.id),
        exists().where(SignedIn.account_id == Account.id, SignedIn.until >= limit),
    )
    has_words = or_(Account.is_active, Account.phone_key.is_not(None))
    return and_(Account.role == Role.APPLICANT, Account.created_at < limit, has_words, *(not_(one) for one in own))


def _accounts(office: Office) -> Source:
    def overdue(limit: datetime, after: str) -> Sequence[str]:
        query = select(Account.id).where(_is_unused(limit), Account.id > after).order_by(Account.id).limit(AT_ONCE)
        with office.database.reading() as session:
            return session.scalars(query).all()

    def destroy(name: str, limit: datetime, _now: datetime) -> None:
        with office.database.writing() as session:
            account = session.scalar(select(Account).where(Account.id == name, _is_unused(limit)).with_for_update())
            if account is not None:
                session.execute(delete(SignedIn).where(SignedIn.account_id == account.id))
                audit.erase(session, f"person:{account.id}")
                _end(session, account)

    return Source("accounts", What.ACCOUNTS, overdue, destroy)


def _end(session: Session, account: Account) -> None:
    """Where an erased case remembers that there was one, its account does too, and says nothing of anybody."""
    if session.scalar(select(exists().where(Application.applicant_id == account.id))):
        account.name = account.phone = account.phone_key = None
        account.is_active = False
    else:
        session.delete(account)


def _phone_codes(office: Office) -> Source:
    def overdue(limit: datetime, after: str) -> Sequence[str]:
        query = select(PhoneCode.id).where(PhoneCode.sent_at < limit, PhoneCode.id > after)
        with office.database.reading() as session:
            return session.scalars(query.order_by(PhoneCode.id).limit(AT_ONCE)).all()

    def destroy(name: str, limit: datetime, _now: datetime) -> None:
        with office.database.writing() as session:
            session.execute(delete(PhoneCode).where(PhoneCode.id == name, PhoneCode.sent_at < limit))

    return Source("phone_codes", What.PHONE_CODES, overdue, destroy)


def _messages(office: Office) -> Source:
    def overdue(limit: datetime, after: str) -> Sequence[str]:
        query = select(Message.id).where(Message.written_at < limit, Message.id > int(after or 0))
        with office.database.reading() as session:
            return [str(name) for name in session.scalars(query.order_by(Message.id).limit(AT_ONCE))]

    def destroy(name: str, limit: datetime, _now: datetime) -> None:
        with office.database.writing() as session:
            _forget(session, int(name), limit)

    return Source("messages", What.MESSAGES, overdue, destroy)


def _kept_answers(office: Office) -> Source:
    def overdue(limit: datetime, after: str) -> Sequence[str]:
        with office.database.reading() as session:
            return repeats.begun_before(session, limit, after, AT_ONCE)

    def destroy(name: str, limit: datetime, _now: datetime) -> None:
        with office.database.writing() as session:
            repeats.destroy(session, name, limit)

    return Source("kept_answers", What.KEPT_ANSWERS, overdue, destroy)


def _forget(session: Session, message_id: int, limit: datetime) -> None:
    session.execute(delete(Message).where(Message.id == message_id, Message.written_at < limit))
