# SPDX-License-Identifier: Apache-2.0
"""不见面审批: the composition root and the command line. Nothing imports it. Order: `docs/architecture.md`."""

import logging
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Annotated

import structlog
import typer
import uvicorn
from alembic import command
from alembic.config import Config
from sqlalchemy.exc import SQLAlchemyError

import licences
from approval import clocks, heartbeats
from approval.decision import REFUSAL_BASES
from approval.gatebook import load_gates
from approval.guards import GUARDS
from approval.invariants import Premises
from approval.nightly import Nightly
from approval.office import Office
from approval.running import Runner
from approval.steps import VERBS
from approval.sweeping import sweep
from audit import Ledger, Sequencer, ledger_of
from catalogue import load_catalogue
from console import addresses, decisions, items, keys, operations, privacy, processes, retention, staff, verifying
from console import listing as lists
from console.keeping import DRAIN_S, measured, several, wait_for_signal
from console.reaching import bureau_of, outgoing
from console.starting import (
    read_declarations,
    refuse_database,
    refuse_log,
    refuse_settings,
    refuse_tables,
    refuse_year,
    use_ring,
)
from demonstration import run as demonstration
from demonstration.applicant import Stumbled
from identity import load_callers, load_directories, load_retention, seed_offices
from identity.card import PREPARE, RapidCardReader
from identity.examining import Examiner, ScannedExaminer, WorkerExaminer
from identity.face import DlibMatcher
from identity.leaked import leaked_at
from identity.liveness import fading
from identity.partners import load_partners
from identity.weights import Choice, ModelRefused, choose
from identity.workers import Workers
from instruments import CODES
from kit import clock, journal, sealing, tracing
from kit.database import Database
from kit.keyring import DatabaseKeyring
from kit.scanning import scanner_at
from kit.settings import Settings
from licences import CODED, FileSigner, Issuer, Store
from notices import Maker, Remedies
from web import accesstable
from web.app import create_app
from web.desk import Desk
from web.readiness import Readiness
from web.serving import BACKLOG, drain, handed_over
from workflows.durable import DurableEngine

HERE = Path(__file__).parent
POOL = 2000
LOOKS_A_DAY = 24 * 60
MOST_HEADER_BYTES = 32 * 2**10
cli = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, help="不见面审批 · contactless approval")
log = structlog.get_logger()
cli.add_typer(processes.commands(lambda: build(Settings()).office), name="process")
cli.add_typer(decisions.commands(lambda: build(Settings()).office), name="decision")
cli.add_typer(items.commands(), name="items")
cli.add_typer(addresses.commands(lambda: build(Settings()).office), name="addresses")
cli.add_typer(lists.commands(lambda: migrate_to_head(build(Settings())).office), name="credit")
cli.add_typer(staff.commands(lambda: migrate_to_head(build(Settings())).office), name="staff")
cli.add_typer(retention.commands(lambda: build(Settings()).nightly), name="retention")
cli.add_typer(keys.commands(lambda: migrate_to_head(build(Settings()))), name="keys")
operations.add(
    cli, lambda newest: premises(build(Settings()), newest), lambda: operations.schema_versions(HERE / "alembic")
)
verifying.add(cli, lambda: registered(build(Settings())))
cli.add_typer(privacy.commands(HERE / "docs" / "personal-data.md"), name="privacy")
cli.add_typer(accesstable.commands(HERE / "docs" / "access.md"), name="access")


@cli.callback()
def begin() -> None:
    """不见面审批 · contactless approval"""
    journal.begin()
    tracing.begin("approval")


@dataclass(frozen=True)
class House:
    """Everything a process of ours is made of."""

    settings: Settings
    database: Database
    engine: DurableEngine
    office: Office
    store: Store
    trust: bytes
    faces: Choice
    keys: DatabaseKeyring
    nightly: Nightly
    ledger: Ledger


