# SPDX-License-Identifier: Apache-2.0
"""What the durable engine keeps of its runs, and for how long."""

import time
from datetime import datetime, timedelta
from pathlib import Path

from kit import clock
from kit.database import Database
from workflows.durable import KEPT, DurableEngine

PATIENCE_S = 60.0


def test_finished_runs_are_forgotten_after_a_time_and_what_is_to_come_stays(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'engine.db'}")
    engine, ran = DurableEngine(database, poll_s=0.05), list[str]()
    engine.create_tables()
    engine.start("durable-1", ran.append)
    try:
        with database.writing() as session:
            engine.kick(session, "a", "1")
            engine.kick(session, "b", "1", wait_s=3600.0)
        now = clock.now()
        given_up = time.monotonic() + PATIENCE_S
        while time.monotonic() < given_up and standing(engine, database, "a", now) != "over":
            time.sleep(0.05)
        assert ran == ["a"]
        assert engine.forget_finished(now) == 0
        assert engine.forget_finished(now + KEPT + timedelta(days=1)) == 1
        assert standing(engine, database, "a", now) == "over"
        assert standing(engine, database, "b", now) == "coming"
    finally:
        engine.close()
        database.close()


def standing(engine: DurableEngine, database: Database, case: str, now: datetime) -> str:
    with database.reading() as session:
        return engine.standing(session, case, now)
