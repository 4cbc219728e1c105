# SPDX-License-Identifier: Apache-2.0
"""Paths (办理路径): what a process can do, on both real ones and on small and random ones. Pure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows import End, Process, load_processes
from workflows.paths import Edge, edges, incidents, layers, paths

TITLE = {"zh": "步", "en": "step"}
REAL = list(load_processes().values())
ALL = pytest.mark.parametrize("process", REAL, ids=lambda p: p.name)


def a_human(**ways: str) -> dict[str, Any]:
    return {"kind": "human", "role": "clerk", "timer": {}, "next": ways}


def a_process(steps: dict[str, dict[str, Any]], **more: Any) -> Process:
    """A process that starts at its first step and ends at `done`."""
    told = {**steps, "done": {"kind": "end", "state": "registered"}}
    named = {name: {"title": {"zh": f"步{name}", "en": f"step {name}"}, **step} for name, step in told.items()}
    asked = {"fire": TITLE, "health": TITLE}
    whole = {"name": "p", "version": 1, "title": TITLE, "start": next(iter(named)), "departments": asked}
    return Process.model_validate({**whole, "steps": named, **more})


@st.composite
def processes(draw: st.DrawFn) -> Process:
    """A sound process of any kinds of step: each leads to the next one, and anywhere else besides."""
    size = draw(st.integers(1, 7))
    names = [*(f"s{number}" for number in range(size)), "done"]
    anywhere, steps = st.sampled_from(names), {}
    for number, name in enumerate(names[:-1]):
        ways = {"on": names[number + 1], "other": draw(anywhere)}
        timer = draw(st.sampled_from([{}, {"then": draw(anywhere)}, {"working_days": 3, "then": draw(anywhere)}]))
        waits = {"role": draw(st.sampled_from(["clerk", "supervisor", "expert"])), "timer": timer}
        joint: dict[str, Any] = {"departments": ["fire", "health"], "then": ways["on"]}
        joint["timer"] = {"working_days": 7, "then": draw(anywhere)}
        kinds: list[dict[str, Any]] = [
            {"kind": "automatic", "verb": "v", "next": ways, "on_exhausted": draw(anywhere)},
            {"kind": "human", "next": ways, **waits},
            {"kind": "panel", "persons": 2, "next": ways, "on_disagreement": draw(anywhere), **waits},
            {"kind": "joint", **waits, **joint},
        ]
        steps[name] = draw(st.sampled_from(kinds))
    return a_process(steps)


@ALL
def test_every_path_of_a_real_process_runs_from_start_to_end_and_enters_no_step_twice(process: Process) -> None:
    for path in paths(process, with_failures=True):
        assert path.steps[0] == process.start
        assert isinstance(process.steps[path.steps[-1]], End)
        assert len(path.steps) == len(set(path.steps))


def test_each_kind_of_edge_is_told_from_the_others() -> None:
    panel = {"kind": "panel", "role": "clerk", "timer": {"then": "done"}, "next": {"yes": "done"}}
    check = {"kind": "automatic", "verb": "v", "next": {"ok": "two"}, "on_exhausted": "aside"}
    process = a_process({"check": check, "two": {**panel, "on_disagreement": "aside"}, "aside": a_human(x="done")})
    told = {(edge.source, edge.kind): edge.target for edge in edges(process)}
    assert told["check", "exhausted"] == "aside"
    assert told["two", "late"] == "done"
    assert told["two", "disagreement"] == "aside"
    assert Edge(source="check", outcome="ok", target="two") in edges(process)


def test_ways_on_which_a_step_fails_are_listed_only_if_asked_for() -> None:
    check = {"kind": "automatic", "verb": "v", "next": {"ok": "done"}, "on_exhausted": "aside"}
    process = a_process({"check": check, "aside": a_human(x="done", again="check")})
    assert [path.steps for path in paths(process)] == [("check", "done")]
    assert {path.steps for path in paths(process, with_failures=True)} == {
        ("check", "done"),
        ("check", "aside", "done"),
    }


def test_what_lies_behind_a_failure_alone_stands_aside_with_it() -> None:
    check = {"kind": "automatic", "verb": "v", "next": {"ok": "done"}, "on_exhausted": "aside"}
    process = a_process({"check": check, "aside": a_human(x="special"), "special": a_human(x="done")})
    assert incidents(process) == {"aside", "special"}
    assert set(layers(process)) == {"check", "done"}


@given(processes())
def test_every_edge_leads_from_a_step_to_what_it_names_as_a_target(process: Process) -> None:
    for name, step in process.steps.items():
        assert {edge.target for edge in edges(process) if edge.source == name} == step.targets()


@given(processes())
def test_every_step_has_a_layer_or_stands_aside_and_layers_are_without_holes(process: Process) -> None:
    depth = layers(process)
    assert set(depth) == set(process.steps) - incidents(process)
    assert set(depth.values()) == set(range(max(depth.values()) + 1))
    assert depth[process.start] == 0
