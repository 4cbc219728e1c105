# SPDX-License-Identifier: Apache-2.0
"""Businesses that are registered, changed and ended by the whole way of a case. I/O: through the verbs."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import licences
import notices
import register
from approval.application import Application, State
from catalogue import Item
from kit.clock import office_day
from kit.database import Database
from licences import Licence
from tests.conftest import NOON
from tests.filling import PEOPLE
from tests.journeys.inprocess import House, a_desk, a_house, a_site, must_hold_of
from tests.journeys.walking import decided, staffed, submitted
from tests.office import CATALOGUE

NEW = "南京栖云样例信息有限公司"
CONTACT = {
    "changes": ["contact"],
    "contact_is_holder": "no",
    "contact_name": "周样例",
    "contact_id": PEOPLE[5],
    "contact_phone": "13800000002",
    "contact_email": "new@example.cn",
}


@pytest.fixture(name="house")
def a_staffed_house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        staffed(made)
        with database.writing() as session:
            for kind in licences.CODED:
                licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
        yield made


def item_of(code: str) -> Item:
    return CATALOGUE.current(code, office_day(NOON))


def walked(house: House, code: str, **changed: Any) -> str:
    case = submitted(house, item_of(code), **changed)
    decided(house, case, item_of(code))
    assert house.read(case).state == State.REGISTERED
    with house.database.reading() as session:
        must_hold_of(session, session.get_one(Application, case))
    return case


def licence_of(house: House, case: str) -> Licence | None:
    with house.database.reading() as session:
        return licences.of_application(session, case)


def a_business(house: House, code: str = "company") -> Licence:
    licence = licence_of(house, walked(house, code))
    assert licence is not None
    return licence


def about(licence: Licence) -> dict[str, Any]:
    return {"business_code": licence.credit_code, "business_name": licence.name or "林清和"}


def waiting(house: House, item: str, **changed: Any) -> str:
    """A case whose checks are done."""
    case = submitted(house, item_of(item), **changed)
    house.follow_all()
    return case


def found(house: House, case: str) -> set[str]:
    with house.database.reading() as session:
        return {finding.rule for finding in session.get_one(Application, case).findings}


def registered(house: House, licence: Licence) -> register.Entity:
    with house.database.reading() as session:
        entity = register.find(session, licence.credit_code or "")
    assert entity is not None
    return entity


def alter(house: House, licence: Licence, **changed: Any) -> None:
    """The register as it would be after other times than a test has."""
    with house.database.writing() as session:
        entity = register.find(session, licence.credit_code or "")
        for name, value in changed.items():
            setattr(entity, name, value)


def status_of(house: House, licence: Licence) -> str:
    with house.database.reading() as session:
        return session.get_one(Licence, licence.id).status


def papers_of(house: House, case: str) -> set[str]:
    with house.database.reading() as session:
        return {notice.kind for notice in notices.of_application(session, case)}
