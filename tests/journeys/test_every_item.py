# SPDX-License-Identifier: Apache-2.0
"""Every item of the catalogue goes from the empty form to its result document, by people and machine, over HTTP."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import licences
import notices
import register
from approval.application import Application, State
from catalogue import EntryResult, Item, LicenceResult, PermitResult
from kit.clock import office_day
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.browsing import walked_through
from tests.journeys.inprocess import House, a_desk, a_house, a_site, must_hold_of
from tests.journeys.walking import decided, staffed
from tests.office import CATALOGUE

ITEMS = CATALOGUE.offered(office_day(NOON))
PERMITS_AND_FILINGS = [item for item in ITEMS if not item.is_registration]
SETUPS = [item for item in ITEMS if isinstance(item.result, LicenceResult)]
ENTRIES = [item for item in ITEMS if isinstance(item.result, EntryResult)]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        staffed(made)
        with database.writing() as session:
            for kind in licences.CODED:
                licences.fill_pool(session, kind, licences.fictitious_codes(kind, 1000, 5))
        yield made


def submitted(house: House, item: Item, **changed: Any) -> str:
    """Filled in page by page over HTTP, then signed."""
    case = walked_through(house, item, **changed)
    house.sign_and_submit(case)
    return case


@pytest.mark.parametrize("item", PERMITS_AND_FILINGS, ids=lambda item: item.code)
def test_from_the_empty_form_to_the_result_document(house: House, item: Item) -> None:
    case = submitted(house, item)
    decided(house, case, item)
    assert house.read(case).state == State.REGISTERED
    with house.database.reading() as session:
        must_hold_of(session, session.get_one(Application, case))
        kinds = {notice.kind for notice in notices.of_application(session, case)}
        licence = licences.of_application(session, case)
    if item.kind == "filing":
        assert licence is None
        assert "filed" in kinds
        return
    assert "permitted" in kinds
    assert isinstance(item.result, PermitResult)
    assert licence is not None
    assert (licence.title, licence.status) == (item.result.title.zh, licences.Status.IN_FORCE)
    assert licence.credit_code is None
    assert bool(licence.valid_to) == bool(item.result.valid_years or item.result.until)
    page = house.ask("nobody", "GET", f"/v/{licence.verification_id}")
    assert licence.title in page.text or licence.number in page.text


def registered(house: House, item: Item) -> tuple[str, licences.Licence]:
    case = submitted(house, item)
    decided(house, case, item)
    assert house.read(case).state == State.REGISTERED
    with house.database.reading() as session:
        must_hold_of(session, session.get_one(Application, case))
        licence = licences.of_application(session, case)
    assert licence is not None
    return case, licence


@pytest.mark.parametrize("item", SETUPS, ids=lambda item: item.code)
def test_a_business_comes_into_being_with_its_licence(house: House, item: Item) -> None:
    case, licence = registered(house, item)
    assert isinstance(item.result, LicenceResult)
    assert (licence.template, licence.status) == (item.result.template, licences.Status.IN_FORCE)
    with house.database.reading() as session:
        entity = register.find(session, licence.credit_code or "")
        assert entity is not None
        assert (entity.kind, entity.name, entity.standing) == (licence.template, licence.name, "existing")
        told = "moved_in" if item.moved else "registered"
        assert told in {notice.kind for notice in notices.of_application(session, case)}
    page = house.ask("nobody", "GET", f"/v/{licence.verification_id}")
    assert (licence.credit_code or "") in page.text
    assert "真实，现行有效" in page.text


@pytest.mark.parametrize("item", ENTRIES, ids=lambda item: item.code)
def test_an_entry_is_made_in_the_register(house: House, item: Item) -> None:
    assert isinstance(item.result, EntryResult)
    wanted = item.code.removesuffix("-change")
    setup = next((s for s in SETUPS if s.code == wanted), None)
    setup = setup or next(s for s in SETUPS if s.result and s.result.template == item.result.kinds[-1])
    _case, licence = registered(house, setup)
    kind = {} if item.code in ("sole-trader-closing",) else {"business_kind": licence.template}
    own = {"business_code": licence.credit_code, "business_name": licence.name or "林清和", **kind}
    case = submitted(house, item, **own)
    decided(house, case, item)
    assert house.read(case).state == State.REGISTERED
    with house.database.reading() as session:
        must_hold_of(session, session.get_one(Application, case))
        entity = register.find(session, licence.credit_code or "")
        kinds = {notice.kind for notice in notices.of_application(session, case)}
    assert entity is not None
    ended = item.result.act == "deregistration"
    assert entity.standing == {"deregistration": "ended", "suspension": "paused"}.get(item.result.act, "existing")
    assert kinds & {"changed", "deregistered", "filed", "paused"}
    page = house.ask("nobody", "GET", f"/v/{licence.verification_id}").text
    assert ("已经注销" in page) == ended
    assert ("正在歇业" in page) == (item.result.act == "suspension")
