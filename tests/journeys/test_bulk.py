# SPDX-License-Identifier: Apache-2.0
"""Many cases at once, as they come: what only the machine may not decide is approved in bulk, what is doubtful not."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from approval import sampling
from approval.application import Application, State
from identity import evidence_of
from kit.clock import office_day
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.journeys.walking import staffed, submitted
from tests.office import CATALOGUE, a_submitted_case


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        staffed(made)
        made.fill_pool(9)
        yield made


def bulk(house: House, *chosen: str) -> str:
    answer = house.ask("zhou", "POST", "/review/bulk", data={"cases": list(chosen)})
    assert answer.status_code == 200
    return answer.text


def listed(house: House, case: str) -> str:
    return f"{case}:{house.read(case).version}"


def stop_the_gate(house: House) -> None:
    """The samples said that the machine is wrong too often: from now on people decide."""
    case = a_submitted_case(house.office, "13800001000")
    house.follow_all()
    with house.database.writing() as session:
        sampling.stop(session, session.get_one(Application, case), "sole-trader", "system:drift", NOON)


def test_many_cases_are_approved_at_once_each_by_a_decision_of_its_own(house: House) -> None:
    stop_the_gate(house)
    good = [a_submitted_case(house.office, f"1380000100{n}") for n in (1, 2)]
    leased: dict[str, Any] = {"premises_proof": "lease", "premises_certificate": "合同 1 号"}
    doubtful = a_submitted_case(house.office, "13800001005", **leased)
    house.follow_all()
    shown = house.ask("zhou", "GET", "/review").text
    assert [listed(house, case) in shown for case in (*good, doubtful)] == [True, True, False]
    old = f"{good[1]}:1"  # as it was listed before somebody changed it
    said = bulk(house, listed(house, good[0]), old, listed(house, doubtful))
    assert said.count("✓ 已准予") == 1
    assert "不能批量准予" in said
    house.follow_all()
    states = [house.read(case).state for case in (*good, doubtful)]
    assert states == [State.REGISTERED, State.IN_REVIEW, State.IN_REVIEW]


def test_clean_filings_are_approved_at_once(house: House) -> None:
    item = CATALOGUE.current("housing-fund", office_day(NOON))
    filings = [submitted(house, item) for _ in range(2)]
    house.follow_all()
    assert bulk(house, *(listed(house, case) for case in filings)).count("✓ 已准予") == 2
    house.follow_all()
    assert {house.read(case).state for case in filings} == {State.REGISTERED}


def test_a_liveness_that_nobody_has_checked_bars_bulk(house: House) -> None:
    house.use(straight_through=False)
    case = a_submitted_case(house.office)
    with house.database.writing() as session:
        evidence_of(session, case).liveness = None
    house.follow_all()
    assert "✓ 已准予" not in bulk(house, listed(house, case))
    assert house.read(case).state == State.IN_REVIEW


def test_a_permit_of_two_is_never_approved_in_bulk(house: House) -> None:
    case = a_submitted_case(house.office, item="public-venue")
    house.follow_all()
    assert "✓ 已准予" not in bulk(house, listed(house, case), "nobody:1", f"{case}:{'9' * 30}")
    assert house.read(case).step == "acceptance"
