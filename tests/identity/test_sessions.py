# SPDX-License-Identifier: Apache-2.0
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import (
    Account,
    Role,
    account_of,
    applicant_with_phone,
    enrol_staff,
    note_use,
    session_of,
    sign_in,
    sign_out,
)
from tests.conftest import NOON


def an_applicant(session: Session) -> Account:
    return applicant_with_phone(session, "13800000001", NOON)


def a_clerk(session: Session) -> Account:
    return enrol_staff(session, "clerk", "周审查", Role.CLERK, "a long password", NOON)


def test_a_session_ends_when_it_is_over_or_ended(session: Session) -> None:
    account = an_applicant(session)
    token, until = sign_in(session, account, NOON)
    session.flush()
    assert account_of(session, token, NOON) is account
    found = session_of(session, token, NOON)
    assert found is not None
    note_use(session, found[1], until - timedelta(hours=1))
    session.expire_all()
    assert account_of(session, token, until - timedelta(seconds=1)) is account
    assert account_of(session, token, until) is None
    sign_out(session, token)
    assert account_of(session, token, NOON) is None


@pytest.mark.parametrize("token", [None, "", "guessed"])
def test_a_token_that_was_never_given_is_nobody(session: Session, token: str | None) -> None:
    sign_in(session, an_applicant(session), NOON)
    session.flush()
    assert account_of(session, token, NOON) is None


def test_staff_are_signed_out_after_a_day_of_work_and_applicants_after_two_weeks(session: Session) -> None:
    assert sign_in(session, a_clerk(session), NOON)[1] == NOON + timedelta(hours=10)
    assert sign_in(session, an_applicant(session), NOON)[1] == NOON + timedelta(days=14)


def test_signing_out_in_one_browser_leaves_the_other_signed_in(session: Session) -> None:
    account = an_applicant(session)
    one, _until = sign_in(session, account, NOON)
    other, _until = sign_in(session, account, NOON)
    session.flush()
    sign_out(session, one)
    assert account_of(session, one, NOON) is None
    assert account_of(session, other, NOON) is account


def test_a_disabled_account_is_out_at_once(session: Session) -> None:
    clerk = a_clerk(session)
    token, _until = sign_in(session, clerk, NOON)
    session.flush()
    assert account_of(session, token, NOON) is clerk
    clerk.is_active = False
    session.flush()
    assert account_of(session, token, NOON) is None


def test_a_stolen_table_signs_nobody_in(session: Session) -> None:
    token, _until = sign_in(session, an_applicant(session), NOON)
    session.flush()
    kept = session.execute(text("SELECT * FROM signed_in")).one()
    assert token not in repr(kept)
    assert account_of(session, kept.token_hash, NOON) is None


def test_a_new_password_signs_every_browser_out_and_the_same_one_does_not(session: Session) -> None:
    clerk = enrol_staff(session, "zhou", "周审查", Role.CLERK, "first password", NOON)
    token, _until = sign_in(session, clerk, NOON)
    enrol_staff(session, "zhou", "周审查", Role.CLERK, "first password", NOON)
    assert account_of(session, token, NOON) is not None
    enrol_staff(session, "zhou", "周审查", Role.CLERK, "another password", NOON)
    assert account_of(session, token, NOON) is None
    token, _until = sign_in(session, clerk, NOON)
    enrol_staff(session, "zhou", "周审查", Role.SUPERVISOR, "another password", NOON)
    assert account_of(session, token, NOON) is None
