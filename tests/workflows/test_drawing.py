# SPDX-License-Identifier: Apache-2.0
"""Drawing (流程图): every step is drawn, nothing overlaps or leaves the sheet, and all text is escaped. Pure."""

import re
from itertools import combinations
from typing import get_args
from xml.etree import ElementTree as Xml

import pytest
from hypothesis import given, settings

from kit.text import Language
from tests.workflows.test_paths import ALL, REAL, a_human, a_process, processes
from workflows import Process
from workflows.drawing import draw
from workflows.layout import Box, Sheet, boxes_of, place, width
from workflows.paths import edges, layers

SVG = "{http://www.w3.org/2000/svg}"
LANGUAGES = pytest.mark.parametrize("language", get_args(Language))


def laid_out(process: Process, language: Language = "zh") -> Sheet:
    depth = layers(process)
    shown = [edge for edge in edges(process) if edge.kind != "exhausted" and edge.source in depth]
    sheet = Sheet(process, language, {}, boxes_of(process, depth), shown)
    place(sheet)
    return sheet


def overlap(one: Box, other: Box) -> bool:
    across = one.x < other.x + other.wide and other.x < one.x + one.wide
    return across and one.y < other.y + other.high and other.y < one.y + one.high


@ALL
@LANGUAGES
def test_a_real_process_is_drawn_with_every_title_in_both_languages(process: Process, language: Language) -> None:
    said = "".join(Xml.fromstring(draw(process, language)).itertext())
    shown = [process.steps[name] for name in layers(process)]
    assert all(step.title.zh in said and step.title.en in said for step in shown)
    assert all(step.title.said(language) in said for step in process.steps.values())
    asked = [process.departments[name] for s in shown for name in getattr(s, "departments", ())]
    assert all(name.said(language) in said for name in asked)


@ALL
def test_the_picture_says_what_it_is_to_those_who_do_not_see_it(process: Process) -> None:
    root = Xml.fromstring(draw(process))
    title, desc = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert root.attrib["role"] == "img"
    assert title is not None
    assert desc is not None
    assert root.attrib["aria-labelledby"].split() == [title.attrib["id"], desc.attrib["id"]]
    assert all(step.title.zh in str(desc.text) for step in process.steps.values())


@ALL
@LANGUAGES
def test_every_title_of_a_real_process_fits_its_box_uncut(process: Process, language: Language) -> None:
    assert "…" not in draw(process, language)
    for text in Xml.fromstring(draw(process, language)).iter(f"{SVG}text"):
        assert float(text.attrib["font-size"]) >= 9
        assert float(text.attrib["x"]) + width(str(text.text), 9) / 2 > 0


def test_late_ways_are_dashed_and_failures_are_a_mark() -> None:
    permit = next(process for process in REAL if process.name == "permit")
    drawn = draw(permit)
    late = [edge for edge in edges(permit) if edge.kind == "late"]
    failing = [edge for edge in edges(permit) if edge.kind == "exhausted"]
    assert drawn.count("stroke-dasharray") == len(late) + 1  # and one in the legend
    assert drawn.count("<circle") == len(failing) + 1


def test_words_of_a_declaration_cannot_break_out_of_the_picture() -> None:
    evil = {"zh": "<script>&\"'", "en": "</svg>"}
    process = a_process({"a": {**a_human(**{"<b>&": "done"}), "title": evil}}, title=evil)
    drawn = draw(process)
    assert {e.tag.removeprefix(SVG) for e in Xml.fromstring(drawn).iter()} <= {
        *("svg", "title", "desc", "rect", "path", "text", "circle"),
    }
    assert "<script>" not in drawn
    assert drawn.count("</svg>") == 1


def test_a_title_that_is_too_long_is_cut_and_kept_as_a_hint() -> None:
    title = {"zh": "很长的标题" * 20, "en": "x"}
    process = a_process({"a": {**a_human(x="done"), "title": title}})
    root = Xml.fromstring(draw(process))
    assert title["zh"] in [hint.text for text in root.iter(f"{SVG}text") for hint in text]


@settings(max_examples=60, deadline=None)
@given(processes())
def test_any_sound_process_is_drawn_with_every_step_and_no_boxes_overlap(process: Process) -> None:
    root = Xml.fromstring(draw(process))
    said = "".join(root.itertext())
    assert all(step.title.zh in said for step in process.steps.values())
    sheet = laid_out(process)
    assert not [(a.name, b.name) for a, b in combinations(sheet.boxes.values(), 2) if overlap(a, b)]


@settings(max_examples=60, deadline=None)
@given(processes())
def test_no_line_of_any_sound_process_leaves_the_sheet(process: Process) -> None:
    root = Xml.fromstring(draw(process))
    _left, _top, wide, high = (float(number) for number in root.attrib["viewBox"].split())
    for path in root.iter(f"{SVG}path"):
        if path.attrib.get("stroke-width") == "6":
            for x, y in re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path.attrib["d"]):
                assert 0 <= float(x) <= wide
                assert 0 <= float(y) <= high
