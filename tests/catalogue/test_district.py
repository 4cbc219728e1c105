# SPDX-License-Identifier: Apache-2.0
"""The district's list: every row offered, each with the facts that the law gives, each form answerable."""

from calendar import monthrange
from datetime import date, timedelta

import pytest
from sqlalchemy.orm import Session

import addresses
from approval.calendar import load_calendar, seed_calendar
from approval.deadlines import due_on
from catalogue import Item, PermitResult
from forms import Kind, check
from tests.filling import filled
from tests.office import CATALOGUE

TODAY = date(2026, 11, 23)
OFFERED = {item.code: item for item in CATALOGUE.offered(TODAY)}
DISTRICT = {
    *("company", "food-service", "small-food", "public-venue", "job-agency", "labour-dispatch", "road-freight"),
    *("vehicle-repair", "outdoor-advertising", "road-occupation", "temporary-stacking", "private-school"),
    *("social-organisation", "private-non-enterprise", "construction-permit", "drainage", "publication-retail"),
    *("entertainment-venue", "internet-cafe", "commercial-performance", "fire-inspection", "drug-retail"),
    *("medical-institution", "hotel", "tobacco-retail"),
}
FOLLOW_ONS = {"seal-engraving", "tax-registration", "social-insurance", "housing-fund", "bank-appointment"}
PERMITS = [item for item in OFFERED.values() if item.kind == "permit"]


BESIDE = {  # steps and lesser filings that rows of the list speak of in passing
    *("internet-cafe-opening", "private-school-setup", "performing-group", "hr-service-filing"),
    *("prepacked-food-filing", "food-stall-filing"),
}


def test_the_twenty_five_rows_of_the_district_are_offered() -> None:
    assert len(DISTRICT) == 25
    assert set(OFFERED) >= DISTRICT | BESIDE


def test_what_follows_a_registration_is_offered_beside_the_list_and_owns_to_its_doubts() -> None:
    assert not FOLLOW_ONS & DISTRICT
    for code in FOLLOW_ONS:
        item = OFFERED[code]
        assert (item.kind, item.basis_confidence, item.deadline_confidence) == ("filing", "M", "M")
        assert all(item.goes_with(OFFERED[registration]) for registration in ("sole-trader", "company"))
    assert OFFERED["bank-appointment"].needs == ()  # an appointment: the licence does not hang on it, nor it on that
    assert not OFFERED["food-service"].goes_with(OFFERED["public-venue"])


@pytest.mark.parametrize(
    ("code", "days", "extension", "process", "years", "sure"),
    [
        ("food-service", 10, 5, "permit-site", 5, "M"),
        ("public-venue", 20, 10, "permit", 4, "V"),
        ("labour-dispatch", 20, 10, "permit-plain", 3, "M"),
        ("road-freight", 20, 0, "permit-plain", None, "M"),
        ("construction-permit", 7, 0, "permit-plain", None, "V"),
        ("private-school", 55, 0, "permit-site", None, "M"),
        ("social-organisation", 60, 0, "permit-plain", None, "M"),
        ("medical-institution", 45, 0, "permit-site", None, "M"),
        ("commercial-performance", 3, 0, "permit-plain", None, "M"),
        ("fire-inspection", 10, 0, "permit-site", None, "M"),
        ("entertainment-venue", 20, 10, "permit-hearing", None, "M"),
        ("drainage", 20, 10, "permit-plain", 5, "M"),
        ("internet-cafe-opening", 15, 0, "permit-site", None, "V"),
        ("private-school-setup", 16, 0, "permit-plain", 3, "M"),
        ("performing-group", 20, 0, "permit-plain", None, "V"),
    ],
)
def test_time_way_and_validity_are_those_of_the_law(
    code: str, days: int, extension: int, process: str, years: int | None, sure: str
) -> None:
    item = OFFERED[code]
    assert isinstance(item.result, PermitResult)
    assert (item.working_days, item.extension_working_days, item.process.name) == (days, extension, process)
    assert (item.result.valid_years, item.deadline_confidence) == (years, sure)


def test_three_months_are_never_exceeded_by_the_days_that_stand_for_them(session: Session) -> None:
    """Accepted just before the Spring Festival of 2026, one working day more would be too long (民法典第202条)."""
    seed_calendar(session)
    calendar, days = load_calendar(session), OFFERED["private-school"].working_days
    starts = [date(2025, 1, 1) + timedelta(days=n) for n in range(630)]
    assert [day for day in starts if due_on(day, days, calendar) > _three_months_on(day)] == []
    assert due_on(date(2026, 2, 5), days + 1, calendar) > _three_months_on(date(2026, 2, 5))


