# SPDX-License-Identifier: Apache-2.0
"""The whole site in this process, without a worker: a test says when time passes and when a kick is followed."""

import asyncio
from collections import Counter
from collections.abc import Coroutine, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import httpx
from fastapi import FastAPI
from pydantic import TypeAdapter
from sqlalchemy import event, select
from sqlalchemy.orm import Session

import audit
import licences
from approval import cases, clocks, people
from approval.application import Application, DecisionRow, State, Transition
from approval.calendar import seed_calendar
from approval.running import Runner
from approval.votes import Vote
from audit import Ledger, LogKey
from identity import Account, Comparison, Role, sign_in
from identity.card import CardReading, Side
from identity.face import Portrait
from identity.liveness.reading import FrameReading
from identity.workers import FaceServiceDown
from kit.database import Base, Database
from kit.settings import Settings
from kit.uploads import Kept, examined
from licences import FileReason, Licence, Status, Store, signature_fault
from tests.conftest import NOON
from tests.office import CATALOGUE, TestOffice, alone
from web.app import create_app, open_site
from web.desk import Desk
from web.pages.guide import open_guide
from workflows import Automatic, End, Event, Joint, Position, advance, begin

Result = TypeVar("Result")
EVENT: TypeAdapter[Any] = TypeAdapter(Event)
SENTENCE = "疏散通道宽度不足，不符合公共场所卫生要求"


class NoMatcher:
    """Faces were compared before these tests begin."""

    model = "none"

    def read_portrait(self, data: bytes) -> Portrait:
        raise FaceServiceDown()

    def compare(self, card: bytes, frames: Sequence[bytes]) -> tuple[Comparison, bytes | None]:
        raise FaceServiceDown()

    def measure(self, frames: Sequence[bytes]) -> list[FrameReading]:
        raise FaceServiceDown()

    def close(self) -> None:
        """Nothing to close."""


class NoReader:
    """Nor are cards read here."""

    def read(self, data: bytes, side: Side) -> CardReading:
        raise FaceServiceDown()


class HereExaminer:
    """Files are examined in this process: what becomes of them is the same."""

    def examine(self, data: bytes, name: str) -> Kept:
        return examined(data, name)


class HereSeals:
    """Seals are read in this process: what is said of them is the same."""

    def fault(self, data: bytes, trust: bytes) -> FileReason | None:
        return signature_fault(data, trust)


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


GUIDE = open_guide(CATALOGUE)
_APPS: dict[Any, FastAPI] = {}


def an_app(desk: Desk) -> FastAPI:
    """The site before this desk. It is put together once in a process, which takes longer than most tests."""
    how = desk.settings.demonstration, desk.settings.is_https, tuple(desk.settings.allowed_hosts)
    app = _APPS.get(how) or _APPS.setdefault(how, create_app(desk))
    open_site(app, desk, GUIDE if desk.office.catalogue is CATALOGUE else None)
    return app


class Site:
    """The pages and the programming interface, asked in this thread. What breaks is an answer, as for a browser."""

    def __init__(self, desk: Desk, runner: asyncio.Runner) -> None:
        self.app = an_app(desk)
        self._runner = runner
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://testserver", trust_env=False)

    def run(self, act: Coroutine[Any, Any, Result]) -> Result:
        """Where several requests are under way at once."""
        return self._runner.run(act)

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
        """Signed in anew when time has passed: what needs a fresh proof has one. That it is asked is tested apart."""
        token, since = self.tokens.get(who, ("", None))
        if since != self.now:
            with self.database.writing() as session:
                token, _until = sign_in(session, self.people[who], self.now)
            self.tokens[who] = token, self.now
        return token

    # What a case needs to get on.

    def read(self, case: str) -> Application:
        with self.database.reading() as session:
            return session.get_one(Application, case)

    def sign_and_submit(self, case: str) -> None:
        with self.database.writing() as session:
            application = session.get_one(Application, case)
            cases.sign(session, application, "phone-code", "statement-1", self.now)
            cases.submit(session, self.office.office, application, self.now)
            alone(session, case)

    def decide(self, who: str, case: str, outcome: str, **changed: str) -> httpx.Response:
        """Claim the case and say what its step asks for, as on the page."""
        self.post(who, f"/review/{case}/claim")
        seen = self.read(case)
        if seen.step == "acceptance" and outcome == "approve":
            return self.post(who, f"/review/{case}/accept", version=str(seen.version))
        basis = CATALOGUE.item(seen.item_code, seen.item_version).refusal_bases[0]
        typed = {"version": str(seen.version), "reason": SENTENCE, "basis": basis, "reason-address": SENTENCE}
        return self.post(who, f"/review/{case}/decide", **{**typed, "outcome": outcome, **changed})

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
    return Desk(
        TestOffice(database).office,
        NoMatcher(),
        NoReader(),
        Store(folder),
        settings,
        b"",
        Ledger(database, LogKey.fresh("test.invalid/log")),
        HereExaminer(),
        HereSeals(),
    )


