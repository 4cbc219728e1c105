# SPDX-License-Identifier: Apache-2.0
"""Layout (流程图布局): where the boxes and lines of a drawing stand. Hides rows, columns, lanes and gaps. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from kit.text import Language, Text
from workflows.paths import Edge, edges
from workflows.process import Automatic, End, Joint, Process, Step

WIDE, PILL, ACROSS, GAP, MARGIN, LANE = 256.0, 208.0, 48.0, 46.0, 40.0, 20.0
LATE = Text(zh="期限届满", en="time runs out")
FIXED = {"disagreement": Text(zh="意见不一致", en="they disagree"), "failed": Text(zh="办不了", en="cannot be done")}
Point = tuple[float, float]


@dataclass(slots=True)
class Box:
    """One step and where it stands."""

    name: str
    step: Step
    row: int
    column: int
    high: float
    wide: float = WIDE
    x: float = 0.0
    y: float = 0.0

    @property
    def middle(self) -> float:
        return self.x + self.wide / 2


@dataclass(slots=True)
class Sheet:
    """The picture while it is made: who leaves a box where, and which lanes are taken by whom."""

    process: Process
    language: Language
    words: Mapping[str, Text]
    boxes: dict[str, Box]
    shown: list[Edge]
    lanes: dict[str, int] = field(default_factory=dict)
    tracks: dict[tuple[int, str], int] = field(default_factory=dict)
    right: float = 0.0

    def said(self, edge: Edge) -> str:
        step = self.process.steps[edge.source]
        if edge.kind == "late":
            return LATE.said(self.language)
        if edge.kind == "normal" and (isinstance(step, Joint) or (not isinstance(step, End) and len(step.next) == 1)):
            return ""
        word = self.words.get(edge.outcome, FIXED.get(edge.outcome))
        return word.said(self.language) if word else edge.outcome

    def way(self, edge: Edge) -> str:
        """How an edge travels: straight down, right to an end, left along the spine, or through the gaps."""
        a, b = self.boxes[edge.source], self.boxes[edge.target]
        if a.column == b.column and b.row == a.row + 1:
            return "down"
        beside = [o for o in self.boxes.values() if o.row == a.row and a.column < o.column]
        if isinstance(b.step, End) and b.row > a.row and b.column and not beside:
            return "right"
        return "left" if a.column == b.column == 0 else "gap"

    def ways(self, name: str, way: str) -> list[Edge]:
        return [edge for edge in self.shown if edge.source == name and self.way(edge) == way]


def boxes_of(process: Process, depth: Mapping[str, int]) -> dict[str, Box]:
    """Rows by distance from the start; the spine in column 0; every end off the spine in a column of its own."""
    spine = _spine(process, depth)
    boxes: dict[str, Box] = {}
    used: dict[int, int] = {}
    aside = sorted((n for n in depth if n not in spine), key=lambda n: list(process.steps).index(n))
    for name in [*spine, *(n for n in aside if not isinstance(process.steps[n], End))]:
        column = 0 if name in spine else used.get(depth[name], 0) + 1
        if column:
            used[depth[name]] = column
        boxes[name] = Box(name, process.steps[name], depth[name], column, _height(process.steps[name]))
    first = max(box.column for box in boxes.values()) + 1
    for number, name in enumerate(n for n in aside if isinstance(process.steps[n], End)):
        boxes[name] = Box(name, process.steps[name], depth[name], first + number, 46.0, PILL)
    return boxes


def _spine(process: Process, depth: Mapping[str, int]) -> list[str]:
    ends = [(step.state == "registered", depth[n], n) for n, step in process.steps.items() if isinstance(step, End)
            and n in depth]  # fmt: skip
    names = [max(ends)[2]] if ends else [process.start]
    while depth[names[0]]:
        into = [e.source for e in edges(process) if e.target == names[0] and e.kind != "exhausted"]
        names.insert(0, next(n for n in into if depth.get(n) == depth[names[0]] - 1))
    return names


def _height(step: Step) -> float:
    match step:
        case Automatic():
            return 58.0
        case End():
            return 46.0
        case Joint():
            return 84.0 + 30 * len(step.departments)
    return 76.0


def place(sheet: Sheet) -> None:
    boxes = sheet.boxes
    for edge in sheet.shown:
        _reserve(sheet, edge)
    left = [width(sheet.said(e), 12) for e in sheet.shown if sheet.way(e) == "left"]
    lanes = len(sheet.lanes)
    x0 = MARGIN + (LANE * (lanes - 1) + max(left, default=0) + 30 if lanes else 0)
    ends = [b for b in boxes.values() if b.wide == PILL]
    columns = max((b.column for b in boxes.values() if b.wide == WIDE), default=0) + 1
    label = max((width(sheet.said(e), 12) for e in sheet.shown if sheet.way(e) == "right"), default=0.0)
    edge_of_boxes = x0 + columns * (WIDE + ACROSS) - ACROSS
    for box in boxes.values():
        box.x = x0 + box.column * (WIDE + ACROSS)
        if box.wide == PILL:
            first = edge_of_boxes + max(ACROSS, label + 40 - PILL / 2)
            box.x = first + (box.column - columns) * (PILL + 32)
    sheet.right = max([edge_of_boxes, *(b.x + b.wide for b in ends)])
    y = 104.0
    for row in range(max(b.row for b in boxes.values()) + 1):
        here = [b for b in boxes.values() if b.row == row]
        y += 14 * sum(gap == row for gap, _t in sheet.tracks)
        for box in here:
            box.y = y
        y += max((b.high for b in here), default=0) + GAP


def _reserve(sheet: Sheet, edge: Edge) -> None:
    """A lane for each step that is reached from beside, a track in a gap for each that is reached across."""
    a, b = sheet.boxes[edge.source], sheet.boxes[edge.target]
    way = sheet.way(edge)
    is_near = way == "gap" and b.row == a.row + 1
    if way == "gap":
        sheet.tracks.setdefault((a.row + 1, f"{a.name}>{b.name}"), len(sheet.tracks))
        if not is_near:
            sheet.tracks.setdefault((b.row, f">{b.name}"), len(sheet.tracks))
    if way == "left" or (way == "gap" and not is_near):
        sheet.lanes.setdefault(edge.target, len(sheet.lanes))


def track(sheet: Sheet, row: int, key: str) -> float:
    """The height of a track in the gap above `row`."""
    keys = [k for gap, k in sheet.tracks if gap == row]
    tops = [b.y for b in sheet.boxes.values() if b.row == row]
    if not tops:  # below the last row
        return max(b.y + b.high for b in sheet.boxes.values()) + 16 + 6 * keys.index(key)
    return min(tops) - 20 - 14 * (len(keys) - 1 - keys.index(key))


def route(sheet: Sheet, edge: Edge) -> tuple[list[Point], Point, str]:
    """The corners of the line, and where its label stands and on which side."""
    a, b = sheet.boxes[edge.source], sheet.boxes[edge.target]
    anchor = "start"
    way = sheet.way(edge)
    siblings = sheet.ways(edge.source, way)
    place = siblings.index(edge)
    lane = a.x - 30 - LANE * sheet.lanes.get(edge.target, 0)
    if edge.target in sheet.lanes:
        lane = min(box.x for box in sheet.boxes.values()) - 30 - LANE * sheet.lanes[edge.target]
    if way == "left" or edge.target in sheet.lanes:
        texts = [width(sheet.said(e), 12) for e in sheet.shown if sheet.way(e) == "left"]
        lane -= max(texts, default=0.0) - 10
    if way == "down":
        same = len(siblings)
        x = a.middle + (place - (same - 1) / 2) * 36
        points = [(x, a.y + a.high), (x, b.y)]
        at = (x - 9, b.y - GAP / 2 + 1) if same > 1 and not place else (x + 9, b.y - GAP / 2 + 1)
        anchor = "end" if same > 1 and not place else "start"
    elif way == "right":
        order = sorted(siblings, key=lambda e: -sheet.boxes[e.target].column)
        y = a.y + a.high / 2 + (order.index(edge) - (len(order) - 1) / 2) * 24
        points = [(a.x + a.wide, y), (b.middle, y), (b.middle, b.y)]
        at = (a.x + a.wide + 12, y - 6)
    elif way == "left":
        out = a.y + a.high / 2 + (place * 18 + 8 if edge.source in sheet.lanes else place * 18)
        into = b.y + b.high / 2 - (8 if sheet.ways(b.name, "left") else 0)
        points = [(a.x, out), (lane, out), (lane, into), (b.x, into)]
        at, anchor = (a.x - 10, out - 7), "end"
    else:
        x1, x2 = a.middle + 44 + 22 * (place % 4), b.middle - 44
        first = track(sheet, a.row + 1, f"{a.name}>{b.name}")
        points = [(x1, a.y + a.high), (x1, first), (x2, first), (x2, b.y)]
        if b.row != a.row + 1:
            last = track(sheet, b.row, f">{b.name}")
            points = [*points[:2], (lane, first), (lane, last), (x2, last), (x2, b.y)]
        at = (x1 + 6, a.y + a.high + 13)
    return points, at, anchor


def width(text: str, size: float) -> float:
    """About as wide as it will be set."""
    return sum(size if ord(sign) > 0x2E7F else size * 0.53 for sign in text)
