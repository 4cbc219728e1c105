# SPDX-License-Identifier: Apache-2.0
import re
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import Check, TooManyCodes, check_code, latest_messages, send_code, waiting_code
from identity.codes import MOST_PER_PHONE
from kit.database import Database
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


def test_a_code_still_counts_in_its_last_second(session: Session) -> None:
    code = sent(session)
    waiting = waiting_code(session, "browser", "signin")
    assert check_code(session, waiting, code, NOON + timedelta(minutes=5)) is Check.RIGHT


def test_a_wrong_code_does_not_spoil_the_right_one(session: Session) -> None:
    code = sent(session)
    waiting = waiting_code(session, "browser", "signin")
    assert check_code(session, waiting, "not it", NOON) is Check.WRONG
    assert check_code(session, waiting, f" {code} ", NOON) is Check.RIGHT


def test_without_a_code_that_was_sent_nothing_is_right(session: Session) -> None:
    assert check_code(session, None, "123456", NOON) is Check.EXPIRED


def test_a_code_for_signing_one_application_does_not_sign_another(session: Session) -> None:
    code = sent(session, "sign:a-1")
    assert waiting_code(session, "browser", "sign:a-2") is None
    send_code(session, PHONE, "browser", "sign:a-2", NOON + timedelta(seconds=1))
    other = waiting_code(session, "browser", "sign:a-2")
    fresh = re.search(r"验证码 (\d{6})", latest_messages(session)[0].body)
    assert fresh is not None
    if fresh[1] != code:  # one time in a million they are the same
        assert check_code(session, other, code, NOON + timedelta(seconds=2)) is Check.WRONG


def test_only_the_newest_code_waits(session: Session) -> None:
    old = sent(session)
    send_code(session, PHONE, "browser", "signin", NOON + timedelta(minutes=1))
    newest = waiting_code(session, "browser", "signin")
    assert newest is not None
    assert newest.sent_at == NOON + timedelta(minutes=1)
    assert old not in latest_messages(session)[0].body


def test_of_many_at_once_no_more_are_sent_than_a_phone_may_get(database: Database) -> None:
    def ask(browser: int) -> bool:
        try:
            with database.writing() as session:
                send_code(session, PHONE, f"browser-{browser}", "signin", NOON)
        except TooManyCodes:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(ask, range(16))) == MOST_PER_PHONE
