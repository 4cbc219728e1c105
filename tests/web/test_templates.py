# SPDX-License-Identifier: Apache-2.0
"""Templates (模板): every page in both languages, nothing inline, light. Pure."""

import gzip
import re
from pathlib import Path

import pytest

from kit.text import Language
from tests.web.sample_contexts import SAMPLES, Sample, page_context
from web.render import english, render

TEMPLATES = sorted(Path("web/templates").rglob("*.html"))
STATIC = Path("web/static")


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_nothing_is_inline_so_that_the_strict_policy_holds(template: Path) -> None:
    text = template.read_text("utf-8")
    assert not re.search(r"\sstyle=", text)
    assert not re.search(r"\son[a-z]+=", text)
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)


@pytest.mark.parametrize("template", TEMPLATES, ids=str)
def test_every_form_that_changes_something_carries_the_token(template: Path) -> None:
    text = template.read_text("utf-8")
    forms = re.findall(r'<form[^>]*method="post".*?</form>', text, re.S)
    assert all("csrf_field(csrf)" in form for form in forms)


def test_styles_and_scripts_are_light() -> None:
    styles = sum(
        len(gzip.compress((STATIC / "css" / name).read_bytes()))
        for name in ("tokens.css", "base.css", "components.css")
    )
    scripts = sum(len(gzip.compress(path.read_bytes())) for path in STATIC.rglob("*.js"))
    assert styles <= 9_000
    assert scripts <= 13_000  # of which a page loads the few it names: 7 kB at most, before the camera


def test_every_module_that_a_template_names_is_there() -> None:
    named = {name for t in TEMPLATES for name in re.findall(r'data-module="([a-z-]+)"', t.read_text("utf-8"))}
    there = {path.stem for path in (STATIC / "js" / "modules").glob("*.js")}
    assert named == there


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample[0])
def test_every_page_says_all_it_is_given_in_both_languages(sample: Sample, language: Language) -> None:
    name, template, role, given = sample
    page = render(template, language, **page_context(role, given))
    assert page.count("<h1") == 1, name
    assert page.count("<title>") == 1
    for problem in page_context(role, given)["problems"]:
        assert page.count(problem.message) >= (1 if problem.href else 2), "in the summary and beside the field"


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample[0])
def test_every_name_within_a_page_leads_somewhere_and_only_once(sample: Sample) -> None:
    _, template, role, given = sample
    page = render(template, "zh", **page_context(role, given))
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert len(ids) == len(set(ids))
    wanted = re.findall(r'\s(?:for|form|aria-describedby|aria-labelledby)="([^"]+)"', page)
    wanted += re.findall(r'href="#([^"]+)"', page)
    assert {one for many in wanted for one in many.split()} - set(ids) == set()


def test_no_template_is_without_a_sample() -> None:
    pages = {str(t.relative_to("web/templates")) for t in TEMPLATES if t.parent.name not in ("components", "templates")}
    assert pages | {"home.html"} == {template for _, template, _, _ in SAMPLES}


def test_english_pages_show_no_untranslated_sentence_of_ours() -> None:
    page = render("errors/error.html", "en", **page_context("applicant", dict(SAMPLES[-1][3])))
    frame = page.split("<body>")[1].split("<main")[0] + page.split("</main>")[1]
    left = re.findall(r"[\u4e00-\u9fff]+", frame)
    assert set(left) == {"李审查", "中文"}, "a person's name and the way back to Chinese"


def test_without_a_catalogue_every_sentence_stays_chinese(tmp_path: Path) -> None:
    assert english().gettext("队列") != "队列"
    assert english(tmp_path / "messages.po").gettext("队列") == "队列"


def test_every_role_has_a_page_to_begin_on() -> None:
    from identity import Role
    from web.pages.signin import STAFF_HOME

    assert set(STAFF_HOME) >= set(Role) - {Role.APPLICANT}
