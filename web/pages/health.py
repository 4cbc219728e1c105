# SPDX-License-Identifier: Apache-2.0
"""Health (健康检查): alive, ready, and the measures, for the machines that watch over the service. I/O: its checks.

`/healthz` touches nothing. `/readyz` names what fails, what is silent but bearable and what is switched off, says why
where a number says it, and tells no more. `/metrics` is for whoever has METRICS_TOKEN.
"""

import hmac
from collections.abc import Iterator
from typing import Any

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse, PlainTextResponse, Response
from prometheus_client import CONTENT_TYPE_LATEST
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import OperationalError

from approval.figures import Figures, figures
from kit import measures
from kit.errors import DomainError
from web.deps import DeskDep
from web.desk import Desk

router = APIRouter()


class MetricsClosed(DomainError):
    """For whoever has not the token, there are no measures here."""


def passer_by() -> None:
    """The audience of what says nothing of anybody; no session is looked up."""


passer_by.audience = ("anybody",)  # type: ignore[attr-defined]


def is_watcher(request: Request, desk: DeskDep) -> bool:
    """Whether the caller has the token of the measures. Without a token in the settings nobody has."""
    token = desk.settings.metrics_token.get_secret_value()
    sent = request.headers.get("authorization", "")
    return bool(token) and hmac.compare_digest(sent.encode(), f"Bearer {token}".encode())


is_watcher.audience = ("watcher",)  # type: ignore[attr-defined]


@router.get("/healthz", dependencies=[Depends(passer_by)])
async def alive() -> Response:
    return PlainTextResponse("ok")


@router.get("/readyz", dependencies=[Depends(passer_by)])
def ready(desk: DeskDep) -> Response:
    failing, silent = desk.readiness.reasons(), desk.readiness.silent()
    off = [] if desk.settings.scanner_url else ["scanner"]
    told: dict[str, Any] = {"ready": not failing, "failing": list(failing), "silent": list(silent), "off": off}
    if why := {name: words for name, words in (failing | silent).items() if words}:
        told["why"] = why
    return JSONResponse(told, 503 if failing else 200)


@router.get("/metrics")
def metrics(desk: DeskDep, is_watcher: bool = Depends(is_watcher)) -> Response:
    if not is_watcher:
        raise MetricsClosed()
    return PlainTextResponse(measures.exposed(_Now(desk)), media_type=CONTENT_TYPE_LATEST)


class _Now(Collector):
    """What the database says at the moment of the look; while it is away, only that."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def collect(self) -> Iterator[Metric]:
        office, found = self._desk.office, None
        try:
            with office.database.reading() as session:
                found = figures(session, office.clock())
        except OperationalError:
            pass
        yield GaugeMetricFamily("approval_database_up", "Whether the database answers", value=found is not None)
        if found is not None:
            yield from _families(found)


def _families(found: Figures) -> Iterator[Metric]:
    cases = GaugeMetricFamily("approval_cases", "Cases by where they stand", labels=["state"])
    for state, count in found.cases.items():
        cases.add_metric([state], count)
    decisions = GaugeMetricFamily("approval_decisions", "Decisions by outcome and by whom", labels=["outcome", "by"])
    for (outcome, by), count in found.decisions.items():
        decisions.add_metric([outcome, by], count)
    licences = GaugeMetricFamily("approval_licences", "Licences by status", labels=["status"])
    for status, count in found.licences.items():
        licences.add_metric([status], count)
    yield from (cases, decisions, licences)
    yield GaugeMetricFamily("approval_queue_age_seconds", "Longest wait for a person", value=found.queue_age_s)
    yield GaugeMetricFamily("approval_engine_lag_seconds", "Longest wait for the machine", value=found.engine_lag_s)
    yield GaugeMetricFamily("approval_log_entries", "Entries of the decision log", value=found.log_entries)
    yield GaugeMetricFamily("approval_log_behind_seconds", "Longest wait for the log", value=found.log_behind_s)
    if found.worker_age_s is not None:
        yield GaugeMetricFamily("approval_worker_age_seconds", "Since a worker was heard", value=found.worker_age_s)
