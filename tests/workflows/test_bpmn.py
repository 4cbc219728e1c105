# SPDX-License-Identifier: Apache-2.0
"""BPMN (业务流程图导出): the document holds together, so that a modeler opens it and shows all of it. Pure."""

from collections import Counter
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings

from tests.workflows.test_paths import ALL, REAL, a_human, a_process, processes
from workflows import Automatic, End, Human, Joint, Panel, Process
from workflows.bpmn import DC, DD, DI, MODEL, to_bpmn

NODES = ["startEvent", "endEvent", "serviceTask", "userTask", "exclusiveGateway", "parallelGateway", "boundaryEvent"]
PERMIT = next(process for process in REAL if process.name == "permit")


def found(root: Xml.Element, *tags: str, space: str = MODEL) -> list[Xml.Element]:
    return [element for tag in tags for element in root.iter(f"{{{space}}}{tag}")]


def texts(element: Xml.Element, tag: str) -> list[str]:
    return sorted(str(child.text) for child in found(element, tag))


def prove(process: Process) -> Xml.Element:
    """The exported document, of which everything is proved that a modeler relies on."""
    root = Xml.fromstring(to_bpmn(process))
    ids = Counter(element.attrib["id"] for element in root.iter() if "id" in element.attrib)
    assert max(ids.values()) == 1
    for element in root.iter():
        for name in ("sourceRef", "targetRef", "attachedToRef", "bpmnElement", "processRef", "errorRef"):
            assert element.attrib.get(name, next(iter(ids))) in ids
    nodes, flows = {n.attrib["id"]: n for n in found(root, *NODES)}, found(root, "sequenceFlow")
    for name, node in nodes.items():
        assert texts(node, "incoming") == sorted(f.attrib["id"] for f in flows if f.attrib["targetRef"] == name)
        assert texts(node, "outgoing") == sorted(f.attrib["id"] for f in flows if f.attrib["sourceRef"] == name)
        assert texts(node, "incoming") or node.tag.endswith(("startEvent", "boundaryEvent"))
        assert texts(node, "outgoing") or node.tag.endswith("endEvent")
    assert texts(root, "flowNodeRef") == sorted(nodes)
    shapes = {s.attrib["bpmnElement"]: s for s in found(root, "BPMNShape", space=DI)}
    lines = {e.attrib["bpmnElement"]: e for e in found(root, "BPMNEdge", space=DI)}
    drawn = {e.attrib["id"] for e in found(root, "lane", "participant")} | set(nodes)
    assert set(shapes) == drawn
    assert set(lines) == {flow.attrib["id"] for flow in flows}
    assert all(len(found(shape, "Bounds", space=DC)) == 1 for shape in shapes.values())
    assert all(len(found(line, "waypoint", space=DD)) >= 2 for line in lines.values())
    return root


@ALL
def test_a_real_process_holds_together_and_is_not_for_running(process: Process) -> None:
    root = prove(process)
    [body] = found(root, "process")
    assert body.attrib["isExecutable"] == "false"


@ALL
def test_every_step_is_exported_as_what_it_is(process: Process) -> None:
    by_id = {element.attrib["id"]: element.tag.split("}")[1] for element in found(prove(process), *NODES)}
    told = {Automatic: "serviceTask", Human: "userTask", Panel: "userTask", End: "endEvent"}
    for name, step in process.steps.items():
        if isinstance(step, Joint):
            assert by_id[f"{name}-fork"] == by_id[f"{name}-join"] == "parallelGateway"
        else:
            assert by_id[name] == told[type(step)]


def test_two_people_departments_and_working_days_are_told_in_the_words_of_bpmn() -> None:
    root = prove(PERMIT)
    assert texts(root, "loopCardinality") == ["2"]
    assert texts(root, "timeDuration") == ["P5D", "P7D", "P7D"]
    assert all("working days" in texts(timer, "documentation")[0] for timer in found(root, "timerEventDefinition"))
    failing = [step for step in PERMIT.steps.values() if isinstance(step, Automatic)]
    assert len(found(root, "errorEventDefinition")) == len(failing)
    names = {task.attrib["name"] for task in found(root, "userTask")}
    assert {department.zh for department in PERMIT.departments.values()} <= names


def test_departments_that_stay_silent_send_the_case_where_the_declaration_says() -> None:
    joint = {"kind": "joint", "role": "expert", "departments": ["fire"], "then": "done"}
    process = a_process(
        {"ask": {**joint, "timer": {"working_days": 7, "then": "late"}}, "late": a_human(x="done")},
    )
    targets = {f.attrib.get("name", ""): f.attrib["targetRef"] for f in found(prove(process), "sequenceFlow")
               if f.attrib["sourceRef"] == "ask-ways"}  # fmt: skip
    assert targets == {"answered": "done", "ran_out": "late"}


def test_a_wait_on_the_statutory_clock_does_not_run_out_at_once() -> None:
    process = a_process({"a": {**a_human(x="done"), "timer": {"then": "done"}}})
    [duration] = texts(prove(process), "timeDuration")
    assert "statutory" in duration


@pytest.mark.parametrize(
    "name", ["begin", "p", "lanes", "plane", "diagram", "failed", "flow-1", "first-di", "first-error", "第一步", "1 a"]
)
def test_a_step_may_be_called_what_it_likes(name: str) -> None:
    process = a_process({"first": a_human(x=name, y="done"), name: a_human(x="done")})
    assert len(found(prove(process), "userTask")) == 2
    assert len(found(prove(process), "startEvent")) == 1


@settings(max_examples=60, deadline=None)
@given(processes())
def test_any_sound_process_holds_together_with_every_step(process: Process) -> None:
    names = {element.attrib.get("name") for element in found(prove(process), *NODES)}
    assert {step.title.zh for step in process.steps.values()} <= names
