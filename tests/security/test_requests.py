# SPDX-License-Identifier: Apache-2.0
"""Requests made to hurt: what they cost, what they may change, and that none breaks anything (CVE-2024-24762,
CVE-2024-47874, CVE-2025-54121, CVE-2025-62727 and what resembles them)."""

import asyncio
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest
from fastapi import FastAPI

from approval.application import Application, State
from identity import Account
from tests.journeys.inprocess import House
from tests.office import a_submitted_case
from web.guard import Guard

AS_PROGRAMME = {"authorization": "Bearer nobody"}
MOST_CPU_S = 0.05
FORM = "application/x-www-form-urlencoded"


def cpu_of(house: House, method: str, path: str, **sent: Any) -> float:
    """Seconds of processor that this process spends on the request: the least of three, as others are at work too."""
    spent = []
    for _try in range(3):
        began = time.process_time()
        answer = house.site.request(method, path, **sent)
        spent.append(time.process_time() - began)
        assert answer.status_code < 500
    return min(spent)


RANGES = {
    "overlapping": "bytes=" + ",".join("0-" for _ in range(2000)),
    "many": "bytes=" + ",".join(f"{n}-{n}" for n in range(2000)),
    "one long number": "bytes=0-" + "9" * 8000,
    "commas": "bytes=" + "," * 8000,
}


@pytest.mark.parametrize("ranges", RANGES.values(), ids=RANGES)
def test_no_range_costs_the_square_of_its_length(house: House, ranges: str) -> None:
    assert cpu_of(house, "GET", "/static/css/base.css", headers={"range": ranges}) < MOST_CPU_S


CONTENT_TYPES = {
    "a regex of options": FORM + "; " + "x" * 4000 + "=" + '\\"' * 4000,
    "no end of a quoted word": 'multipart/form-data; boundary="' + "\\" * 8000,
    "a boundary of spaces": "multipart/form-data; boundary=" + " " * 8000,
    "semicolons": "multipart/form-data" + ";" * 8000,
}


@pytest.mark.parametrize("kind", CONTENT_TYPES.values(), ids=CONTENT_TYPES)
def test_no_content_type_costs_the_square_of_its_length(house: House, kind: str) -> None:
    headers = {**AS_PROGRAMME, "content-type": kind}
    assert cpu_of(house, "POST", "/verify", content=b"a=b", headers=headers) < MOST_CPU_S


def parts(count: int, name: str = "f", head: str = "") -> bytes:
    one = f'--b\r\nContent-Disposition: form-data; name="{name}"\r\n{head}\r\nx\r\n'
    return (one * count + "--b--\r\n").encode()


BODIES = {
    "a thousand and one fields": parts(1001),
    "a preamble of line breaks": b"\r\n" * 50_000 + parts(1),
    "an enormous name": parts(1, "n" * 100_000),
    "headers without end": parts(1, head="X-A: b\r\n" * 10_000),
    "no end at all": parts(1)[:-6],
    "nearly the boundary": b"--b\r\n" + b"\r\n--a" * 20_000,
}


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_no_multipart_body_keeps_the_processor_busy(house: House, body: bytes) -> None:
    headers = {**AS_PROGRAMME, "content-type": "multipart/form-data; boundary=b"}
    assert cpu_of(house, "POST", "/verify", content=body, headers=headers) < MOST_CPU_S


def test_a_form_of_a_thousand_fields_costs_little(house: House) -> None:
    headers = {**AS_PROGRAMME, "content-type": FORM}
    body = b"&".join(b"a%d=%%" % number for number in range(5000))
    assert cpu_of(house, "POST", "/staff/signin", content=b"username=&password=&" + body, headers=headers) < 0.2


JSON = {
    "deep lists": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "deep and whole": b"[" * 50_000 + b"]" * 50_000,
    "an enormous number": b'{"item": ' + b"9" * 100_000 + b"}",
    "a number that is none": b'{"item": NaN}',
    "half a surrogate": b'{"item": "\\ud800"}',
    "a NUL": b'{"item": "\\u0000"}',
    "no UTF-8": b'{"item": "\xff\xfe"}',
    "twice the same name": b'{"item": "sole-trader", "item": 7}',
}


@pytest.mark.parametrize("body", JSON.values(), ids=JSON)
def test_no_json_breaks_the_programming_interface(house: House, body: bytes) -> None:
    headers = {"authorization": f"Bearer {house.token('lin')}", "content-type": "application/json"}
    answer = house.site.request("POST", "/api/v1/applications", content=body, headers=headers)
    assert 400 <= answer.status_code < 500
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("path", ["/v/%00", "/items/a%00b", "/?lang=%00", "/signin?next=/%00", "/api/v1/licences/%00"])
def test_a_nul_is_refused_before_any_database_sees_it(house: House, path: str) -> None:
    assert house.site.request("GET", path).status_code == 400


@pytest.mark.parametrize("typed", ["\0", "a\0b", "\ud800".encode("utf-8", "surrogatepass").decode("latin-1"), "\u202e"])
def test_a_nul_in_a_form_breaks_nothing(house: House, typed: str) -> None:
    for path, form in (
        ("/signin", {"phone": typed}),
        ("/staff/signin", {"username": typed, "password": typed}),
        ("/apply", {"item": typed}),
        ("/not-me", {"number": typed}),
    ):
        assert house.ask("lin", "POST", path, data=form).status_code < 500


