# SPDX-License-Identifier: Apache-2.0
"""The whole site in this process, without a worker: a test says when time passes and when a kick is followed."""

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import event
from sqlalchemy.orm import Session

import licences
from approval import people
from approval.calendar import seed_calendar
from approval.running import Runner
from identity import Account, Comparison, Role, sign_in
from identity.face import FaceServiceDown, Portrait
from kit.database import Base, Database
from kit.settings import Settings
from licences import Store
from tests.conftest import NOON
from tests.office import TestOffice
from web.app import create_app
from web.desk import Desk

DEPARTMENTS = ("health", "fire")


class NoMatcher:
    """Faces were compared before these tests begin."""

    model = "none"

    def read_portrait(self, data: bytes) -> Portrait:
        raise FaceServiceDown()

    def compare(self, card: bytes, frames: Sequence[bytes]) -> tuple[Comparison, bytes | None]:
        raise FaceServiceDown()

    def close(self) -> None:
        """Nothing to close."""


def emptied(database: Database) -> None:
    with database.writing() as session:
        for table in reversed(Base.metadata.sorted_tables):
            session.execute(table.delete())


def staff_member(session: Session, username: str, role: Role) -> Account:
    """Without a password, whose hash would be slow to make: these people are signed in by the test."""
    account = Account(username=username, name=username, role=role, created_at=NOON)
    session.add(account)
    session.flush()
    return account


class Site:
    """The pages and the programming interface, asked in this thread. What breaks is an answer, as for a browser."""

    def __init__(self, desk: Desk, runner: asyncio.Runner) -> None:
        self.app = create_app(desk)
        self._runner = runner
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://testserver")

    def request(self, method: str, path: str, **sent: Any) -> httpx.Response:
        return self._runner.run(self.client.request(method, path, **sent))

    def requests(self, asked: Sequence[tuple[str, str, dict[str, Any]]]) -> list[httpx.Response]:
        """All at once."""

        async def everybody() -> list[httpx.Response]:
            return await asyncio.gather(*(self.client.request(method, path, **sent) for method, path, sent in asked))

        return self._runner.run(everybody())


@dataclass
class Kick:
    """What a worker was asked for: the same case and move twice is one."""

    case: str
    due: datetime
    is_followed: bool = False


@dataclass
class House:
    """An office with an emptied database, its site, its people and its clock."""

    office: TestOffice
    desk: Desk
    site: Site
    now: datetime = NOON
    people: dict[str, Account] = field(default_factory=dict)
    kicks: dict[tuple[str, str], Kick] = field(default_factory=dict)
    tokens: dict[str, tuple[str, datetime]] = field(default_factory=dict)

    @property
    def database(self) -> Database:
        return self.office.database

    def enrol(self, names: dict[str, Role]) -> None:
        with self.database.writing() as session:
            for name, role in names.items():
                self.people[name] = staff_member(session, name, role)
                if role is Role.EXPERT:
                    people.post(session, self.people[name].id, [], [], name)

    def use(self, **changed: Any) -> None:
        """Go on with something else at a port of the office."""
        self.office.office = replace(self.office.office, **changed)
        self.desk = replace(self.desk, office=self.office.office)
        self.site.app.state.desk = self.desk

    def fill_pool(self, codes: int) -> None:
        kind = licences.Template.SOLE_TRADER
        with self.database.writing() as session:
            licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, codes))

    # Asking.

    def ask(self, who: str, method: str, path: str, **sent: Any) -> httpx.Response:
        """One request of this person, with a token that holds; a stranger has none."""
        headers = {"authorization": f"Bearer {self.token(who)}"} if who in self.people else {}
        return self.site.request(method, path, headers=headers, **sent)

    def post(self, who: str, path: str, **form: str) -> httpx.Response:
        return self.ask(who, "POST", path, data=form)

    def api(self, who: str, path: str, **body: Any) -> httpx.Response:
        return self.ask(who, "POST", f"/api/v1/cases/{path}", json=body)

    def token(self, who: str) -> str:
        token, until = self.tokens.get(who, ("", NOON))
        if until <= self.now:
            with self.database.writing() as session:
                token, until = self.tokens[who] = sign_in(session, self.people[who], self.now)
        return token

    # Working: kicks count once their transaction commits, as in the durable engine.

    def note_kick(self, session: Session, case: str, move: str, wait_s: float) -> None:
        kick = Kick(case, self.now + timedelta(seconds=wait_s))
        event.listen(session, "after_commit", lambda _session: self.kicks.setdefault((case, move), kick), once=True)

    def waiting(self) -> list[Kick]:
        return [kick for kick in self.kicks.values() if not kick.is_followed and kick.due <= self.now]

    def follow(self, kick: Kick) -> None:
        kick.is_followed = True
        Runner(self.office.office).carry_on(kick.case)

    def follow_all(self) -> None:
        """Every kick that was given, those that wait too: time passes."""
        while left := [kick for kick in self.kicks.values() if not kick.is_followed]:
            first = min(left, key=lambda kick: kick.due)
            self.now = max(self.now, first.due)
            self.follow(first)


def a_house(database: Database, site: Site, desk: Desk) -> House:
    """A new office on the emptied database behind the same site."""
    emptied(database)
    with database.writing() as session:
        seed_calendar(session)
    site.client.cookies.clear()
    office = TestOffice(database)
    house = House(office, desk, site)
    house.use(clock=lambda: house.now, kick=house.note_kick)
    return house


def a_desk(database: Database, folder: Path) -> Desk:
    settings = Settings(data_dir=folder, straight_through=True)
    return Desk(TestOffice(database).office, NoMatcher(), Store(folder), settings, b"")


@contextmanager
def a_site(desk: Desk) -> Iterator[Site]:
    with asyncio.Runner() as runner:
        site = Site(desk, runner)
        yield site
        runner.run(site.client.aclose())
