# SPDX-License-Identifier: Apache-2.0
from typing import Any
from xml.etree import ElementTree as Xml

import pytest

from workflows import Done, Failed, Process, load_processes
from workflows.bpmn import DI, MODEL, to_bpmn
from workflows.drawing import draw
from workflows.moving import Decided
from workflows.paths import edges, incidents, layers, paths
from workflows.process import End, Joint
from workflows.trial import Past, compare, replay

PROCESSES = load_processes()
ALL = pytest.mark.parametrize("process", PROCESSES.values(), ids=lambda p: p.name)
REGISTRATION, PERMIT = PROCESSES["registration", 1], PROCESSES["permit", 1]


@ALL
def test_every_path_begins_at_the_start_and_ends_at_an_end(process: Process) -> None:
    for path in paths(process, with_failures=True):
        assert path.steps[0] == process.start
        assert isinstance(process.steps[path.steps[-1]], End)
        assert len(path.steps) == len(set(path.steps))
    assert {path.steps[-1] for path in paths(process)} == {n for n, s in process.steps.items() if isinstance(s, End)}


def test_the_paths_of_registration_are_those_that_the_law_knows() -> None:
    told = {(path.steps[-1], "review" in path.steps) for path in paths(REGISTRATION)}
    assert told == {("registered", False), ("registered", True), ("returned", True), ("refused", True)}


@ALL
def test_layers_run_downwards_and_failures_stand_aside(process: Process) -> None:
    depth = layers(process)
    assert incidents(process) == {"set_aside"}
    assert set(depth) == set(process.steps) - {"set_aside"}
    assert all(depth[e.target] > 0 for e in edges(process) if e.target in depth and e.target != process.start)


@ALL
@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_drawing_shows_every_step_in_the_language_asked_for(process: Process, language: Any) -> None:
    root = Xml.fromstring(draw(process, language))
    said = "".join(root.itertext())
    assert all(step.title.said(language) in said for step in process.steps.values())
    left, top, width, height = (float(n) for n in root.attrib["viewBox"].split())
    for box in root.iter("{http://www.w3.org/2000/svg}rect"):
        x, y = float(box.get("x", 0)), float(box.get("y", 0))
        assert left <= x <= x + float(box.attrib["width"]) <= width
        assert top <= y <= y + float(box.attrib["height"]) <= height


def test_words_of_a_declaration_cannot_break_out_of_the_drawing() -> None:
    odd = PERMIT.model_copy(update={"title": PERMIT.title.model_copy(update={"zh": "<script>&"})})
    assert "<script>" not in draw(odd)
    Xml.fromstring(draw(odd))


@ALL
def test_the_bpmn_holds_together(process: Process) -> None:
    root = Xml.fromstring(to_bpmn(process))
    ids = [element.attrib["id"] for element in root.iter() if "id" in element.attrib]
    assert len(ids) == len(set(ids))
    flows = {f.attrib["id"]: f.attrib for f in root.iter(f"{{{MODEL}}}sequenceFlow")}
    body = root.find(f"{{{MODEL}}}process")
    assert body is not None
    nodes = {
        child.attrib["id"]: child
        for child in body
        if child.tag not in (f"{{{MODEL}}}laneSet", f"{{{MODEL}}}sequenceFlow")
    }
    for flow in flows.values():
        assert {flow["sourceRef"], flow["targetRef"]} <= set(nodes)
    for name, node in nodes.items():
        incoming = {e.text for e in node.findall(f"{{{MODEL}}}incoming")}
        outgoing = {e.text for e in node.findall(f"{{{MODEL}}}outgoing")}
        assert incoming == {key for key, flow in flows.items() if flow["targetRef"] == name}
        assert outgoing == {key for key, flow in flows.items() if flow["sourceRef"] == name}
        assert incoming or node.tag.endswith(("startEvent", "boundaryEvent"))
        assert outgoing or node.tag.endswith("endEvent")
    laned = [e.text for e in root.iter(f"{{{MODEL}}}flowNodeRef")]
    assert sorted(str(name) for name in laned) == sorted(nodes)
    drawn = {e.attrib["bpmnElement"] for tag in ("BPMNShape", "BPMNEdge") for e in root.iter(f"{{{DI}}}{tag}")}
    assert set(nodes) | set(flows) <= drawn


@ALL
def test_every_step_is_in_the_bpmn(process: Process) -> None:
    text = to_bpmn(process)
    for name, step in process.steps.items():
        assert f'id="{name}-fork"' in text if isinstance(step, Joint) else f'id="{name}"' in text


CHECKED = [(s, Done(outcome="checked")) for s in ("identity", "form", "names", "credit")]
APPROVED = Past(
    "A-1",
    (
        *CHECKED,
        ("weigh", Done(outcome="person")),
        ("review", Decided(outcome="approve")),
        ("number", Done(outcome="reserved")),
        ("issue", Failed(error="away")),
        ("issue", Done(outcome="issued")),
        ("documents", Done(outcome="made")),
        ("notify", Done(outcome="sent")),
    ),
)
REFUSED = Past("A-2", (*CHECKED, ("weigh", Done(outcome="person")), ("review", Decided(outcome="refuse"))))


def test_a_past_case_runs_through_its_own_definition_to_its_own_end() -> None:
    assert replay(REGISTRATION, APPROVED).state == "registered"
    assert replay(REGISTRATION, REFUSED).state == "refused"


def changed(**review: Any) -> Process:
    told = REGISTRATION.model_dump(mode="json")
    told["steps"]["review"] |= review
    return Process.model_validate(told)


def test_a_change_is_compared_case_by_case() -> None:
    with pytest.raises(ValueError, match="nothing leads to"):
        changed(next={"approve": "number", "return": "returned", "refuse": "returned"})
    milder = changed(next={"approve": "number", "return": "refused", "refuse": "returned"})
    told = {c.number: (c.before.state, c.after.state) for c in compare(REGISTRATION, milder, [APPROVED, REFUSED])}
    assert told == {"A-1": ("registered", "registered"), "A-2": ("refused", "returned")}
    assert [c.number for c in compare(REGISTRATION, milder, [APPROVED, REFUSED]) if c.differs] == ["A-2"]


def test_what_nobody_has_answered_stops_the_trial_and_says_so() -> None:
    told = REGISTRATION.model_dump(mode="json")
    told["steps"]["second"] = told["steps"]["review"] | {"next": {"yes": "number", "no": "refused"}, "guards": {}}
    told["steps"]["review"]["next"]["approve"] = "second"
    [compared] = compare(REGISTRATION, Process.model_validate(told), [APPROVED])
    assert compared.is_open
    assert compared.after.why == "no answer recorded for step second"