@contextmanager
def a_site(desk: Desk) -> Iterator[Site]:
    with asyncio.Runner() as runner:
        site = Site(desk, runner)
        yield site
        runner.run(site.client.aclose())


# What holds of each case.


def must_hold_of(session: Session, application: Application) -> None:
    """Its moves lead to where it stands; decision, licence and log are there once, and only where they belong."""
    moves = application.transitions
    assert [move.seq for move in moves] == list(range(application.seq))
    assert replayed(application, moves) == (application.state, application.position)
    decision = session.scalars(select(DecisionRow).where(DecisionRow.application_id == application.id)).one_or_none()
    licence = session.scalars(select(Licence).where(Licence.application_id == application.id)).one_or_none()
    assert licence is None or (decision is not None and decision.is_approval)
    if decision is not None:
        must_be_rightly_decided(session, decision)
    must_fit_its_state(application, decision, licence)
    must_be_kept_off(session, application)
    told = Counter(entry.event for entry in audit.of_subject(session, application.number or ""))
    assert told["application.submitted"] == 1
    assert told["decision.made"] == (decision is not None)
    assert told["licence.issued"] == (licence is not None and licence.status != Status.RESERVED)


def replayed(application: Application, moves: list[Transition]) -> tuple[str, Position]:
    """State and position, from nothing but the recorded events and the process."""
    item = CATALOGUE.item(application.item_code, application.item_version)
    process = CATALOGUE.process_of(item)
    position, is_withdrawn = begin(process).position, False
    for move in moves:
        assert not is_withdrawn
        assert move.step == position.step
        if move.event["kind"] == "withdrawn":
            position, is_withdrawn = Position(step=position.step, seq=position.seq + 1), True
        else:
            position = advance(process, position, EVENT.validate_python(move.event)).position
    step = process.steps[position.step]
    if is_withdrawn:
        return State.WITHDRAWN, position
    if isinstance(step, End):
        return step.state, position
    if isinstance(step, Automatic):
        return State.CHECKING, position
    if isinstance(step, Joint):
        return State.WITH_DEPARTMENTS, position
    return State.SET_ASIDE if position.step == "set_aside" else State.IN_REVIEW, position


def must_be_rightly_decided(session: Session, row: DecisionRow) -> None:
    """By others than the applicant and relatives, by two where two must, never while the clock stood still."""
    application = session.get_one(Application, row.application_id)
    votes = session.scalars(select(Vote).where(Vote.application_id == application.id)).all()
    signers = [name.removeprefix("account:") for name in (row.decided_by, *row.cosigned_by)]
    for person in {*signers, *(vote.person_id for vote in votes)}:
        related = select(Application.id).where(Application.id == application.id, people.conflicts_with(person))
        assert session.scalar(related) is None
    assert len(set(signers)) == len(signers)
    assert row.is_by_machine == row.decided_by.startswith("system:")
    assert row.is_approval or not row.is_by_machine
    decisive = [t for t in application.transitions if t.at == row.decided_at and t.actor == row.decided_by]
    if decisive and decisive[-1].step == "review" and application.item_code == "public-venue":
        assert len(signers) == 2
    if not row.is_by_machine:  # of the machine's decisions a test of its own tells
        assert not stood_still(session, application.id)


def stood_still(session: Session, case: str) -> bool:
    """Whether the clock was stopped when the case was decided."""
    ticks = Counter(tick.kind for tick in clocks.ticks_of(session, case))
    return ticks["suspended"] > ticks["resumed"]


def must_be_kept_off(session: Session, application: Application) -> None:
    """Of those who did anything with the case nobody but its applicant is related to it, and nobody such has it."""
    told = audit.of_subject(session, application.number or "")
    actors = {entry.actor.removeprefix("account:") for entry in told if entry.actor.startswith("account:")}
    actors |= {move.actor.removeprefix("account:") for move in application.transitions}
    actors |= {name for name in (application.held_by, application.assigned_to) if name}
    related = select(Application.id).where(Application.id == application.id)
    for person in actors - {application.applicant_id}:
        assert session.scalar(related.where(people.conflicts_with(person))) is None


def must_fit_its_state(application: Application, decision: DecisionRow | None, licence: Licence | None) -> None:
    state = State(application.state)
    ends = {State.REGISTERED: "approve", State.RETURNED: "return", State.REFUSED: "refuse"}
    if state in ends:
        assert decision is not None
        assert decision.outcome == ends[state]
    elif decision is not None:
        assert decision.is_approval
        assert state in (State.CHECKING, State.SET_ASIDE)
    if state is State.REGISTERED and application.item_code == "sole-trader":
        assert licence is not None
        assert licence.status != Status.RESERVED
