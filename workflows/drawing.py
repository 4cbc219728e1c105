# SPDX-License-Identifier: Apache-2.0
"""Drawing (流程图): a process as a standalone SVG that prints and needs no colour to be understood. Pure.

Top to bottom, the longest way to a grant straight down on the left. Refusals and returns gather on the right, ways that
skip or go back run beside. Failures are a mark on the box: where they lead is said below the picture.
"""

from collections.abc import Mapping, Sequence
from html import escape

from kit.text import Language, Text
from workflows.layout import LATE, MARGIN, Box, Point, Sheet, boxes_of, place, route, width
from workflows.paths import edges, incidents, layers
from workflows.process import Automatic, End, Human, Joint, Panel, Process, Step

FONT = "'Noto Sans SC','Noto Sans CJK SC','PingFang SC','Microsoft YaHei',system-ui,sans-serif"
INK, SOFT, LINE = "#1c1b19", "#5b5954", "#6b6862"
ROLES = {
    "clerk": Text(zh="审查员", en="clerk"),
    "supervisor": Text(zh="负责人", en="supervisor"),
    "expert": Text(zh="部门", en="departments"),
}
STATES = {"registered": "#1f6f4a", "returned": "#8a5a00", "refused": "#a3231c", "withdrawn": "#55524c"}
SIGNS = {
    "registered": "M-5 0-1.5 4 5-4",
    "returned": "M-1-5-5-1.5-1 2M-5-1.5H2.5Q5.5-1.5 5.5 1.5T2.5 4.5H0",
    "refused": "M-4-4 4 4M4-4-4 4",
    "withdrawn": "M-5 0H5",
}
MACHINE, PERSON, BOTH, MANY = "#6b6862", "#1d4f91", "#5a3d94", "#0d6660"
KINDS = (
    (Automatic, Text(zh="系统自动", en="done by the system")),
    (Human, Text(zh="一人办理", en="one person")),
    (Panel, Text(zh="多人分别决定", en="several persons, each alone")),
    (Joint, Text(zh="各部门同时办理", en="departments, all at once")),
)


def draw(process: Process, language: Language = "zh", words: Mapping[str, Text] | None = None) -> str:
    """The picture. `words` says what outcomes are called."""
    depth = layers(process)
    shown = [e for e in edges(process) if e.kind != "exhausted" and e.source in depth]
    sheet = Sheet(process, language, words or {}, boxes_of(process, depth), shown)
    place(sheet)
    lines, labels = _lines(sheet)
    wide = max([sheet.right, *(box.x + box.wide for box in sheet.boxes.values())]) + MARGIN
    wide = max(wide, 640.0)
    foot = max(box.y + box.high for box in sheet.boxes.values()) + 44
    below, high = _below(sheet, foot, wide)
    parts = [_head(sheet, wide, high), *lines]
    parts += [_box(sheet, box) for box in sheet.boxes.values()]
    return "\n".join([*parts, *labels, *below, "</svg>\n"])


def _lines(sheet: Sheet) -> tuple[list[str], list[str]]:
    """The lines, those to one step together so that they join and cross the others with a gap; and their labels."""
    lines, labels = [], []
    for target in dict.fromkeys(edge.target for edge in sheet.shown):
        step = sheet.process.steps[target]
        colour = STATES[step.state] if isinstance(step, End) and step.state != "registered" else LINE
        under, over = [], []
        for edge in (e for e in sheet.shown if e.target == target):
            points, (x, y), anchor = route(sheet, edge)
            path, dash = _round(points), ' stroke-dasharray="5 4"' if edge.kind == "late" else ""
            under.append(f'<path d="{path}" fill="none" stroke="#fff" stroke-width="6"/>')
            over.append(f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.5"{dash}/>')
            over.append(_tip(points, colour))
            if label := sheet.said(edge):
                labels.append(
                    f'<text x="{x:.1f}" y="{y:.1f}" font-size="12" fill="{INK if colour == LINE else colour}" '
                    f'text-anchor="{anchor}" paint-order="stroke" stroke="#fff" stroke-width="4">{escape(label)}</text>'
                )
        lines += [*under, *over]
    return lines, labels


def _round(points: Sequence[Point], radius: float = 9.0) -> str:
    """A line with rounded corners."""
    told = [f"M{points[0][0]:.1f} {points[0][1]:.1f}"]
    for before, (x, y), after in zip(points, points[1:], points[2:], strict=False):
        ends = []
        for other in (before, after):
            far = abs(other[0] - x) + abs(other[1] - y)
            part = min(radius, far / 2) / far if far else 0
            ends.append((x + (other[0] - x) * part, y + (other[1] - y) * part))
        (x1, y1), (x2, y2) = ends
        told.append(f"L{x1:.1f} {y1:.1f}Q{x:.1f} {y:.1f} {x2:.1f} {y2:.1f}")
    return f"{''.join(told)}L{points[-1][0]:.1f} {points[-1][1]:.1f}"


def _tip(points: Sequence[Point], colour: str) -> str:
    (x0, _y0), (x, y) = points[-2:]
    shape = f"M{x} {y}l-5-9h10z" if x0 == x else f"M{x} {y}l-9-5v10z"
    return f'<path d="{shape}" fill="{colour}"/>'


def _text(x: float, y: float, text: str, size: float, room: float, colour: str = SOFT, more: str = "") -> str:
    """One line that stays in its room: smaller first, then cut."""
    while size > 9 and width(text, size) > room:
        size -= 0.5
    whole = text
    while width(text, size) > room and len(text) > 1:
        text = text[:-2] + "…"
    hint = f"<title>{escape(whole)}</title>" if text != whole else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size:g}" fill="{colour}"{more}>{hint}{escape(text)}</text>'


