# SPDX-License-Identifier: Apache-2.0
"""Cases a second through the whole automatic chain, against the engine's empty workflow and a bare commit.

Once with the face compared before, as applicants do: five frames of a photograph against the card, by the real matcher.
The bureau answers at the port without a network.
"""

import argparse
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from sqlalchemy import func, select, text

import licences
from approval import cases as approval_cases
from approval.application import Application, State
from approval.calendar import seed_calendar
from approval.running import Runner
from identity import BANDS, evidence_of, judge, record_comparison
from identity.face import DlibMatcher
from identity.workers import Workers
from kit import keyring, sealing
from kit.database import Base, Database
from licences import FileSigner, Issuer, Store, Template
from notices import Maker, Remedies
from reference import bureau, idcard, photographs
from tests import postgres
from tests.conftest import NOON, new_postgres_database
from tests.keys import ring_in
from tests.office import TestOffice, a_submitted_case, alone
from workflows.durable import DurableEngine

FRAMES = 5
REGISTRAR = "南京市栖霞区行政审批局"


def an_office(database: Database, folder: Path, real: bool) -> TestOffice:
    """Real verbs, database and log; with `real` the documents are rendered and signed as well."""
    office = TestOffice(database)
    if real:
        store, signer = Store(folder / "documents"), FileSigner(folder / "keys")
        office.office = replace(
            office.office,
            issuer=Issuer(store, signer, "http://127.0.0.1:8000"),
            maker=Maker(store, signer, REGISTRAR, Remedies("样例人民政府", "https://example.gov.cn", "样例人民法院")),
        )
    return office


def work(url: str, name: str, folder: Path, kind: str) -> None:
    """One worker, until it is killed."""
    sealing.install(bytes(range(32)))
    keyring.install(ring_in(folder))
    database = Database(url)
    engine = DurableEngine(database, poll_s=0.05)
    office = an_office(database, folder, kind == "real")
    office.office = replace(office.office, kick=engine.kick)
    carry_on: Callable[[str], None] = (lambda _case: None) if kind == "bare" else Runner(office.office).carry_on
    engine.start(name, carry_on, at_once=8)
    print("ready", flush=True)
    while True:
        time.sleep(60)


@contextmanager
def workers(url: str, folder: Path, kind: str, count: int) -> Iterator[None]:
    command = [sys.executable, "-W", "ignore", "-m", "bench.engine", "--work", url, "--folder", str(folder)]
    running = [
        subprocess.Popen([*command, "--kind", kind, "--name", f"{kind}-{n}"], stdout=subprocess.PIPE)
        for n in range(count)
    ]
    try:
        for process in running:
            assert process.stdout is not None
            process.stdout.readline()
        yield
    finally:
        for process in running:
            process.kill()
            process.wait()


def until(done: Callable[[], int], wanted: int) -> float:
    begun = time.monotonic()
    while done() < wanted:
        if time.monotonic() - begun > 120:
            raise TimeoutError(f"{done()} of {wanted}")
        time.sleep(0.02)
    return time.monotonic() - begun


def cpu_s() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def chain(url: str, folder: Path, kind: str, count: int, cases: int) -> tuple[float, float]:
    """Cases a second, and CPU milliseconds a case in the workers."""
    database = Database(url)
    engine = DurableEngine(database)
    engine.connect()
    office = an_office(database, folder, real=False)
    names = [a_submitted_case(office, f"1{n:010d}") for n in range(cases)] if kind != "bare" else []
    stamp = time.monotonic_ns()
    kicks = [(case, "0") for case in names] or [(f"bare-{stamp}-{n}", "0") for n in range(cases)]
    before = cpu_s()
    with workers(url, folder, kind, count):
        with database.writing() as session:
            for case, move in kicks:
                engine.kick(session, case, move)
        table = "workflow_status" if database.is_sqlite else "dbos.workflow_status"
        prefix = kicks[0][0].rsplit("-", 1)[0]

        def done() -> int:
            with database.reading() as session:
                if kind == "bare":
                    query = f"SELECT count(*) FROM {table} WHERE status = 'SUCCESS' AND workflow_uuid LIKE '{prefix}%'"  # noqa: S608
                    return int(session.scalar(text(query)) or 0)
                wanted = select(func.count()).where(Application.state == State.REGISTERED, Application.id.in_(names))
                return session.scalar(wanted) or 0

        seconds = until(done, cases)
    engine.close()
    database.close()
    return cases / seconds, (cpu_s() - before) * 1000 / cases


@dataclass(frozen=True)
class Face:
    """A card and the living face of its holder: fictitious cards over photographs in the public domain."""

    card: bytes
    live: bytes

    @classmethod
    def drawn(cls) -> "Face":
        found = photographs.fetch()
        holder = idcard.Holder(*bureau.CLEAN, "南京市栖霞区样例路 1 号")
        matcher = DlibMatcher(Workers(1))
        try:
            card = matcher.read_portrait(idcard.draw(found.accept_portrait.read_bytes(), holder)).jpeg
        finally:
            matcher.close()
        return cls(card, found.accept_live.read_bytes())


