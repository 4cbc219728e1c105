# SPDX-License-Identifier: Apache-2.0
"""While an applicant types, addresses of the street are offered; to nobody else, and the form does without."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from addresses import import_lines
from approval.application import Application
from identity import Account, Role
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import a_submitted_case

STREET = "320113007"
PATH = "/addresses/suggest"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        made.enrol({"zhou": Role.CLERK})
        with database.writing() as session:
            lines = [f"{STREET},,,文苑路{n}号\n" for n in range(100, 120)]
            import_lines(session, ["street,community,grid,address\n", *lines], "test", NOON)
        yield made


def a_draft(house: House) -> str:
    case = a_submitted_case(house.office, submit=False)
    with house.database.reading() as session:
        applicant = session.get_one(Application, case).applicant_id
        house.people["applicant"] = session.get_one(Account, applicant)
    return case


def asked(house: House, **query: str) -> list[str]:
    answer = house.ask("applicant", "GET", PATH, params=query)
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "no-store"
    found: list[str] = answer.json()["addresses"]
    return found


def test_at_most_eight_are_offered_best_first(house: House) -> None:
    a_draft(house)
    assert asked(house, street=STREET, q="文苑路") == [f"文苑路{n}号" for n in range(100, 108)]
    assert asked(house, street=STREET, q="文苑路 １１７") == ["文苑路117号"]


@pytest.mark.parametrize(
    "query",
    [{}, {"street": STREET}, {"q": "文苑路"}, {"street": STREET, "q": "文"}, {"street": "320113001", "q": "文苑路"}],
)
def test_too_little_or_another_street_offers_nothing(house: House, query: dict[str, str]) -> None:
    a_draft(house)
    assert asked(house, **query) == []


def test_only_a_signed_in_applicant_is_answered(house: House) -> None:
    a_draft(house)
    query = {"street": STREET, "q": "文苑路"}
    assert house.ask("zhou", "GET", PATH, params=query).status_code == 403
    stranger = house.ask("nobody", "GET", PATH, params=query)
    assert stranger.status_code != 200
    assert "文苑路" not in stranger.text
    assert house.ask("applicant", "GET", PATH, params={**query, "q": "长" * 81}).status_code == 422


def test_the_field_carries_the_offer_and_is_a_plain_field_without(house: House) -> None:
    case = a_draft(house)
    page = house.ask("applicant", "GET", f"/apply/{case}/form/premises").text
    assert f'data-suggest="addresses" data-street="{STREET}" data-module="addresses"' in page
    assert '<datalist id="address-known"></datalist>' in page
    assert page.count("data-suggest") == 1
    typed = {"street": STREET, "address": "不在库中的路 1 号", "premises_proof": "declaration"}
    typed |= {"is_dwelling": "no", "agent": "none", "paper_licence": "electronic"}
    assert house.post("applicant", f"/apply/{case}/form/premises", **typed).status_code == 303
    other = house.ask("applicant", "GET", f"/apply/{case}/form/operator").text
    assert "data-suggest" not in other
