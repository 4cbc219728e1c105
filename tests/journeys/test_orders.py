# SPDX-License-Identifier: Apache-2.0
"""Orders of calls that chance finds rarely, and that went wrong once."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import notices
from approval.application import Application, State
from approval.running import Runner
from approval.sweeping import sweep
from kit.database import Database
from tests.journeys.inprocess import SENTENCE, House, a_desk, a_house, a_site, stood_still
from tests.journeys.test_machine import STAFF
from tests.office import a_submitted_case


class BrokenMaker:
    """The disk of the documents is full."""

    def produce(self, notice: notices.Notice) -> notices.Made:
        raise OSError("the disk is full")


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        house = a_house(database, site, desk)
        house.enrol(STAFF)
        house.fill_pool(9)
        house.use(straight_through=False)
        yield house


def test_the_machine_decides_nothing_while_the_clock_stands_still(house: House) -> None:
    house.use(straight_through=True)
    case = a_submitted_case(house.office)
    assert house.post("zhou", f"/review/{case}/suspend", ground="litigation", reason=SENTENCE).status_code == 303
    house.follow_all()
    with house.database.reading() as session:
        is_decided = session.get_one(Application, case).decision is not None
        assert not (is_decided and stood_still(session, case))


def test_a_case_that_is_refused_again_and_again_can_be_reopened_each_time(house: House) -> None:
    case = a_submitted_case(house.office)
    for _ in range(3):
        house.follow_all()
        assert house.decide("zhou", case, "refuse").status_code == 303
        answer = house.post("zheng", f"/review/{case}/reopen", reason=SENTENCE)
        assert answer.status_code == 303
        case = answer.headers["location"].removeprefix("/review/").partition("?")[0]


@pytest.mark.parametrize("version", ["abc", "1.5", "-1", "9" * 30])
def test_a_version_that_is_none_decides_nothing(house: House, version: str) -> None:
    case = a_submitted_case(house.office)
    house.follow_all()
    assert house.decide("zhou", case, "refuse", version=version).status_code in (409, 422)
    assert house.read(case).state == State.IN_REVIEW


def test_a_document_that_could_not_be_made_is_made_later(house: House) -> None:
    case = a_submitted_case(house.office)
    house.follow_all()
    assert house.decide("zhou", case, "refuse").status_code == 303
    house.use(maker=BrokenMaker())
    with pytest.raises(OSError, match="full"):
        house.follow_all()
    house.use(maker=house.office.maker)
    for _ in range(3):
        house.now += timedelta(minutes=5)
        Runner(house.office.office).kick_stuck(house.now)
        sweep(house.office.office, house.now)
        house.follow_all()
    with house.database.reading() as session:
        assert notices.pending(session, case) == []
