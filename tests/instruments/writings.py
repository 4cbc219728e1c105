# SPDX-License-Identifier: Apache-2.0
"""Every text of every item, written from right answers. Pure."""

from typing import Any

import instruments
from approval.grant import premises_in_words
from catalogue import Item
from forms import Answers, Values, check
from instruments import Instrument
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
    answers: Answers = {**filled(form, TODAY, choose=choose), **changed}
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


def written(code: str, item: Item, answers: Answers) -> Instrument:
    values = read(item, answers)
    return instruments.write(code, CATALOGUE.form_of(item), values, known_of(item, values))


def words(instrument: Instrument) -> str:
    return "\n".join([instrument.title, *(block.text for block in instrument.blocks)])
