# SPDX-License-Identifier: Apache-2.0
"""Every matter that can be changed, and every way in which a business ends, pauses or gets a new copy, once each."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

import licences
import register
from approval.application import State
from catalogue import EntryResult, Item
from kit.clock import office_day
from kit.database import Database
from licences import Licence
from register import Standing
from tests.conftest import NOON
from tests.journeys.browsing import walked_through
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.journeys.walking import decided, staffed, submitted
from tests.office import CATALOGUE

TODAY = office_day(NOON)
CHANGES = [i for i in CATALOGUE.offered(TODAY) if isinstance(i.result, EntryResult) and i.result.act == "change"]
SETUP = {"sole_trader": "sole-trader", "sole_proprietorship": "sole-proprietorship"}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        staffed(made)
        with database.writing() as session:
            for kind in licences.CODED:
                licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 3))
        yield made


def item_of(code: str) -> Item:
    return CATALOGUE.current(code, TODAY)


def a_business(house: House, kind: str) -> Licence:
    setup = item_of(SETUP.get(kind, kind))
    case = submitted(house, setup)
    decided(house, case, setup)
    with house.database.reading() as session:
        licence = licences.of_application(session, case)
    assert licence is not None
    return licence


def entered(house: House, code: str, licence: Licence, **given: Any) -> register.Entity:
    """Walked over HTTP, decided, and what the register says afterwards."""
    item = item_of(code)
    own = {"business_code": licence.credit_code, "business_name": licence.name or "林清和", **given}
    case = walked_through(house, item, **own)
    house.sign_and_submit(case)
    decided(house, case, item)
    assert house.read(case).state == State.REGISTERED
    with house.database.reading() as session:
        entity = register.find(session, licence.credit_code or "")
        assert register.act_of(session, case) is not None
    assert entity is not None
    return entity


@pytest.mark.parametrize("item", CHANGES, ids=lambda item: item.code)
def test_everything_that_can_be_changed_is_changed_at_once(house: House, item: Item) -> None:
    assert isinstance(item.result, EntryResult)
    licence = a_business(house, item.code.removesuffix("-change"))
    every = [option.value for option in CATALOGUE.form_of(item).field("changes").options]
    given = {"contact_email": "other@example.cn", "capital_change": "increase", "transfer": "none"}
    entity = entered(house, item.code, licence, changes=every, **given)
    assert entity.facts["contact_email"] == "other@example.cn"
    assert entity.standing == Standing.EXISTING


def ways(code: str, field: str) -> list[str]:
    return [option.value for option in CATALOGUE.form_of(item_of(code)).field(field).options]


@pytest.mark.parametrize("kind", ways("deregistration", "business_kind"))
def test_a_business_of_every_kind_ends(house: House, kind: str) -> None:
    licence = a_business(house, kind)
    cause = ways("deregistration", "cause")[ways("deregistration", "business_kind").index(kind) % 5]
    assert entered(house, "deregistration", licence, business_kind=kind, cause=cause).standing == Standing.ENDED


@pytest.mark.parametrize("kind", ways("simple-deregistration", "business_kind"))
def test_a_business_of_every_kind_without_debts_ends_simply(house: House, kind: str) -> None:
    licence = a_business(house, kind)
    assert entered(house, "simple-deregistration", licence, business_kind=kind).standing == Standing.ENDED


def test_a_pause_begins_is_extended_and_ends_early(house: House) -> None:
    licence = a_business(house, "sole_trader")
    first, last, later = ((TODAY + timedelta(days=days)).isoformat() for days in (10, 100, 200))
    own = {"business_kind": "sole_trader"}
    begun = {"pause_act": "begin", "pause_from": first, "pause_until": last}
    assert entered(house, "business-suspension", licence, **own, **begun).standing == Standing.PAUSED
    longer = {"pause_act": "extend", "pause_from": first, "pause_until": later}
    assert str(entered(house, "business-suspension", licence, **own, **longer).paused_until) == later
    assert entered(house, "business-suspension", licence, **own, pause_act="resume").standing == Standing.EXISTING


@pytest.mark.parametrize("why", ways("licence-replacement", "copy_reason"))
def test_a_licence_that_is_lost_or_damaged_is_made_anew(house: House, why: str) -> None:
    licence = a_business(house, "sole_trader")
    entity = entered(house, "licence-replacement", licence, business_kind="sole_trader", copy_reason=why)
    assert entity.standing == Standing.EXISTING
    with house.database.reading() as session:
        present = licences.in_force(session, licence.credit_code or "")
    assert present is not None
    assert present.number != licence.number
