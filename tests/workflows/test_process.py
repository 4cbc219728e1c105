# SPDX-License-Identifier: Apache-2.0
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows import (
    Answered,
    Automatic,
    Decided,
    Done,
    End,
    Failed,
    Human,
    IllegalMove,
    Position,
    Process,
    RanOut,
    Refused,
    advance,
    begin,
)
from workflows.loading import PROCESSES, load_processes

TITLE = {"zh": "步", "en": "step"}
REGISTRATION = load_processes()["registration", 1]


def a_process(more: dict[str, Any] | None = None, /, **steps: dict[str, Any]) -> Process:
    """check → review → done, with what a test changes."""
    plain: dict[str, Any] = {
        "check": {"kind": "automatic", "verb": "check", "next": {"ok": "review"}, "on_exhausted": "review"},
        "review": {"kind": "human", "role": "clerk", "timer": {}, "next": {"approve": "done"}},
        "done": {"kind": "end", "state": "registered"},
    }
    plain |= steps
    named = {name: {"title": TITLE, **step} for name, step in plain.items()}
    whole = {"name": "p", "version": 1, "title": TITLE, "start": "check", "steps": named}
    return Process.model_validate({**whole, **(more or {})})


def test_a_step_that_leads_nowhere_known_is_refused() -> None:
    with pytest.raises(ValidationError, match="unknown"):
        a_process(review={"kind": "human", "role": "clerk", "timer": {}, "next": {"approve": "nowhere"}})


def test_a_step_that_nothing_leads_to_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing leads to"):
        a_process(lonely={"kind": "end", "state": "refused"})


def test_a_circle_without_an_end_is_refused() -> None:
    with pytest.raises(ValidationError, match="no path ends"):
        a_process(
            review={"kind": "human", "role": "clerk", "timer": {}, "next": {"again": "loop", "approve": "done"}},
            loop={"kind": "human", "role": "clerk", "timer": {}, "next": {"again": "loop"}},
        )


SAT: dict[str, Any] = {"kind": "panel", "role": "clerk", "timer": {}, "on_disagreement": "settle"}
GUARDED: dict[str, Any] = {
    **SAT,
    "next": {"approve": "done", "refuse": "no"},
    "guards": {"approve": ["no_bar"], "refuse": ["heard"]},
}
SETTLE: dict[str, Any] = {
    "kind": "human",
    "role": "supervisor",
    "timer": {},
    "next": {"approve": "done", "refuse": "no"},
}
BOUND = {"approve": ["no_bar"], "refuse": ["heard"]}
NO = {"kind": "end", "state": "refused"}
MAKE: dict[str, Any] = {"kind": "automatic", "verb": "make", "next": {"made": "done"}, "on_exhausted": "settle"}
CHECK: dict[str, Any] = {
    "kind": "automatic",
    "verb": "check",
    "next": {"ok": "review", "known": "make"},
    "on_exhausted": "review",
}