def chain_with_face(url: str, folder: Path, face: Face, count: int, cases: int) -> tuple[float, float]:
    """As `chain`, from the comparison on: compared, recorded, signed, submitted, decided, the licence signed."""
    database = Database(url)
    engine = DurableEngine(database)
    engine.connect()
    office = an_office(database, folder, real=False)
    office.office = replace(office.office, kick=engine.kick)
    stamp = time.monotonic_ns() % 10**9
    names = [a_submitted_case(office, f"1{stamp + n:010d}", submit=False) for n in range(cases)]
    before = cpu_s()
    matcher = DlibMatcher(Workers(count))
    matcher.compare(face.card, [face.live] * FRAMES)

    def apply(case: str) -> None:
        comparison, best = matcher.compare(face.card, [face.live] * FRAMES)
        with database.writing() as session:
            application = session.get_one(Application, case)
            evidence = evidence_of(session, case)
            record_comparison(session, evidence, comparison, judge(comparison, BANDS), best, NOON)
            approval_cases.sign(session, application, "phone-code", "statement-1", NOON)
            evidence.liveness = "pass"  # its session is measured apart: bench.liveness
            approval_cases.submit(session, office.office, application, NOON)
            alone(session, case)

    def done() -> int:
        with database.reading() as session:
            wanted = select(func.count()).where(Application.state == State.REGISTERED, Application.id.in_(names))
            return session.scalar(wanted) or 0

    with workers(url, folder, "real", count):
        begun = time.monotonic()
        with ThreadPoolExecutor(count) as applicants:
            list(applicants.map(apply, names))
        until(done, cases)
        seconds = time.monotonic() - begun
    matcher.close()
    engine.close()
    database.close()
    return cases / seconds, (cpu_s() - before) * 1000 / cases


def bare_inserts(url: str, count: int) -> float:
    database = Database(url)
    with database.writing() as session:
        session.execute(text("CREATE TABLE bench_row (id INTEGER PRIMARY KEY, words TEXT)"))
    begun = time.monotonic()
    for n in range(count):
        with database.writing() as session:
            session.execute(text("INSERT INTO bench_row VALUES (:n, 'one case')"), {"n": n})
    seconds = time.monotonic() - begun
    database.close()
    return count / seconds


def prepared(url: str, folder: Path) -> None:
    database = Database(url)
    Base.metadata.create_all(database.engine)
    DurableEngine(database).create_tables()
    licences.make_demonstration_authority(folder / "keys", REGISTRAR, NOON)
    with database.writing() as session:
        seed_calendar(session)
        licences.fill_pool(session, Template.SOLE_TRADER, licences.fictitious_codes(Template.SOLE_TRADER, 1000, 5000))
    database.close()


def measure(name: str, url: str, folder: Path, face: Face, counts: tuple[int, ...], cases: int) -> Iterator[str]:
    prepared(url, folder)
    bare, bare_cpu = chain(url, folder, "bare", 1, cases)
    inserts = bare_inserts(url, 2000)
    yield f"| {name} | one row, one commit | {inserts:.0f} | – | | 1 |"
    ratio = f"1 | {inserts / bare:.0f}×"
    yield f"| {name} | the engine's empty workflow, 1 worker | {bare:.0f} | {bare_cpu:.1f} | {ratio} |"
    for count in counts:
        for kind, words in (("plain", "whole chain"), ("real", "whole chain with rendering and signing")):
            rate, cpu = chain(url, folder, kind, count, cases)
            told = f"{words}, {count} worker{'s' if count > 1 else ''}"
            yield f"| {name} | {told} | {rate:.1f} | {cpu:.0f} | {bare / rate:.1f}× | {inserts / rate:.0f}× |"
        rate, cpu = chain_with_face(url, folder, face, count, max(10, cases // 5))
        told = (
            f"{FRAMES} frames compared, submitted, whole chain with signing, {count} worker{'s' if count > 1 else ''}"
        )
        yield f"| {name} | {told} | {rate:.1f} | {cpu:.0f} | {bare / rate:.1f}× | {inserts / rate:.0f}× |"


def main() -> None:
    sealing.install(bytes(range(32)))
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=150)
    parser.add_argument("--work")
    parser.add_argument("--name", default="")
    parser.add_argument("--kind", default="plain")
    parser.add_argument("--folder", type=Path, default=Path())
    asked = parser.parse_args()
    if asked.work:
        work(asked.work, asked.name, asked.folder, asked.kind)
        return
    print("| database | what | per second | CPU ms each | slower than the empty workflow | than one commit |")
    print("|---|---|---|---|---|---|")
    face = Face.drawn()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        keyring.install(ring_in(folder))
        for line in measure("SQLite", f"sqlite:///{folder / 'bench.db'}", folder, face, (1,), asked.cases):
            print(line, flush=True)
        with postgres.server() as server:
            url = new_postgres_database(server, "bench")
            for line in measure("PostgreSQL", url, folder, face, (1, 2), asked.cases):
                print(line, flush=True)


if __name__ == "__main__":
    main()
