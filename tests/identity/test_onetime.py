# SPDX-License-Identifier: Apache-2.0
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from identity import (
    Account,
    Role,
    check_one_time,
    confirm_codes,
    current_code,
    enrol_staff,
    has_codes,
    offer_codes,
    recovery_codes_left,
    renew_recovery_codes,
    sign_in_staff,
    use_recovery_code,
)
from identity.onetime import RECOVERY_CODES
from kit.database import Database
from tests.conftest import NOON

STEP = timedelta(seconds=30)


def a_clerk(session: Session) -> Account:
    return enrol_staff(session, "clerk", "周审查", Role.CLERK, "a long password", NOON)


def enrolled(session: Session) -> tuple[Account, str, list[str]]:
    clerk = a_clerk(session)
    secret = offer_codes(session, clerk)
    codes = confirm_codes(session, clerk, current_code(secret, NOON), NOON)
    assert codes is not None
    return clerk, secret, codes


def test_codes_count_once_the_device_has_shown_one(session: Session) -> None:
    clerk = a_clerk(session)
    secret = offer_codes(session, clerk)
    assert offer_codes(session, clerk) == secret, "a page that is loaded again shows the same secret"
    assert not check_one_time(session, clerk.id, current_code(secret, NOON), NOON)
    assert confirm_codes(session, clerk, "000000", NOON) is None
    assert not has_codes(session, clerk.id)
    assert confirm_codes(session, clerk, current_code(secret, NOON), NOON) is not None
    assert has_codes(session, clerk.id)


def test_a_code_is_good_for_one_use(session: Session) -> None:
    clerk, secret, _codes = enrolled(session)
    assert not check_one_time(session, clerk.id, current_code(secret, NOON), NOON), "used when it was enrolled"
    then = NOON + STEP
    assert check_one_time(session, clerk.id, current_code(secret, then), then)
    for late in (0, 1, 29, 30):
        assert not check_one_time(session, clerk.id, current_code(secret, then), then + timedelta(seconds=late))


def test_an_older_code_than_the_one_used_last_is_refused(session: Session) -> None:
    clerk, secret, _codes = enrolled(session)
    then = NOON + 4 * STEP
    assert check_one_time(session, clerk.id, current_code(secret, then), then)
    assert not check_one_time(session, clerk.id, current_code(secret, then - STEP), then)


@pytest.mark.parametrize(("around", "is_good"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_off_by_half_a_minute(session: Session, around: int, is_good: bool) -> None:
    clerk, secret, _codes = enrolled(session)
    then = NOON + 20 * STEP
    assert check_one_time(session, clerk.id, current_code(secret, then + around * STEP), then) is is_good


def test_the_same_code_at_the_same_moment_lets_one_in(database: Database) -> None:
    with database.writing() as session:
        clerk, secret, _codes = enrolled(session)
    then = NOON + STEP

    def use(_number: int) -> bool:
        with database.writing() as session:
            return check_one_time(session, clerk.id, current_code(secret, then), then)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(use, range(8))) == 1


def wrong(secret: str, now: datetime) -> str:
    near = {current_code(secret, now + step * STEP) for step in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in near)


def test_five_failures_lock_the_second_factor_and_the_password_does_not_unlock_it(session: Session) -> None:
    clerk, secret, codes = enrolled(session)
    then = NOON + 10 * STEP
    for _ in range(5):
        assert not check_one_time(session, clerk.id, wrong(secret, then), then)
        assert sign_in_staff(session, "clerk", "a long password", then) is clerk
    assert not check_one_time(session, clerk.id, current_code(secret, then), then)
    assert not use_recovery_code(session, clerk.id, codes[0], then)
    later = then + timedelta(minutes=15)
    assert check_one_time(session, clerk.id, current_code(secret, later), later)


def test_every_recovery_code_is_good_once(session: Session) -> None:
    clerk, _secret, codes = enrolled(session)
    assert len(set(codes)) == RECOVERY_CODES
    for used, code in enumerate(reversed(codes)):
        assert recovery_codes_left(session, clerk.id) == RECOVERY_CODES - used
        assert use_recovery_code(session, clerk.id, f"{code[:4]} {code[4:].lower()}", NOON)
        assert not use_recovery_code(session, clerk.id, code, NOON)
    assert recovery_codes_left(session, clerk.id) == 0


def test_recovery_codes_of_a_colleague_or_from_before_are_refused(session: Session) -> None:
    clerk, _secret, codes = enrolled(session)
    other = enrol_staff(session, "other", "吴", Role.CLERK, "a long password", NOON)
    confirm_codes(session, other, current_code(offer_codes(session, other), NOON), NOON)
    assert not use_recovery_code(session, other.id, codes[0], NOON)
    renewed = renew_recovery_codes(session, clerk)
    assert not use_recovery_code(session, clerk.id, codes[0], NOON)
    assert use_recovery_code(session, clerk.id, renewed[0], NOON)


def test_neither_secret_nor_recovery_codes_can_be_read_in_the_database(session: Session) -> None:
    _clerk, secret, codes = enrolled(session)
    session.flush()
    raw = b"".join(
        value if isinstance(value, bytes) else repr(value).encode()
        for table in ("one_time", "recovery_code")
        for row in session.execute(text(f"SELECT * FROM {table}"))
        for value in row
    )
    assert secret.encode() not in raw
    assert all(code.encode() not in raw for code in codes)
