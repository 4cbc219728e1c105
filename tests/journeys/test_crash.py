# SPDX-License-Identifier: Apache-2.0
"""Kill the worker at each durable step; after a restart there is one decision, one licence, one entry per event."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

import audit
import licences
import register
from approval import claims, deciding, proofs
from approval.application import Application, DecisionRow, State, Transition
from approval.calendar import seed_calendar
from approval.decision import Decision, Outcome
from approval.running import Runner
from identity import Account
from kit import clock, keyring
from kit.clock import office_day
from kit.database import Base, Database
from tests.conftest import NOON, new_postgres_database
from tests.filling import filled
from tests.keys import ring_in
from tests.office import CATALOGUE, TestOffice, a_clerk, a_submitted_case
from workflows import load_processes
from workflows.durable import MOST_DEATHS, DurableEngine

STEPS = ["identity", "form", "names", "credit", "weigh", "number", "issue", "documents", "notify"]
# Of entries and permits those steps that a registration does not have.
BEFORE_REVIEW = ["register"]
ENTRY_WITH_LICENCE, ENTRY_WITHOUT, PERMIT = ["number", "issue"], ["enter"], ["number", "certificate"]
POINTS = ("written", "after")  # just before the commit and just after it
ONCE = ("application.submitted", "decision.made", "pictures.deleted")
LICENCE, ENTRY = ("licence.reserved", "licence.issued"), ("register.entered",)


Work = Callable[..., int]


@pytest.fixture(scope="module")
def work() -> Iterator[Work]:
    """Have a worker carry a case on, to be killed at a point; gives its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(Path.cwd())}
    command = [sys.executable, "-W", "ignore", "-m", "tests.journeys.crash_child"]
    with subprocess.Popen(
        command, env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as maker:
        assert maker.stdin is not None
        assert maker.stdout is not None
        asked, answered = maker.stdin, maker.stdout

        def run(url: str, folder: Path, case: str, crash_at: str, seconds: float = 20.0) -> int:
            asked.write(json.dumps([url, str(folder), case, crash_at, seconds]) + "\n")
            asked.flush()
            return int(answered.readline())

        yield run
        asked.close()


@dataclass(frozen=True)
class Site:
    """An office on a database of its own, whose workers are killed."""

    url: str
    folder: Path
    database: Database
    office: TestOffice
    work: Work
    clerk: Account

    def killed(self, case: str, steps: Sequence[str]) -> None:
        """A worker dies at both points of each step; then one carries the case on to where it rests.

        At most two steps at a time: the engine gives a run up after five deaths in a row.
        """
        assert len(steps) * len(POINTS) < MOST_DEATHS
        for step in steps:
            for point in POINTS:
                assert self.work(self.url, self.folder, case, f"{step}:{point}") == -9, (step, point)
        assert self.work(self.url, self.folder, case, "") == 0

    def approved(self, case: str) -> None:
        """By a clerk, who first takes it in where that is a step of its own."""
        for _ in range(2):
            with self.database.writing() as session:
                seen = claims.claim(session, case, self.clerk, NOON)
                version, step = seen.version, seen.step
            with self.database.writing() as session:
                if step == "acceptance":
                    deciding.accept(session, self.office.office, case, version, self.clerk, NOON)
                    continue
                said = Decision(Outcome.APPROVE, f"account:{self.clerk.id}", NOON)
                deciding.decide(session, self.office.office, case, version, said, NOON)
                return

    def a_business(self) -> tuple[str, str]:
        """Code and name of a shop that is registered, without anybody dying."""
        case = a_submitted_case(self.office, "13800000009")
        Runner(self.office.office).carry_on(case)
        with self.database.reading() as session:
            licence = licences.of_application(session, case)
            assert licence is not None
            return licence.credit_code or "", licence.name or "林清和"


@pytest.fixture(scope="module", params=["sqlite", "postgres"])
def site(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, work: Work) -> Iterator[Site]:
    folder = tmp_path_factory.mktemp("crash")
    if request.param == "sqlite":
        url = f"sqlite:///{folder / 'crash.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "crash")
    ring = ring_in(folder)
    before = keyring.install(ring)
    database = Database(url)
    Base.metadata.create_all(database.engine)
    engine = DurableEngine(database)
    assert work(url, folder, "", "") == 0  # makes the engine's tables
    engine.connect()
    licences.make_demonstration_authority(folder / "keys", "南京市栖霞区行政审批局", NOON)
    with database.writing() as session:
        seed_calendar(session)
        codes = licences.fictitious_codes(licences.Template.SOLE_TRADER, 1000, 30)
        licences.fill_pool(session, licences.Template.SOLE_TRADER, codes)
        clerk = a_clerk(session, "zhou")
    office = TestOffice(database)
    office.office = replace(office.office, kick=engine.kick)
    yield Site(url, folder, database, office, work, clerk)
    engine.close()
    database.close()
    assert before is not None
    keyring.install(before)
    ring.close()


def test_the_steps_are_all_that_the_processes_have() -> None:
    killed = {
        ("registration", 1): set(STEPS),
        ("entry", 1): {*STEPS, *BEFORE_REVIEW, *ENTRY_WITH_LICENCE, *ENTRY_WITHOUT} - {"weigh"},
        ("permit-plain", 1): {*STEPS, *BEFORE_REVIEW, *PERMIT} - {"weigh", "names", "issue"},
    }
    processes = load_processes()
    for key, steps in killed.items():
        assert {name for name, step in processes[key].steps.items() if step.kind == "automatic"} == steps


def test_killed_at_each_step_every_registration_ends_exactly_once(site: Site) -> None:
    for index in range(0, len(STEPS), 2):
        case = a_submitted_case(site.office, f"138000001{index:02d}")
        site.killed(case, STEPS[index : index + 2])
        check_once(site, case, (*LICENCE,))
    check_whole(site)


def test_killed_at_its_own_steps_a_change_is_entered_exactly_once(site: Site) -> None:
    code, name = site.a_business()
    about: dict[str, Any] = {"business_code": code, "business_name": name, "decided_on": "2026-11-20", "agent": "none"}
    about |= {"responsible_name": "林清和"}
    renamed: dict[str, Any] = {"changes": ["name"], "uses_name": "yes", "trade_name": "南京市栖霞区样例甲店"}
    case = a_submitted_case(site.office, "13800000009", item="sole-trader-change", **about, **renamed)
    site.killed(case, BEFORE_REVIEW)
    site.approved(case)
    site.killed(case, ENTRY_WITH_LICENCE)
    check_once(site, case, (*LICENCE, *ENTRY))
    contact: dict[str, Any] = {
        "changes": ["contact"],
        "contact_is_holder": "yes",
        "business_name": "南京市栖霞区样例甲店",
    }
    case = a_submitted_case(site.office, "13800000009", item="sole-trader-change", **{**about, **contact})
    assert site.work(site.url, site.folder, case, "") == 0
    site.approved(case)
    site.killed(case, ENTRY_WITHOUT)
    check_once(site, case, ENTRY)
    with site.database.reading() as session:
        entity = register.find(session, code)
        assert entity is not None
        assert entity.name == "南京市栖霞区样例甲店"
        held = [licence for licence in licences.of_holder(session, code) if licence.credit_code]
        assert len(held) == 1
        entries = session.scalars(select(register.Entry).where(register.Entry.entity_id == entity.id)).all()
        assert [entry.act for entry in entries].count("change") == 2
    check_whole(site)


def test_killed_at_its_own_steps_a_permit_is_granted_exactly_once(site: Site) -> None:
    code, name = site.a_business()
    form = CATALOGUE.form_of(CATALOGUE.current("publication-retail", office_day(NOON)))
    answers: dict[str, Any] = {**filled(form, office_day(NOON)), "business_code": code, "business_name": name}
    case = a_submitted_case(site.office, "13800000009", item="publication-retail", **answers)
    site.killed(case, BEFORE_REVIEW)
    site.approved(case)
    site.killed(case, PERMIT)
    check_once(site, case, LICENCE)
    check_whole(site)


def test_a_case_that_kills_every_worker_is_known_as_such(tmp_path: Path, work: Work) -> None:
    url = f"sqlite:///{tmp_path / 'poison.db'}"
    database = Database(url)
    Base.metadata.create_all(database.engine)
    assert work(url, tmp_path, "", "") == 0
    engine = DurableEngine(database)
    engine.connect()
    licences.make_demonstration_authority(tmp_path / "keys", "南京市栖霞区行政审批局", NOON)
    office = TestOffice(database)
    office.office = replace(office.office, kick=engine.kick)
    case = a_submitted_case(office)
    standings: list[str] = []
    while not standings or standings[-1] != "died":
        assert work(url, tmp_path, case, "identity:before", 4.0) in (-9, 3)
        with database.reading() as session:
            standings.append(engine.standing(session, case, clock.now()))
        assert len(standings) <= MOST_DEATHS + 2
    assert set(standings[:-1]) == {"coming"}
    engine.close()
    database.close()


def check_once(site: Site, case: str, events: Sequence[str]) -> None:
    with site.database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.REGISTERED
        assert session.scalar(select(func.count()).where(DecisionRow.application_id == case)) == 1
        transitions = session.scalars(select(Transition.seq).where(Transition.application_id == case)).all()
        assert sorted(transitions) == list(range(application.seq))
        told = Counter(entry.event for entry in audit.of_subject(session, application.number or ""))
        assert {event: told[event] for event in (*ONCE, *LICENCE, *ENTRY)} == {
            event: int(event in (*ONCE, *events) or (event in ENTRY and application.item_code == "sole-trader"))
            for event in (*ONCE, *LICENCE, *ENTRY)
        }
        found = [(f.rule, f.effect, f.subject) for f in application.findings]
        assert len(found) == len(set(found)) == told["finding.recorded"]
        kept = proofs.of_number(session, application.number or "")
    assert proofs.replay(CATALOGUE, site.office.office.gates, kept).agrees


def check_whole(site: Site) -> None:
    """The log is whole, and numbers of each kind of licence run without gap or repeat."""
    with site.database.reading() as session:
        assert audit.check(session).is_whole
        series: dict[str, list[int]] = {}
        for number in sorted(session.scalars(select(licences.Licence.number))):
            kind, _, last = number.rpartition("-")
            series.setdefault(kind, []).append(int(last))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in series.values()), series
