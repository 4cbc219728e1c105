# SPDX-License-Identifier: Apache-2.0
"""A version of a form that ends while its page is open: what is posted is kept, and goes on under the next version."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from approval.application import State
from catalogue import Catalogue
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.browsing import ok
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.journeys.walking import drafted
from tests.office import CATALOGUE

TOMORROW = NOON + timedelta(days=1)
PAGE = {"street": "320113001", "address": "尧化路 7 号", "premises_proof": "declaration", "is_dwelling": "no"}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        yield a_house(database, client, desk)


def ends(house: House, *, followed: bool) -> None:
    """The version of the item is over from tomorrow, which it is now."""
    old = CATALOGUE.item("sole-trader", 1)
    items = {**CATALOGUE.items, ("sole-trader", 1): old.model_copy(update={"valid_to": TOMORROW.date()})}
    if followed:
        items["sole-trader", 2] = old.model_copy(update={"version": 2, "valid_from": TOMORROW.date()})
    house.use(catalogue=Catalogue(items, CATALOGUE.forms, CATALOGUE.processes, CATALOGUE.themes))
    house.now = TOMORROW


@pytest.mark.parametrize("followed", [True, False], ids=["there is a next one", "the item is gone"])
def test_a_page_that_is_posted_after_its_version_ended_is_kept(house: House, followed: bool) -> None:
    case = drafted(house, CATALOGUE.item("sole-trader", 1))
    ok(house.ask("applicant", "GET", f"/apply/{case}/form/premises"), 200)
    ends(house, followed=followed)
    ok(house.post("applicant", f"/apply/{case}/form/premises", **PAGE), 303)
    assert house.read(case).answers["address"] == "尧化路 7 号"
    tasks = ok(house.ask("applicant", "GET", f"/apply/{case}"), 200).text
    assert ("换用新版表单" in tasks) == followed
    assert ("这个事项已经停办" in tasks) != followed
    renewed = house.post("applicant", f"/apply/{case}/renew")
    kept = house.read(case)
    assert (kept.state, kept.answers["address"]) == (State.DRAFT, "尧化路 7 号")
    assert (renewed.status_code, kept.item_version) == ((303, 2) if followed else (409, 1))
    if followed:
        ok(house.post("applicant", f"/apply/{case}/form/premises", **{**PAGE, "address": "尧化路 8 号"}), 303)
        house.sign_and_submit(case)
        assert house.read(case).item_version == 2


def test_of_a_version_that_ended_nothing_is_submitted(house: House) -> None:
    case = drafted(house, CATALOGUE.item("sole-trader", 1))
    ends(house, followed=True)
    house.post("applicant", f"/apply/{case}/sign/code")
    page = house.post("applicant", f"/apply/{case}/sign", agree="yes", code="000000")
    assert page.status_code in (409, 422)
    assert house.read(case).state == State.DRAFT
