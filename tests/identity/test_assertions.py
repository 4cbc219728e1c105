# SPDX-License-Identifier: Apache-2.0
"""A partner's word counts for one request, one person and five minutes, under a pinned key and one algorithm."""

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from identity.assertions import AssertionOfAnother, AssertionRefused, Expected, commitment, verify
from reference.partner import KID, sign
from tests.conftest import NOON

KEY, OTHER_KEY = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
NAME, NUMBER, NONCE = "林清和", "999999199003070017", "a-nonce-of-this-request"
EXPECTED = Expected(
    "https://bank.example", {KID: KEY.public_key().public_bytes_raw()}, "https://our.example", NONCE, NAME, NUMBER
)
MOMENT = int(NOON.timestamp())
CLAIMS: dict[str, object] = {
    "iss": "https://bank.example",
    "aud": "https://our.example",
    "iat": MOMENT - 5,
    "exp": MOMENT + 115,
    "nonce": NONCE,
    "purpose": "business-filing",
    "person": commitment(NONCE, NAME, NUMBER),
    "assurance": "substantial",
    "transaction": "SB-000000001",
}
HEADER: dict[str, object] = {"alg": "EdDSA", "kid": KID, "typ": "assertion+jwt"}


def b64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def test_a_good_word_is_taken_and_what_is_kept_of_it_names_nobody() -> None:
    told = verify(sign(KEY, CLAIMS), EXPECTED, NOON)
    assert (told.claims.transaction, told.kid) == ("SB-000000001", KID)
    assert NUMBER not in repr(told)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"iss": "https://other.example"}, "issuer"),
        ({"aud": "https://other.example"}, "audience"),
        ({"nonce": "another"}, "nonce"),
        ({"iat": MOMENT - 400, "exp": MOMENT - 200}, "expired"),
        ({"exp": MOMENT + 400}, "lifetime"),
        ({"exp": MOMENT - 5}, "lifetime"),
        ({"iat": MOMENT + 90, "exp": MOMENT + 120}, "future"),
        ({"purpose": "loan"}, "claims"),
        ({"assurance": "low"}, "claims"),
        ({"exp": float(MOMENT + 60)}, "claims"),
        ({"exp": str(MOMENT + 60)}, "claims"),
        ({"transaction": ""}, "claims"),
        ({"name": NAME}, "claims"),
    ],
)
def test_each_claim_alone_can_undo_it(changed: dict[str, object], why: str) -> None:
    with pytest.raises(AssertionRefused) as refused:
        verify(sign(KEY, {**CLAIMS, **changed}), EXPECTED, NOON)
    assert refused.value.why == why


@pytest.mark.parametrize("missing", list(CLAIMS))
def test_a_claim_that_is_missing_undoes_it(missing: str) -> None:
    with pytest.raises(AssertionRefused):
        verify(sign(KEY, {name: value for name, value in CLAIMS.items() if name != missing}), EXPECTED, NOON)


@pytest.mark.parametrize("who", [("陈其美", NUMBER), (NAME, "999999198506120128"), (NAME + "子", NUMBER)])
def test_another_person_is_told_from_this_one(who: tuple[str, str]) -> None:
    with pytest.raises(AssertionOfAnother):
        verify(sign(KEY, {**CLAIMS, "person": commitment(NONCE, *who)}), EXPECTED, NOON)
    with pytest.raises(AssertionOfAnother):
        verify(sign(KEY, CLAIMS), replace(EXPECTED, name=who[0], number=who[1]), NOON)


@pytest.mark.parametrize(
    "header",
    [
        {**HEADER, "alg": "none"},
        {**HEADER, "alg": "HS256"},
        {**HEADER, "alg": "ES256"},
        {**HEADER, "kid": "unknown"},
        {**HEADER, "typ": "JWT"},
        {**HEADER, "jwk": {"kty": "OKP"}},
        {**HEADER, "crit": ["b64"], "b64": False},
        {"alg": "EdDSA", "typ": "assertion+jwt"},
    ],
)
def test_what_the_token_says_of_its_own_algorithm_or_key_is_never_followed(header: dict[str, object]) -> None:
    with pytest.raises(AssertionRefused):
        verify(sign(KEY, CLAIMS, header), EXPECTED, NOON)


def test_neither_no_signature_nor_our_public_key_as_a_secret_passes() -> None:
    signed = ".".join(b64(json.dumps(part).encode()) for part in (HEADER, CLAIMS))
    secret = EXPECTED.keys[KID]
    for signature in (b"", bytes(64), hmac.new(secret, signed.encode(), hashlib.sha256).digest()):
        with pytest.raises(AssertionRefused):
            verify(f"{signed}.{b64(signature)}", EXPECTED, NOON)
    with pytest.raises(AssertionRefused):
        verify(sign(OTHER_KEY, CLAIMS), EXPECTED, NOON)


def test_a_name_that_stands_twice_is_refused() -> None:
    body = json.dumps(CLAIMS)[:-1] + ', "aud": "https://our.example"}'
    signed = f"{b64(json.dumps(HEADER).encode())}.{b64(body.encode())}"
    with pytest.raises(AssertionRefused):
        verify(f"{signed}.{b64(KEY.sign(signed.encode()))}", EXPECTED, NOON)


@given(place=st.integers(min_value=0), bit=st.integers(0, 7))
def test_no_changed_character_passes(place: int, bit: int) -> None:
    token = bytearray(sign(KEY, CLAIMS).encode())
    token[place % len(token)] ^= 1 << bit
    with pytest.raises((AssertionRefused, AssertionOfAnother)):
        verify(token.decode("latin-1"), EXPECTED, NOON)


@given(
    st.one_of(st.text(max_size=200), st.from_regex(r"[A-Za-z0-9_=-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}"))
)
def test_whatever_comes_is_refused_in_words_and_never_breaks(token: str) -> None:
    with pytest.raises(AssertionRefused):
        verify(token, EXPECTED, NOON)


def test_it_lives_five_minutes_and_a_minute_of_grace() -> None:
    token = sign(KEY, CLAIMS)
    verify(token, EXPECTED, NOON + timedelta(seconds=174))
    with pytest.raises(AssertionRefused):
        verify(token, EXPECTED, NOON + timedelta(seconds=176))


def test_a_commitment_holds_for_one_request_only() -> None:
    seen: Any = {commitment(nonce, NAME, NUMBER) for nonce in ("a", "b", NONCE)}
    assert len(seen) == 3
