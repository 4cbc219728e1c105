# SPDX-License-Identifier: Apache-2.0
"""Drawing (流程图): a process as a standalone SVG that prints and needs no colour to be understood. Pure.

Top to bottom. Square boxes are the machine, round ones people, pills are ends. Failures are a mark on the box: where
they lead is said below the picture.
"""

from collections.abc import Mapping
from html import escape

from kit.text import Language, Text
from workflows.paths import Edge, edges, incidents, layers
from workflows.process import Automatic, End, Human, Joint, Panel, Process, Step

WIDE, HIGH = 208, 62
ACROSS, DOWN = 44, 54
MARGIN, LANE, TEXT = 40, 18, 64
FONT = "'Noto Sans SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"
ROLES = {
    "clerk": Text(zh="审查员", en="clerk"),
    "supervisor": Text(zh="负责人", en="supervisor"),
    "expert": Text(zh="部门", en="departments"),
}
TONES = {"registered": "#1f6f4a", "returned": "#8a5a00", "refused": "#a3231c", "withdrawn": "#55524c"}
Place = tuple[float, float]


def draw(process: Process, language: Language = "zh", words: Mapping[str, Text] | None = None) -> str:
    """The picture. `words` says what outcomes are called."""
    depth, aside = layers(process), sorted(incidents(process))
    places = _places(process, depth)
    shown = [e for e in edges(process) if e.kind != "exhausted" and e.source in places and e.target in places]
    left, right = _lanes(shown, places)
    shift = MARGIN + (TEXT + left * LANE if left else 0)
    wide = max(x for x, _y in places.values()) + WIDE + shift + MARGIN + right * LANE
    foot = max(y for _x, y in places.values()) + HIGH + 40
    high = foot + 22 * _lines_below(process, aside) + 24
    parts = [_head(process, language, wide, high)]
    parts += _lines(process, shown, places, shift, wide, language, words or {})
    parts += [_box(process.steps[name], x + shift, y, language) for name, (x, y) in places.items()]
    parts += _below(process, aside, shift, foot, language, words or {})
    return "\n".join([*parts, "</svg>"])


def _places(process: Process, depth: Mapping[str, int]) -> dict[str, Place]:
    """Rows by distance from the start; in a row, what leads farthest comes first."""
    reach = _reach(process, depth)
    rows: dict[int, list[str]] = {}
    for name, row in depth.items():
        rows.setdefault(row, []).append(name)
    places: dict[str, Place] = {}
    for row, names in rows.items():
        order = sorted(names, key=lambda name: (-reach[name], list(process.steps).index(name)))
        for column, name in enumerate(order):
            places[name] = (column * (WIDE + ACROSS), 84 + row * (HIGH + DOWN))
    return places


def _reach(process: Process, depth: Mapping[str, int]) -> dict[str, int]:
    """How many rows lie below each step on its longest way."""
    found: dict[str, int] = {}
    for name in sorted(depth, key=lambda n: -depth[n]):
        below = [e.target for e in edges(process) if e.source == name and depth.get(e.target, 0) > depth[name]]
        found[name] = max((found[target] + 1 for target in below), default=0)
    return found


def _is_short(edge: Edge, places: Mapping[str, Place]) -> bool:
    return places[edge.target][1] - places[edge.source][1] == HIGH + DOWN


def _lanes(shown: list[Edge], places: Mapping[str, Place]) -> tuple[int, int]:
    long = [edge for edge in shown if not _is_short(edge, places)]
    left = len({edge.target for edge in long if places[edge.target][0] == 0})
    return left, len({edge.target for edge in long if places[edge.target][0] != 0})


def _head(process: Process, language: Language, wide: float, high: float) -> str:
    title = escape(process.title.said(language))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" '
        f'height="{high:.0f}" role="img" font-family="{FONT}" font-size="14">\n'
        f"<title>{title}</title><desc>{escape(process.name)} v{process.version}</desc>\n"
        '<defs><marker id="tip" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 .6 7.4 4 0 7.4z" fill="#55524c"/></marker></defs>\n'
        f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#fff"/>\n'
        f'<text x="{MARGIN}" y="42" font-size="20" font-weight="600" fill="#1c1b19">{title}</text>'
        f'<text x="{MARGIN}" y="62" font-size="12" fill="#6b6a66">{escape(process.name)} · v{process.version}</text>'
    )