@pytest.mark.parametrize(
    ("settle", "why"),
    [
        ({}, "grants by approve without the guards"),
        ({"guards": {"approve": ["no_bar"]}}, "takes refuse without the guards"),
        ({"next": {"make": "make", "refuse": "no"}, "guards": {"refuse": ["heard"]}}, "grants by make without"),
        ({"guards": BOUND, "timer": {"working_days": 3, "then": "make"}}, "would grant by silence"),
    ],
)
def test_whoever_settles_a_panel_is_bound_by_what_binds_the_panel(settle: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        a_process(check=CHECK, review=GUARDED, settle={**SETTLE, **settle}, no=NO, make=MAKE)


def test_a_panel_and_whoever_settles_it_with_the_same_guards_are_sound() -> None:
    assert a_process(review=GUARDED, settle={**SETTLE, "guards": BOUND}, no=NO).guards == {"no_bar", "heard"}


def test_a_failed_step_waits_twice_as_long_each_time_and_then_goes_to_a_person() -> None:
    process = a_process()
    waits = []
    position = begin(process).position
    for _ in range(3):
        move = advance(process, position, Failed(error="away"))
        waits.append(move.wait_s)
        position = move.position
    last = advance(process, position, Failed(error="away"))
    assert waits == [2.0, 4.0, 8.0]
    assert last.position.step == "review"
    assert last.role == "clerk"


def test_a_final_failure_is_not_tried_again() -> None:
    process = a_process()
    assert advance(process, begin(process).position, Failed(error="broken", is_final=True)).position.step == "review"


def test_every_pair_of_step_and_event_is_either_legal_or_refused() -> None:
    events = [Done(outcome=o) for o in ("checked", "approve", "person", "reserved", "issued", "made", "sent", "odd")]
    events += [Failed(error="e")]  # type: ignore[list-item]
    events += [Decided(outcome=o) for o in ("approve", "return", "refuse", "check", "issue", "odd")]  # type: ignore[misc]
    legal = 0
    for name in REGISTRATION.steps:
        for event in events:
            try:
                move = advance(REGISTRATION, Position(step=name, seq=3), event)
            except IllegalMove:
                continue
            legal += 1
            assert move.position.seq == 4
            assert move.position.step in REGISTRATION.steps
    assert legal == 9 + 1 + 9 + 3 + 2  # outcomes of automatic steps, person, failures, review, set aside


@given(st.lists(st.sampled_from(["checked", "approve", "person", "return", "refuse", "fail", "check"]), max_size=40))
def test_no_list_of_events_leaves_the_process(names: list[str]) -> None:
    move = begin(REGISTRATION)
    for name in names:
        step = REGISTRATION.steps[move.position.step]
        event = (
            Failed(error="e")
            if name == "fail"
            else (Done(outcome=name) if isinstance(step, Automatic) else Decided(outcome=name))
        )
        try:
            move = advance(REGISTRATION, move.position, event)
        except IllegalMove:
            continue
        step = REGISTRATION.steps[move.position.step]
        assert (move.wait_s is not None) == isinstance(step, Automatic)
        assert (move.role is not None) == isinstance(step, Human)
        assert (move.ended is not None) == isinstance(step, End)


def a_check(**changed: Any) -> dict[str, Any]:
    return {"kind": "automatic", "verb": "v", "next": {"ok": "review"}, "on_exhausted": "review", **changed}


def a_step_for_two(**changed: Any) -> dict[str, Any]:
    step = {"kind": "panel", "role": "clerk", "timer": {}, "next": {"approve": "done", "refuse": "no"}}
    return {**step, "on_disagreement": "settle", **changed}


PANEL: dict[str, Any] = {
    "review": a_step_for_two(),
    "settle": {"kind": "human", "role": "supervisor", "timer": {}, "next": {"approve": "done"}},
    "no": {"kind": "end", "state": "refused"},
}


def moved(process: Process, start: str, *events: Any) -> Position:
    position = Position(step=start)
    for event in events:
        position = advance(process, position, event).position
    return position


def test_a_panel_needs_two_people_and_takes_what_they_agree_on() -> None:
    process = a_process(**PANEL)
    first = Decided(outcome="refuse", by="a")
    assert moved(process, "review", first).step == "review"
    assert moved(process, "review", first, Decided(outcome="refuse", by="b")).step == "no"
    assert moved(process, "review", first, Decided(outcome="approve", by="b")).step == "settle"
    with pytest.raises(IllegalMove):
        moved(process, "review", first, Decided(outcome="refuse", by="a"))
    with pytest.raises(IllegalMove):
        moved(process, "review", Decided(outcome="refuse"))


JOINT: dict[str, Any] = {
    "review": {
        "kind": "joint",
        "role": "expert",
        "departments": ["fire", "health"],
        "timer": {"working_days": 7, "then": "done"},
        "then": "done",
    }
}
NAMES = {"departments": {"fire": TITLE, "health": TITLE}}


def test_departments_answer_in_any_order_and_the_last_one_sends_the_case_on() -> None:
    process = a_process(NAMES, **JOINT)
    fire, health = Answered(department="fire", outcome="agree"), Answered(department="health", outcome="object")
    for one, other in ((fire, health), (health, fire)):
        waiting = moved(process, "review", one)
        assert waiting.step == "review"
        assert waiting.seq == 1
        assert moved(process, "review", one, other).step == "done"
        with pytest.raises(IllegalMove):
            moved(process, "review", one, one)
    assert moved(process, "review", fire, RanOut()).step == "done"
    with pytest.raises(IllegalMove):
        moved(process, "review", Answered(department="police", outcome="agree"))


@pytest.mark.parametrize(
    ("steps", "why"),
    [
        ({"review": {"kind": "human", "role": "clerk", "next": {"approve": "done"}}}, "timer"),
        ({"review": {"kind": "human", "timer": {}, "next": {"approve": "done"}}}, "role"),
        ({"review": {"kind": "human", "role": "clerk", "timer": {}, "next": {}}}, "no outcome"),
        ({"review": {**JOINT["review"], "timer": {}}}, "needs a timer"),
        ({"review": {**JOINT["review"], "departments": ["police"]}}, "unknown departments"),
        ({**PANEL, "review": a_step_for_two(guards={"odd": ["no_bar"]})}, "guards unknown"),
        ({**PANEL, "review": a_step_for_two(timer={"then": "no"})}, "by machine"),
        (
            {**PANEL, "check": {"kind": "automatic", "verb": "v", "next": {"ok": "no"}, "on_exhausted": "review"}},
            "by m",
        ),
    ],
)
def test_a_wait_without_timer_or_role_and_a_machine_that_refuses_are_refused(steps: dict[str, Any], why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        a_process(NAMES, **steps)


def test_an_unsound_file_is_refused_with_file_line_and_reason(tmp_path: Path) -> None:
    text = (
        (PROCESSES / "registration.toml")
        .read_text("utf-8")
        .replace('approve = "number", return', 'approve = "x", return')
    )
    (tmp_path / "odd.toml").write_text(text, "utf-8")
    with pytest.raises(Refused, match=r"odd.toml:\d+: .*review leads to unknown \['x'\]"):
        load_processes(tmp_path)
    (tmp_path / "odd.toml").write_text(text.replace('role = "clerk"', 'role = "king"'), "utf-8")
    with pytest.raises(Refused, match=r"odd.toml:\d+ steps.review"):
        load_processes(tmp_path)
    (tmp_path / "odd.toml").write_text("name = ???\n", "utf-8")
    with pytest.raises(Refused, match=r"odd.toml: .*line 1"):
        load_processes(tmp_path)
