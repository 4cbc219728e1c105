# SPDX-License-Identifier: Apache-2.0
"""BPMN (业务流程图导出): a process as BPMN 2.0 with its diagram, for the common modelers; for reading, not for running.

Pure. Working days are not a unit of BPMN: timers say days and a documentation says that working days are meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as Xml

from workflows.paths import layers
from workflows.process import Automatic, End, Human, Joint, Panel, Process, Step, Timer

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI, DC, DD = (
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
    "http://www.omg.org/spec/DD/20100524/DI",
)
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TARGET = "https://bujianmian.example/processes"
WIDE, HIGH, PITCH, DOWN, HEADER = 140.0, 70.0, 110.0, 56.0, 30.0
SIZES = {"task": (WIDE, HIGH), "event": (36.0, 36.0), "gateway": (50.0, 50.0)}
LANES = {"system": "系统", "clerk": "审查员", "supervisor": "负责人", "expert": "部门"}
FAILED, LATE = "failed", "ran_out"
STATUTORY = "${statutory_working_days}"
Key = tuple[str, str]  # a step, and which part of it
Point = tuple[float, float]


@dataclass(slots=True)
class Node:
    """One flow node, where it stands, and the lane it belongs to."""

    key: Key
    tag: str
    shape: str
    name: str
    lane: str
    slot: int  # places to the right of where its step begins
    said: str = ""
    details: list[Xml.Element] = field(default_factory=list)
    host: Key | None = None
    x: float = 0.0
    y: float = 0.0

    @property
    def size(self) -> tuple[float, float]:
        return SIZES[self.shape]


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow."""

    source: Key
    target: Key
    name: str = ""


class Ids(dict[object, str]):
    """An id for everything, none twice; what is asked for first keeps the name that it would like."""

    def give(self, thing: object, wish: str) -> str:
        name = re.sub(r"[^A-Za-z0-9_.-]", "_", wish)
        name = name if re.match(r"[A-Za-z_]", name) else f"_{name}"
        taken, number, free = set(self.values()), 2, name
        while free in taken:
            free, number = f"{name}-{number}", number + 1
        self[thing] = free
        return free


def to_bpmn(process: Process) -> str:
    """The XML document."""
    nodes = {node.key: node for name, step in process.steps.items() for node in _nodes(process, name, step)}
    begin: Key = ("", "begin")
    flows = [Flow(begin, _entry(process, process.start))]
    flows += [flow for name, step in process.steps.items() for flow in _flows(process, name, step)]
    nodes[begin] = Node(begin, "startEvent", "event", "提交", nodes[flows[0].target].lane, 0)
    tops = _place(process, nodes)
    ids = Ids()
    for key in sorted(nodes, key=lambda k: k[1] not in ("", "fork")):  # a step is called what it is called
        ids.give(key, "-".join(part for part in key if part))
    for number, flow in enumerate(flows, 1):
        ids.give(flow, f"flow-{number}")
    ids.give("process", process.name)
    for name in ("failed", "lanes", "collaboration", "participant", *(f"lane-{lane}" for lane in tops)):
        ids.give(name, name)
    root = _model(process, nodes, flows, ids, list(tops))
    _diagram(root, nodes, flows, ids, tops)
    for prefix, uri in (("bpmn", MODEL), ("bpmndi", DI), ("dc", DC), ("di", DD), ("xsi", XSI)):
        Xml.register_namespace(prefix, uri)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _q(name: str, space: str = MODEL) -> str:
    return f"{{{space}}}{name}"


def _expression(tag: str, text: str) -> Xml.Element:
    element = Xml.Element(_q(tag), {_q("type", XSI): "bpmn:tFormalExpression"})
    element.text = text
    return element


