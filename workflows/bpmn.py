# SPDX-License-Identifier: Apache-2.0
"""BPMN (业务流程图导出): a process as BPMN 2.0 with its diagram, for the common modelers; for reading, not for running.

Pure. Working days are not a unit of BPMN: timers say days and a documentation says that working days are meant.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from xml.etree import ElementTree as Xml

from workflows.paths import layers
from workflows.process import Automatic, End, Human, Joint, Panel, Process, Step

MODEL = "http://www.omg.org/spec/BPMN/20100524/MODEL"
DI, DC, DD = (
    "http://www.omg.org/spec/BPMN/20100524/DI",
    "http://www.omg.org/spec/DD/20100524/DC",
    "http://www.omg.org/spec/DD/20100524/DI",
)
XSI = "http://www.w3.org/2001/XMLSchema-instance"
TARGET = "https://bujianmian.example/processes"
WIDE, HIGH, ACROSS, DOWN = 140, 70, 90, 60
SIZES = {"task": (WIDE, HIGH), "event": (36, 36), "gateway": (50, 50)}
FAILED = "cannot_be_done"
LANES = ("system", "clerk", "supervisor", "expert")


@dataclass(slots=True)
class Node:
    """One flow node, where it stands, and the lane it belongs to."""

    id: str
    tag: str
    shape: str
    name: str
    lane: str
    column: float
    row: int = 0
    details: list[Xml.Element] = field(default_factory=list)
    attached_to: str | None = None
    x: float = 0.0
    y: float = 0.0

    @property
    def size(self) -> tuple[int, int]:
        return SIZES[self.shape]


@dataclass(frozen=True, slots=True)
class Flow:
    """One sequence flow."""

    id: str
    source: str
    target: str
    name: str = ""


def to_bpmn(process: Process) -> str:
    """The XML document."""
    nodes, flows = _graph(process)
    _place(nodes)
    for prefix, uri in (("bpmn", MODEL), ("bpmndi", DI), ("dc", DC), ("di", DD), ("xsi", XSI)):
        Xml.register_namespace(prefix, uri)
    root = Xml.Element(_q("definitions"), id=f"definitions-{process.name}", targetNamespace=TARGET)
    Xml.SubElement(root, _q("error"), id=FAILED, name=FAILED, errorCode=FAILED)
    body = Xml.SubElement(
        root, _q("process"), id=process.name, name=process.title.zh, isExecutable="false", processType="Private"
    )
    _lanes(body, nodes)
    for node in nodes.values():
        _write_node(body, node, flows)
    for flow in flows:
        told = {"id": flow.id, "sourceRef": flow.source, "targetRef": flow.target}
        Xml.SubElement(body, _q("sequenceFlow"), told | ({"name": flow.name} if flow.name else {}))
    _diagram(root, process, nodes, flows)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def _q(name: str, space: str = MODEL) -> str:
    return f"{{{space}}}{name}"


def _graph(process: Process) -> tuple[dict[str, Node], list[Flow]]:
    depth = layers(process)
    last = max(depth.values()) + 1
    nodes = {"begin": Node("begin", "startEvent", "event", "提交", "system", -0.6)}
    flows: list[Flow] = []

    def join(source: str, target: str, name: str = "") -> None:
        flows.append(Flow(f"flow-{len(flows) + 1}", source, target, name))

    entry = {name: f"{name}-fork" if isinstance(step, Joint) else name for name, step in process.steps.items()}
    join("begin", entry[process.start])
    for name, step in process.steps.items():
        column = float(depth.get(name, last))
        for node in _nodes_of(process, name, column):
            nodes[node.id] = node
        _leave(nodes, join, name, step, entry, column)
        if isinstance(step, Human | Panel | Joint) and step.timer.then:
            _run_out(join, name, step, entry[step.timer.then])
    return nodes, flows


def _leave(
    nodes: dict[str, Node], join: Callable[..., None], name: str, step: Step, entry: dict[str, str], column: float
) -> None:
    match step:
        case Automatic():
            _ways(nodes, join, name, step.next, entry, column)
            join(f"{name}-error", entry[step.on_exhausted], "failed")
        case Human():
            _ways(nodes, join, name, step.next, entry, column)
        case Panel():
            _ways(nodes, join, name, {**step.next, "disagreement": step.on_disagreement}, entry, column)
        case Joint():
            for department in step.departments:
                join(f"{name}-fork", f"{name}-{department}")
                join(f"{name}-{department}", f"{name}-join")
            join(f"{name}-join", entry[step.then])


def _run_out(join: Callable[..., None], name: str, step: Human | Panel | Joint, target: str) -> None:
    """A department that is late is no longer waited for; any other wait leads on."""
    if isinstance(step, Joint):
        for department in step.departments:
            join(f"{name}-{department}-timer", f"{name}-join", "ran_out")
    else:
        join(f"{name}-timer", target, "ran_out")


def _ways(
    nodes: dict[str, Node],
    join: Callable[..., None],
    name: str,
    outcomes: dict[str, str],
    entry: dict[str, str],
    column: float,
) -> None:
    """One way goes straight on; several part at a gateway."""
    if len(outcomes) == 1:
        join(name, entry[next(iter(outcomes.values()))])
        return
    gateway = f"{name}-ways"
    nodes[gateway] = Node(gateway, "exclusiveGateway", "gateway", "", nodes[name].lane, column + 0.5)
    join(name, gateway)
    for outcome, target in outcomes.items():
        join(gateway, entry[target], outcome)


def _nodes_of(process: Process, name: str, column: float) -> Iterator[Node]:
    step = process.steps[name]
    title = step.title.zh
    match step:
        case Automatic():
            yield Node(name, "serviceTask", "task", title, "system", column)
            error = Xml.Element(_q("errorEventDefinition"), id=f"{name}-error-definition", errorRef=FAILED)
            yield Node(f"{name}-error", "boundaryEvent", "event", "", "system", column, 0, [error], name)
        case Human():
            yield Node(name, "userTask", "task", title, step.role, column)
            if step.timer.then:
                yield _timer(name, step.role, column, step.timer.working_days)
        case Panel():
            many = Xml.Element(_q("multiInstanceLoopCharacteristics"), isSequential="false")
            Xml.SubElement(many, _q("loopCardinality"), {f"{{{XSI}}}type": "bpmn:tFormalExpression"}).text = str(
                step.persons
            )
            yield Node(name, "userTask", "task", title, step.role, column, 0, [many])
            if step.timer.then:
                yield _timer(name, step.role, column, step.timer.working_days)
        case Joint():
            yield Node(f"{name}-fork", "parallelGateway", "gateway", title, step.role, column - 0.25)
            for department in step.departments:
                asked = process.departments[department].zh
                yield Node(f"{name}-{department}", "userTask", "task", asked, step.role, column + 0.2)
                yield _timer(f"{name}-{department}", step.role, column + 0.2, step.timer.working_days)
            yield Node(f"{name}-join", "parallelGateway", "gateway", "", step.role, column + 0.7)
        case End():
            yield Node(name, "endEvent", "event", title, "system", column)


def _timer(name: str, lane: str, column: float, working_days: int | None) -> Node:
    timer = Xml.Element(_q("timerEventDefinition"), id=f"{name}-timer-definition")
    Xml.SubElement(timer, _q("documentation")).text = "working days 工作日"
    duration = Xml.SubElement(timer, _q("timeDuration"), {f"{{{XSI}}}type": "bpmn:tFormalExpression"})
    duration.text = f"P{working_days or 0}D"
    return Node(f"{name}-timer", "boundaryEvent", "event", "", lane, column, 0, [timer], name)


def _place(nodes: dict[str, Node]) -> None:
    """Columns by distance from the start, lanes one below the other; what would overlap moves a row down."""
    top = 40.0
    for lane in LANES:
        members = [n for n in nodes.values() if n.lane == lane and n.attached_to is None]
        if not members:
            continue
        taken: dict[int, list[float]] = {}
        for node in sorted(members, key=lambda n: n.column):
            row = 0
            while any(abs(node.column - other) < 0.48 for other in taken.get(row, [])):
                row += 1
            taken.setdefault(row, []).append(node.column)
            node.row = row
            width, height = node.size
            node.x = 230 + node.column * (WIDE + ACROSS) + (WIDE - width) / 2
            node.y = top + 30 + row * (HIGH + DOWN) + (HIGH - height) / 2
        top += (max(taken) + 1) * (HIGH + DOWN) + 30
    corner: dict[str, int] = {}
    for node in nodes.values():
        if node.attached_to is not None:
            host = nodes[node.attached_to]
            place = corner.setdefault(host.id, 0)
            corner[host.id] += 1
            node.x = host.x + host.size[0] - 28 - 44 * place
            node.y = host.y + host.size[1] - 18


def _lanes(body: Xml.Element, nodes: dict[str, Node]) -> None:
    names = {"system": "系统", "clerk": "审查员", "supervisor": "负责人", "expert": "部门"}
    holder = Xml.SubElement(body, _q("laneSet"), id="lanes")
    for lane in LANES:
        members = [node for node in nodes.values() if node.lane == lane]
        if members:
            element = Xml.SubElement(holder, _q("lane"), id=f"lane-{lane}", name=names[lane])
            for node in members:
                Xml.SubElement(element, _q("flowNodeRef")).text = node.id


def _write_node(body: Xml.Element, node: Node, flows: list[Flow]) -> None:
    told = {"id": node.id} | ({"name": node.name} if node.name else {})
    if node.attached_to is not None:
        told["attachedToRef"] = node.attached_to
    element = Xml.SubElement(body, _q(node.tag), told)
    for flow in flows:
        if flow.target == node.id:
            Xml.SubElement(element, _q("incoming")).text = flow.id
    for flow in flows:
        if flow.source == node.id:
            Xml.SubElement(element, _q("outgoing")).text = flow.id
    element.extend(node.details)


def _diagram(root: Xml.Element, process: Process, nodes: dict[str, Node], flows: list[Flow]) -> None:
    diagram = Xml.SubElement(root, _q("BPMNDiagram", DI), id="diagram")
    plane = Xml.SubElement(diagram, _q("BPMNPlane", DI), id="plane", bpmnElement=process.name)
    right = max(node.x + node.size[0] for node in nodes.values()) + 60
    for lane in LANES:
        members = [node for node in nodes.values() if node.lane == lane and node.attached_to is None]
        if members:
            first = min(node.y + node.size[1] / 2 for node in members) - HIGH / 2 - 30
            last = max(node.y + node.size[1] / 2 for node in members) + HIGH / 2 + 30
            shape = Xml.SubElement(
                plane, _q("BPMNShape", DI), id=f"lane-{lane}-di", bpmnElement=f"lane-{lane}", isHorizontal="true"
            )
            _bounds(shape, 40, first, right - 40, last - first)
    for node in nodes.values():
        shape = Xml.SubElement(plane, _q("BPMNShape", DI), id=f"{node.id}-di", bpmnElement=node.id)
        _bounds(shape, node.x, node.y, *node.size)
    for flow in flows:
        edge = Xml.SubElement(plane, _q("BPMNEdge", DI), id=f"{flow.id}-di", bpmnElement=flow.id)
        for x, y in _way(nodes[flow.source], nodes[flow.target]):
            Xml.SubElement(edge, _q("waypoint", DD), x=f"{x:.0f}", y=f"{y:.0f}")


def _bounds(shape: Xml.Element, x: float, y: float, width: float, height: float) -> None:
    told = {"x": x, "y": y, "width": width, "height": height}
    Xml.SubElement(shape, _q("Bounds", DC), {name: f"{value:.0f}" for name, value in told.items()})


def _way(source: Node, target: Node) -> list[tuple[float, float]]:
    """From the right side to the left one; back, and out of a boundary event, below."""
    (w1, h1), (_w2, h2) = source.size, target.size
    end = (target.x, target.y + h2 / 2)
    if source.attached_to is not None:
        start = (source.x + w1 / 2, source.y + h1)
        return [start, (start[0], start[1] + 14), (end[0] - 16, start[1] + 14), (end[0] - 16, end[1]), end]
    start = (source.x + w1, source.y + h1 / 2)
    middle = start[0] + 14
    if end[0] > start[0]:
        return [start, (middle, start[1]), (middle, end[1]), end] if start[1] != end[1] else [start, end]
    below = max(source.y + h1, target.y + h2) + 24
    return [start, (middle, start[1]), (middle, below), (end[0] - 16, below), (end[0] - 16, end[1]), end]
