# SPDX-License-Identifier: Apache-2.0
"""Kill the worker at each durable step; after a restart there is one decision, one licence, one entry per event."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select

import audit
import licences
from approval.application import Application, DecisionRow, State, Transition
from approval.calendar import seed_calendar
from kit import clock
from kit.database import Base, Database
from tests.conftest import NOON, new_postgres_database
from tests.office import TestOffice, a_submitted_case
from workflows import load_processes
from workflows.durable import MOST_DEATHS, DurableEngine

STEPS = ["identity", "form", "names", "credit", "weigh", "number", "issue", "documents", "notify"]
ONCE = ("application.submitted", "decision.made", "licence.reserved", "licence.issued", "pictures.deleted")


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


def test_the_steps_are_all_that_the_process_has() -> None:
    process = load_processes()["registration", 1]
    assert {name for name, step in process.steps.items() if step.kind == "automatic"} == set(STEPS)


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_killed_at_each_step_every_case_ends_exactly_once(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, work: Work
) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'crash.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "crash")
    database = Database(url)
    Base.metadata.create_all(database.engine)
    engine = DurableEngine(database)
    assert work(url, tmp_path, "", "") == 0  # makes the engine's tables
    engine.connect()
    licences.make_demonstration_authority(tmp_path / "keys", "南京市栖霞区行政审批局", NOON)
    with database.writing() as session:
        seed_calendar(session)
        codes = licences.fictitious_codes(licences.Template.SOLE_TRADER, 1000, 30)
        licences.fill_pool(session, licences.Template.SOLE_TRADER, codes)
    office = TestOffice(database)
    office.office = replace(office.office, kick=engine.kick)

    # Just before the commit on one database and just after it on the other; three cases, since the engine gives a run
    # up after five deaths in a row.
    point = "written" if kind == "sqlite" else "after"
    for index, steps in enumerate((STEPS[:3], STEPS[3:6], STEPS[6:])):
        case = a_submitted_case(office, f"1380000{index:04d}")
        for step in steps:
            assert work(url, tmp_path, case, f"{step}:{point}") == -9
        assert work(url, tmp_path, case, "") == 0
        check_once(database, case)

    with database.reading() as session:
        assert audit.check(session).is_whole
        numbers = sorted(session.scalars(select(licences.Licence.number)))
        assert numbers == [f"QX-2026-{n:06d}" for n in (1, 2, 3)]
    engine.close()
    database.close()


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


def check_once(database: Database, case: str) -> None:
    with database.reading() as session:
        application = session.get_one(Application, case)
        assert application.state == State.REGISTERED
        assert session.scalar(select(func.count()).where(DecisionRow.application_id == case)) == 1
        transitions = session.scalars(select(Transition.seq).where(Transition.application_id == case)).all()
        assert sorted(transitions) == list(range(application.seq))
        events = Counter(entry.event for entry in audit.of_subject(session, application.number or ""))
        assert all(events[event] == 1 for event in ONCE)
        findings = [(f.rule, f.effect, f.subject) for f in application.findings]
        assert len(findings) == len(set(findings)) == events["finding.recorded"]
