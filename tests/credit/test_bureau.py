# SPDX-License-Identifier: Apache-2.0
"""Our side of the bureau, over a real network: worked outcomes, and everything that can go wrong on the wire."""

import json
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from structlog.testing import capture_logs

from credit import Act, Bureau, CreditReport, Effect, Filing, HttpBureau, Role, Subject, Unanswered, assess
from reference import bureau
from reference.bureau import Known
from tests.credit.wire import Conversation, dripping, http, saying, silent, wire
from tests.reference.running import running

TODAY = date(2026, 11, 23)
SETUP, CHANGE = Filing(Act.SETUP), Filing(Act.CHANGE, frozenset({"scope"}))
NOON = datetime(2026, 11, 23, 4, 0, tzinfo=UTC)
WHO = bureau.DEBTOR


def asked(source: Bureau, known: Known = WHO, subject: Subject = Subject.NATURAL) -> CreditReport:
    return source.query(subject, known.name, known.number, purpose="registration", case="A-1")


def http_bureau(url: str, timeout: float = 3.0) -> HttpBureau:
    return HttpBureau(url, "token", timeout, now=lambda: NOON)


def answer(**changed: Any) -> bytes:
    said = {
        "reference": "RB-1",
        "source": "来源",
        "subject": "natural",
        "number": WHO.number,
        "name_agrees": True,
        "answered_at": "2026-11-23T04:00:00+00:00",
        "records": [],
    }
    return json.dumps(said | changed).encode()


@pytest.fixture
def source(tmp_path: Path) -> Iterator[HttpBureau]:
    bureau.seed(tmp_path / "bureau.db")
    with running(bureau.create_app(tmp_path / "bureau.db", "token")) as url:
        yield http_bureau(url)


@pytest.mark.parametrize(
    ("known", "role", "expected"),
    [
        (bureau.DEBTOR, Role.SUPERVISOR, [("CR-01", Effect.REFUSE_ROLE)]),  # (a)
        (bureau.DEBTOR, Role.SHAREHOLDER, [("CR-02", Effect.ALLOW_NOTICE)]),  # (b)
        (bureau.DEBTOR, Role.OPERATOR, [("CR-02", Effect.ALLOW_NOTICE)]),  # (c)
        (bureau.REPAIRED, Role.DIRECTOR, []),  # (g)
        (bureau.BANNED, Role.SHAREHOLDER, [("CR-05", Effect.REFUSE)]),  # (i)
        (bureau.DEBTORS_NAMESAKE, Role.SUPERVISOR, []),  # (j)
        (bureau.CLEAN, Role.LEGAL_REPRESENTATIVE, []),
        (Known("无此人", "999999200001010019"), Role.DIRECTOR, []),
    ],
)
def test_worked_outcomes(source: HttpBureau, known: Known, role: Role, expected: list[tuple[str, Effect]]) -> None:
    report = asked(source, known)
    assert report.status == "answered"
    assert [(f.rule, f.effect) for f in assess(report, [role], TODAY, SETUP)] == expected


def test_the_ban_ends_after_its_last_day(source: HttpBureau) -> None:
    report = asked(source, bureau.BANNED)
    assert assess(report, [Role.OPERATOR], date(2028, 9, 1), SETUP)[0].effect is Effect.REFUSE
    assert assess(report, [Role.OPERATOR], date(2028, 9, 2), SETUP) == ()


def test_an_unreachable_firm_is_known_by_its_code(source: HttpBureau) -> None:
    report = asked(source, bureau.UNREACHABLE_FIRM, Subject.LEGAL)
    assert assess(report, [Role.ENTITY], TODAY, CHANGE)[0].effect is Effect.LINKED_REQUIRED


def test_a_repaired_record_does_not_even_come_in(source: HttpBureau) -> None:
    assert asked(source, bureau.REPAIRED).records == ()


def test_the_number_of_one_with_the_name_of_another_goes_to_a_person(source: HttpBureau) -> None:
    report = asked(source, Known("另一人", bureau.DEBTOR.number))
    assert (report.status, report.reason, report.records) == ("unavailable", "identity_uncertain", ())


def test_a_wrong_token_is_no_answer(source: HttpBureau, tmp_path: Path) -> None:
    with running(bureau.create_app(tmp_path / "bureau.db", "other")) as url:
        assert asked(http_bureau(url)).reason == "bureau_refused"