def _nodes(process: Process, name: str, step: Step) -> Iterator[Node]:
    title, said = step.title.zh, step.title.en
    match step:
        case Automatic():
            yield Node((name, ""), "serviceTask", "task", title, "system", 0, said)
            error = Xml.Element(_q("errorEventDefinition"), errorRef=FAILED)
            yield Node((name, "error"), "boundaryEvent", "event", "", "system", 0, "", [error], (name, ""))
        case Human() | Panel():
            many: list[Xml.Element] = []
            if isinstance(step, Panel):
                many.append(Xml.Element(_q("multiInstanceLoopCharacteristics"), isSequential="false"))
                many[0].append(_expression("loopCardinality", str(step.persons)))
            yield Node((name, ""), "userTask", "task", title, step.role, 0, said, many)
            if step.timer.then:
                yield _timer((name, ""), step.role, 0, step.timer)
        case Joint():
            yield Node((name, "fork"), "parallelGateway", "gateway", title, step.role, 0, said)
            for department in step.departments:
                asked = process.departments[department]
                yield Node((name, f"at.{department}"), "userTask", "task", asked.zh, step.role, 1, asked.en)
                yield _timer((name, f"at.{department}"), step.role, 1, step.timer)
            yield Node((name, "join"), "parallelGateway", "gateway", "", step.role, 2)
        case End():
            yield Node((name, ""), "endEvent", "event", title, "system", 0, said)
    if len(_outcomes(step)) > 1:
        yield Node((name, "ways"), "exclusiveGateway", "gateway", "", _lane(step), 3 if _is_joint(step) else 1)


def _lane(step: Step) -> str:
    return "system" if isinstance(step, Automatic | End) else step.role


def _is_joint(step: Step) -> bool:
    return isinstance(step, Joint)


def _timer(host: Key, lane: str, slot: int, timer: Timer) -> Node:
    """Days of the step itself, or an expression that stands for the statutory clock of the case."""
    element = Xml.Element(_q("timerEventDefinition"))
    days = timer.working_days
    said = f"{days} working days 工作日" if days else "statutory working days 法定期限（工作日）"
    Xml.SubElement(element, _q("documentation")).text = said
    element.append(_expression("timeDuration", f"P{days}D" if days else STATUTORY))
    return Node((host[0], f"timer.{host[1]}"), "boundaryEvent", "event", "", lane, slot, said, [element], host)


def _outcomes(step: Step) -> dict[str, str]:
    """Where a step leads by what comes out of it. A joint step parts only if silence leads elsewhere."""
    match step:
        case Automatic() | Human():
            return step.next
        case Panel():
            return {**step.next, "disagreement": step.on_disagreement}
        case Joint():
            late = step.timer.then or step.then
            return {"answered": step.then} | ({LATE: late} if late != step.then else {})
        case End():
            return {}


def _entry(process: Process, name: str) -> Key:
    return (name, "fork" if _is_joint(process.steps[name]) else "")


def _flows(process: Process, name: str, step: Step) -> Iterator[Flow]:
    last: Key = (name, "")
    if isinstance(step, Joint):
        last = (name, "join")
        for department in step.departments:
            yield Flow((name, "fork"), (name, f"at.{department}"))
            yield Flow((name, f"at.{department}"), last)
            yield Flow((name, f"timer.at.{department}"), last, LATE)
    elif isinstance(step, Human | Panel) and step.timer.then:
        yield Flow((name, "timer."), _entry(process, step.timer.then), LATE)
    outcomes = _outcomes(step)
    if len(outcomes) > 1:
        yield Flow(last, (name, "ways"))
        for outcome, target in outcomes.items():
            yield Flow((name, "ways"), _entry(process, target), outcome)
    else:
        for target in outcomes.values():
            yield Flow(last, _entry(process, target))
    if isinstance(step, Automatic):
        yield Flow((name, "error"), _entry(process, step.on_exhausted), FAILED)


