# SPDX-License-Identifier: Apache-2.0
"""Measures (运行指标): what this process counts and times, for Prometheus. Hides the registry. I/O: memory.

Labels come from small fixed sets: templates of routes, names of tasks. Nothing about a person ever is a label.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Histogram
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector

REGISTRY = CollectorRegistry()
_REQUEST_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
REQUESTS = Histogram(
    "approval_request_seconds",
    "Time from the first byte of a request to the last of its answer",
    ["method", "route", "status"],
    registry=REGISTRY,
    buckets=_REQUEST_BUCKETS,
)
PICTURES = Histogram(
    "approval_picture_seconds",
    "Time of one task over pictures (faces, cards), waiting for a worker included",
    ["task"],
    registry=REGISTRY,
    buckets=(0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0),
)
BUREAU = Counter("approval_bureau_answers", "What came of asking the bureau", ["outcome"], registry=REGISTRY)
STEPS = Counter("approval_steps", "Automatic steps carried out by this process", ["step", "outcome"], registry=REGISTRY)
SHED = Counter("approval_shed", "Requests told to come back, as their lane was full", ["lane"], registry=REGISTRY)


@contextmanager
def timed(task: str) -> Iterator[None]:
    """Time a task over pictures; one that fails is timed as well."""
    begun = perf_counter()
    try:
        yield
    finally:
        PICTURES.labels(task).observe(perf_counter() - begun)


def exposed(*more: Collector) -> bytes:
    """All measures in the text format of Prometheus; `more` are asked at this moment."""
    once = CollectorRegistry(auto_describe=False)
    for collector in more:
        once.register(collector)
    return bytes(generate_latest(REGISTRY) + generate_latest(once))
