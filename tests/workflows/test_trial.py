# SPDX-License-Identifier: Apache-2.0
"""Trial (试行比较): past cases under a changed definition; under its own definition it ends where it ended. Pure."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.test_paths import REAL, a_human, a_process
from workflows import (
    Answered,
    Automatic,
    Decided,
    Done,
    Failed,
    Human,
    IllegalMove,
    Joint,
    Panel,
    Process,
    RanOut,
    advance,
    begin,
)
from workflows.trial import Past, Recorded, compare, replay

REGISTRATION = next(process for process in REAL if process.name == "registration")
CHECKED = [(name, Done(outcome="checked")) for name in ("identity", "form", "names", "credit")]
PERSON = (*CHECKED, ("weigh", Done(outcome="person")))
MADE = (
    ("number", Done(outcome="reserved")),
    ("issue", Failed(error="away")),
    ("issue", Done(outcome="issued")),
    ("documents", Done(outcome="made")),
    ("notify", Done(outcome="sent")),
)
APPROVED = Past("A-1", (*PERSON, ("review", Decided(outcome="approve", by="a")), *MADE))
REFUSED = Past("A-2", (*PERSON, ("review", Decided(outcome="refuse", by="a"))))


def changed(**review: Any) -> Process:
    told = REGISTRATION.model_dump(mode="json")
    told["steps"]["review"] |= review
    return Process.model_validate(told)


def test_a_failure_that_was_tried_again_is_left_out() -> None:
    result = replay(REGISTRATION, APPROVED)
    assert result.state == "registered"
    assert result.stopped_at is None
    assert result.steps.count("issue") == 1


def test_a_failure_that_sent_the_case_to_a_person_sends_it_there_again() -> None:
    check = {"kind": "automatic", "verb": "v", "next": {"ok": "done"}, "on_exhausted": "aside"}
    process = a_process({"check": check, "aside": a_human(x="done")})
    past = Past("A-3", (*[("check", Failed(error="away"))] * 4, ("aside", Decided(outcome="x"))))
    assert replay(process, past).steps == ("check", "aside", "done")


def test_what_nobody_has_answered_stops_the_trial_and_says_so() -> None:
    result = replay(changed(kind="panel", persons=2, on_disagreement="review"), APPROVED)
    assert result.state is None
    assert result.stopped_at == "review"
    assert result.why == "no answer recorded for step review"


def test_an_outcome_that_the_step_no_longer_knows_stops_the_trial_and_says_so() -> None:
    fewer = changed(next={"yes": "number", "return": "returned", "refuse": "refused"}, guards={})
    result = replay(fewer, APPROVED)
    assert result.stopped_at == "review"
    assert result.why == "step review does not know the outcome approve"


def guarded(*guards: str) -> Process:
    return changed(guards={"approve": guards})


@pytest.mark.parametrize(
    ("stood", "why"),
    [
        ({}, "site_visited, which is not recorded"),
        ({"site_visited": False}, "site_visited, which did not hold"),
        ({"site_visited": True}, ""),
    ],
)
def test_a_new_guard_is_asked_of_what_was_recorded_and_never_passed_over(stood: dict[str, bool], why: str) -> None:
    past = Past("A-6", APPROVED.events, {len(PERSON): stood})
    (case,) = compare(REGISTRATION, guarded("no_bar", "site_visited"), [past, REFUSED])[:1]
    assert why in case.after.why
    assert case.is_open == bool(why)


def test_a_guard_that_was_asked_then_held_then() -> None:
    compared = compare(
        REGISTRATION, guarded("no_bar"), [Past("A-7", APPROVED.events, {len(PERSON): {"no_bar": False}})]
    )
    assert (compared.same, compared.undecidable) == (1, 0)


def test_a_comparison_counts_each_case_once() -> None:
    swapped = changed(next={"yes": "number", "return": "refused", "refuse": "returned"}, guards={})
    quick = Past("A-4", (*CHECKED, ("weigh", Done(outcome="approve")), *MADE))
    compared = compare(REGISTRATION, swapped, [APPROVED, REFUSED, quick])
    assert (compared.same, compared.different, compared.undecidable) == (1, 1, 1)
    assert [(case.number, case.before.state, case.after.state) for case in compared] == [
        ("A-1", "registered", None),
        ("A-2", "refused", "returned"),
        ("A-4", "registered", "registered"),
    ]


def possible(process: Process, name: str) -> list[Recorded]:
    """Everything that can happen at a step."""
    match process.steps[name]:
        case Automatic(next=ways):
            return [*(Done(outcome=o) for o in ways), Failed(error="e"), Failed(error="e", is_final=True)]
        case Human(next=ways):
            return [*(Decided(outcome=o, by="a") for o in ways), RanOut()]
        case Panel(next=ways):
            return [Decided(outcome=o, by=by) for o in ways for by in "ab"]
        case Joint(departments=asked):
            return [*(Answered(department=name, outcome="agree") for name in asked), RanOut()]
    return []


@pytest.mark.parametrize("process", REAL, ids=lambda p: p.name)
@given(data=st.data())
def test_a_case_under_its_own_definition_goes_where_it_went(process: Process, data: st.DataObject) -> None:
    move, events, visited = begin(process), list[tuple[str, Recorded]](), [process.start]
    for _ in range(60):
        name = move.position.step
        if move.ended:
            break
        event = data.draw(st.sampled_from(possible(process, name)))
        try:
            move = advance(process, move.position, event)
        except IllegalMove:
            continue
        events.append((name, event))
        if move.position.step != name:
            visited.append(move.position.step)
    if move.ended:
        assert replay(process, Past("A-5", tuple(events))).state == move.ended
        assert replay(process, Past("A-5", tuple(events))).steps == tuple(visited)
