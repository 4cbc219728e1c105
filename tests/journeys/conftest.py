# SPDX-License-Identifier: Apache-2.0
"""The whole service, really running: pages, worker, matcher, bureau, on SQLite and on PostgreSQL."""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from playwright.sync_api import expect as expected
from sqlalchemy import delete, update

import licences
from approval.calendar import seed_calendar
from approval.filings import Filing
from approval.office import Office
from approval.running import Runner
from approval.steps import VERBS
from audit import Ledger, LogKey, Sequencer
from catalogue import load_catalogue
from credit import HttpBureau
from demonstration.applicant import Applicant, sole_trader
from demonstration.entering import enter
from demonstration.run import enrol_demonstration_staff
from identity.card import PREPARE, CardReader, CardReading, RapidCardReader, Side
from identity.examining import WorkerExaminer
from identity.face import DlibMatcher
from identity.liveness.session import LiveSession
from identity.onetime import OneTime
from identity.partners import load_partners
from identity.workers import Workers
from kit import clock
from kit.database import Base, Database
from kit.settings import Settings
from licences import FileSigner, Issuer, Store
from notices import Maker, Remedies
from reference import bureau, idcard, partner, photographs
from tests.conftest import new_postgres_database
from tests.journeys.inprocess import HereSeals
from tests.office import GATES
from web.app import create_app
from web.desk import Desk
from workflows.durable import DurableEngine

TOKEN = "journeys"
expected.set_options(timeout=20_000)  # five seconds are short on a machine that is busy with other tests


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """A page in a browser does not know the database: those tests run on one of the two, turn about.

    What they ask of the service is asked of both, without a browser. EVERY_DATABASE=1 runs all.
    """
    if os.environ.get("EVERY_DATABASE"):
        return
    turns: dict[str, str] = {}
    left: list[pytest.Item] = []
    for item in items:
        asked = getattr(item, "fixturenames", ())
        kind = getattr(item, "callspec", None) and item.callspec.params.get("_service")  # type: ignore[attr-defined]
        if "chromium" in asked and kind:
            name = item.nodeid.replace(str(kind), "")
            turn = turns.setdefault(name, ("sqlite", "postgres")[len(turns) % 2])
            if kind != turn:
                left.append(item)
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = [item for item in items if item not in set(left)]


@pytest.fixture(scope="session")
def pictures() -> photographs.Photographs:
    try:
        return photographs.fetch()
    except photographs.PhotographsUnavailable as error:
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def card(pictures: photographs.Photographs) -> bytes:
    name, number = bureau.CLEAN
    return idcard.draw(pictures.accept_portrait.read_bytes(), idcard.Holder(name, number, "南京市栖霞区样例路 1 号"))


class RememberingReader:
    """The real reader; a picture it has read before it does not read again."""

    def __init__(self, reader: CardReader) -> None:
        self._reader = reader
        self._known: dict[tuple[bytes, Side], CardReading] = {}

    def read(self, data: bytes, side: Side) -> CardReading:
        key = hashlib.sha256(data).digest(), side
        if key not in self._known:
            self._known[key] = self._reader.read(data, side)
        return self._known[key]


@pytest.fixture(scope="session")
def matcher() -> Iterator[DlibMatcher]:
    made = DlibMatcher(Workers(2, prepare=(PREPARE,)))
    yield made
    made.close()


@pytest.fixture(scope="session")
def reader(matcher: DlibMatcher) -> RememberingReader:
    return RememberingReader(RapidCardReader(matcher.workers))


def running(app: FastAPI) -> tuple[str, uvicorn.Server, threading.Thread]:
    server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    return f"http://127.0.0.1:{port}", server, thread


