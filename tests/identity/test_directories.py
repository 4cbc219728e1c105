# SPDX-License-Identifier: Apache-2.0
import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy.orm import Session

from identity import (
    Account,
    AttemptUnknown,
    Directory,
    Role,
    TokenRefused,
    account_in,
    applicant_with_phone,
    begin_attempt,
    end_attempt,
    enrol_staff,
    link_account,
    load_directories,
    read_token,
    way_to,
)
from identity.directories import Said
from identity.linking import LinkTaken, NotLinked, PhoneUnverified
from kit.declared import Refused
from reference import directory as reference
from tests.conftest import NOON

ISSUER, CLIENT, NONCE = "http://127.0.0.1:8004", "approval", "n" * 43
KEY, OTHER = reference.a_key(), reference.a_key()
KEYS = {"keys": [KEY.as_dict(private=False)]}
NOW_S = int(NOON.timestamp())


def declared(tmp_path: Path, whom: str = "applicants") -> Directory:
    file = tmp_path / "directories.toml"
    file.write_text(reference.declaration("province", whom, ISSUER, CLIENT), "utf-8")
    return load_directories(file)["province"]


@pytest.fixture
def province(tmp_path: Path) -> Directory:
    return declared(tmp_path)


@pytest.fixture
def district(tmp_path: Path) -> Directory:
    return declared(tmp_path, "staff")


def a_token(key: Any = KEY, **changed: Any) -> str:
    asked = reference.Asked(CLIENT, "x", "s", NONCE, "c")
    return reference.token(key, ISSUER, reference.Confirmed(asked, "wang", 0.0), NOW_S, **changed)


def unsigned(header: dict[str, Any]) -> str:
    claims = a_token().split(".")[1]
    head = base64.urlsafe_b64encode(json.dumps(header).encode()).decode().rstrip("=")
    return f"{head}.{claims}."


def with_public_key_as_secret() -> str:
    """Key confusion: the public key, which everybody has, taken for a shared secret."""
    head = base64.urlsafe_b64encode(json.dumps({"alg": "HS256", "kid": reference.KID}).encode()).rstrip(b"=")
    signed = head + b"." + base64.urlsafe_b64encode(_claims()).rstrip(b"=")
    seal = hmac.new(KEY.as_pem(private=False), signed, "sha256").digest()
    return (signed + b"." + base64.urlsafe_b64encode(seal).rstrip(b"=")).decode()


def _claims() -> bytes:
    part = a_token().split(".")[1]
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def test_what_a_directory_says_is_read(province: Directory) -> None:
    assert read_token(province, a_token(), KEYS, NONCE, NOON) == Said("wang", "13800000001")
    unverified = a_token(phone_number_verified=False)
    assert read_token(province, unverified, KEYS, NONCE, NOON) == Said("wang", None)
    assert read_token(province, a_token(phone_number_verified="true"), KEYS, NONCE, NOON).phone is None


WRONG: dict[str, Callable[[], str]] = {
    "algorithm none": lambda: unsigned({"alg": "none"}),
    "algorithm None": lambda: unsigned({"alg": "None", "kid": reference.KID}),
    "no algorithm": lambda: unsigned({"kid": reference.KID}),
    "key confusion": with_public_key_as_secret,
    "another key": lambda: a_token(OTHER),
    "an injected key id": lambda: unsigned({"alg": "ES256", "kid": "../../etc/passwd"}),
    "an injected key": lambda: unsigned({"alg": "ES256", "jwk": OTHER.as_dict(private=False)}),
    "a changed signature": lambda: a_token()[:-4] + "AAAA",
    "another issuer": lambda: a_token(iss="http://127.0.0.1:8005"),
    "another audience": lambda: a_token(aud="another"),
    "an audience of two": lambda: a_token(aud=[CLIENT, "another"]),
    "no audience": lambda: a_token(aud=None),
    "another nonce": lambda: a_token(nonce="m" * 43),
    "no nonce": lambda: a_token(nonce=None),
    "over": lambda: a_token(exp=NOW_S - 31),
    "without an end": lambda: a_token(exp=None),
    "an end that is none": lambda: a_token(exp="tomorrow"),
    "not begun": lambda: a_token(nbf=NOW_S + 300),
    "nobody": lambda: a_token(sub=""),
    "a person that is no text": lambda: a_token(sub=["wang"]),
    "no token": lambda: "",
    "noise": lambda: "a.b.c",
}


