# SPDX-License-Identifier: Apache-2.0
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from workflows import Automatic, Decided, Done, End, Failed, Human, IllegalMove, Position, Process, advance, begin
from workflows.loading import load_processes

TITLE = {"zh": "步", "en": "step"}
REGISTRATION = load_processes()["registration", 1]


def a_process(**steps: dict[str, Any]) -> Process:
    """check → review → done, with what a test changes."""
    plain: dict[str, Any] = {
        "check": {"kind": "automatic", "verb": "check", "next": {"ok": "review"}, "on_exhausted": "review"},
        "review": {"kind": "human", "role": "clerk", "next": {"approve": "done"}},
        "done": {"kind": "end", "state": "registered"},
    }
    plain |= steps
    named = {name: {"title": TITLE, **step} for name, step in plain.items()}
    return Process.model_validate({"name": "p", "version": 1, "title": TITLE, "start": "check", "steps": named})


def test_a_step_that_leads_nowhere_known_is_refused() -> None:
    with pytest.raises(ValidationError, match="unknown"):
        a_process(review={"kind": "human", "role": "clerk", "next": {"approve": "nowhere"}})


def test_a_step_that_nothing_leads_to_is_refused() -> None:
    with pytest.raises(ValidationError, match="nothing leads to"):
        a_process(lonely={"kind": "end", "state": "refused"})


def test_a_circle_without_an_end_is_refused() -> None:
    with pytest.raises(ValidationError, match="no path ends"):
        a_process(
            review={"kind": "human", "role": "clerk", "next": {"again": "loop", "approve": "done"}},
            loop={"kind": "human", "role": "clerk", "next": {"again": "loop"}},
        )


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
    events = [Done(outcome=o) for o in ("checked", "approve", "person", "reserved", "issued", "sent", "odd")]
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
    assert legal == 7 + 1 + 7 + 3 + 2  # outcomes of automatic steps, person, failures, review, set aside


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