def _place(process: Process, nodes: dict[Key, Node]) -> dict[str, tuple[float, float]]:
    """Columns by distance from the start, lanes one below the other; gives the top and the height of each lane."""
    depth = layers(process)
    column = {name: depth.get(name, max(depth.values()) + 1) for name in process.steps}
    slots: dict[int, int] = {}
    for node in nodes.values():
        if node.key[0]:
            slots[column[node.key[0]]] = max(slots.get(column[node.key[0]], 0), node.slot + 1)
    tops: dict[str, tuple[float, float]] = {}
    top = 60.0
    for lane in LANES:
        members = [n for n in nodes.values() if n.lane == lane and n.host is None]
        rows: dict[int, set[int]] = {}
        steps: dict[str, int] = {}
        for node in sorted(members, key=lambda n: (n.key[0] in steps, n.slot)):
            first = 0 if not node.key[0] else 1 + sum(slots[c] for c in range(column[node.key[0]]))
            place, row = first + node.slot, 0
            while place in rows.get(row, set()):
                row += 1
            rows.setdefault(row, set()).add(place)
            width, height = node.size
            node.x = 140 + place * (PITCH + 60) + (WIDE - width) / 2
            node.y = top + 34 + row * (HIGH + DOWN) + (HIGH - height) / 2
        if members:
            tops[lane] = (top, (max(rows) + 1) * (HIGH + DOWN) + 24)
            top += tops[lane][1]
    for node in nodes.values():
        if node.host is not None:
            host = nodes[node.host]
            node.x, node.y = host.x + host.size[0] - 48, host.y + host.size[1] - 18
    return tops


def _model(process: Process, nodes: dict[Key, Node], flows: list[Flow], ids: Ids, lanes: list[str]) -> Xml.Element:
    root = Xml.Element(_q("definitions"), id=ids.give("definitions", "definitions"), targetNamespace=TARGET)
    Xml.SubElement(root, _q("error"), id=ids["failed"], name=FAILED, errorCode=FAILED)
    held = Xml.SubElement(root, _q("collaboration"), id=ids["collaboration"])
    named = {"id": ids["participant"], "name": process.title.zh, "processRef": ids["process"]}
    pool = Xml.SubElement(held, _q("participant"), named)
    Xml.SubElement(pool, _q("documentation")).text = f"{process.title.en} v{process.version}"
    body = Xml.SubElement(
        root, _q("process"), id=ids["process"], name=process.title.zh, isExecutable="false", processType="Private"
    )
    holder = Xml.SubElement(body, _q("laneSet"), id=ids["lanes"])
    for lane in lanes:
        element = Xml.SubElement(holder, _q("lane"), id=ids[f"lane-{lane}"], name=LANES[lane])
        for node in nodes.values():
            if node.lane == lane:
                Xml.SubElement(element, _q("flowNodeRef")).text = ids[node.key]
    for node in nodes.values():
        _write(body, node, flows, ids)
    for flow in flows:
        told = {"id": ids[flow], "name": flow.name, "sourceRef": ids[flow.source], "targetRef": ids[flow.target]}
        Xml.SubElement(body, _q("sequenceFlow"), {name: value for name, value in told.items() if value})
    return root


def _write(body: Xml.Element, node: Node, flows: list[Flow], ids: Ids) -> None:
    told = {"id": ids[node.key], "name": node.name, "attachedToRef": ids[node.host] if node.host else ""}
    element = Xml.SubElement(body, _q(node.tag), {name: value for name, value in told.items() if value})
    if node.said:
        Xml.SubElement(element, _q("documentation")).text = node.said
    for tag, end in (("incoming", "target"), ("outgoing", "source")):
        for flow in flows:
            if getattr(flow, end) == node.key:
                Xml.SubElement(element, _q(tag)).text = ids[flow]
    for detail in node.details:
        detail.set("id", ids.give((node.key, "detail"), f"{ids[node.key]}-detail"))
        if "errorRef" in detail.attrib:
            detail.set("errorRef", ids["failed"])
        element.append(detail)


