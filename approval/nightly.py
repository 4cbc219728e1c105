# SPDX-License-Identifier: Apache-2.0
"""Nightly (夜间清理): what is over its time goes every hour; every night it is proved that nothing is left.

I/O: through the sources. Several workers may look: each thing is destroyed once, each night reported once.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import structlog
from sqlalchemy import select
from sqlalchemy.orm import Session

from approval import erasing, expiry, traces, unused
from approval.office import Office
from identity.forgetting import Check, Proof, RetentionReport, Source, forget, last_report, of_night, prove, run
from identity.strays import strays
from kit.clock import beijing
from kit.random import new_id
from licences import LicenceDocument
from notices import Notice

EVERY = timedelta(hours=1)
FROM_HOUR = 2  # of the office's clock: the reports of a day are written before it begins
SOON = timedelta(days=7)
LATE = timedelta(hours=36)  # without a report for so long nothing is proved

log = structlog.get_logger()


def named_files(session: Session, hashes: Sequence[str]) -> Iterable[str]:
    """Which of these files are a licence or a document of the office."""
    yield from session.scalars(select(LicenceDocument.sha256).where(LicenceDocument.sha256.in_(hashes)))
    for name in session.scalars(select(Notice.sha256).where(Notice.sha256.in_(hashes)).distinct()):
        yield name or ""


class Nightly:
    """`folder`: where signed files lie. `more`: sources of stores that this module does not know."""

    def __init__(self, office: Office, folder: Path, more: Sequence[Source] = ()) -> None:
        self._office = office
        of_cases = [*expiry.sources(office), *traces.sources(office), *unused.sources(office)]
        of_cases += erasing.sources(office)
        self._sources: list[Source] = [*more, *of_cases, *strays(office.database, folder, named_files)]
        self._checks: list[Check] = expiry.checks(office)
        self._last: datetime | None = None
        self.clock = office.clock

    def look(self, now: datetime) -> None:
        """Called often; does something once an hour, and once a night the whole of it."""
        if self._last is not None and now - self._last < EVERY:
            return
        self._last = now
        local = beijing(now)
        is_night_done = local.hour < FROM_HOUR or self._run(of_night(local.date()), now) is None
        if is_night_done:
            forget(self._sources, self._office.retention, now)

    def run(self, now: datetime) -> RetentionReport:
        """The whole of it, whatever the hour."""
        report = self._run(f"run:{new_id()}", now)
        if report is None:
            raise LookupError("an occasion of its own is nobody else's")
        return report

    def _run(self, occasion: str, now: datetime) -> RetentionReport | None:
        return run(self._office.database, self._sources, self._checks, self._office.retention, occasion, now)

    def proof(self, now: datetime) -> Proof:
        """What is over-age at this moment, given the time that the job needs to come by. Changes nothing."""
        retention = self._office.retention
        return prove(self._office.database, self._sources, self._checks, retention, now - retention.grace)

    def due(self, now: datetime, within: timedelta = SOON) -> Mapping[str, int]:
        """What comes over its time within that while if nobody touches it, by name. Changes nothing."""
        return prove(self._office.database, self._sources, (), self._office.retention, now + within).remaining

    def last(self) -> RetentionReport | None:
        """The latest run that was finished."""
        with self._office.database.reading() as session:
            return last_report(session)
