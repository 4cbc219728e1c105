# SPDX-License-Identifier: Apache-2.0
"""Accounts nobody uses, codes and old messages go by themselves; whatever the office still needs stays."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import unused
from identity import Account, load_retention, send_code, sign_in
from identity.codes import PhoneCode
from identity.forgetting import Source
from identity.messages import Message
from identity.retention import What
from identity.sessions import SignedIn
from kit import repeats
from kit.database import Database
from tests.conftest import NOON
from tests.office import TestOffice, a_clerk, a_submitted_case, an_applicant

LATE = NOON + load_retention().rule(What.ACCOUNTS).period + timedelta(days=15)


@pytest.fixture
def office(database: Database) -> TestOffice:
    return TestOffice(database)


def swept(office: TestOffice, what: What, now: datetime) -> list[str]:
    """What goes at that moment, by name, as the nightly job does it."""
    source: Source = next(one for one in unused.sources(office.office) if one.what is what)
    limit = load_retention().limit(what, now)
    names = list(source.overdue(limit, ""))
    for name in names:
        source.destroy(name, limit, now)
    assert list(source.overdue(limit, "")) == [], "nothing is left over-age"
    return names


def ids(session: Session) -> set[str]:
    return set(session.scalars(select(Account.id)))


def test_an_account_that_nobody_uses_goes_with_its_sessions(office: TestOffice) -> None:
    with office.database.writing() as session:
        idle = an_applicant(session, "13800000009")
        sign_in(session, idle, NOON)
    assert swept(office, What.ACCOUNTS, LATE - timedelta(days=20)) == [], "not before its time"
    assert swept(office, What.ACCOUNTS, LATE) == [idle.id]
    with office.database.reading() as session:
        assert ids(session) == set()
        assert list(session.scalars(select(SignedIn))) == []


def test_whoever_has_a_case_is_on_the_staff_or_was_here_lately_stays(office: TestOffice) -> None:
    a_submitted_case(office)
    with office.database.writing() as session:
        a_clerk(session, "zhou")
        lately = an_applicant(session, "13800000008")
        sign_in(session, lately, LATE - timedelta(days=30))
        before = ids(session)
    assert swept(office, What.ACCOUNTS, LATE) == []
    with office.database.reading() as session:
        assert ids(session) == before


def test_codes_go_within_days_and_messages_within_their_time(office: TestOffice) -> None:
    with office.database.writing() as session:
        send_code(session, "13800000001", "browser", "signin", NOON)
    assert swept(office, What.PHONE_CODES, NOON + timedelta(minutes=10)) == [], "a code that still counts stays"
    assert len(swept(office, What.PHONE_CODES, NOON + timedelta(days=2))) == 1
    with office.database.reading() as session:
        assert list(session.scalars(select(PhoneCode))) == []
        assert len(list(session.scalars(select(Message)))) == 1
    after = NOON + load_retention().rule(What.MESSAGES).period + timedelta(days=1)
    assert len(swept(office, What.MESSAGES, after)) == 1


def test_the_answers_that_programmes_were_given_go_after_a_day(office: TestOffice) -> None:
    with office.database.writing() as session:
        for name, at in (("old", NOON), ("new", NOON + timedelta(hours=20))):
            repeats.begin(session, "account:x", name, "asked", at)
    assert swept(office, What.KEPT_ANSWERS, NOON + repeats.KEPT_FOR) == []
    assert swept(office, What.KEPT_ANSWERS, NOON + repeats.KEPT_FOR + timedelta(seconds=1)) == ["old"]
    with office.database.reading() as session:
        assert list(session.scalars(select(repeats.KeptAnswer.name))) == ["new"]
