# SPDX-License-Identifier: Apache-2.0
"""A department's own system gets everything in order over real HTTP, misses nothing, and believes nobody else."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from sqlalchemy import select

import supervision
from kit.database import Database
from kit.declared import Refused
from kit.signed import keyed
from kit.text import Text
from reference import department
from supervision import Event, Hook, Phrase, key_of
from supervision.hooks import LEASE, LONGEST_WAIT, HookState, deliver_due, load_hooks, wait_after
from tests.conftest import NOON
from tests.reference.running import running

SECRET = "a-secret-of-this-test-" * 2
CODE = "92320113MA00000007"
CLOTHES = Phrase("F-5232", Text(zh="服装", en="Clothes"), licensed=False)


@pytest.fixture(scope="module")
def _system() -> Iterator[tuple[str, department.Taken]]:
    taken = department.Taken()
    with running(department.create_app(key_of(SECRET, "market"), taken, lambda: NOON)) as url:
        yield url, taken


@pytest.fixture
def system(_system: tuple[str, department.Taken]) -> tuple[dict[str, Hook], department.Taken]:
    url, taken = _system
    taken.told, taken.failing, taken.again, taken.asked = {}, 0, 0, 0
    return {"market": Hook(department="market", url=f"{url}/notifications")}, taken


def told(database: Database, count: int) -> None:
    with database.writing() as session:
        for number in range(count):
            event = Event(f"QX-2026-{number:06d}", CODE, "registration")
            supervision.tell(session, supervision.load_competence(), event, [CLOTHES], NOON)


def test_everything_arrives_once_and_in_order(
    database: Database, system: tuple[dict[str, Hook], department.Taken]
) -> None:
    hooks, taken = system
    told(database, 130)
    assert [deliver_due(database, hooks, SECRET, NOON) for _ in range(3)] == [100, 30, 0]
    assert list(taken.told) == sorted(taken.told)
    assert [one.case_number for one in taken.told.values()][-1] == "QX-2026-000129"
    assert (len(taken.told), taken.again, taken.asked) == (130, 0, 2)


def test_a_system_that_is_down_is_asked_later_and_later_and_misses_nothing(
    database: Database, system: tuple[dict[str, Hook], department.Taken]
) -> None:
    hooks, taken = system
    told(database, 3)
    taken.failing, now = 4, NOON
    for _ in range(4):
        assert deliver_due(database, hooks, SECRET, now) == 0
        assert deliver_due(database, hooks, SECRET, now + timedelta(seconds=1)) == 0, "not before its time"
        now += timedelta(seconds=40)
    assert taken.asked == 4
    told(database, 2)
    with database.reading() as session:
        assert session.scalars(select(HookState.tries)).one() == 4
    assert deliver_due(database, hooks, SECRET, NOON + timedelta(minutes=4)) == 5
    with database.reading() as session:
        assert session.scalars(select(HookState.tries)).one() == 0


def test_of_several_processes_one_sends(database: Database, system: tuple[dict[str, Hook], department.Taken]) -> None:
    hooks, taken = system
    told(database, 7)
    with ThreadPoolExecutor(4) as processes:
        sent = list(processes.map(lambda _: deliver_due(database, hooks, SECRET, NOON), range(4)))
    assert sorted(sent) == [0, 0, 0, 7]
    assert taken.asked == 1


def test_who_died_while_sending_is_followed_by_another_after_a_while(
    database: Database, system: tuple[dict[str, Hook], department.Taken]
) -> None:
    hooks, taken = system
    told(database, 1)
    with database.writing() as session:
        session.add(HookState(department="market", next_try_at=NOON + LEASE))
    assert deliver_due(database, hooks, SECRET, NOON) == 0
    assert deliver_due(database, hooks, SECRET, NOON + LEASE) == 1
    assert taken.asked == 1


def test_a_system_that_is_not_there_holds_no_other_up(
    database: Database, system: tuple[dict[str, Hook], department.Taken]
) -> None:
    hooks, taken = system
    told(database, 1)
    with database.writing() as session:
        event = Event("QX-P", CODE, "permit")
        supervision.tell_of_permit(session, supervision.load_competence(), event, "public-venue", NOON)
    both = {"health": Hook(department="health", url="http://127.0.0.1:9/"), **hooks}
    assert deliver_due(database, both, SECRET, NOON) == 2
    assert len(taken.told) == 2


def test_nobody_else_can_tell_a_department_and_nothing_is_told_twice_over(
    system: tuple[dict[str, Hook], department.Taken],
) -> None:
    hooks, taken = system
    url, body = hooks["market"].url, b'{"notifications":[]}'
    with httpx.Client(trust_env=False) as http:
        for key in ("", SECRET, key_of(SECRET, "health")):
            signed = keyed(key, "POST", "/notifications", body, NOON)
            assert http.post(url, content=body, headers=signed).status_code == 401
        good = keyed(key_of(SECRET, "market"), "POST", "/notifications", body, NOON)
        assert http.post(url, content=body, headers=good).status_code == 422, "signed, and empty"
        assert http.post(url, content=body, headers=good).status_code == 401, "used up"
    assert taken.told == {}


def test_rests_grow_to_half_an_hour_and_differ() -> None:
    assert {round(wait_after(20).total_seconds()) for _ in range(50)} != {1800}
    assert all(timedelta(seconds=1.5) <= wait_after(1) <= timedelta(seconds=2.6) for _ in range(50))
    assert all(wait_after(50) <= 1.26 * LONGEST_WAIT for _ in range(50))


@pytest.mark.parametrize(
    ("content", "secret"),
    [
        ('[[hooks]]\ndepartment="market"\nurl="http://10.0.0.1/"\n', SECRET),
        ('[[hooks]]\ndepartment="market"\nurl="file:///etc/passwd"\n', SECRET),
        ('[[hooks]]\ndepartment="market"\nurl="https://market.example/"\n', "short"),
        ("nonsense", SECRET),
    ],
)
def test_an_unsafe_declaration_stops_the_start(tmp_path: Path, content: str, secret: str) -> None:
    (tmp_path / "hooks.toml").write_text(content, "utf-8")
    with pytest.raises(Refused):
        load_hooks(tmp_path / "hooks.toml", secret)
    assert load_hooks(None, "") == {}
