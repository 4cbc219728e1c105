# SPDX-License-Identifier: Apache-2.0
import gzip
import re
from pathlib import Path

import pytest

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
    assert scripts <= 8_000


def test_every_module_that_a_template_names_is_there() -> None:
    named = {name for t in TEMPLATES for name in re.findall(r'data-module="([a-z-]+)"', t.read_text("utf-8"))}
    there = {path.stem for path in (STATIC / "js" / "modules").glob("*.js")}
    assert named == there
