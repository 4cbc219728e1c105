# SPDX-License-Identifier: Apache-2.0
import re
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import (
    Check,
    Role,
    TooManyCodes,
    account_of,
    applicant_with_phone,
    check_code,
    enrol_staff,
    latest_messages,
    send_code,
    sign_in,
    sign_in_staff,
    sign_out,
    waiting_code,
)
from tests.conftest import NOON

PHONE = "13800000001"


def sent(session: Session, purpose: str = "signin") -> str:
    send_code(session, PHONE, "browser", purpose, NOON)
    found = re.search(r"验证码 (\d{6})", latest_messages(session)[0].body)
    assert found is not None
    return found[1]


def test_a_code_is_right_once(session: Session) -> None:
    code = sent(session)
    waiting = waiting_code(session, "browser", "signin")
    assert check_code(session, waiting, code, NOON) is Check.RIGHT
    assert check_code(session, waiting, code, NOON) is Check.EXPIRED
    assert waiting_code(session, "browser", "signin") is None


def test_a_wrong_code_may_be_tried_five_times(session: Session) -> None:
    code = sent(session)
    wrong = "000000" if code != "000000" else "111111"
    waiting = waiting_code(session, "browser", "signin")
    assert [check_code(session, waiting, wrong, NOON) for _ in range(5)] == [Check.WRONG] * 5
    assert check_code(session, waiting, code, NOON) is Check.EXPIRED


def test_a_code_lives_five_minutes(session: Session) -> None:
    code = sent(session)
    waiting = waiting_code(session, "browser", "signin")
    assert check_code(session, waiting, code, NOON + timedelta(minutes=5, seconds=1)) is Check.EXPIRED


def test_a_code_is_bound_to_its_browser_and_its_purpose(session: Session) -> None:
    sent(session)
    assert waiting_code(session, "another browser", "signin") is None
    assert waiting_code(session, "browser", "sign:some application") is None


def test_a_phone_is_not_flooded(session: Session) -> None:
    for _ in range(5):
        send_code(session, PHONE, "browser", "signin", NOON)
    with pytest.raises(TooManyCodes):
        send_code(session, PHONE, "browser", "signin", NOON)
    send_code(session, PHONE, "browser", "signin", NOON + timedelta(minutes=11))


def test_neither_code_nor_phone_can_be_read_in_the_database(session: Session) -> None:
    code = sent(session)
    raw = repr([session.execute(text(f"SELECT * FROM {table}")).all() for table in ("phone_code", "message")])
    assert PHONE not in raw
    assert PHONE.encode().hex() not in raw
    assert f"'{code}'" not in raw


def test_a_phone_is_one_applicant(session: Session) -> None:
    first = applicant_with_phone(session, PHONE, NOON)
    assert applicant_with_phone(session, PHONE, NOON).id == first.id
    assert first.shown_name == "138****0001"


def test_a_session_ends_when_it_is_over_or_ended(session: Session) -> None:
    account = applicant_with_phone(session, PHONE, NOON)
    token, until = sign_in(session, account, NOON)
    session.flush()
    assert account_of(session, token, NOON) is account
    assert account_of(session, token, until) is None
    assert account_of(session, "guessed", NOON) is None
    sign_out(session, token)
    assert account_of(session, token, NOON) is None


def test_a_disabled_account_is_out_at_once(session: Session) -> None:
    clerk = enrol_staff(session, "clerk", "周审查", Role.CLERK, "a long password", NOON)
    token, _until = sign_in(session, clerk, NOON)
    clerk.is_active = False
    session.flush()
    assert account_of(session, token, NOON) is None
    assert sign_in_staff(session, "clerk", "a long password", NOON) is None


def test_five_failures_lock_a_staff_account_for_a_while(session: Session) -> None:
    enrol_staff(session, "clerk", "周审查", Role.CLERK, "a long password", NOON)
    assert sign_in_staff(session, "nobody", "a long password", NOON) is None
    for _ in range(5):
        assert sign_in_staff(session, "clerk", "wrong", NOON) is None
    assert sign_in_staff(session, "clerk", "a long password", NOON + timedelta(minutes=14)) is None
    assert sign_in_staff(session, "clerk", "a long password", NOON + timedelta(minutes=16)) is not None