def build(settings: Settings) -> House:
    """Compose the office. Raises typer.Exit with one clear sentence if a secret is missing."""
    refuse_settings(settings)
    read_declarations(settings, clock.office_day(clock.now()))
    faces = chosen_models(settings)
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    database = Database(settings.database)
    refuse_database(database)
    engine = DurableEngine(database)
    ring = DatabaseKeyring(settings.keys_database, clock.now)
    use_ring(ring, settings)
    keys = settings.data_dir / "keys"
    licences.make_demonstration_authority(keys, settings.registrar_name, clock.now())
    signer = FileSigner(keys)
    documents = settings.data_dir / "documents"
    store = Store(documents)
    office = Office(
        database=database,
        catalogue=load_catalogue(verbs=set(VERBS), guards=set(GUARDS), texts=CODES, bases=set(REFUSAL_BASES)),
        gates=load_gates(),
        bureau=bureau_of(settings, database),
        issuer=Issuer(store, signer, settings.public_url),
        maker=Maker(
            store,
            signer,
            settings.registrar_name,
            Remedies(settings.review_body, settings.review_url, settings.court_name),
        ),
        clock=clock.now,
        kick=engine.kick,
        registrar=settings.registrar_name,
        straight_through=settings.straight_through,
        retention=load_retention(settings.retention_file) if settings.retention_file else load_retention(),
        audit_contact=settings.audit_contact,
        public_url=settings.public_url,
    )
    nightly = Nightly(office, documents, fading.sources(database))
    with refuse_log():
        ledger = ledger_of(database, settings)
    return House(settings, database, engine, office, store, signer.trust, faces, ring, nightly, ledger)


def migrate_to_head(house: House) -> House:
    """Our tables, the durable engine's tables, and what every installation starts with."""
    config = Config(str(HERE / "alembic.ini"))
    config.set_main_option("script_location", str(HERE / "alembic"))
    with refuse_tables(), house.database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    house.engine.create_tables()
    house.keys.create_table()
    house.keys.keep_root(sealing.root())
    with refuse_log():
        house.ledger.must_be_ours()
    with house.database.writing() as session:
        clocks.publish_known_years(session, house.office)
        seed_offices(session)
        for kind in CODED:
            licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, POOL))
    return house


def registered(house: House) -> tuple[Database, bytes]:
    return house.database, house.trust


def premises(house: House, newest: int) -> Premises:
    """What `check-invariants` looks at."""
    now = house.office.clock()
    house.engine.connect()
    return Premises(
        house.office,
        house.store,
        house.trust,
        now,
        standing=house.engine.standing,
        newest=newest,
        is_log_whole=house.ledger.is_whole,
        over_age=lambda: dict(house.nightly.proof(now).remaining),
    )


@contextmanager
def working(house: House, executor: str) -> Iterator[Runner]:
    """A worker in this process, and a look every minute at what stands still."""
    runner = Runner(house.office, crash_at=os.environ.get("CRASH_AT", ""), standing=house.engine.standing)
    house.engine.start(executor, runner.carry_on)
    sequencer = Sequencer(house.ledger, house.office.clock)
    sequencer.start()
    stop = threading.Event()

    def beat() -> None:
        while not stop.is_set():
            try:
                with house.database.writing() as session:
                    heartbeats.beat(session, executor, house.office.clock())
            except SQLAlchemyError:  # the database is away: /readyz says so
                log.warning("not_heard", worker=executor)
            stop.wait(heartbeats.EVERY_S)

    def look() -> None:
        for times in count(1):
            if stop.wait(60):
                return
            try:
                runner.kick_stuck(house.office.clock())
                sweep(house.office, house.office.clock())
                house.nightly.look(house.office.clock())
                house.ledger.look(house.office.clock())
                if times % LOOKS_A_DAY == 1:
                    house.engine.forget_finished(house.office.clock())
            except Exception:  # the database is away or a row is odd: the next look comes in a minute
                log.exception("look_failed")

    threading.Thread(target=beat, daemon=True, name="heartbeat").start()
    threading.Thread(target=look, daemon=True, name="look-for-stuck").start()
    try:
        with outgoing(house.settings, house.database, house.office.clock):
            yield runner
    finally:
        stop.set()
        house.engine.close()
        sequencer.stop()


@cli.command()
def migrate() -> None:
    """Bring the database to the present version."""
    migrate_to_head(build(Settings()))
    typer.echo("The database is up to date.")


@cli.command()
def serve(
    host: str = "127.0.0.1", port: int = 8000, worker: Annotated[bool, typer.Option(help="also work")] = True
) -> None:
    """Serve the pages and, unless told otherwise, carry out the automatic steps in the same process."""
    house = build(Settings())
    migrate_to_head(house)
    refuse_year(house.database, house.office.clock())
    with site(house, host, port, worker):
        wait_for_signal()


def chosen_models(settings: Settings) -> Choice:
    """What faces are described by. Raises typer.Exit with one clear sentence if a file is not the expected one."""
    with refusing_models():
        return choose(settings.face_model, settings.face_model_sha256, settings.face_method, settings.face_cohort)


@contextmanager
def refusing_models() -> Iterator[None]:
    try:
        yield
    except ModelRefused as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None