def test_a_bureau_that_takes_too_long_is_a_manual_check_within_the_budget(tmp_path: Path) -> None:
    bureau.seed(tmp_path / "b.db")
    with running(bureau.create_app(tmp_path / "b.db", "token", delay_s=4.0)) as url:
        began = time.monotonic()
        report = asked(http_bureau(url, timeout=0.3))
        assert time.monotonic() - began < 3.0
    assert report.reason == "timeout"
    assert assess(report, [Role.SUPERVISOR], TODAY, SETUP)[0].effect is Effect.MANUAL


@pytest.mark.parametrize(
    "conversation",
    [silent, dripping(http(answer())), dripping(b"HTTP/1.1 200 OK\r\n" * 9), dripping(http(answer()), 0.02)],
)
def test_a_slow_drip_never_takes_longer_than_the_budget(conversation: Conversation) -> None:
    with wire(conversation) as (url, _):
        began = time.monotonic()
        report = asked(http_bureau(url))
        assert time.monotonic() - began <= 3.5
    assert (report.status, report.reason) == ("unavailable", "timeout")


GARBAGE = {
    "nothing": b"",
    "no http": b"\x00\xff garbage\r\n\r\n",
    "cut off": http(answer())[:-10],
    "html": http(b"<html><body>502 Bad Gateway</body></html>"),
    "empty": http(b""),
    "null": http(b"null"),
    "list": http(b"[]"),
    "not utf-8": http(b"\xff\xfe" + answer()),
    "nan": http(answer().replace(b"true", b"NaN")),
    "deep": http(b'{"records":' + b"[" * 100_000 + b"]" * 100_000 + b"}"),
    "deep objects": http(b'{"a":' * 50_000),
    "missing field": http(answer().replace(b'"records"', b'"record"')),
    "extra field": http(answer(score=612)),
    "string for boolean": http(answer(name_agrees="true")),
    "naive moment": http(answer(answered_at="2026-11-23T04:00:00")),
    "not a date": http(
        answer(records=[{"kind": "a", "source_body": "b", "since": 0, "until": None, "repaired": False}])
    ),
    "line feeds": http(answer(source="a\nb")),
    "too many": http(answer(records=[{}] * 10_000)),
    "another person": http(answer(number=bureau.CLEAN.number)),
    "another subject": http(answer(subject="legal")),
    "huge": http(b" " * 3_000_000 + answer()),
    "huge by its word": b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + b" " * 2_000_000,
    "packed": http(b"\x1f\x8b\x08" + b"\0" * 50, headers="Content-Encoding: gzip\r\n"),
    "elsewhere": http(b"", "302 Found", "Location: http://127.0.0.1:9/\r\n"),
    "created": http(answer(), "201 Created"),
    "not found": http(answer(), "404 Not Found"),
    "failed": http(answer(), "500 Internal Server Error"),
    "too busy": http(answer(), "429 Too Many Requests"),
}


@pytest.mark.parametrize("garbage", GARBAGE.values(), ids=GARBAGE.keys())
def test_garbage_is_no_answer_and_no_exception(garbage: bytes) -> None:
    with wire(saying(garbage)) as (url, _):
        report = asked(http_bureau(url))
    assert (report.status, report.records) == ("unavailable", ())


def test_the_sound_answer_of_the_same_wire_is_understood() -> None:
    with wire(saying(http(answer()))) as (url, requests):
        report = asked(http_bureau(url))
    assert (report.status, report.reference, report.queried_at) == ("answered", "RB-1", NOON)
    assert len(requests) == 1


@pytest.mark.parametrize("status", ["500 Internal Server Error", "503 Service Unavailable", "429 Too Many Requests"])
def test_a_bureau_that_stumbles_is_asked_once_more(status: str) -> None:
    with wire(saying(http(b"", status)), saying(http(answer()))) as (url, requests):
        assert asked(http_bureau(url)).status == "answered"
    assert len(requests) == 2


def test_a_bureau_that_keeps_failing_is_asked_twice_only() -> None:
    with wire(saying(http(b"", "500 Oh"))) as (url, requests):
        assert asked(http_bureau(url)).reason == "bureau_failed"
    assert len(requests) == 2