def _head(sheet: Sheet, wide: float, high: float) -> str:
    process, language = sheet.process, sheet.language
    called = {name: step.title.said(language) for name, step in process.steps.items()}
    told = "；".join(f"{called[e.source]} —{sheet.said(e)}→ {called[e.target]}" for e in edges(process))
    title = escape(process.title.said(language))
    other = process.title.said("en" if language == "zh" else "zh")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide:.0f} {high:.0f}" width="{wide:.0f}" '
        f'height="{high:.0f}" role="img" lang="{"zh-CN" if language == "zh" else "en"}" '
        f'aria-labelledby="{process.name}-title {process.name}-desc" font-family="{escape(FONT)}">\n'
        f'<title id="{process.name}-title">{title}</title><desc id="{process.name}-desc">{escape(told)}</desc>\n'
        f'<rect width="{wide:.0f}" height="{high:.0f}" fill="#fff"/>\n'
        + _text(MARGIN, 50, process.title.said(language), 22, wide - 2 * MARGIN, INK, ' font-weight="600"')
        + _text(MARGIN, 72, f"{other} · {process.name} v{process.version}", 12.5, wide - 2 * MARGIN)
    )


def _box(sheet: Sheet, box: Box) -> str:
    step, language = box.step, sheet.language
    title, small = step.title.said(language), step.title.said("en" if language == "zh" else "zh")
    x, y, wide, high = box.x, box.y, box.wide, box.high
    if isinstance(step, End):
        colour = STATES[step.state]
        return "".join((
            f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:g}" height="{high:g}" rx="{high / 2:g}" fill="#fff" '
            f'stroke="{colour}" stroke-width="2.2"/><path transform="translate({x + 25:.1f} {y + high / 2:.1f})" '
            f'd="{SIGNS[step.state]}" fill="none" stroke="{colour}" stroke-width="2" stroke-linecap="round"/>',
            _text(x + 42, y + 21, title, 14.5, wide - 60, colour, ' font-weight="600"'),
            _text(x + 42, y + 36, small, 11, wide - 60),
        ))  # fmt: skip
    colour, fill, corner = _tone(step)
    parts = []
    if isinstance(step, Panel):  # a second sheet behind the first
        parts.append(_rect(x + 5, y + 5, wide, high, corner, fill, colour))
    parts.append(_rect(x, y, wide, high, corner, fill, colour))
    parts.append(_mark(step, x + 26, y + 28, colour))
    parts.append(_text(x + 50, y + 26, title, 15, wide - 66, INK, ' font-weight="600"'))
    parts.append(_text(x + 50, y + 44, small, 11.5, wide - 66))
    if not isinstance(step, Automatic):
        parts.append(_text(x + 50, y + 63, _who(step, language), 11.5, wide - 66, colour))
    if isinstance(step, Joint):
        for number, name in enumerate(step.departments):
            top = y + 76 + 30 * number
            start = y + 44 if not number else top - 17
            parts.append(f'<path d="M{x + 26:.1f} {start:.1f}V{top + 12:.1f}H{x + 50:.1f}" fill="none" '
                         f'stroke="{colour}" stroke-width="1.3"/>')  # fmt: skip
            parts.append(_rect(x + 50, top, wide - 66, 24, 12, "#fff", colour))
            parts.append(_text(x + 62, top + 16.5, sheet.process.departments[name].said(language), 12, wide - 90, INK))
    if isinstance(step, Automatic):
        parts.append(_badge(x + wide - 4, y + 4))
    return "".join(parts)


def _tone(step: Step) -> tuple[str, str, int]:
    match step:
        case Panel():
            return BOTH, "#f3effa", 18
        case Joint():
            return MANY, "#eaf6f4", 18
        case Human():
            return PERSON, "#edf4fc", 18
    return MACHINE, "#f6f5f2", 3


