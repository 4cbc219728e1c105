# SPDX-License-Identifier: Apache-2.0
"""Which permits follow, and who is told."""

from datetime import date
from pathlib import Path

import pytest

from approval.decision import REFUSAL_BASES
from approval.guards import GUARDS
from approval.steps import VERBS
from catalogue import load_catalogue
from instruments import CODES
from kit.declared import Refused
from kit.text import Text
from supervision import Competence, Phrase, load_competence

TODAY = date(2026, 12, 1)
TABLE = load_competence()


def phrase(code: str, licensed: bool = False) -> Phrase:
    return Phrase(code, Text(zh=f"项目{code}", en=code), licensed)


def told(*phrases: Phrase) -> dict[str | None, tuple[str, ...]]:
    return {one.department: tuple(p.code for p in one.phrases) for one in TABLE.addressed(phrases)}


def test_a_snack_shop_needs_a_food_permit_and_the_law_that_says_so_is_named() -> None:
    (later,) = TABLE.later([phrase("D-6291", licensed=True), phrase("F-5212")])
    assert later.permit is not None
    assert later.department is not None
    assert (later.permit.item, later.department.code) == ("food-service", "market")
    assert later.permit.basis.zh == "食品安全法第35条"
    assert [p.code for p in later.phrases] == ["D-6291"]


def test_two_businesses_under_one_permit_are_told_once() -> None:
    (later,) = TABLE.later([phrase("D-6291", licensed=True), phrase("F-5226", licensed=True)])
    assert len(later.phrases) == 2


def test_whoever_supervises_all_is_told_of_everything_and_others_of_their_own() -> None:
    assert told(phrase("F-5212")) == {"market": ("F-5212",)}
    found = told(phrase("F-5212"), phrase("Q-8060", licensed=True), phrase("L-7263", licensed=True))
    assert found == {"market": ("F-5212", "Q-8060", "L-7263"), "labour": ("L-7263",), "health": ("Q-8060",)}


def test_what_needs_a_permit_that_no_row_knows_goes_to_the_pool() -> None:
    assert told(phrase("X-0001", licensed=True))[None] == ("X-0001",)
    (later,) = TABLE.later([phrase("X-0001", licensed=True)])
    assert later.permit is None


def test_what_is_declared_unclear_goes_to_the_pool_though_it_needs_no_permit() -> None:
    assert told(phrase("A-0513"))[None] == ("A-0513",)
    assert TABLE.later([phrase("A-0513")]) == []


def test_every_licensed_business_of_the_forms_has_a_row_and_every_phrase_is_one_of_the_forms() -> None:
    catalogue = load_catalogue(verbs=set(VERBS), guards=set(GUARDS), texts=CODES, bases=set(REFUSAL_BASES))
    options = {
        option.value: option
        for form in catalogue.forms.values()
        for page in form.pages
        for field in page.fields
        if field.name == "scope"
        for option in field.options
    }
    rows = {code for row in TABLE.permits for code in row.phrases} | {c for row in TABLE.unclear for c in row.phrases}
    assert rows <= set(options)
    assert {code for code, option in options.items() if option.licensed} <= rows


def test_every_permit_that_is_granted_here_has_a_department_that_is_told_of_it() -> None:
    catalogue = load_catalogue(verbs=set(VERBS), guards=set(GUARDS), texts=CODES, bases=set(REFUSAL_BASES))
    offered = {item.code for item in catalogue.offered(TODAY)}
    assert {permit.item for permit in TABLE.permits} <= offered
    missing = {item.code for item in catalogue.offered(TODAY) if item.kind == "permit" and not TABLE.of_item(item.code)}
    assert missing == set()


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace('department = "labour"', 'department = "nobody"'), "there is no department nobody"),
        (lambda text: text.replace('phrases = ["L-7263"]', 'phrases = ["D-6291"]'), "in two rows: D-6291"),
        (lambda text: text.replace('code = "health"', 'code = "market"'), "stands here twice"),
    ],
)
def test_a_table_that_does_not_fit_together_is_refused(tmp_path: Path, change, said: str) -> None:  # type: ignore[no-untyped-def]
    file = tmp_path / "competence.toml"
    file.write_text(change(Path("supervision/competence.toml").read_text("utf-8")), "utf-8")
    with pytest.raises(Refused, match=said):
        load_competence(file)


def test_the_table_is_read_as_declared() -> None:
    assert isinstance(TABLE, Competence)
    assert TABLE.department("market") is not None
    assert TABLE.department(None) is None