@pytest.mark.parametrize("what", WRONG)
def test_nothing_else_is_believed(province: Directory, what: str) -> None:
    with pytest.raises(TokenRefused):
        read_token(province, WRONG[what](), KEYS, NONCE, NOON)


def test_the_way_there_tells_nothing_of_the_person_and_not_the_secret(session: Session, province: Directory) -> None:
    begun = begin_attempt(session, province, "b" * 26, "/apply", NOON)
    way = way_to(province, "http://127.0.0.1:8000/directory/province/return", begun.state, begun.nonce, begun.secret)
    assert begun.secret not in way
    assert "code_challenge_method=S256" in way
    assert f"state={begun.state}" in way


def test_an_attempt_ends_once_in_the_browser_that_began_it(session: Session, province: Directory) -> None:
    begun = begin_attempt(session, province, "b" * 26, "/apply", NOON)
    session.flush()
    for state, browser, late in ((begun.state, "c" * 26, 0), ("guessed", "b" * 26, 0), (begun.state, "b" * 26, 601)):
        with pytest.raises(AttemptUnknown):
            end_attempt(session, "province", state, browser, NOON + timedelta(seconds=late))
    with pytest.raises(AttemptUnknown):
        end_attempt(session, "another", begun.state, "b" * 26, NOON)
    ended = end_attempt(session, "province", begun.state, "b" * 26, NOON)
    assert (ended.nonce, ended.secret, ended.onwards) == (begun.nonce, begun.secret, "/apply")
    with pytest.raises(AttemptUnknown):
        end_attempt(session, "province", begun.state, "b" * 26, NOON)


def test_an_applicant_is_linked_by_the_phone_the_directory_has_verified(session: Session, province: Directory) -> None:
    before = applicant_with_phone(session, "13800000001", NOON)
    assert account_in(session, province, Said("wang", "13800000001"), NOON) is before
    assert account_in(session, province, Said("wang", "13900000009"), NOON) is before, "linked by name from then on"
    assert account_in(session, province, Said("chen", "13800000002"), NOON).role == Role.APPLICANT
    for phone in (None, "12", "02584000000"):
        with pytest.raises(PhoneUnverified):
            account_in(session, province, Said("zhou", phone), NOON)


def a_clerk(session: Session) -> Account:
    return enrol_staff(session, "clerk", "周审查", Role.CLERK, "a long password", NOON)


def test_staff_are_let_in_only_if_linked_before(session: Session, district: Directory) -> None:
    clerk = a_clerk(session)
    with pytest.raises(NotLinked):
        account_in(session, district, Said("zhou", "13800000001"), NOON)
    link_account(session, district, "zhou", clerk, NOON)
    link_account(session, district, "zhou", clerk, NOON)
    assert account_in(session, district, Said("zhou", None), NOON) is clerk
    with pytest.raises(LinkTaken):
        link_account(session, district, "zhou", applicant_with_phone(session, "13800000001", NOON), NOON)
    clerk.is_active = False
    with pytest.raises(NotLinked):
        account_in(session, district, Said("zhou", None), NOON)


def test_a_directory_for_applicants_opens_no_account_of_staff(session: Session, province: Directory) -> None:
    link_account(session, province, "zhou", a_clerk(session), NOON)
    with pytest.raises(NotLinked):
        account_in(session, province, Said("zhou", "13800000001"), NOON)


def test_only_this_machine_is_asked_without_tls(tmp_path: Path) -> None:
    file = tmp_path / "directories.toml"
    file.write_text(reference.declaration("province", "staff", "http://id.example.cn", CLIENT), "utf-8")
    with pytest.raises(Refused):
        load_directories(file)
    assert load_directories(None) == {}