@pytest.mark.parametrize("number", ["9" * 30, "-1", "0x10", "1e9", "NaN"])
def test_no_number_is_too_large_to_be_refused(house: House, number: str) -> None:
    asked = (
        ("auditor", f"/audit?before={number}"),
        ("lin", f"/items/a?plan={number}"),
        ("admin", f"/admin?year={number}"),
    )
    for who, path in asked:
        assert house.ask(who, "GET", path).status_code < 500


def test_what_a_request_adds_of_its_own_changes_nothing(house: House) -> None:
    """Mass assignment: roles, states and owners are not to be sent along."""
    extra = {"role": "supervisor", "state": "registered", "applicant_id": house.people["other"].id, "is_active": "0"}
    answer = house.ask("lin", "POST", "/api/v1/applications", json={"item": "sole-trader", **extra})
    assert answer.status_code == 422
    case = house.post("lin", "/apply", item="sole-trader", **extra).headers["location"].removeprefix("/apply/")
    body = {"organisation": "person", **extra}
    assert house.ask("lin", "PUT", f"/api/v1/applications/{case}/answers", json=body).status_code == 200
    house.post("lin", "/signin", phone="13800000123", **extra)
    with house.database.reading() as session:
        application = session.get_one(Application, case)
        assert (application.state, application.applicant_id) == (State.DRAFT, house.people["lin"].id)
        assert set(application.answers) == {"organisation"}
        account = session.get_one(Account, house.people["lin"].id)
        assert (account.role, account.is_active) == ("applicant", True)


def test_a_field_that_is_not_asked_for_is_not_taken_from_a_page_either(house: House) -> None:
    """Logic is evaluated again before anything is kept: what a hidden question would answer counts for nothing."""
    case = house.post("lin", "/apply", item="sole-trader").headers["location"].removeprefix("/apply/")
    form = {"organisation": "person", "asked-organisation": "1", "family_members-0-name": "某人", "shareholders": "x"}
    house.post("lin", f"/apply/{case}/form/form", **form)
    with house.database.reading() as session:
        answers = session.get_one(Application, case).answers
    assert not {"family_members", "shareholders"} & set(answers)


# What only a real server sees: how it cuts requests.


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, int]]:
    """A server of ours with a route that tells what reached it."""
    from tests.journeys.conftest import running

    app = FastAPI()
    app.add_middleware(Guard, is_https=False)

    @app.post("/told")
    async def told() -> dict[str, str]:
        return {"told": "once"}

    where, server, thread = running(app)
    yield "127.0.0.1", int(where.rsplit(":", 1)[1])
    server.should_exit = True
    thread.join(10)


def said_to(address: tuple[str, int], raw: bytes) -> bytes:
    """All that comes back on one connection within a second."""
    with socket.create_connection(address, timeout=1) as wire:
        wire.sendall(raw)
        heard = b""
        try:
            while more := wire.recv(65536):
                heard += more
        except (TimeoutError, ConnectionResetError):
            return heard
        return heard


HIDDEN = b"GET /told HTTP/1.1\r\nHost: x\r\n\r\n"
SMUGGLED = {
    "both lengths": b"Content-Length: %d\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n" % (5 + len(HIDDEN)) + HIDDEN,
    "two lengths": b"Content-Length: 0\r\nContent-Length: %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "a length with a sign": b"Content-Length: +%d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "an unknown coding": b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n" + HIDDEN,
    "a space before the colon": b"Content-Length : %d\r\n\r\n" % len(HIDDEN) + HIDDEN,
    "a chunk of negative length": b"Transfer-Encoding: chunked\r\n\r\n-1\r\n\r\n" + HIDDEN,
}


@pytest.mark.parametrize("rest", SMUGGLED.values(), ids=SMUGGLED)
def test_no_second_request_is_hidden_in_the_first(address: tuple[str, int], rest: bytes) -> None:
    heard = said_to(address, b"POST /told HTTP/1.1\r\nHost: x\r\n" + rest)
    told = [line for line in heard.split(b"\r\n") if line.startswith(b"HTTP/1.1 ")]
    assert b"HTTP/1.1 405" not in heard, "the hidden GET was answered"
    assert len(told) <= 1
    assert told == [] or told[0].split()[1] in (b"400", b"200", b"501")


def test_headers_without_end_are_cut_off(address: tuple[str, int]) -> None:
    heard = said_to(address, b"POST /told HTTP/1.1\r\nHost: x\r\n" + b"X-A: " + b"a" * 200_000)
    assert not heard or heard.startswith(b"HTTP/1.1 4")


def test_a_spoofed_case_is_the_same_for_everybody(house: House) -> None:
    """A header that a proxy sets does not open anything."""
    case = a_submitted_case(house.office)
    for header in ("x-forwarded-user", "x-user-id", "x-original-url", "x-rewrite-url", "x-forwarded-for"):
        answer = house.site.request("GET", f"/review/{case}", headers={header: house.people["zhou"].id})
        assert answer.status_code == 303


def test_the_event_loop_is_free_while_a_large_file_comes_in(house: House) -> None:
    """CVE-2025-54121: rolling a large upload over to the disk must not hold everybody up."""
    file = {"file": ("a.pdf", b"%PDF-" + b"x" * (7 * 2**20), "application/pdf")}

    async def both() -> float:
        slowest, is_over = 0.0, False

        async def tick() -> None:
            nonlocal slowest
            while not is_over:
                began = time.perf_counter()
                await asyncio.sleep(0.005)
                slowest = max(slowest, time.perf_counter() - began)

        ticking = asyncio.create_task(tick())
        await house.site.client.post("/verify", files=file, headers=AS_PROGRAMME)
        is_over = True
        await ticking
        return slowest

    assert house.site._runner.run(both()) < 1.0
