# SPDX-License-Identifier: Apache-2.0
import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from identity import Asked, Caller, CallerRefused, caller_of, load_callers
from kit.database import Database
from kit.declared import Refused
from kit.signed import CALLER, DATE, NONCE, SIGNATURE, signed_text
from reference.calling import declaration, headers_for
from tests.conftest import NOON

KEY, OTHER = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
PATH, BODY = "/api/v1/partners/drafts?x=1", b'{"phone": "13800000001", "item": "sole-trader"}'


@pytest.fixture
def callers(tmp_path: Path) -> dict[str, Caller]:
    (tmp_path / "callers.toml").write_text(declaration("sample-bank", "k1", KEY), "utf-8")
    return load_callers(tmp_path / "callers.toml")


def a_request(key: Ed25519PrivateKey = KEY, caller: str = "sample-bank/k1") -> Asked:
    return Asked("POST", PATH, headers_for(key, caller, "POST", PATH, BODY, NOON), BODY)


def with_header(asked: Asked, name: str, value: str) -> Asked:
    return replace(asked, headers={**asked.headers, name: value})


def resigned(asked: Asked, date: str, number: str) -> Asked:
    """Rightly signed by the partner, with another date or number."""
    signature = KEY.sign(signed_text(asked.method, asked.path, date, number, asked.body))
    told = {DATE: date, NONCE: number, SIGNATURE: base64.urlsafe_b64encode(signature).decode().rstrip("=")}
    return replace(asked, headers={**asked.headers, **told})


def test_a_request_is_from_whoever_signed_it(session: Session, callers: dict[str, Caller]) -> None:
    assert caller_of(session, callers, a_request(), NOON).code == "sample-bank"
    assert caller_of(session, callers, a_request(), NOON + timedelta(minutes=5)).code == "sample-bank"


WRONG: dict[str, Callable[[Asked], Asked]] = {
    "no signature": lambda asked: with_header(asked, SIGNATURE, ""),
    "a signature that is none": lambda asked: with_header(asked, SIGNATURE, "é!"),
    "algorithm none": lambda asked: with_header(asked, SIGNATURE, "none"),
    "an unsecured token": lambda asked: with_header(asked, SIGNATURE, "eyJhbGciOiJub25lIn0.e30."),
    "another method": lambda asked: replace(asked, method="PUT"),
    "another path": lambda asked: replace(asked, path="/api/v1/partners/applications/x"),
    "another query": lambda asked: replace(asked, path=PATH + "&y=2"),
    "another body": lambda asked: replace(asked, body=BODY.replace(b"1380", b"1390")),
    "no body": lambda asked: replace(asked, body=b""),
    "another date": lambda asked: with_header(asked, DATE, str(int(NOON.timestamp()) + 1)),
    "another number": lambda asked: with_header(asked, NONCE, "n" * 24),
    "an unknown partner": lambda asked: with_header(asked, CALLER, "nobody/k1"),
    "an unknown key": lambda asked: with_header(asked, CALLER, "sample-bank/k2"),
    "a path for a key": lambda asked: with_header(asked, CALLER, "sample-bank/../k1"),
    "no partner": lambda asked: with_header(asked, CALLER, ""),
    "the key of another": lambda _asked: a_request(OTHER),
    "too old": lambda asked: resigned(asked, str(int(NOON.timestamp()) - 301), "n" * 24),
    "too new": lambda asked: resigned(asked, str(int(NOON.timestamp()) + 301), "n" * 24),
    "a date that is none": lambda asked: resigned(asked, "nan", "n" * 24),
    "a date in other digits": lambda asked: resigned(asked, "١٢٣", "n" * 24),
    "a number too short": lambda asked: resigned(asked, str(int(NOON.timestamp())), "n" * 15),
    "a number too long": lambda asked: resigned(asked, str(int(NOON.timestamp())), "n" * 65),
    "a number with a line break": lambda asked: resigned(asked, str(int(NOON.timestamp())), "n" * 20 + "\n"),
    "no headers": lambda asked: replace(asked, headers={}),
}


@pytest.mark.parametrize("what", WRONG)
def test_nothing_else_is_accepted(session: Session, callers: dict[str, Caller], what: str) -> None:
    with pytest.raises(CallerRefused):
        caller_of(session, callers, WRONG[what](a_request()), NOON)


def test_a_request_is_accepted_once(database: Database, callers: dict[str, Caller]) -> None:
    asked = a_request()

    def ask(_number: int) -> bool:
        try:
            with database.writing() as session:
                caller_of(session, callers, asked, NOON)
        except CallerRefused:
            return False
        return True

    with ThreadPoolExecutor(6) as pool:
        assert sum(pool.map(ask, range(6))) == 1
    with database.writing() as session, pytest.raises(CallerRefused):
        caller_of(session, callers, asked, NOON + timedelta(minutes=5))


def test_a_number_is_remembered_as_long_as_its_date_is_taken(session: Session, callers: dict[str, Caller]) -> None:
    early = NOON - timedelta(minutes=5)
    asked = a_request()
    caller_of(session, callers, asked, early)
    caller_of(session, callers, a_request(), NOON + timedelta(minutes=5))
    with pytest.raises(CallerRefused):
        caller_of(session, callers, asked, NOON + timedelta(minutes=5))


def test_a_key_of_another_length_is_refused_at_the_start(tmp_path: Path) -> None:
    file = tmp_path / "callers.toml"
    file.write_text(declaration("sample-bank", "k1", KEY).replace('k1 = "', 'k1 = "AAAA'), "utf-8")
    with pytest.raises(Refused):
        load_callers(file)
    assert load_callers(None) == {}
