# SPDX-License-Identifier: Apache-2.0
"""A new release takes over, and a worker ends, without one request that fails (rows 38, 47)."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy import Column, String, text
from sqlalchemy.exc import SQLAlchemyError

from approval.calendar import seed_calendar
from kit.database import Database
from tests.conftest import new_postgres_database
from tests.faults.serving import Clients, Service
from tests.journeys.conftest import running
from tests.journeys.inprocess import a_desk
from tests.office import TestOffice, a_submitted_case
from web.app import create_app
from web.readiness import Readiness
from web.serving import handed_over


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    made = Service(tmp_path)
    yield made
    made.end()


@pytest.mark.nightly
def test_a_new_process_takes_over_the_socket_and_no_request_fails(service: Service) -> None:
    old = service.start()
    service.wait_for_workers(1)
    with Clients(service.url).asking() as clients:
        time.sleep(1)
        service.start()
        service.wait_for_workers(2)
        begun = time.monotonic()
        old.send_signal(signal.SIGTERM)
        assert old.wait(40) == 0, service.told()
        drained = time.monotonic() - begun
        before = clients.answers
        time.sleep(2)
        assert clients.answers > before
    assert clients.failures == []
    print(f"answers {clients.answers}, slowest {clients.slowest:.2f} s, drained in {drained:.1f} s")
    assert drained < 20


@pytest.mark.nightly
def test_who_comes_while_nobody_serves_waits_and_is_answered(service: Service) -> None:
    old = service.start()
    service.wait_for_workers(1)
    with Clients(service.url, count=2).asking() as clients:
        time.sleep(1)
        old.send_signal(signal.SIGTERM)
        assert old.wait(40) == 0, service.told()
        service.start()
        service.wait_for_workers(1)
        before = clients.answers
        time.sleep(2)
        assert clients.answers > before
    assert clients.failures == []


def alembic(connection: object) -> Config:
    config = Config("alembic.ini")
    config.attributes["connection"] = connection
    return config


@pytest.mark.nightly
def test_a_migration_while_requests_run_fails_none_of_them(postgres_server: str, tmp_path: Path) -> None:
    """This release goes on while the tables of the next one are made, which add and take nothing away."""
    database = Database(new_postgres_database(postgres_server, "moving"))
    with database.engine.begin() as connection:
        command.upgrade(alembic(connection), "head")
    with database.writing() as session:
        seed_calendar(session)
    url, server, thread = running(create_app(a_desk(database, tmp_path)))
    office, stop = TestOffice(database), threading.Event()
    filed: list[str] = []
    failed: list[str] = []

    def file() -> None:
        while not stop.is_set():
            try:
                filed.append(a_submitted_case(office, f"138{len(filed):08d}"))
            except SQLAlchemyError as error:
                failed.append(str(error))

    clients, writer = Clients(url, ("/signin", "/verify", "/items/sole-trader"), 2), threading.Thread(target=file)
    try:
        httpx.get(f"{url}/signin", trust_env=False, timeout=30)
        writer.start()
        with clients.asking():
            time.sleep(2)
            before = clients.answers, len(filed)
            with database.engine.begin() as connection:
                later = Operations(MigrationContext.configure(connection))
                later.add_column("application", Column("later", String(20), nullable=True))
                later.create_index("ix_application_later", "application", ["later"])
                later.create_table("later", Column("id", String(32), primary_key=True))
            time.sleep(2)
            assert clients.answers > before[0]
    finally:
        stop.set()
        writer.join(30)
        server.should_exit = True
        thread.join(10)
    assert len(filed) > before[1]
    with database.reading() as session:
        assert session.scalar(text("SELECT count(*) FROM application WHERE later IS NULL")) == len(filed)
    database.close()
    assert (clients.failures, failed) == ([], [])


DESTROYING = ("drop_table", "drop_column", "rename_table", "new_column_name")
KNOWN = {"0012_engine", "0013_proofs", "0015_tiled_log"}  # from before the rule; the log changed its form once


def test_a_migration_only_adds_so_that_the_release_before_still_runs() -> None:
    for path in sorted(Path("alembic/versions").glob("*.py")):
        upgrade = path.read_text("utf-8").split("def downgrade")[0]
        found = [word for word in DESTROYING if word in upgrade]
        assert not found or path.stem in KNOWN, (path.name, found)


def test_a_worker_that_is_asked_to_end_ends_in_time(tmp_path: Path) -> None:
    """Without models and pages: what keeps several processes alive passes the signal on and waits for them."""
    script = tmp_path / "child.py"
    script.write_text(
        "import pathlib, signal, sys, time\nsignal.signal(15, lambda *_: sys.exit(0))\n"
        f"pathlib.Path({str(tmp_path)!r}, sys.argv[1] + '.up').touch()\ntime.sleep(60)\n"
    )
    keeper = (
        "import sys\nfrom console.keeping import several\n"
        f"several([sys.executable, {str(script)!r}], 'w', 2)\nprint('ended')\n"
    )
    with subprocess.Popen([sys.executable, "-W", "ignore", "-c", keeper], stdout=subprocess.PIPE) as keeping:
        until = time.monotonic() + 60
        while len(list(tmp_path.glob("*.up"))) < 2 and time.monotonic() < until:
            time.sleep(0.1)
        begun = time.monotonic()
        keeping.send_signal(signal.SIGTERM)
        told, _ = keeping.communicate(timeout=30)
    assert told.strip() == b"ended"
    assert time.monotonic() - begun < 10


def test_sockets_are_taken_over_only_by_the_process_that_they_were_meant_for() -> None:
    assert handed_over({}) == []
    assert handed_over({"LISTEN_FDS": "1", "LISTEN_PID": "1"}) == []
    assert handed_over({"LISTEN_FDS": "0"}) == []


def test_a_process_that_ends_says_that_it_is_not_ready() -> None:
    ready = Readiness({"database": lambda: threading.Event().is_set() or True})
    assert ready.failing() == []
    ready.is_stopping = True
    assert ready.failing() == ["stopping"]