def test_thirty_days_are_never_exceeded_by_the_days_that_stand_for_them(session: Session) -> None:
    seed_calendar(session)
    calendar, days = load_calendar(session), OFFERED["private-school-setup"].working_days
    starts = [date(2025, 1, 1) + timedelta(days=n) for n in range(690)]
    assert all(due_on(day, days, calendar) <= day + timedelta(days=30) for day in starts)
    assert any(due_on(day, days + 1, calendar) > day + timedelta(days=30) for day in starts)


def _three_months_on(day: date) -> date:
    year, month = day.year + (day.month + 2) // 12, (day.month + 2) % 12 + 1
    return day.replace(year=year, month=month, day=min(day.day, monthrange(year, month)[1]))


def test_what_the_law_asks_of_a_place_or_a_hearing_stands_in_the_process() -> None:
    assert OFFERED["entertainment-venue"].hearing
    for item in OFFERED.values():
        guards = CATALOGUE.process_of(item).guards
        assert ("site_visited" in guards) == item.on_site
        assert ("hearing_held" in guards) == item.hearing


@pytest.mark.parametrize("item", list(OFFERED.values()), ids=lambda item: item.code)
def test_nothing_is_asked_that_another_office_holds(item: Item) -> None:
    form = CATALOGUE.form_of(item)
    fetched = {material.name.zh for material in item.materials if material.source in ("licence", "shared")}
    uploads = {f.label.zh for page in form.pages for f in page.fields if f.kind is Kind.MATERIAL}
    assert not fetched & uploads
    assert not any("营业执照" in label for label in uploads)
    named = {material.field for material in item.materials if material.source == "applicant"}
    assert {f.name for page in form.pages for f in page.fields if f.kind is Kind.MATERIAL} == named


@pytest.mark.parametrize("choose", range(3))
@pytest.mark.parametrize("item", list(OFFERED.values()), ids=lambda item: item.code)
def test_every_form_can_be_answered(item: Item, choose: int) -> None:
    form = CATALOGUE.form_of(item)
    assert [p for p in check(form, filled(form, TODAY, choose=choose), TODAY).problems if p.blocks] == []


@pytest.mark.parametrize("item", list(OFFERED.values()), ids=lambda item: item.code)
def test_a_form_left_empty_says_everything_that_is_missing(item: Item) -> None:
    form = CATALOGUE.form_of(item)
    told = {problem.path for problem in check(form, {}, TODAY).problems}
    asked = {f.name for page in form.asked_pages({}) for f in form.asked_fields(page, {}) if f.required}
    assert told >= asked


@pytest.mark.parametrize("item", [i for i in PERMITS if i.result.until], ids=lambda item: item.code)  # type: ignore[union-attr]
def test_no_permit_can_end_before_it_begins(item: Item) -> None:
    form, long_ago = CATALOGUE.form_of(item), {"ends_on": "2020-01-01", "begins_on": "2020-01-01"}
    told = {problem.path for problem in check(form, {**filled(form, TODAY), **long_ago}, TODAY).problems}
    assert told & {"ends_on", "begins_on"}


def test_a_person_without_a_business_may_occupy_a_road() -> None:
    form = CATALOGUE.form_of(OFFERED["road-occupation"])
    answers = {**filled(form, TODAY, choose=0), "applicant_kind": "person"}
    assert "business_code" not in {field.name for _page, fields in form.asked(answers) for field in fields}
    assert check(form, answers, TODAY).problems == ()


def test_a_shopkeeper_is_not_asked_for_much() -> None:
    for item in PERMITS:
        pages = CATALOGUE.form_of(item).pages
        assert len(pages) <= 6, item.code
        assert sum(len(page.fields) for page in pages) <= 18, item.code


def test_the_streets_that_forms_offer_are_those_of_the_division_table_with_their_days() -> None:
    known = [d for d in addresses.load_divisions().divisions.values() if d.parent == "320113" and d.is_street]
    wanted = {(d.code, d.name.zh, d.valid_from, d.valid_to) for d in known}
    forms = [form for form in CATALOGUE.forms.values() if any(f.name == "street" for p in form.pages for f in p.fields)]
    assert forms
    for form in forms:
        options = form.field("street").options
        assert {(o.value, o.label.zh, o.valid_from, o.valid_to) for o in options} == wanted
        assert (form.field("address").kind, form.field("address").within) == (Kind.ADDRESS, "street")
