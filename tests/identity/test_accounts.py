# SPDX-License-Identifier: Apache-2.0
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import Account, Role, applicant_with_phone, demonstration_password, enrol_staff, sign_in_staff, staff
from kit.database import Database
from tests.conftest import NOON

PHONE = "13800000001"
PASSWORD = "a long password"


def a_clerk(session: Session) -> Account:
    return enrol_staff(session, "clerk", "周审查", Role.CLERK, PASSWORD, NOON)


def test_a_phone_is_one_applicant(session: Session) -> None:
    first = applicant_with_phone(session, PHONE, NOON)
    assert applicant_with_phone(session, PHONE, NOON).id == first.id
    assert applicant_with_phone(session, "13800000002", NOON).id != first.id
    assert first.shown_name == "138****0001"
    assert first.role == Role.APPLICANT


def test_neither_phone_nor_name_nor_password_can_be_read_in_the_database(session: Session) -> None:
    applicant_with_phone(session, PHONE, NOON)
    a_clerk(session)
    raw = repr([tuple(map(_readable, row)) for row in session.execute(text("SELECT * FROM account"))])
    for secret in (PHONE, "周审查", PASSWORD):
        assert secret not in raw


def _readable(value: object) -> object:
    return bytes(value).decode(errors="replace") if isinstance(value, bytes | memoryview) else value


def test_a_right_password_lets_in_and_a_wrong_one_or_an_unknown_name_does_not(session: Session) -> None:
    clerk = a_clerk(session)
    assert clerk.shown_name == "周审查"
    assert sign_in_staff(session, "clerk", PASSWORD, NOON) is clerk
    assert sign_in_staff(session, "clerk", "wrong", NOON) is None
    assert sign_in_staff(session, "nobody", PASSWORD, NOON) is None
    assert sign_in_staff(session, "nobody", "nobody", NOON) is None


def test_an_applicant_has_no_password_to_guess(session: Session) -> None:
    account = applicant_with_phone(session, PHONE, NOON)
    account.username = "applicant"
    session.flush()
    assert account.password_hash is None
    assert sign_in_staff(session, "applicant", "", NOON) is None


def test_five_failures_lock_a_staff_account_for_a_while(session: Session) -> None:
    a_clerk(session)
    for _ in range(5):
        assert sign_in_staff(session, "clerk", "wrong", NOON) is None
    assert sign_in_staff(session, "clerk", PASSWORD, NOON + timedelta(minutes=14)) is None
    assert sign_in_staff(session, "clerk", PASSWORD, NOON + timedelta(minutes=15)) is not None


def test_guesses_at_the_same_moment_are_counted_one_by_one(database: Database) -> None:
    with database.writing() as session:
        a_clerk(session)

    def guess(_n: int) -> None:
        with database.writing() as session:
            assert sign_in_staff(session, "clerk", "wrong", NOON) is None

    with ThreadPoolExecutor(10) as guessers:
        list(guessers.map(guess, range(10)))
    with database.writing() as session:
        assert sign_in_staff(session, "clerk", PASSWORD, NOON) is None


def test_a_right_password_forgives_the_failures_before_it(session: Session) -> None:
    a_clerk(session)
    for _ in range(2):
        for _ in range(4):
            assert sign_in_staff(session, "clerk", "wrong", NOON) is None
        assert sign_in_staff(session, "clerk", PASSWORD, NOON) is not None


def test_a_disabled_account_does_not_sign_in(session: Session) -> None:
    a_clerk(session).is_active = False
    assert sign_in_staff(session, "clerk", PASSWORD, NOON) is None


def test_enrolling_again_changes_the_same_account(session: Session) -> None:
    first = a_clerk(session)
    again = enrol_staff(session, "clerk", "周主任", Role.SUPERVISOR, "another password", NOON + timedelta(days=1))
    assert again is first
    assert (again.name, again.role, again.created_at) == ("周主任", Role.SUPERVISOR, NOON)
    assert sign_in_staff(session, "clerk", PASSWORD, NOON) is None
    assert sign_in_staff(session, "clerk", "another password", NOON) is again


def test_the_list_of_staff_has_no_applicants(session: Session) -> None:
    applicant_with_phone(session, PHONE, NOON)
    a_clerk(session)
    enrol_staff(session, "auditor", "吴审计", Role.AUDITOR, PASSWORD, NOON)
    assert [account.username for account in staff(session)] == ["auditor", "clerk"]


@pytest.mark.usefixtures("keys")
def test_every_demonstration_account_has_its_own_password() -> None:
    passwords = {demonstration_password(name) for name in ("clerk", "supervisor", "auditor")}
    assert len(passwords) == 3
    assert demonstration_password("clerk") in passwords
    assert all(len(password) == 12 for password in passwords)


def test_the_first_two_sign_ins_of_a_phone_at_once_are_one_account(database: Database) -> None:
    start = threading.Barrier(8)

    def sign_in(_number: int) -> str:
        start.wait()
        with database.writing() as session:
            return applicant_with_phone(session, "13700000001", NOON).id

    with ThreadPoolExecutor(8) as pool:
        assert len(set(pool.map(sign_in, range(8)))) == 1
