# SPDX-License-Identifier: Apache-2.0
"""Reaching bureaus over a real network: signed requests, mutual TLS, and a second source when the first is silent."""

import ssl
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from credit import Bureau, HttpBureau, Reach, Subject, TwoSources, Unanswered, bureau_at
from kit.certificates import mutual_trust
from kit.signed import keyed
from reference import bureau
from tests.credit.test_bureau import NOON, WHO, answer, asked, certificate, http_bureau
from tests.credit.wire import http, saying, silent, wire
from tests.reference.running import running

SECRET = "a secret that both sides know"
AWAY = "http://127.0.0.1:9"


@pytest.fixture
def signed_for(tmp_path: Path) -> Iterator[str]:
    bureau.seed(tmp_path / "bureau.db")
    with running(bureau.create_app(tmp_path / "bureau.db", "token", secret=SECRET, now=lambda: NOON)) as url:
        yield url


@pytest.mark.parametrize(("secret", "reason"), [(SECRET, ""), ("another", "bureau_refused"), ("", "bureau_refused")])
def test_a_bureau_with_a_secret_answers_signed_requests_only(signed_for: str, secret: str, reason: str) -> None:
    report = asked(HttpBureau(signed_for, "token", now=lambda: NOON, secret=secret))
    assert (report.status, report.reason) == ("unavailable" if reason else "answered", reason)


def test_a_signed_request_counts_once_and_not_for_another_body_or_day(signed_for: str) -> None:
    body = b'{"number": "92320113MA0000015G", "purpose": "prefill", "case": "-"}'

    def status(headers: dict[str, str], content: bytes = body) -> int:
        sent = {"authorization": "Bearer token", "content-type": "application/json", **headers}
        return httpx.post(f"{signed_for}/v1/firms", content=content, headers=sent, trust_env=False).status_code

    headers = keyed(SECRET, "POST", "/v1/firms", body, NOON)
    assert [status(headers), status(headers)] == [200, 401]
    assert status(keyed(SECRET, "POST", "/v1/firms", body, NOON), body.replace(b"prefill", b"prying!")) == 401
    assert status(keyed(SECRET, "POST", "/v1/firms", body, NOON - timedelta(minutes=6))) == 401
    assert status(keyed(SECRET, "POST", "/v1/queries", body, NOON)) == 401


@pytest.mark.parametrize(
    ("shows", "status"), [("ours", "answered"), ("another", "unavailable"), ("nothing", "unavailable")]
)
def test_a_bureau_that_asks_for_our_certificate_answers_only_whom_it_knows(
    tmp_path: Path, shows: str, status: str
) -> None:
    until = datetime.fromtimestamp(time.time(), UTC) + timedelta(days=20)
    for name in ("server", "ours", "another"):
        (tmp_path / name).mkdir()
    server, _ = certificate(tmp_path / "server", "localhost", until)
    for name in ("ours", "another"):
        certificate(tmp_path / name, "approval.example.cn", until)
    server.verify_mode = ssl.CERT_REQUIRED
    server.load_verify_locations(tmp_path / "ours" / "pem")
    shown = None if shows == "nothing" else tmp_path / shows / "pem"
    trust = mutual_trust(tmp_path / "server" / "pem", shown, shown)
    with wire(saying(http(answer())), tls=server) as (url, requests):
        reached = bureau_at(Reach(url.replace("127.0.0.1", "localhost"), "token"), trust=trust)
        assert asked(reached).status == status
    assert len(requests) == (status == "answered")


def two(first: str, second: str) -> TwoSources:
    return TwoSources(http_bureau(first, 0.5), http_bureau(second, 0.5))


@pytest.mark.parametrize("broken", [silent, saying(b"junk"), saying(http(b"", "500 Oh")), saying(http(b"{}"))])
def test_where_the_first_does_not_answer_the_second_does_and_is_named(broken: object) -> None:
    sound = saying(http(answer(source="第二来源")))
    with wire(broken) as (first, _), wire(sound) as (second, requests):  # type: ignore[arg-type]
        report = asked(two(first, second))
    assert (report.status, report.source, len(requests)) == ("answered", "第二来源", 1)


def test_the_second_is_not_asked_while_the_first_answers() -> None:
    with (
        wire(saying(http(answer(source="第一来源")))) as (first, _),
        wire(saying(http(answer()))) as (second, requests),
    ):
        assert asked(two(first, second)).source == "第一来源"
    assert requests == []


@pytest.mark.parametrize("said", [answer(name_agrees=False), answer(number=bureau.CLEAN.number)])
def test_that_number_and_name_do_not_agree_goes_to_a_person_and_is_not_asked_away(said: bytes) -> None:
    with wire(saying(http(said))) as (first, _), wire(saying(http(answer()))) as (second, requests):
        report = asked(two(first, second))
    assert (report.status, report.reason) == ("unavailable", "identity_uncertain")
    assert requests == []


def test_where_the_second_does_not_know_the_name_either_a_person_looks() -> None:
    with wire(saying(http(answer(name_agrees=False)))) as (second, _):
        report = asked(two(AWAY, second))
    assert (report.status, report.reason) == ("unavailable", "identity_uncertain")


def test_where_nobody_answers_it_is_no_answer_within_the_budget() -> None:
    with wire(silent) as (first, _), wire(silent) as (second, _):
        began = time.monotonic()
        report = asked(bureau_at(Reach(first, "token"), Reach(second, "token")))
        assert time.monotonic() - began < 3.5
    assert (report.status, report.reason) == ("unavailable", "timeout")


def test_what_an_organisation_is_called_comes_from_the_second_as_well(tmp_path: Path) -> None:
    bureau.seed(tmp_path / "bureau.db")
    with running(bureau.create_app(tmp_path / "bureau.db", "token")) as url:
        firm = two(AWAY, url).firm(bureau.CLEAN_FIRM.number, purpose="prefill", case="-")
    assert firm is not None
    assert firm.name == bureau.CLEAN_FIRM.name
    with pytest.raises(Unanswered):
        two(AWAY, AWAY).firm(bureau.CLEAN_FIRM.number, purpose="prefill", case="-")


def test_two_sources_keep_the_port_of_one() -> None:
    source: Bureau = two(AWAY, AWAY)
    silent_report = source.query(Subject.NATURAL, WHO.name, WHO.number, purpose="registration", case="A-1")
    assert silent_report.status == "unavailable"
    assert silent_report.queried_at.date() == date(2026, 11, 23)
