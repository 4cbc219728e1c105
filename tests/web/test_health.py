# SPDX-License-Identifier: Apache-2.0
"""Machines learn whether the service is alive, ready and how it goes; and never anything of a person."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

import audit
from approval import heartbeats
from approval.running import Runner
from kit import tracing
from kit.database import Database
from kit.keyring import DatabaseKeyring
from kit.personal import looks_personal
from kit.settings import Settings
from tests.conftest import NOON
from tests.journeys.inprocess import Site, a_desk, a_site
from tests.office import HOLDER, TestOffice, a_submitted_case
from web.desk import Desk
from web.readiness import Readiness

TOKEN = "a token of thirty-two characters"


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    made = a_desk(database, tmp_path)
    return replace(made, settings=made.settings.model_copy(update={"metrics_token": SecretStr(TOKEN)}))


@pytest.fixture
def site(desk: Desk) -> Iterator[Site]:
    with a_site(desk) as made:
        yield made


READY = {"ready": True, "failing": [], "silent": [], "off": ["scanner"]}


def having(site: Site, desk: Desk, **checks: object) -> None:
    site.app.state.desk = replace(desk, readiness=Readiness(checks, patience_s=0.3))  # type: ignore[arg-type]


def test_a_process_that_runs_is_alive_whatever_else_is_down(site: Site, desk: Desk) -> None:
    having(site, desk, database=lambda: False)
    answer = site.request("GET", "/healthz")
    assert (answer.status_code, answer.text) == (200, "ok")


def test_it_is_ready_when_all_checks_answer_and_names_those_that_do_not(site: Site, desk: Desk) -> None:
    having(site, desk, database=lambda: True, keyring=lambda: True)
    answer = site.request("GET", "/readyz")
    assert (answer.status_code, answer.json()) == (200, READY)
    having(site, desk, database=lambda: 1 / 0, keyring=lambda: True, worker=lambda: False)
    answer = site.request("GET", "/readyz")
    assert (answer.status_code, answer.json()["failing"]) == (503, ["database", "worker"])
    assert "division" not in answer.text


def test_what_is_bearable_is_told_and_keeps_nobody_away(site: Site, desk: Desk) -> None:
    ready = Readiness({"database": lambda: True}, 0.3, bearable={"scanner": lambda: False})
    settings = desk.settings.model_copy(update={"scanner_url": "unix:/run/clamav/clamd.ctl"})
    site.app.state.desk = replace(desk, readiness=ready, settings=settings)
    answer = site.request("GET", "/readyz")
    assert (answer.status_code, answer.json()) == (200, {**READY, "silent": ["scanner"], "off": []})


def test_how_far_the_log_is_behind_is_told_in_words_once_it_is_too_far(database: Database, tmp_path: Path) -> None:
    now = [NOON]
    settings = Settings(most_log_behind_s=60)
    keys = DatabaseKeyring(f"sqlite:///{tmp_path / 'keys.db'}", lambda: now[0])
    asked = heartbeats.questions(database, keys, lambda: now[0], settings)["log"]
    assert asked() is True
    with database.writing() as session:
        audit.append(session, event="case.note", subject="A-1", actor="system:test", facts={}, now=NOON)
    now[0] = NOON + timedelta(seconds=60)
    assert asked() is True
    now[0] = NOON + timedelta(seconds=412)
    assert asked() == "an entry has waited 412 s for its place; the limit is 60 s"


def test_what_a_check_says_in_words_is_passed_on_and_what_it_raises_is_not(site: Site, desk: Desk) -> None:
    having(site, desk, log=lambda: "412 s behind", database=lambda: 1 / 0)
    told = site.request("GET", "/readyz").json()
    assert told == {**READY, "ready": False, "failing": ["database", "log"], "why": {"log": "412 s behind"}}


def test_a_check_that_hangs_is_told_and_not_asked_again() -> None:
    let_go, asked = threading.Event(), []

    def hanging() -> bool:
        asked.append(1)
        return let_go.wait(20)

    ready = Readiness({"keyring": hanging, "database": lambda: True}, patience_s=0.1)
    assert ready.failing() == ["keyring"]
    assert ready.failing() == ["keyring"]
    assert len(asked) == 1
    let_go.set()
    assert Readiness({}).failing() == []


def test_a_worker_is_heard_for_a_while_and_then_missed(database: Database) -> None:
    with database.writing() as session:
        assert not heartbeats.is_alive(session, NOON)
        heartbeats.beat(session, "worker-1", NOON)
        heartbeats.beat(session, "worker-1", NOON + timedelta(seconds=20))
    with database.reading() as session:
        assert heartbeats.is_alive(session, NOON + timedelta(seconds=100))
        assert not heartbeats.is_alive(session, NOON + timedelta(seconds=111))


def test_measures_are_for_whoever_has_the_token(site: Site, desk: Desk) -> None:
    assert site.request("GET", "/metrics").status_code == 404
    assert site.request("GET", "/metrics", headers={"authorization": "Bearer wrong"}).status_code == 404
    site.app.state.desk = replace(desk, settings=desk.settings.model_copy(update={"metrics_token": SecretStr("")}))
    assert site.request("GET", "/metrics", headers={"authorization": "Bearer "}).status_code == 404


def measured(site: Site) -> tuple[str, dict[tuple[str, frozenset[str]], float]]:
    text = site.request("GET", "/metrics", headers={"authorization": f"Bearer {TOKEN}"}).text
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            found[sample.name, frozenset(sample.labels.values())] = sample.value
    return text, found


def test_measures_count_cases_decisions_and_requests_and_name_nobody(site: Site, database: Database) -> None:
    office = TestOffice(database)
    office.allow_machine(False)
    case = a_submitted_case(office)
    _text, before = measured(site)
    assert before["approval_cases", frozenset({"checking"})] == 1
    Runner(office.office).carry_on(case)
    site.request("GET", f"/cases/{case}")
    site.request("GET", f"/nowhere/{HOLDER}")
    text, found = measured(site)
    assert found["approval_cases", frozenset({"in_review"})] == 1
    assert found["approval_database_up", frozenset()] == 1
    assert found["approval_request_seconds_count", frozenset({"GET", "/cases/{id}", "303"})] >= 1
    assert found["approval_steps_total", frozenset({"identity", "done"})] >= 1
    assert case not in text
    assert HOLDER not in text
    assert not looks_personal(text)


def test_every_answer_names_its_request_and_no_caller_chooses_the_name(site: Site) -> None:
    one, other = (site.request("GET", "/healthz", headers={"x-request-id": "mine"}) for _ in range(2))
    names = {one.headers["x-request-id"], other.headers["x-request-id"]}
    assert len(names) == 2
    assert "mine" not in names


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    tracing.record("test", SimpleSpanProcessor(exporter))
    yield exporter
    tracing.end()


def test_spans_are_named_after_routes_and_steps_and_hand_their_trace_on(
    site: Site, database: Database, spans: InMemorySpanExporter
) -> None:
    office = TestOffice(database)
    case = a_submitted_case(office)
    with tracing.span("request"):
        parent = tracing.traceparent()
    with tracing.span("carry on", parent):
        Runner(office.office).carry_on(case)
    site.request("GET", f"/cases/{case}", headers={"traceparent": parent})
    told = spans.get_finished_spans()
    named = {span.name: span for span in told}
    assert {"request", "carry on", "step identity", "step credit", "GET /cases/{id}"} <= set(named)
    trace_of = {name: span.context.trace_id for name, span in named.items() if span.context}
    assert trace_of["request"] == trace_of["carry on"] == trace_of["step credit"]
    assert trace_of["GET /cases/{id}"] != trace_of["request"]  # a stranger's trace is not taken over
    assert not looks_personal(" ".join(str(dict(span.attributes or {})) for span in told))


def test_without_a_collector_nothing_is_recorded() -> None:
    with tracing.span("request"):
        assert tracing.traceparent() == ""


def test_routes_of_the_programming_interface_are_told_apart_from_pages(site: Site) -> None:
    site.request("GET", "/api/v1/items")
    _text, found = measured(site)
    assert found["approval_request_seconds_count", frozenset({"GET", "/api/v1/items", "200"})] >= 1