def _rect(x: float, y: float, wide: float, high: float, corner: int, fill: str, colour: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{wide:g}" height="{high:g}" rx="{corner}" fill="{fill}" '
        f'stroke="{colour}" stroke-width="1.4"/>'
    )


def _badge(x: float, y: float) -> str:
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="8" fill="#fdf3dc" stroke="#b07b17"/><text x="{x:.1f}" y="{y + 4:.1f}" '
        'font-size="11" font-weight="700" fill="#8a5a00" text-anchor="middle">!</text>'
    )


def _mark(step: Step, x: float, y: float, colour: str) -> str:
    """A wheel for the machine, heads for people, a fan for departments: told apart without colour."""
    person = "M{0}-1a4 4 0 1 0-.1 0zM{1} 9a7 7 0 0 1 14 0z"
    match step:
        case Automatic():
            teeth = "".join(f"M0-8V-5.5M0 5.5V8M{s}5.7-5.7{s}3.9-3.9M{s}5.7 5.7{s}3.9 3.9" for s in ("", "-"))
            path, fill = f"M5 0A5 5 0 1 1-5 0 5 5 0 1 1 5 0M-8 0H-5.5M5.5 0H8{teeth}", "none"
        case Panel():
            path, fill = person.format(-5, -12) + person.format(6, -1), colour
        case Joint():
            path, fill = "M0 8V0M0 0-8-5M0 0 8-5M0 0V-8", "none"
        case _:
            path, fill = person.format(0, -7), colour
    drawn = f'd="{path}" fill="{fill}" stroke="{colour if fill == "none" else "#fff"}" stroke-width="1.6"'
    return f'<path transform="translate({x:.1f} {y:.1f})" {drawn} stroke-linecap="round"/>'


def _who(step: Human | Panel | Joint, language: Language) -> str:
    note = ROLES[step.role].said(language)
    if isinstance(step, Panel):
        note += f" × {step.persons}"
    days = step.timer.working_days
    if days:
        note += f" · {days} 个工作日" if language == "zh" else f" · {days} working day{'s' if days > 1 else ''}"
    return note


def _below(sheet: Sheet, y: float, wide: float) -> tuple[list[str], float]:
    """The legend, then what the failure mark stands for, in words."""
    process, language = sheet.process, sheet.language
    parts = [f'<path d="M{MARGIN} {y:.1f}H{wide - MARGIN:.1f}" stroke="#dddad3"/>']
    x, y = MARGIN, y + 28
    for kind, word in KINDS:
        example = next((s for s in process.steps.values() if type(s) is kind), None)
        if example is not None:
            parts.append(_mark(example, x + 12, y - 4, _tone(example)[0]))
            parts.append(_text(x + 30, y, word.said(language), 12, 300))
            x += 56 + width(word.said(language), 12)
    if any(edge.kind == "late" for edge in sheet.shown):
        parts.append(f'<path d="M{x} {y - 4}h26" stroke="{LINE}" stroke-width="1.5" stroke-dasharray="5 4"/>')
        parts.append(_text(x + 34, y, LATE.said(language), 12, 300))
    for line in _failures(process, sheet):
        y += 26
        parts += [_badge(MARGIN + 12, y - 4), _text(MARGIN + 30, y, line, 12, wide - 2 * MARGIN - 30)]
    return parts, y + 36


def _failures(process: Process, sheet: Sheet) -> list[str]:
    """One line for each step that failures lead to, and one for each that lies behind it alone."""
    language, is_zh = sheet.language, sheet.language == "zh"
    failing: dict[str, list[str]] = {}
    for edge in edges(process):
        if edge.kind == "exhausted":
            failing.setdefault(edge.target, []).append(process.steps[edge.source].title.said(language))
    lines = []
    for name in dict.fromkeys([*failing, *sorted(incidents(process))]):
        step = process.steps[name]
        who = f"{'（' if is_zh else ' ('}{_who(step, language)}{'）' if is_zh else ')'}" if not isinstance(
            step, Automatic | End) else ""  # fmt: skip
        begun = ("办不了时 → " if is_zh else "when it cannot be done → ") if name in failing else ""
        if len(failing) > 1 and name in failing:
            begun = f"{'、'.join(failing[name]) if is_zh else ', '.join(failing[name])}: {begun}"
        out = [f"{sheet.said(e)} → {process.steps[e.target].title.said(language)}" for e in edges(process)
               if e.source == name and name in incidents(process)]  # fmt: skip
        told = ("：" if is_zh else ": ") + ("；" if is_zh else "; ").join(out) if out else ""
        lines.append(f"{begun}{step.title.said(language)}{who}{told}")
    return lines
