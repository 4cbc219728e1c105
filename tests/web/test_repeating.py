# SPDX-License-Identifier: Apache-2.0
"""A request that is sent again under its key is done once: the first answer again, whatever happened on the way."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import event, func, select, text
from sqlalchemy.exc import OperationalError

from approval.application import Application
from identity import Role
from identity.callers import load_callers
from kit import repeats
from kit.database import Database
from kit.repeats import KeptAnswer
from reference.calling import declaration, headers_for
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import in_review

KEY = "8e03978e-40d5-43e1-bc93-6894a57f9324"
START = "/api/v1/applications"
TRADER = {"item": "sole-trader"}
MANY = 50


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol({"lin": Role.APPLICANT, "other": Role.APPLICANT, "zhou": Role.CLERK, "wu": Role.CLERK})
        yield made


def sent(house: House, who: str, path: str = START, key: str | None = KEY, **body: Any) -> httpx.Response:
    headers = {"authorization": f"Bearer {house.token(who)}", **({"idempotency-key": key} if key else {})}
    return house.site.request("POST", path, headers=headers, json=body or TRADER)


def cases_in(house: House) -> int:
    with house.database.reading() as session:
        return session.scalar(select(func.count()).select_from(Application)) or 0


def kept(house: House) -> list[KeptAnswer]:
    with house.database.reading() as session:
        return list(session.scalars(select(KeptAnswer)))


def test_the_same_again_is_answered_as_the_first_time_and_done_once(house: House) -> None:
    first, again = sent(house, "lin"), sent(house, "lin", key=f'"{KEY}"')
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert first.headers["content-type"] == again.headers["content-type"]
    assert ("idempotent-replayed" in first.headers, again.headers["idempotent-replayed"]) == (False, "true")
    assert cases_in(house) == 1


def test_another_request_under_the_key_is_refused_in_both_languages(house: House) -> None:
    sent(house, "lin")
    other = sent(house, "lin", item="company")
    elsewhere = sent(house, "lin", f"{START}/x/withdrawal")
    for refused in (other, elsewhere):
        assert (refused.status_code, refused.json()["type"]) == (422, "urn:problem:idempotency_key_reused")
        assert refused.headers["content-type"] == "application/problem+json"
        assert "请换新的键" in refused.json()["detail"]
    assert "needs a new key" in sent(house, "lin", f"{START}?lang=en").json()["detail"]
    assert cases_in(house) == 1


def test_the_key_of_one_account_says_nothing_of_that_of_another(house: House) -> None:
    assert sent(house, "lin").json()["id"] != sent(house, "other", item="company").json()["id"]
    stranger = house.site.request("POST", START, headers={"idempotency-key": KEY}, json=TRADER)
    assert stranger.status_code == 403
    nobody = {"idempotency-key": KEY, "authorization": "Bearer nobody"}
    assert house.site.request("POST", START, headers=nobody, json=TRADER).status_code == 401
    assert cases_in(house) == 2


def test_without_a_key_nothing_is_kept_and_all_is_as_it_was(house: House) -> None:
    assert [sent(house, "lin", key=None).status_code for _ in range(2)] == [201, 201]
    assert kept(house) == []


@pytest.mark.parametrize(
    "key", ["", "short", "x" * 129, '"8e03978e', "8e03978e-40d5 43e1", '8e03978e";a=1', "8e03978é"]
)
def test_a_key_that_is_none_is_told_before_anything_is_done(house: House, key: str) -> None:
    headers: Any = {"authorization": f"Bearer {house.token('lin')}", "idempotency-key": key.encode("latin-1")}
    refused = house.site.request("POST", START, headers=headers, json=TRADER)
    assert (refused.status_code, refused.json()["type"]) == (400, "urn:problem:idempotency_key_malformed")
    assert (cases_in(house), kept(house)) == (0, [])


def test_two_keys_at_once_are_none(house: House) -> None:
    bearer = ("authorization", f"Bearer {house.token('lin')}")
    headers = [bearer, ("idempotency-key", KEY), ("idempotency-key", KEY)]
    assert house.site.request("POST", START, headers=headers, json=TRADER).status_code == 400


def test_a_refusal_is_kept_as_it_was_said(house: House) -> None:
    case = in_review(house.office)
    house.use()
    house.api("wu", f"{case}/claim")
    first = sent(house, "zhou", f"/api/v1/cases/{case}/claim")
    house.now += timedelta(hours=2)
    again = sent(house, "zhou", f"/api/v1/cases/{case}/claim")
    assert (first.status_code, again.status_code) == (409, 409)
    assert first.content == again.content
    assert again.headers["content-type"] == "application/problem+json"
    assert sent(house, "zhou", f"/api/v1/cases/{case}/claim", key=KEY[::-1]).status_code == 200


def test_whoever_is_not_let_in_may_come_again_with_the_key(house: House) -> None:
    assert sent(house, "zhou").status_code == 403
    assert kept(house) == []


def test_what_failed_is_not_kept(house: House) -> None:
    def away(*_asked: Any) -> None:
        raise OperationalError("COMMIT", None, TimeoutError())

    def broken(*_asked: Any) -> None:
        raise ZeroDivisionError

    asked = house.office.office.catalogue
    for fault, status in ((away, 503), (broken, 500)):
        house.use(catalogue=type("Broken", (), {"current": fault})())
        assert sent(house, "lin").status_code == status
        assert (cases_in(house), kept(house)) == (0, [])
    house.use(catalogue=asked)
    assert sent(house, "lin").status_code == 201


def test_while_the_first_runs_the_second_is_told_to_wait(house: House) -> None:
    begun(house)
    second = sent(house, "lin")
    assert (second.status_code, second.json()["type"]) == (409, "urn:problem:still_running")
    assert second.headers["retry-after"] == "1"
    assert cases_in(house) == 0


def begun(house: House, who: str = "lin") -> repeats.Begun:
    """As a process that has begun the request and is not done with it."""
    caller, body = f"account:{house.people[who].id}", b'{"item":"sole-trader"}'
    with house.database.writing() as session:
        asked = repeats.digest_of("POST", START, body)
        made = repeats.begin(session, caller, repeats.named(caller, KEY), asked, house.now)
    assert isinstance(made, repeats.Begun)
    return made


def test_what_a_process_that_died_had_begun_is_done_by_whoever_asks_next(house: House) -> None:
    dead = begun(house)
    house.now += repeats.GIVEN_UP
    assert sent(house, "lin").status_code == 201
    with house.database.writing() as session, pytest.raises(repeats.StillRunning):
        repeats.keep(session, dead, repeats.Kept(201, "application/json", "{}"))
    assert (cases_in(house), sent(house, "lin").headers["idempotent-replayed"]) == (1, "true")


def test_whoever_finds_its_turn_taken_has_done_nothing(house: House) -> None:
    engine = house.database.engine

    def take(connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        """In the midst of the work somebody takes the request for dead, and does it."""
        if statement.startswith("INSERT INTO application"):
            connection.exec_driver_sql("UPDATE kept_answer SET run = 'another'")

    event.listen(engine, "before_cursor_execute", take)
    try:
        late = sent(house, "lin")
    finally:
        event.remove(engine, "before_cursor_execute", take)
    assert (late.status_code, late.json()["type"]) == (409, "urn:problem:still_running")
    assert cases_in(house) == 0


def test_an_answer_moved_to_another_key_is_not_given(house: House) -> None:
    sent(house, "lin")
    sent(house, "lin", key=KEY[::-1])
    with house.database.writing() as session:
        answers = session.scalars(select(KeptAnswer.answer)).all()
        for row, answer in zip(session.scalars(select(KeptAnswer)).all(), reversed(answers), strict=True):
            row.answer = answer
    assert sent(house, "lin").status_code == 500


def test_of_fifty_at_once_under_one_key_one_is_done(house: House) -> None:
    headers = {"authorization": f"Bearer {house.token('lin')}", "idempotency-key": KEY}
    answers = house.site.requests([("POST", START, {"headers": headers, "json": TRADER})] * MANY)
    assert cases_in(house) == 1
    told = Counter(answer.status_code for answer in answers)
    assert set(told) <= {201, 409}
    assert len({answer.content for answer in answers if answer.status_code == 201}) == 1
    assert {answer.json()["type"] for answer in answers if answer.status_code == 409} <= {"urn:problem:still_running"}
    assert sent(house, "lin").content in {answer.content for answer in answers}


def test_a_partner_signs_each_try_anew_and_begins_once(house: House, tmp_path: Path) -> None:
    key, rival, file = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate(), tmp_path / "callers.toml"
    file.write_text(declaration("sample-bank", "k1", key) + declaration("rival", "k1", rival), "utf-8")
    house.site.app.state.desk = house.desk = replace(house.desk, callers=load_callers(file))
    path, body = "/api/v1/partners/drafts", b'{"phone": "13800000001", "item": "sole-trader"}'

    def call(who: str, signs: Ed25519PrivateKey, body: bytes = body) -> httpx.Response:
        headers = {**headers_for(signs, who, "POST", path, body, house.now), "idempotency-key": KEY}
        return house.site.request("POST", path, content=body, headers=headers)

    first, again = call("sample-bank/k1", key), call("sample-bank/k1", key)
    assert (first.status_code, first.content) == (201, again.content)
    assert call("sample-bank/k1", key, body.replace(b"01", b"02")).status_code == 422
    assert call("rival/k1", rival).json()["id"] != first.json()["id"]
    assert call("sample-bank/k1", rival).status_code == 401
    assert cases_in(house) == 2


def test_what_is_kept_tells_neither_key_nor_answer_and_is_gone_after_a_day(house: House) -> None:
    case = sent(house, "lin").json()["id"]
    with house.database.reading() as session:
        row = str(session.execute(text("SELECT * FROM kept_answer")).one())
    assert KEY not in row
    assert case not in row
    house.now += repeats.KEPT_FOR
    assert sent(house, "lin").json()["id"] != case, "the key is free before the row is swept"


def test_what_changes_something_says_so_in_the_description_and_what_reads_does_not(house: House) -> None:
    paths = house.site.request("GET", "/api/v1/openapi.json").json()["paths"]
    takes = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in paths.items()
        for method, described in methods.items()
        if "Idempotency-Key" in {one["name"] for one in described.get("parameters", ())}
    }
    changing = {
        f"{method.upper()} {path.removeprefix('/api/v1')}"
        for path, methods in paths.items()
        for method in methods
        if method != "get" and path != "/api/v1/licences/check"  # which looks at a file and keeps nothing
    }
    assert takes == changing
    assert len(takes) > 12
