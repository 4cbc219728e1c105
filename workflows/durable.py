# SPDX-License-Identifier: Apache-2.0
"""Durable running (持久运行): the only module that knows the durable engine (DBOS). I/O: database, threads.

The engine is a kick, not the place where state lives: one row says where an application stands, a kick enqueued in
the same transaction makes a worker carry its automatic steps out. A run may happen twice, at once or after a crash:
each move is guarded by the row's `seq`, so the effect is one.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from dbos import DBOS, DBOSClient, EnqueueOptions
from sqlalchemy import text
from sqlalchemy.orm import Session

from kit import tracing
from kit.database import Database

QUEUE = "automatic"
MOST_DEATHS = 5  # of workers over one run, before it is left alone
GIVEN_UP_S = 600.0  # a run of an executor that never came back
COMING = ("ENQUEUED", "DELAYED")
FINISHED = ("SUCCESS", "ERROR", "CANCELLED")
KEPT = timedelta(days=30)
AT_ONCE = 500
Standing = Literal["coming", "died", "over"]
_carry_on: Callable[[str], None] | None = None


@DBOS.workflow(name="carry_on", max_recovery_attempts=MOST_DEATHS)
def _run(application_id: str, traceparent: str = "") -> None:
    if _carry_on is None:
        raise RuntimeError("no process engine was started in this process")
    with tracing.span("carry on", traceparent):
        _carry_on(application_id)


class DurableEngine:
    """Kicks from any process; `start` also makes this one a worker."""

    def __init__(self, database: Database, poll_s: float = 0.1) -> None:
        self._database = database
        self._poll_s = poll_s
        self._client: DBOSClient | None = None
        self._is_launched = False
        self._runs = "workflow_status" if database.is_sqlite else "dbos.workflow_status"

    def create_tables(self) -> None:
        """Create or upgrade the engine's own tables; part of `migrate`."""
        self._launch("migration")
        self.close()

    def connect(self) -> None:
        """Be able to kick; enough for a process that leaves the work to others."""
        self._client = DBOSClient(
            system_database_url=self._database.url,
            system_database_engine=self._database.durable_engine,
            application_name="approval",
        )

    def start(self, executor: str, carry_on: Callable[[str], None], at_once: int = 4) -> None:
        """Work in threads of this process until `close`.

        `executor` must be unique among live processes and stable over restarts: unfinished runs of the same name are
        taken up again.
        """
        global _carry_on
        _carry_on = carry_on
        self._launch(executor)
        DBOS.register_queue(
            QUEUE, worker_concurrency=at_once, polling_interval_sec=self._poll_s, on_conflict="always_update"
        )
        self.connect()

    def _launch(self, executor: str) -> None:
        DBOS(
            config={
                "name": "approval",
                "system_database_url": self._database.url,
                "system_database_engine": self._database.durable_engine,
                "application_version": "1",  # a new release takes up the runs of the old one
                "executor_id": executor,
                "max_executor_threads": 32,
                "log_level": "ERROR",
            }
        )
        DBOS.launch()
        self._is_launched = True

    def kick(self, session: Session, application_id: str, move: str, wait_s: float = 0.0) -> None:
        """Have a worker carry on with the application once the transaction of `session` commits, or never.

        `move` tells one kick from another: the same one twice is one run.
        """
        if self._client is None:
            raise RuntimeError("the durable engine is not connected")
        options: EnqueueOptions = {
            "workflow_name": "carry_on",
            "queue_name": QUEUE,
            "workflow_id": f"{application_id}:{move}",
        }
        if wait_s:
            options["delay_seconds"] = wait_s
        parent = (
            tracing.traceparent()
        )  # only while traces are recorded: a worker of an older release takes one argument
        self._client.enqueue_in_transaction(session, options, application_id, *([parent] if parent else []))

    def standing(self, session: Session, application_id: str, now: datetime) -> Standing:
        """What has become of the runs of this application: one may still come, all are over, or workers died of one."""
        rows = session.execute(
            text(f"SELECT status, updated_at FROM {self._runs} WHERE workflow_uuid > :first AND workflow_uuid < :last"),  # noqa: S608
            {"first": f"{application_id}:", "last": f"{application_id};"},
        ).all()
        given_up = (now.timestamp() - GIVEN_UP_S) * 1000
        if any(status in COMING or (status == "PENDING" and moved > given_up) for status, moved in rows):
            return "coming"
        return "died" if any(status == "MAX_RECOVERY_ATTEMPTS_EXCEEDED" for status, _moved in rows) else "over"

    def forget_finished(self, now: datetime) -> int:
        """Delete what was finished long ago: the engine keeps every run. Gives how many went.

        Nothing hangs on them: a kick that came again would be one more run, and each move is guarded.
        """
        if self._client is None:
            raise RuntimeError("the durable engine is not connected")
        before, gone = (now - KEPT).isoformat(), 0
        while finished := self._client.list_workflows(
            status=list(FINISHED), completed_before=before, limit=AT_ONCE, load_input=False, load_output=False
        ):
            self._client.delete_workflows([run.workflow_id for run in finished])
            gone += len(finished)
        return gone

    def close(self) -> None:
        """Stop taking work; what runs is finished or taken up again later."""
        global _carry_on
        if self._client is not None:
            self._client.destroy()
            self._client = None
        if self._is_launched:
            DBOS.destroy(workflow_completion_timeout_sec=5)
            self._is_launched = False
            _carry_on = None
