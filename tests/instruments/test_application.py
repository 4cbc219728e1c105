# SPDX-License-Identifier: Apache-2.0
"""The application form without what is personal, and the page that has nothing else (文书规范 2026)."""

from collections.abc import Iterator

import pytest

from catalogue import Item
from forms import Answers, Field, Kind, rows_of
from instruments import application_form, personal_page
from kit.clock import office_day
from tests.conftest import NOON
from tests.filling import filled
from tests.instruments.writings import words
from tests.office import CATALOGUE

ITEMS = CATALOGUE.offered(office_day(NOON))
TODAY = office_day(NOON)
NUMBER = "QX20261123000001"
NUMBERS = (Kind.ID_NUMBER, Kind.PARTY_NUMBER, Kind.PHONE, Kind.EMAIL)
WHOLE = [(item, choose) for item in ITEMS for choose in range(3)]


def cells(item: Item, answers: Answers) -> Iterator[tuple[Field, str]]:
    """Every answer with its question, also of the rows of tables."""
    for _page, fields in CATALOGUE.form_of(item).asked(answers):
        for field in fields:
            if field.kind is Kind.PEOPLE:
                rows = rows_of(answers.get(field.name))
                yield from ((column, row[column.name]) for row in rows for column in field.fields if column.name in row)
            else:
                yield field, str(answers.get(field.name) or "")


def is_home(field: Field) -> bool:
    return field.personal and (field.name.endswith("_address") or field.name == "residence")


def apart(item: Item, answers: Answers) -> set[str]:
    """What must stand on the personal page only; homes made unlike any other words."""
    return {said for field, said in cells(item, answers) if said and (field.kind in NUMBERS or is_home(field))}


def with_homes(item: Item, answers: Answers) -> Answers:
    changed = dict(answers)
    for _page, fields in CATALOGUE.form_of(item).asked(answers):
        for field in fields:
            if is_home(field):
                changed[field.name] = "住处一号"
            elif field.kind is Kind.PEOPLE and any(is_home(column) for column in field.fields):
                rows = rows_of(answers[field.name])
                changed[field.name] = [{**row, "residence": f"住处 {n} 号"} for n, row in enumerate(rows)]
    return changed


@pytest.mark.parametrize(("item", "choose"), WHOLE, ids=lambda one: one.code if isinstance(one, Item) else str(one))
def test_numbers_telephones_and_homes_stand_on_the_personal_page_only(item: Item, choose: int) -> None:
    form = CATALOGUE.form_of(item)
    answers = with_homes(item, filled(form, TODAY, choose=choose))
    shown, private = words(application_form(form, answers, NUMBER)), words(personal_page(form, answers, NUMBER))
    personal = apart(item, answers)
    assert personal
    for said in personal:
        assert said not in shown
        assert said in private


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_every_other_answer_stands_in_the_form(item: Item) -> None:
    form = CATALOGUE.form_of(item)
    answers = filled(form, TODAY)
    shown = words(application_form(form, answers, NUMBER))
    assert form.title.zh in shown
    assert f"受理编号：{NUMBER}" in shown
    for field, said in cells(item, answers):
        if said and field.kind in (Kind.TEXT, Kind.LONG_TEXT, Kind.DATE) and not is_home(field):
            assert said in shown


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.code)
def test_the_personal_page_says_whose_the_numbers_of_a_table_are(item: Item) -> None:
    form = CATALOGUE.form_of(item)
    answers = filled(form, TODAY)
    private = words(personal_page(form, answers, NUMBER))
    for _page, fields in form.asked(answers):
        for table in (field for field in fields if field.kind is Kind.PEOPLE):
            if any(column.kind in NUMBERS for column in table.fields):
                for row in rows_of(answers[table.name]):
                    assert row["name"] in private


def test_there_is_no_number_before_there_is_a_case() -> None:
    form = CATALOGUE.form_of(CATALOGUE.current("sole-trader", TODAY))
    assert "受理编号" not in words(application_form(form, filled(form, TODAY), ""))


def test_what_was_answered_and_is_not_asked_any_more_is_not_shown() -> None:
    form = CATALOGUE.form_of(CATALOGUE.current("sole-trader", TODAY))
    answers = {**filled(form, TODAY), "agent": "none", "agent_name": "不再委托", "agent_number": "999999"}
    both = words(application_form(form, answers, "")) + words(personal_page(form, answers, ""))
    assert "不再委托" not in both
    assert "999999\n" not in both


@pytest.mark.parametrize("typed", ["{{ 7*7 }}", "{% raw %}", "# 标题"])
def test_an_answer_stays_as_typed(typed: str) -> None:
    form = CATALOGUE.form_of(CATALOGUE.current("sole-trader", TODAY))
    plain = application_form(form, filled(form, TODAY), NUMBER)
    shown = application_form(form, {**filled(form, TODAY), "address": typed}, NUMBER)
    assert f"详细地址：{typed}" in words(shown)
    assert [block.kind for block in shown.blocks] == [block.kind for block in plain.blocks]
