# SPDX-License-Identifier: Apache-2.0
"""Tracing (调用链): which work followed from which request, by the W3C trace context. I/O: the collector, if any.

Hides OpenTelemetry. Without OTEL_EXPORTER_OTLP_ENDPOINT nothing is recorded and nothing leaves. Spans are named after
routes, steps and ports; their attributes hold numbers of cases, never people.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import context, trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

ENDPOINT = "OTEL_EXPORTER_OTLP_ENDPOINT"
_PARENT = TraceContextTextMapPropagator()
_provider: TracerProvider | None = None


def begin(service: str) -> None:
    """Record from now on if the environment names a collector; `service` is this process."""
    if os.environ.get(ENDPOINT):
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter  # slow to load

        record(service, BatchSpanProcessor(OTLPSpanExporter()))


def record(service: str, processor: SpanProcessor) -> None:
    """Record with this processor from now on."""
    global _provider
    _provider = TracerProvider(resource=Resource.create({"service.name": service}))
    _provider.add_span_processor(processor)


def end() -> None:
    """Send what is left, and record no more."""
    global _provider
    if _provider is not None:
        _provider.shutdown()
        _provider = None


@contextmanager
def span(name: str, parent: str = "", **attributes: str | int) -> Iterator["trace.Span"]:
    """Work of its own, below what surrounds it; `parent` is a traceparent that came with the work."""
    if _provider is None:
        yield trace.INVALID_SPAN
        return
    above = _PARENT.extract({"traceparent": parent}) if parent else context.get_current()
    with _provider.get_tracer("approval").start_as_current_span(name, above, attributes=attributes) as begun:
        yield begun


def traceparent() -> str:
    """What to hand on with work that goes elsewhere; empty while nothing is recorded."""
    carrier: dict[str, str] = {}
    if _provider is not None:
        _PARENT.inject(carrier)
    return carrier.get("traceparent", "")