def test_a_bureau_that_is_away_or_nowhere_is_no_answer() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    for url in (f"http://127.0.0.1:{port}", "http://bureau.invalid", "nonsense", "http://[", ""):
        assert asked(http_bureau(url)).status == "unavailable"


def test_the_breaker_opens_after_five_failures_and_closes_after_one_success() -> None:
    at = [0.0]
    broken, sound = saying(http(b"<html>")), saying(http(answer()))
    with wire(*[broken] * 5, sound) as (url, requests):
        source = HttpBureau(url, "token", now=lambda: NOON, seconds=lambda: at[0])
        assert [asked(source).reason for _ in range(7)] == ["not_understood"] * 5 + ["breaker_open"] * 2
        assert len(requests) == 5
        at[0] = 31.0
        assert asked(source).status == "answered"
        assert not source.breaker.is_open
        assert asked(source).status == "answered"


def test_number_and_name_travel_in_the_body_only_and_reach_no_log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with wire(saying(http(answer())), saying(b"junk")) as (url, requests), capture_logs() as logged:
        source = http_bureau(url)
        reports = [asked(source), asked(source)]
    head, _, body = requests[0].partition(b"\r\n\r\n")
    assert WHO.number.encode() in body
    assert WHO.number.encode() not in head
    assert b"Authorization: Bearer token" in head
    kept = f"{logged} {caplog.text} {reports}"
    assert "A-1" in kept
    assert WHO.number not in kept
    assert WHO.name not in kept


def certificate(folder: Path, host: str, until: datetime) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """A server with its own authority, and a client that trusts that authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, host)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(until - timedelta(days=30))
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = made.public_bytes(serialization.Encoding.PEM)
    private = serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    (folder / "pem").write_bytes(key.private_bytes(serialization.Encoding.PEM, *private) + pem)
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(folder / "pem")
    return server, ssl.create_default_context(cadata=pem.decode())


@pytest.mark.parametrize(
    ("host", "days", "is_trusted", "status"),
    [
        ("localhost", 20, True, "answered"),
        ("localhost", -1, True, "unavailable"),
        ("other.example", 20, True, "unavailable"),
        ("localhost", 20, False, "unavailable"),
    ],
    ids=["sound", "expired", "wrong host", "unknown authority"],
)
def test_a_doubtful_certificate_is_no_answer(
    tmp_path: Path, host: str, days: int, is_trusted: bool, status: str
) -> None:
    real_now = datetime.fromtimestamp(time.time(), UTC)
    server, client = certificate(tmp_path, host, real_now + timedelta(days=days))
    with wire(saying(http(answer())), tls=server) as (url, requests):
        url = url.replace("127.0.0.1", "localhost")
        source = HttpBureau(url, "token", now=lambda: NOON, trust=client if is_trusted else None)
        assert asked(source).status == status
    assert len(requests) == (status == "answered")


def test_what_an_organisation_is_called_comes_with_its_source(source: HttpBureau) -> None:
    known = bureau.CLEAN_FIRM
    firm = source.firm(known.number, purpose="prefill", case="-")
    assert firm is not None
    assert (firm.number, firm.name, firm.source) == (known.number, known.name, bureau.SOURCE)
    assert source.firm("92320113MA0000015G", purpose="prefill", case="-") is None, "not known"
    assert source.firm(bureau.CLEAN.number, purpose="prefill", case="-") is None, "of persons nothing is said"


OTHER = {"reference": "1", "source": "x", "number": "X" * 18, "name": "a", "answered_at": "2026-11-23T04:00:00+00:00"}


@pytest.mark.parametrize(
    ("body", "status", "reason"),
    [
        (b"{}", "200 OK", "not_understood"),
        (b"", "500 Oops", "bureau_failed"),
        (b"", "401 No", "bureau_refused"),
        (json.dumps(OTHER).encode(), "200 OK", "identity_uncertain"),
    ],
)
def test_a_bureau_that_names_nobody_rightly_has_not_answered(body: bytes, status: str, reason: str) -> None:
    with wire(saying(http(body, status))) as (url, _requests), pytest.raises(Unanswered) as refused:
        http_bureau(url).firm(bureau.CLEAN_FIRM.number, purpose="prefill", case="-")
    assert refused.value.reason == reason
