# SPDX-License-Identifier: Apache-2.0
"""Every text of every item, written from right answers. Pure."""

from typing import Any

import instruments
from approval.grant import premises_in_words
from catalogue import Item
from forms import Answers, Values, check
from instruments import Business, Facts, Instrument
from kit.clock import office_day
from tests.conftest import NOON
from tests.filling import filled
from tests.office import CATALOGUE

TODAY = office_day(NOON)
ITEMS = [item for item in CATALOGUE.offered(TODAY) if item.instruments]


def item_of(code: str) -> Item:
    return CATALOGUE.current(code, TODAY)


def answers_of(item: Item, choose: int = 0, **changed: Any) -> Answers:
    form = CATALOGUE.form_of(item)
    answers: Answers = {**filled(form, TODAY, choose=choose, given=changed), **changed}
    return answers


def read(item: Item, answers: Answers) -> Values:
    """The values; nothing may stand against them."""
    found = check(CATALOGUE.form_of(item), answers, TODAY)
    assert [problem for problem in found.problems if problem.blocks] == []
    return found.values


def known_of(item: Item, values: Values) -> dict[str, str]:
    known = {"item": item.title.zh, "holder": str(values.get(item.holder.name) or "")}
    if "street" in values and "address" in values:
        known["premises"] = premises_in_words(CATALOGUE.form_of(item), values)
    return known


def written(code: str, item: Item, answers: Answers, business: Business | None = None) -> Instrument:
    values = read(item, answers)
    form, known = CATALOGUE.form_of(item), known_of(item, values)
    return instruments.write(code, form, values, {**known, **dict(instruments.told(form, values, known, business))})


def words(instrument: Instrument) -> str:
    return "\n".join([instrument.title, *(block.text for block in instrument.blocks)])


def business(setup: Item, change: Item, answers: Answers, **facts: Any) -> Business:
    """A business registered with the usual answers and those of `facts`, and what this change would make of it."""
    form, asked = CATALOGUE.form_of(setup), CATALOGUE.form_of(change).asked(answers)
    before = {**answers_of(setup), **facts}
    known = {field.name for page in form.pages for field in page.fields}
    names = {field.name for _page, fields in asked for field in fields} & known
    after = {**before, **{name: answers[name] for name in names if name in answers}}
    articles = next((code for code in setup.instruments if code in instruments.ARTICLES), None)
    return Business(_facts(setup, before), _facts(setup, after), articles)


def _facts(setup: Item, answers: Answers) -> Facts:
    values = check(CATALOGUE.form_of(setup), answers, TODAY).values
    return Facts(CATALOGUE.form_of(setup), values, known_of(setup, values))