def _box(step: Step, x: float, y: float, language: Language) -> str:
    match step:
        case Automatic():
            edge, fill, corner, note = "#55524c", "#f6f5f2", 4, {"zh": "系统自动", "en": "machine"}[language]
        case Panel():
            note = f"{ROLES[step.role].said(language)} × {step.persons}"
            edge, fill, corner = "#1d4f91", "#eef4fb", 24
        case Joint():
            note = f"{ROLES[step.role].said(language)} × {len(step.departments)}"
            edge, fill, corner = "#1d4f91", "#eef4fb", 24
        case Human():
            edge, fill, corner, note = "#1d4f91", "#eef4fb", 24, ROLES[step.role].said(language)
        case End():
            edge, fill, corner, note = TONES[step.state], "#fff", 31, ""
    if not isinstance(step, Automatic | End) and step.timer.working_days:
        days = step.timer.working_days
        note += f" · {days} 个工作日" if language == "zh" else f" · {days} working days"
    weight = 2.5 if isinstance(step, End) else 1.6
    middle = x + WIDE / 2
    text = (
        f'<text x="{middle}" y="{y + (38 if not note else 28)}" text-anchor="middle" font-weight="600" fill="{edge}">'
    )
    parts = [
        f'<rect x="{x}" y="{y}" width="{WIDE}" height="{HIGH}" rx="{corner}" fill="{fill}" stroke="{edge}" '
        f'stroke-width="{weight}"/>',
        f"{text}{escape(step.title.said(language))}</text>",
    ]
    if note:
        parts.append(
            f'<text x="{middle}" y="{y + 47}" text-anchor="middle" font-size="12" fill="#55524c">{escape(note)}</text>'
        )
    if isinstance(step, Automatic):
        parts.append(
            f'<text x="{x + WIDE - 14}" y="{y + 18}" text-anchor="middle" font-size="13" fill="#8a5a00">!</text>'
        )
    return "".join(parts)


def _lines(
    process: Process,
    shown: list[Edge],
    places: Mapping[str, Place],
    shift: float,
    wide: float,
    language: Language,
    words: Mapping[str, Text],
) -> list[str]:
    """Short edges straight down; long ones in a lane beside the boxes, one lane for each step that they lead to."""
    lanes: dict[tuple[str, str], float] = {}
    parts = []
    many = {name for name, step in process.steps.items() if isinstance(step, Human | Panel | Automatic)}
    for edge in shown:
        (x1, y1), (x2, y2) = places[edge.source], places[edge.target]
        x1, x2 = x1 + shift, x2 + shift
        label = ""
        step = process.steps[edge.source]
        if edge.source in many and not (isinstance(step, Automatic) and len(step.next) == 1):
            label = words[edge.outcome].said(language) if edge.outcome in words else edge.outcome
        if edge.kind == "late":
            label = "期限届满" if language == "zh" else "time runs out"
        if _is_short(edge, places):
            start, end, middle = x1 + WIDE / 2, x2 + WIDE / 2, y2 - DOWN / 2
            offset = 36 if edge.kind == "late" else 0
            start, end = start + offset, end + offset
            path = f"M{start} {y1 + HIGH}V{middle}H{end}V{y2 - 2}"
            is_beside = edge.kind == "normal" and x1 == x2
            at, anchor = ((end - 8, y2 - 18), "end") if is_beside else ((end + 8, y2 - 18), "start")
        elif x2 == shift:
            lane = lanes.setdefault((edge.target, "left"), shift - TEXT - LANE * sum(s == "left" for _t, s in lanes))
            path = f"M{x1} {y1 + HIGH / 2}H{lane}V{y2 + HIGH / 2}H{x2 - 2}"
            at, anchor = (x1 - 8, y1 + HIGH / 2 - 6), "end"
            if places[edge.source][0]:
                path = f"M{x1 + WIDE / 2} {y1 + HIGH}V{y1 + HIGH + 12}H{lane}V{y2 + HIGH / 2}H{x2 - 2}"
        else:
            lane = lanes.setdefault(
                (edge.target, "right"), wide - MARGIN + 20 - LANE * (1 + sum(s == "right" for _t, s in lanes))
            )
            place = [target for target, side in lanes if side == "right"].index(edge.target)
            y = y1 + 20 + 24 * place
            path = f"M{x1 + WIDE} {y}H{lane}V{y2 - 14 - 4 * place}H{x2 + WIDE / 2 + 56}V{y2 - 2}"
            at, anchor = (x1 + WIDE + 10, y - 5), "start"
        dashed = ' stroke-dasharray="5 4"' if edge.kind != "normal" else ""
        parts.append(
            f'<path d="{path}" fill="none" stroke="#55524c" stroke-width="1.4" marker-end="url(#tip)"{dashed}/>'
        )
        if label:
            parts.append(
                f'<text x="{at[0]}" y="{at[1]}" font-size="12" fill="#1c1b19" text-anchor="{anchor}" '
                f'paint-order="stroke" stroke="#fff" stroke-width="4">{escape(label)}</text>'
            )
    return parts


def _lines_below(process: Process, aside: list[str]) -> int:
    joints = sum(isinstance(step, Joint) for step in process.steps.values())
    return len(aside) + joints


def _below(
    process: Process, aside: list[str], x: float, y: float, language: Language, words: Mapping[str, Text]
) -> list[str]:
    """What the marks stand for, in words."""
    lines = []
    for name in aside:
        step = process.steps[name]
        out = [
            f"{words[e.outcome].said(language) if e.outcome in words else e.outcome} → "
            f"{process.steps[e.target].title.said(language)}"
            for e in edges(process)
            if e.source == name
        ]
        begun = "办不了时：" if language == "zh" else "when it cannot be done: "
        lines.append(f"!  {begun}{step.title.said(language)}（{'；'.join(out)}）")
    for step in process.steps.values():
        if isinstance(step, Joint):
            asked = "、".join(process.departments[name].said(language) for name in step.departments)
            lines.append(f"{step.title.said(language)}：{asked}")
    return [
        f'<text x="{x}" y="{y + 22 * index}" font-size="12" fill="#55524c">{escape(line)}</text>'
        for index, line in enumerate(lines)
    ]