def _diagram(
    root: Xml.Element, nodes: dict[Key, Node], flows: list[Flow], ids: Ids, tops: dict[str, tuple[float, float]]
) -> None:
    diagram = Xml.SubElement(root, _q("BPMNDiagram", DI), id=ids.give("diagram", "diagram"))
    plane = Xml.SubElement(
        diagram, _q("BPMNPlane", DI), id=ids.give("plane", "plane"), bpmnElement=ids["collaboration"]
    )

    def shape(element: str, x: float, y: float, wide: float, high: float, more: dict[str, str]) -> None:
        told = {"id": ids.give((element, "di"), f"{element}-di"), "bpmnElement": element, **more}
        _bounds(Xml.SubElement(plane, _q("BPMNShape", DI), told), x, y, wide, high)

    wide = max(node.x + node.size[0] for node in nodes.values()) + 60 - 40
    whole = sum(high for _top, high in tops.values())
    shape(ids["participant"], 40, 60, wide, whole, {"isHorizontal": "true"})
    for lane, (top, high) in tops.items():
        shape(ids[f"lane-{lane}"], 40 + HEADER, top, wide - HEADER, high, {"isHorizontal": "true"})
    for node in nodes.values():
        more = {"isMarkerVisible": "true"} if node.tag == "exclusiveGateway" else {}
        shape(ids[node.key], node.x, node.y, *node.size, more)
    for flow in flows:
        told = {"id": ids.give((flow, "di"), f"{ids[flow]}-di"), "bpmnElement": ids[flow]}
        edge = Xml.SubElement(plane, _q("BPMNEdge", DI), told)
        way = _way(nodes[flow.source], nodes[flow.target])
        for x, y in way:
            Xml.SubElement(edge, _q("waypoint", DD), x=f"{x:.0f}", y=f"{y:.0f}")
        if flow.name:
            x, y = _label(nodes[flow.source], way)
            _bounds(Xml.SubElement(edge, _q("BPMNLabel", DI)), x, y, 7.0 * len(flow.name), 14)


def _bounds(shape: Xml.Element, x: float, y: float, wide: float, high: float) -> None:
    told = {"x": x, "y": y, "width": wide, "height": high}
    Xml.SubElement(shape, _q("Bounds", DC), {name: f"{value:.0f}" for name, value in told.items()})


def _label(source: Node, way: list[Point]) -> Point:
    """Beside the line where it is on its own: at a bend for a way out of a gateway or back, else where it begins."""
    if source.host is None and len(way) == 5:
        return way[2][0] + 6, way[2][1] - 17
    if source.host is not None or len(way) != 3:
        return way[0][0] + 6, way[0][1] + (18 if source.host is not None else -18)
    return way[1][0] + 8, way[1][1] - 17


def _way(source: Node, target: Node) -> list[Point]:
    """From the right side to the left one; out of a gateway up or down; back, and out of a boundary event, below."""
    (w1, h1), (_w2, h2) = source.size, target.size
    end = (target.x, target.y + h2 / 2)
    if source.host is not None:
        start = (source.x + w1 / 2, source.y + h1)
        return [start, (start[0], start[1] + 14), (end[0] - 24, start[1] + 14), (end[0] - 24, end[1]), end]
    middle = (source.x + w1 / 2, source.y + h1 / 2)
    start = (source.x + w1, middle[1])
    if end[0] <= start[0]:
        below = max(source.y + h1, target.y + h2) + 32
        return [(middle[0], source.y + h1), (middle[0], below), (end[0] - 24, below), (end[0] - 24, end[1]), end]
    if middle[1] == end[1]:
        return [start, end]
    if source.shape == "gateway":
        return [(middle[0], source.y + (h1 if end[1] > middle[1] else 0)), (middle[0], end[1]), end]
    return [start, (end[0] - 24, start[1]), (end[0] - 24, end[1]), end]