def desk_of(house: House, workers: Workers, seals: licences.Seals) -> Desk:
    """What the pages need of the world."""
    examiner: Examiner = WorkerExaminer(workers)
    if scanner := scanner_at(house.settings.scanner_url):
        examiner = ScannedExaminer(examiner, scanner)
    asked = heartbeats.questions(house.database, house.keys, house.office.clock, house.settings)
    bearable = {"log": asked.pop("log")} | ({"scanner": scanner.answers} if scanner else {})
    return Desk(
        *(house.office, DlibMatcher(workers), RapidCardReader(workers), house.store, house.settings, house.trust),
        *(house.ledger, examiner, seals),
        partners=load_partners(house.settings.partners),
        readiness=Readiness(asked, bearable=bearable),
        directories=load_directories(house.settings.oidc_providers),
        leaked=leaked_at(house.settings.leaked_passwords),
        callers=load_callers(house.settings.callers),
    )


@contextmanager
def site(house: House, host: str, port: int, worker: bool = True) -> Iterator[uvicorn.Server]:
    """The pages, served in a thread of this process until the block ends."""
    with refusing_models():
        workers = Workers(house.settings.face_workers, choice=house.faces, prepare=(PREPARE,))
    seals = licences.ConfinedSeals()
    desk = desk_of(house, workers, seals)
    wanted = uvicorn.Config(
        create_app(desk),
        host=host,
        port=port,
        log_level="warning",
        access_log=False,
        server_header=False,
        forwarded_allow_ips=house.settings.trusted_proxies,
        h11_max_incomplete_event_size=MOST_HEADER_BYTES,
    )
    wanted.timeout_graceful_shutdown, wanted.backlog = DRAIN_S, BACKLOG
    server, sockets = uvicorn.Server(wanted), handed_over()
    with ExitStack() as stack:
        stack.callback(workers.close)
        stack.callback(seals.close)
        if worker:
            stack.enter_context(working(house, "serve-1"))
        else:
            house.engine.connect()
        thread = threading.Thread(target=server.run, args=(sockets or None,), name="site")
        thread.start()
        try:
            yield server
        finally:
            drain(server, desk.readiness, DRAIN_S)
            thread.join(DRAIN_S)
            tracing.end()


@cli.command()
def worker(
    name: Annotated[str, typer.Option(help="unique among workers, the same after a restart")] = "worker-1",
    processes: Annotated[int, typer.Option(min=1, max=64, help="more than one needs PostgreSQL")] = 1,
) -> None:
    """Carry out automatic steps until a signal comes. With several processes, one that dies is started again."""
    house = build(Settings())
    if processes > 1:
        if house.database.is_sqlite:
            typer.echo("SQLite works with one process; set DATABASE_URL to a PostgreSQL for more.", err=True)
            raise typer.Exit(2)
        house.database.close()
        several([sys.executable, str(HERE / "main.py"), "worker", "--name"], name, processes)
        return
    refuse_year(house.database, house.office.clock())
    with working(house, name), measured(house.settings.worker_metrics_port, name):
        wait_for_signal()


@cli.command()
def demo(
    once: Annotated[bool, typer.Option(help="one run, then exit: 0 if every link held")] = False,
    run: Annotated[bool, typer.Option(help="walk the chain before serving")] = True,
    port: int = 8000,
    folder: Path = Path("data/demonstration"),
    bureau_delay: Annotated[float, typer.Option(help="seconds the reference bureau takes to answer")] = 0.0,
) -> None:
    """Run one application through the whole chain, then leave the service running."""
    journal.begin(logging.WARNING)
    ports = (
        (demonstration.free_port(), demonstration.free_port(), demonstration.free_port())
        if once
        else (port, port + 1, port + 2)
    )
    site_port, bureau_port, partner_port = ports
    settings = demonstration.settings_for(folder, site_port, bureau_port, partner_port)
    typer.echo("准备 preparing: typeface, keys, database, photographs (the first time takes a minute)")
    licences.prepare_typeface()
    with (
        demonstration.reference_bureau(folder, bureau_port, bureau_delay),
        demonstration.reference_partner(folder, partner_port, settings.public_url),
    ):
        house = build(settings)
        migrate_to_head(house)
        demonstration.enrol_demonstration_staff(house.database)
        with site(house, "127.0.0.1", site_port):
            demonstration.wait_for(settings.public_url)
            try:
                if run:
                    demonstration.walk(settings.public_url, folder)
            except Stumbled as stumbled:
                typer.echo(f"  断开 the chain broke: {stumbled}", err=True)
                raise typer.Exit(1) from None
            if once:
                return
            demonstration.tell_accounts(settings.public_url)
            wait_for_signal()


if __name__ == "__main__":
    sys.exit(cli())
