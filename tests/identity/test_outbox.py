# SPDX-License-Identifier: Apache-2.0
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import httpx
import pytest
from sqlalchemy import select

from identity import HttpGateway, Message, gateway_at, write_message
from identity.outbox import (
    LEASE,
    LONGEST_WAIT,
    MOST_TRIES,
    GatewayRefused,
    GatewaySilent,
    Sent,
    send_due,
    sending,
    wait_after,
)
from kit import clock
from kit.database import Database
from kit.declared import Refused
from reference import gateway
from tests.conftest import NOON
from tests.reference.running import running

SECRET = "a secret of two"
PHONE = "13800000001"


class Noting:
    """A gateway in this process. `says` is raised, while there is something to raise."""

    def __init__(self) -> None:
        self.keys: list[str] = []
        self.says: Exception | None = None
        self.lock = threading.Lock()

    def send(self, key: str, phone: str, body: str, now: datetime) -> None:
        with self.lock:
            self.keys.append(key)
        if self.says:
            raise self.says


def written(database: Database, *keys: str) -> None:
    with database.writing() as session:
        for key in keys:
            write_message(session, key, PHONE, "【样例】您的申请已收到", NOON)


def only(database: Database) -> Message:
    with database.reading() as session:
        return session.scalars(select(Message)).one()


def test_a_message_is_sent_once(database: Database) -> None:
    written(database, "receipt:1")
    noting = Noting()
    assert send_due(database, noting, NOON) == Sent(sent=1)
    assert send_due(database, noting, NOON + timedelta(days=1)) == Sent()
    assert noting.keys == ["receipt:1"]
    assert only(database).sent_at == NOON


def test_processes_that_look_at_the_same_moment_send_each_message_once(database: Database) -> None:
    keys = [f"receipt:{number}" for number in range(12)]
    written(database, *keys)
    noting = Noting()
    with ThreadPoolExecutor(4) as pool:
        told = list(pool.map(lambda _n: send_due(database, noting, NOON), range(4)))
    assert sorted(noting.keys) == sorted(keys)
    assert sum(one.sent for one in told) == 12


def test_a_gateway_that_is_away_is_asked_again_later_and_later_and_at_last_no_more(database: Database) -> None:
    written(database, "receipt:1")
    noting, now = Noting(), NOON
    noting.says = GatewaySilent("503")
    for tries in range(1, MOST_TRIES):
        assert send_due(database, noting, now) == Sent(waiting=1)
        assert send_due(database, noting, now + wait_after(tries) - timedelta(seconds=1)) == Sent()
        now += wait_after(tries)
    assert send_due(database, noting, now) == Sent(failed=1)
    assert len(noting.keys) == MOST_TRIES
    assert only(database).failure == "silent"
    assert wait_after(1) < wait_after(2) < wait_after(99) == LONGEST_WAIT


def test_what_a_gateway_refuses_is_not_asked_again(database: Database) -> None:
    written(database, "receipt:1")
    noting = Noting()
    noting.says = GatewayRefused("422")
    assert send_due(database, noting, NOON) == Sent(failed=1)
    assert send_due(database, noting, NOON + timedelta(days=1)) == Sent()


def test_a_code_that_would_come_too_late_is_not_sent(database: Database) -> None:
    written(database, "code:1")
    assert send_due(database, Noting(), NOON + timedelta(minutes=6)) == Sent(failed=1)
    assert only(database).failure == "late"


def test_a_process_that_dies_while_it_sends_leaves_the_message_to_the_next(database: Database) -> None:
    written(database, "receipt:1")
    noting = Noting()
    noting.says = KeyboardInterrupt()  # type: ignore[assignment]
    with pytest.raises(KeyboardInterrupt):
        send_due(database, noting, NOON)
    noting.says = None
    assert send_due(database, noting, NOON + LEASE - timedelta(seconds=1)) == Sent()
    assert send_due(database, noting, NOON + LEASE) == Sent(sent=1)


@pytest.fixture
def taken() -> Iterator[tuple[str, gateway.Taken]]:
    held = gateway.Taken()
    with running(gateway.create_app(SECRET, held)) as address:
        yield address, held


def test_the_gateway_takes_what_is_signed_and_one_message_of_a_key(taken: tuple[str, gateway.Taken]) -> None:
    address, held = taken
    ours = HttpGateway(address, SECRET)
    ours.send("receipt:1", PHONE, "words", clock.now())
    ours.send("receipt:1", PHONE, "words", clock.now())
    assert list(held.messages) == ["receipt:1"]
    with pytest.raises(GatewayRefused):
        ours.send("receipt:1", PHONE, "other words", clock.now())
    with pytest.raises(GatewayRefused):
        ours.send("receipt:2", "12", "words", clock.now())
    with pytest.raises(GatewaySilent):
        HttpGateway(address, "another secret").send("receipt:3", PHONE, "words", clock.now())
    with pytest.raises(GatewaySilent):
        ours.send("receipt:4", PHONE, "words", clock.now() - timedelta(minutes=6))
    assert httpx.post(f"{address}/messages", json={}).status_code == 401
    held.is_away = True
    with pytest.raises(GatewaySilent):
        ours.send("receipt:5", PHONE, "words", clock.now())
    with pytest.raises(GatewaySilent):
        HttpGateway("http://127.0.0.1:9", SECRET).send("receipt:6", PHONE, "words", clock.now())
    assert list(held.messages) == ["receipt:1"]


def test_a_worker_sends_what_is_written_while_it_runs(database: Database, taken: tuple[str, gateway.Taken]) -> None:
    address, held = taken
    with sending(database, HttpGateway(address, SECRET), clock.now, every_s=0.05):
        with database.writing() as session:
            write_message(session, "receipt:1", PHONE, "words", clock.now())
        for _ in range(400):
            if held.messages:
                break
            threading.Event().wait(0.05)
    assert list(held.messages) == ["receipt:1"]


def test_a_gateway_without_a_secret_or_without_tls_is_refused_at_the_start() -> None:
    assert gateway_at("", "") is None
    assert gateway_at("https://sms.example.cn", "s" * 16) is not None
    assert gateway_at("http://127.0.0.1:8003", "s" * 16) is not None
    for url, secret in (("https://sms.example.cn", "s" * 15), ("http://sms.example.cn", "s" * 16)):
        with pytest.raises(Refused):
            gateway_at(url, secret)
