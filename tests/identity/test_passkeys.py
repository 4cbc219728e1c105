# SPDX-License-Identifier: Apache-2.0
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from identity import (
    Account,
    PasskeyRefused,
    Place,
    Role,
    ask_to_register,
    ask_to_sign,
    check_passkey,
    enrol_staff,
    passkeys_of,
    register,
)
from identity.passkeys import MOST_PASSKEYS, TooManyPasskeys
from tests.conftest import NOON
from tests.identity.authenticator import Authenticator

PLACE = Place.of("https://approval.example.cn")
BROWSER, OTHER = "b" * 26, "c" * 26


def a_device(**changed: Any) -> Authenticator:
    return Authenticator(**{"origin": PLACE.origin, "site": PLACE.name, **changed})


def a_clerk(session: Session, username: str = "clerk") -> Account:
    return enrol_staff(session, username, "周审查", Role.CLERK, "a long password", NOON)


def registered(session: Session, account: Account, device: Authenticator) -> None:
    options = ask_to_register(session, PLACE, account, BROWSER, NOON)
    register(session, PLACE, account, BROWSER, device.make(options), "办公电脑", NOON)


def signed(session: Session, device: Authenticator, browser: str = BROWSER, place: Place = PLACE) -> Account:
    options = ask_to_sign(session, place, browser, "sign-in", NOON)
    return check_passkey(session, PLACE, browser, "sign-in", device.sign(options), NOON)


def test_whoever_holds_the_device_is_let_in(session: Session) -> None:
    clerk, device = a_clerk(session), a_device()
    registered(session, clerk, device)
    assert signed(session, device) is clerk
    assert signed(session, device) is clerk
    assert [(key.label, key.uses) for key in passkeys_of(session, clerk.id)] == [("办公电脑", 2)]


def test_the_challenge_has_at_least_sixty_four_random_bits(session: Session) -> None:
    challenges = {ask_to_sign(session, PLACE, BROWSER, "sign-in", NOON)["challenge"] for _ in range(20)}
    assert len(challenges) == 20
    assert all(len(challenge) * 6 >= 64 for challenge in challenges)


def test_the_same_answer_lets_in_once(session: Session) -> None:
    device = a_device()
    registered(session, a_clerk(session), device)
    answer = device.sign(ask_to_sign(session, PLACE, BROWSER, "sign-in", NOON))
    check_passkey(session, PLACE, BROWSER, "sign-in", answer, NOON)
    with pytest.raises(PasskeyRefused):
        check_passkey(session, PLACE, BROWSER, "sign-in", answer, NOON)
    ask_to_sign(session, PLACE, BROWSER, "sign-in", NOON)
    with pytest.raises(PasskeyRefused):
        check_passkey(session, PLACE, BROWSER, "sign-in", answer, NOON)


def test_an_answer_made_for_another_browser_purpose_or_moment_is_refused(session: Session) -> None:
    device = a_device()
    registered(session, a_clerk(session), device)
    for browser, purpose, late in ((OTHER, "sign-in", 0), (BROWSER, "proof:x", 0), (BROWSER, "sign-in", 301)):
        answer = device.sign(ask_to_sign(session, PLACE, BROWSER, "sign-in", NOON))
        with pytest.raises(PasskeyRefused):
            check_passkey(session, PLACE, browser, purpose, answer, NOON + timedelta(seconds=late))


@pytest.mark.parametrize(
    "wrong",
    [{"origin": "https://approval.example.com"}, {"site": "example.com"}, {"is_verified": False}],
    ids=["another origin", "another site", "nobody verified"],
)
def test_a_device_that_signs_for_another_site_or_for_nobody_is_refused(session: Session, wrong: dict[str, Any]) -> None:
    device = a_device()
    registered(session, a_clerk(session), device)
    with pytest.raises(PasskeyRefused):
        signed(session, replace(device, **wrong))
    with pytest.raises(PasskeyRefused):
        registered(session, a_clerk(session, "other"), a_device(**wrong))


def test_a_copy_of_the_key_that_counts_from_before_is_refused(session: Session) -> None:
    device = a_device()
    registered(session, a_clerk(session), device)
    copy = replace(device)
    signed(session, device)
    signed(session, device)
    with pytest.raises(PasskeyRefused):
        signed(session, copy)


def test_another_key_under_the_same_name_is_refused(session: Session) -> None:
    device = a_device()
    registered(session, a_clerk(session), device)
    with pytest.raises(PasskeyRefused):
        signed(session, a_device(id=device.id))
    with pytest.raises(PasskeyRefused):
        signed(session, a_device())
    with pytest.raises(PasskeyRefused):
        registered(session, a_clerk(session, "other"), a_device(id=device.id))


@pytest.mark.parametrize("answer", [{}, {"id": 5}, {"id": "x", "rawId": "x", "type": "public-key", "response": {}}])
def test_an_answer_that_is_none_is_refused(session: Session, answer: dict[str, Any]) -> None:
    clerk = a_clerk(session)
    ask_to_register(session, PLACE, clerk, BROWSER, NOON)
    ask_to_sign(session, PLACE, BROWSER, "sign-in", NOON)
    with pytest.raises(PasskeyRefused):
        check_passkey(session, PLACE, BROWSER, "sign-in", answer, NOON)
    with pytest.raises(PasskeyRefused):
        register(session, PLACE, clerk, BROWSER, answer, "", NOON)


def test_a_disabled_account_has_no_key(session: Session) -> None:
    clerk, device = a_clerk(session), a_device()
    registered(session, clerk, device)
    clerk.is_active = False
    with pytest.raises(PasskeyRefused):
        signed(session, device)


def test_an_account_has_so_many_keys_and_no_more(session: Session) -> None:
    clerk = a_clerk(session)
    for _ in range(MOST_PASSKEYS):
        registered(session, clerk, a_device())
    with pytest.raises(TooManyPasskeys):
        ask_to_register(session, PLACE, clerk, BROWSER, NOON)
