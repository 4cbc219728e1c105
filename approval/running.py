# SPDX-License-Identifier: Apache-2.0
"""Running (自动办理): carries an application through its automatic steps until a person, a wait or the end.

I/O: database, and whatever the steps ask. One move is one transaction, guarded by `seq`: however often and by however
many workers a run is started, each move happens once.
"""

import os
import signal
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

import notices
from approval import papers
from approval.application import Application, State
from approval.casefile import item_of, locked, record, record_transition
from approval.office import Office
from approval.placing import place
from approval.steps import VERBS, Verb, Write
from kit import measures, tracing
from kit.errors import DomainError
from workflows import Automatic, Done, Failed, advance

log = structlog.get_logger()
STUCK_AFTER = timedelta(minutes=2)
POISONED = "worker_died"


class StepFailed(DomainError):
    """A step could not be carried out now; it is tried again."""


class Runner:
    """`carry_on` is what a worker calls for each kick. `crash_at` is for the crash test: "step:point".

    `standing` tells what has become of the runs of an application: "coming", "died" or "over".
    """

    def __init__(
        self,
        office: Office,
        verbs: dict[str, Verb] = VERBS,
        crash_at: str = "",
        standing: Callable[[Session, str, datetime], str] = lambda *_: "over",
    ) -> None:
        self._office = office
        self._standing = standing
        self._verbs = verbs
        self._crash_at = crash_at

    def carry_on(self, application_id: str) -> None:
        """Automatic steps, one after the other. Safe to run any number of times, also at once."""
        while True:
            application = self._read(application_id)
            if application is None or application.step is None:
                return
            step = self._step(application)
            if not isinstance(step, Automatic) or application.state != State.CHECKING:
                self._make_papers(application_id)
                return
            if not self._is_due(application) or _waits_for_a_clerk(application):
                return
            self._crash(application.step, "before")
            event, write = self._carry_out(step, application)
            self._crash(application.step, "done")
            if not self._commit(application, event, write):
                continue
            self._crash(application.step, "after")

    def _make_papers(self, application_id: str) -> None:
        """What was written to the applicant meanwhile is rendered and signed here, outside every transaction."""
        made = papers.make(self._office, application_id)
        if made:
            with self._office.database.writing() as session:
                papers.keep(session, made, self._office.clock())

    def _step(self, application: Application) -> object:
        process = self._office.catalogue.process_of(item_of(self._office, application))
        return process.steps[application.step or ""]

    def _is_due(self, application: Application) -> bool:
        return application.run_at is None or application.run_at <= self._office.clock() + timedelta(milliseconds=50)

    def _read(self, application_id: str) -> Application | None:
        with self._office.database.reading() as session:
            application = session.get(Application, application_id)
            if application is not None:
                _ = application.findings, application.decision
            return application

    def _carry_out(self, step: Automatic, application: Application) -> tuple[Done | Failed, Write | None]:
        with tracing.span(f"step {application.step}", case=application.number or application.id):
            event, write = self._tried(step, application)
        measures.STEPS.labels(application.step, "done" if isinstance(event, Done) else "failed").inc()
        return event, write

    def _tried(self, step: Automatic, application: Application) -> tuple[Done | Failed, Write | None]:
        try:
            carried = self._verbs[step.verb](self._office, application)
        except DomainError as error:
            log.warning("step_failed", step=application.step, case=application.number, error=error.code)
            return Failed(error=error.code), None
        except Exception as error:  # the top of a worker: a poisoned case is set aside, the others go on
            log.exception("step_broke", step=application.step, case=application.number)
            return Failed(error=type(error).__name__, is_final=True), None
        return Done(outcome=carried.outcome), carried.write

    def _commit(self, read: Application, event: Done | Failed, write: Write | None) -> bool:
        """One transaction: what the step writes, the transition and the move. False if somebody else moved it."""
        now = self._office.clock()
        try:
            return self._move(read, event, write, now)
        except OperationalError:
            raise  # the database is away: the engine or `kick_stuck` comes back
        except DomainError as error:
            return self._move(read, Failed(error=error.code), None, now)
        except Exception as error:  # what a step wanted written is broken: set the case aside
            log.exception("write_broke", step=read.step, case=read.number)
            return self._move(read, Failed(error=type(error).__name__, is_final=True), None, now)

    def _move(self, read: Application, event: Done | Failed, write: Write | None, now: datetime) -> bool:
        with self._office.database.writing() as session:
            application = locked(session, read.id)
            if application.seq != read.seq or application.state != State.CHECKING or _waits_for_a_clerk(application):
                return False
            process = self._office.catalogue.process_of(item_of(self._office, application))
            actor = f"system:{process.name}@{process.version}"
            if write:
                write(session, application, now)
            move = advance(process, application.position, event)
            session.add(record_transition(application, event.model_dump(), actor, now))
            if isinstance(event, Failed) and move.position.step != application.step:
                record(
                    session,
                    application,
                    "case.set_aside",
                    actor,
                    now,
                    {
                        "step": application.step,
                        "error": event.error,
                    },
                )
            place(session, self._office, application, move, actor, now, is_running=True)
            self._crash(read.step or "", "written")
        return True

    def kick_stuck(self, now: datetime) -> int:
        """Kick again whatever stands in an automatic step and has no run to come; harmless where one is under way.

        A case on which workers died again and again is set aside, so that it takes no more of them with it.
        """
        kicked, poisoned = 0, []
        with self._office.database.writing() as session:
            stuck = session.scalars(
                select(Application)
                .where(Application.state == State.CHECKING, Application.updated_at < now - STUCK_AFTER)
                .order_by(Application.updated_at)
                .limit(200)
            ).all()
            for application in stuck:
                standing = self._standing(session, application.id, now)
                if standing == "died":
                    poisoned.append(application)
                elif standing == "over":
                    self._office.kick(session, application.id, f"{application.seq}:{now:%d%H%M}", 0.0)
                    kicked += 1
            unmade = notices.unmade(session, now - STUCK_AFTER)
        for application_id in unmade:
            try:
                self._make_papers(application_id)
            except Exception:  # tried again at the next look; the others are made
                log.exception("papers_unmade", case=application_id)
        for application in poisoned:
            log.error("case_poisoned", step=application.step, case=application.number)
            self._commit(application, Failed(error=POISONED, is_final=True), None)
        return kicked + len(poisoned)

    def _crash(self, step: str, point: str) -> None:
        if self._crash_at == f"{step}:{point}":
            os.kill(os.getpid(), signal.SIGKILL)


def _waits_for_a_clerk(application: Application) -> bool:
    """Approved, and then somebody said "that is not me": nothing is numbered, issued or entered until it is freed."""
    return application.frozen_at is not None and application.decision is not None
