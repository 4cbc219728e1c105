# SPDX-License-Identifier: Apache-2.0
"""Which questions are asked is decided alike by the server and by the browser, whatever the conditions and answers."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from playwright.sync_api import Page as Tab
from playwright.sync_api import Route

from demonstration import browser as seen
from forms import Answer, Answers, Field, Form, Kind, Option, Page, When
from kit.text import Text
from web.fields import views
from web.render import environment

LABEL = Text(zh="题", en="Question")
OPTIONS = tuple(Option(value=value, label=LABEL) for value in "abc")
NUMBERS = (Kind.WHOLE, Kind.MONEY, Kind.PERCENT)
SITE = "http://form.test"
SHOWN = """{% from "components/forms.html" import control %}<!doctype html><html lang="zh"><title>x</title>
<form data-module="conditions">{% for field in fields %}{{ control(field) }}{% endfor %}</form>
<script type="module">import { start } from '/conditions.js'; start(document.forms[0]); document.title = 'ready';
</script>"""
TYPED = [
    "",
    "0",
    "5",
    "８",
    " 12 ",
    "1,000",
    "8.5",
    "8.50001",
    "-3",
    "99999999999",
    "abc",
    "１２．５",
    "12.5%",
    "５０ ％",
    "0.0001",
]
SET = """(given) => {
  for (const [name, values] of Object.entries(given)) {
    for (const one of document.getElementsByName(name)) {
      if (one.type === 'radio' || one.type === 'checkbox') one.checked = values.includes(one.value);
      else one.value = values[0] ?? '';
    }
  }
  document.forms[0].dispatchEvent(new Event('input'));
  return [...document.querySelectorAll('[data-when]')].filter((one) => !one.hidden).map((one) => one.dataset.name);
}"""


# The service of other tests goes on in this process, and its threads draw from the same chance.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the .random. module inside strategies")
PATIENCE_MS = 90_000  # a machine may be busy with other tests


@pytest.fixture(scope="module")
def tab() -> Iterator[Tab]:
    if seen.program() is None:
        pytest.skip("no browser: `apt-get install chromium`")
    with seen.browser() as opened:
        page = opened.new_page()
        page.set_default_timeout(PATIENCE_MS)
        yield page


@st.composite
def conditions(draw: st.DrawFn, earlier: list[Field], depth: int = 2) -> When:
    if depth and draw(st.integers(0, 2)) == 0:
        parts = tuple(draw(st.lists(conditions(earlier, depth - 1), min_size=1, max_size=3)))
        return When(all_of=parts) if draw(st.booleans()) else When(any_of=parts)
    field = draw(st.sampled_from(earlier))
    if field.kind in NUMBERS:
        low = draw(st.integers(0, 12))
        return When(field=field.name, least=low, most=draw(st.none() | st.integers(low, 2000)))
    among = ("yes",) if field.kind is Kind.TICK else tuple(draw(st.lists(st.sampled_from("abc"), min_size=1)))
    return When(field=field.name, among=among)


@st.composite
def pages(draw: st.DrawFn) -> tuple[Form, Answers]:
    fields: list[Field] = []
    answers: Answers = {}
    for name in draw(st.lists(st.sampled_from("pqrstuv"), min_size=2, max_size=7, unique=True)):
        kind = draw(st.sampled_from([Kind.CHOICE, Kind.CHOICES, Kind.TICK, *NUMBERS]))
        when = draw(st.none() | conditions(list(fields))) if fields else None
        options = OPTIONS if kind in (Kind.CHOICE, Kind.CHOICES) else ()
        fields.append(Field(name=name, kind=kind, label=LABEL, options=options, when=when))
        if kind is Kind.CHOICES:
            answers[name] = draw(st.lists(st.sampled_from("abc"), unique=True))
        else:
            known = {Kind.CHOICE: ["", "a", "b", "c"], Kind.TICK: ["", "yes"]}
            answers[name] = draw(st.sampled_from(known.get(kind, TYPED)))
    cut = draw(st.integers(0, len(fields) - 1))
    asked = draw(st.none() | conditions(fields[:cut])) if cut else None
    before = [Page(name="before", title=LABEL, fields=tuple(fields[:cut]))] if cut else []
    page = Page(name="page", title=LABEL, fields=tuple(fields[cut:]), when=asked)
    return Form(code="form", version=1, title=LABEL, source=LABEL, pages=(*before, page), rules=()), answers


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(made=pages())
def test_browser_and_server_agree_about_what_is_asked(tab: Tab, made: tuple[Form, Answers]) -> None:
    form, answers = made
    page = form.pages[-1]
    if page not in form.asked_pages(answers):
        return  # nobody is shown the way to it
    settled: Answers = {field.name: answers[field.name] for one in form.pages[:-1] for field in one.fields}
    seen_fields = views(form, page, settled, [], "zh")
    html = environment().from_string(SHOWN).render(fields=seen_fields, language="zh")
    module = Path("web/static/js/modules/conditions.js").read_text("utf-8")

    def serve(route: Route) -> None:
        is_module = route.request.url.endswith(".js")
        kind = "text/javascript" if is_module else "text/html; charset=utf-8"
        route.fulfill(body=module if is_module else html, content_type=kind)

    tab.unroute_all(behavior="wait")
    tab.route(f"{SITE}/**", serve)
    tab.goto(SITE)
    tab.wait_for_function("() => document.title === 'ready'")
    shown = tab.evaluate(SET, {f.name: _list(answers[f.name]) for f in page.fields})
    asked = [field.name for field in form.asked_fields(page, answers)]
    left = {view.name for view in seen_fields if view.when}
    assert shown == [name for name in asked if name in left]
    assert set(asked) <= {view.name for view in seen_fields}


def _list(answer: Answer) -> list[object]:
    return list(answer) if isinstance(answer, list) else [answer]