@dataclass
class Service:
    """Where the service is, and the parts a test may look at or change."""

    address: str
    database: Database
    desk: Desk
    app: FastAPI
    card: bytes
    live: bytes
    other: bytes
    runner: Runner
    phones: int = 0
    clients: list[httpx.Client] = field(default_factory=list)

    def client(self) -> httpx.Client:
        opened = httpx.Client(base_url=self.address, timeout=30.0)
        self.clients.append(opened)
        return opened

    def applicant(self, who: tuple[str, str] = bureau.CLEAN) -> Applicant:
        """A new person with a phone of their own, signed in."""
        self.phones += 1
        person = Applicant(self.client(), f"139{self.phones:08d}", *who)
        person.sign_in()
        return person

    def staff(self, username: str) -> Applicant:
        person = Applicant(self.client(), "", username, "")
        self.forget_codes()
        enter(person, username)
        return person

    def forget_codes(self) -> None:
        """Many tests sign the same people in within half a minute; that a code is good once is for other tests."""
        with self.database.writing() as session:
            session.execute(update(OneTime).values(last_step=0))

    def filled_in(
        self, way: str = "agree", who: tuple[str, str] = bureau.CLEAN, **changed: dict[str, str]
    ) -> Applicant:
        """An application with everything but the signature."""
        person = self.applicant(who)
        person.start("sole-trader")
        person.answer({**sole_trader(1000 + self.phones), **changed})
        person.photograph_card(self.card)
        person.choose(way)
        if way == "agree":
            assert person.look_into_camera(self.live)["state"] == "accepted"
            person.let_partner_vouch()
        return person

    def straight_through(self, allowed: bool) -> None:
        self.use(straight_through=allowed)

    def use(self, **changed: Any) -> None:
        """Run on with something else at a port of the office."""
        office = replace(self.desk.office, **changed)
        self.app.state.desk = replace(self.desk, office=office)
        self.runner._office = office


# Of this package and not of the session: the threads of the durable engine draw from the global `random`, which
# hypothesis takes for a strategy that does so.
@pytest.fixture(scope="package", params=["sqlite", "postgres"])
def _service(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    card: bytes,
    matcher: DlibMatcher,
    reader: RememberingReader,
    pictures: photographs.Photographs,
) -> Iterator[Service]:
    folder: Path = tmp_path_factory.mktemp("service")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'approval.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "journeys")
    bureau_path = folder / "bureau.db"
    bureau.seed(bureau_path)
    bureau_address, bureau_server, bureau_thread = running(bureau.create_app(bureau_path, TOKEN))
    database, engine = Database(url), None
    Base.metadata.create_all(database.engine)
    engine = DurableEngine(database, poll_s=0.05)
    licences.make_demonstration_authority(folder / "keys", "南京市栖霞区行政审批局", clock.now())
    signer, store = FileSigner(folder / "keys"), Store(folder / "documents")
    settings = Settings(data_dir=folder, demonstration=True, straight_through=True, bureau_url=bureau_address)
    office = Office(
        database=database,
        catalogue=load_catalogue(verbs=set(VERBS)),
        gates=GATES,
        bureau=HttpBureau(bureau_address, TOKEN),
        issuer=Issuer(store, signer, "http://127.0.0.1:8000"),
        maker=Maker(
            store,
            signer,
            settings.registrar_name,
            Remedies(settings.review_body, settings.review_url, settings.court_name),
        ),
        clock=clock.now,
        kick=engine.kick,
        registrar=settings.registrar_name,
        straight_through=True,
    )
    with database.writing() as session:
        seed_calendar(session)
        for kind in licences.CODED:
            licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 200))
    enrol_demonstration_staff(database)
    runner = Runner(office)
    engine.start("journeys-1", runner.carry_on)
    desk = Desk(
        office,
        matcher,
        reader,
        store,
        settings,
        signer.trust,
        Ledger(office.database, LogKey.fresh("test.invalid/log")),
        WorkerExaminer(matcher.workers),
        HereSeals(),
    )
    sequencer = Sequencer(desk.ledger, clock.now)
    sequencer.start()
    app = create_app(desk)
    address, server, thread = running(app)
    signs, partner_app = partner.key_in(folder / "partner.key"), FastAPI()
    partner_address, partner_server, partner_thread = running(partner_app)
    partner_app.include_router(partner.create_app(signs, partner_address, [f"{address}/partner/return"]).router)
    (folder / "partners.toml").write_text(partner.declaration(partner_address, signs), "utf-8")
    settings = settings.model_copy(update={"public_url": address})
    desk = replace(desk, settings=settings, partners=load_partners(folder / "partners.toml"))
    app.state.desk = desk
    yield Service(
        address,
        database,
        desk,
        app,
        card,
        pictures.accept_live.read_bytes(),
        pictures.other.read_bytes(),
        runner=runner,
    )
    for stopping in (server, bureau_server, partner_server):
        stopping.should_exit = True
    partner_thread.join(10)
    thread.join(10)
    bureau_thread.join(10)
    engine.close()
    sequencer.stop()
    database.close()


@pytest.fixture
def service(_service: Service) -> Iterator[Service]:
    with _service.database.writing() as session:
        session.execute(delete(Filing))  # the same people file in every test: that is no lead here
        session.execute(delete(LiveSession))  # nor do they use up one another's tries
    yield _service
    _service.use()
    for client in _service.clients:
        client.close()
    _service.clients.clear()
