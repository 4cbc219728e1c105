# SPDX-License-Identifier: Apache-2.0
"""One business on one page: what is shown follows from what happened, to whoever may see it, and each look is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

import licences
import register
import supervision
from approval import people
from approval.application import Application
from approval.filings import Filing
from identity import Account, Role
from kit.clock import office_day
from kit.database import Database
from portrait import portrait_of
from portrait.leads import circles_of
from register import Entity
from supervision import Found
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import in_review

STAFF = {"zhou": Role.CLERK, "far": Role.CLERK, "head": Role.SUPERVISOR, "auditor": Role.AUDITOR, "fire": Role.EXPERT}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol(STAFF)
        made.fill_pool(50)
        with database.writing() as session:
            people.post(session, made.people["far"].id, ["food-service"], [])
        yield made


def registered(house: House, phone: str, **more: Any) -> tuple[str, str]:
    """The case and the code of the business."""
    case = in_review(house.office, phone, **more)
    house.use()
    assert house.decide("zhou", case, "approve").status_code == 303
    house.follow_all()
    with house.database.reading() as session:
        licence = licences.of_application(session, case)
        assert licence is not None
        return case, licence.credit_code or ""


def test_the_page_shows_what_is_on_record_and_why_the_class_is_what_it_is(house: House) -> None:
    case, code = registered(house, "13800000001", scope=["D-6291"])
    with house.database.writing() as session:
        supervision.record_result(
            session, code, "market", Found.ABNORMAL, office_day(house.now), "按登记住所找不到", "account:7", house.now
        )
    page = house.ask("zhou", "GET", f"/entities/{code}")
    assert page.status_code == 200
    for words in (
        "营业执照",
        "设立登记",
        "食品经营许可",
        "尚未承诺",
        "按登记住所找不到",
        "较高风险",
        "不是不予许可的理由",
    ):
        assert words in page.text, words
    assert f'href="/entities/{code}"' in house.ask("zhou", "GET", f"/review/{case}").text
    house.now += timedelta(days=40)
    assert "满 30 天未取得" in house.ask("zhou", "GET", f"/entities/{code}").text


def test_only_a_desk_that_takes_the_registration_sees_it_and_the_applicant_reads_who_looked(house: House) -> None:
    case, code = registered(house, "13800000001")
    assert house.ask("head", "GET", f"/entities/{code}").status_code == 200
    for who in ("far", "fire", "auditor", "nobody"):
        assert house.ask(who, "GET", f"/entities/{code}").status_code in (303, 401, 403, 404), who
    assert house.ask("zhou", "GET", "/entities/92320113MA99999999").status_code == 404
    with house.database.reading() as session:
        house.people["applicant"] = session.get_one(Account, house.read(case).applicant_id)
    assert "查阅主体画像" in house.ask("applicant", "GET", f"/cases/{case}/looks").text
    assert house.ask("applicant", "GET", f"/entities/{code}").status_code in (303, 403)


def test_businesses_behind_one_person_device_telephone_or_address_are_leads(house: House) -> None:
    first, code = registered(house, "13800000001")
    second, other = registered(house, "13800000002")
    third, third_code = registered(house, "13800000003")
    with house.database.writing() as session:
        for case in (first, second, third):
            session.merge(Filing(application_id=case, person_key="p" * 64, device_key="d" * 64, filed_at=NOON))
        session.execute(
            update(Application)
            .where(Application.id == third)
            .values(applicant_id=session.get_one(Application, first).applicant_id)
        )
        for name in (other, third_code):
            session.execute(
                update(licences.Licence).where(licences.Licence.credit_code == name).values(place_key="a" * 64)
            )
        session.execute(update(licences.Licence).where(licences.Licence.credit_code == code).values(place_key="a" * 64))
    with house.database.reading() as session:
        found = portrait_of(session, house.office.office, code, house.now)
    assert found is not None
    assert {(one.lead.kind, one.count, one.is_crowded) for one in found.shared} == {
        ("address", 2, False),
        ("person", 2, True),
        ("device", 2, True),
        ("phone", 1, False),
    }
    page = house.ask("zhou", "GET", f"/entities/{code}").text
    assert "<svg" in page
    assert f'href="/entities/{other}"' in page


def a_company(session: Session, code: str, *holders: str) -> None:
    facts = {"shareholders": [{"name": "甲", "number": number} for number in holders]}
    session.add(
        Entity(
            credit_code=code,
            kind="company",
            name=f"公司{code[-4:]}",
            item_code="company",
            item_version=1,
            filed_by="x",
            facts=facts,
            established_on=office_day(NOON),
        )
    )


def test_a_company_that_holds_itself_through_others_is_a_circle(database: Database) -> None:
    a, b, c, d = licences.fictitious_codes(licences.Template.COMPANY, 1000, 4)
    with database.writing() as session:
        for code, holders in ((a, (b,)), (b, (c, "999999199003070012")), (c, (a, d)), (d, ())):
            a_company(session, code, *holders)
    with database.reading() as session:
        for code in (a, b, c):
            ((*circle,),) = circles_of(session, code)
            assert circle[0] == code
            assert set(circle) == {a, b, c}
        assert circles_of(session, d) == []
        assert register.find(session, a) is not None
