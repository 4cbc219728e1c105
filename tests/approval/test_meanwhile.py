# SPDX-License-Identifier: Apache-2.0
"""Two persons on one page: nobody's work is lost in silence, and nobody is asked about their own."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from approval import participants
from approval.application import Application
from forms import rows_of
from kit.database import Database
from tests.builders import fictitious_id
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.journeys.walking import drafted
from tests.office import CATALOGUE, an_applicant

RIGHT = fictitious_id("19850612", 77)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        yield a_house(database, client, desk)


@pytest.fixture
def case(house: House) -> str:
    return drafted(house, CATALOGUE.current("company", NOON.date()))


def opened(house: House, case: str) -> str:
    page = house.ask("applicant", "GET", f"/apply/{case}/form/shareholders?review=1").text
    found = re.search(r'name="marks" value="([^"]*)"', page)
    assert found is not None
    return found[1]


def saved(house: House, case: str, marks: str | None, **changed: str) -> httpx.Response:
    """The page as a browser sends it: every row as it was shown, and what was changed."""
    rows = rows_of(house.read(case).answers["shareholders"]) if not changed.pop("stale", "") else STALE
    sent = {f"shareholders-{n}-{name}": value for n, row in enumerate(rows) for name, value in row.items()}
    sent |= {"capital": "100", "asked-capital": "1", "asked-shareholders": "1", "review": "1", **changed}
    if marks is not None:
        sent["marks"] = marks
    return house.post("applicant", f"/apply/{case}/form/shareholders", **sent)


STALE: list[dict[str, str]] = []


@pytest.fixture(autouse=True)
def as_it_was(house: House, case: str) -> None:
    STALE[:] = rows_of(house.read(case).answers["shareholders"])


def corrected(house: House, case: str, number: str = RIGHT) -> None:
    """The second shareholder puts their number right on their own phone."""
    with house.database.writing() as session:
        draft: Any = session.get_one(Application, case)
        participants.invite(session, house.office.office, draft, "shareholders.1", "13800000002", NOON)
        (part,) = participants.of_account(session, an_applicant(session, "13800000002"))
        participants.fill_in(session, house.office.office, part, {"number": number}, NOON)


def number_of(house: House, case: str) -> str:
    return rows_of(house.read(case).answers["shareholders"])[1]["number"]


def test_an_older_page_does_not_undo_what_another_person_put_right(house: House, case: str) -> None:
    marks = opened(house, case)
    corrected(house, case)
    answer = saved(house, case, marks, stale="yes")
    assert answer.status_code == 409
    assert "其他签署人改过" in answer.text
    assert RIGHT in answer.text
    assert STALE[1]["number"] in answer.text
    assert number_of(house, case) == RIGHT


def test_whoever_reads_that_may_keep_their_own_all_the_same(house: House, case: str) -> None:
    marks = opened(house, case)
    corrected(house, case)
    answer = saved(house, case, marks, stale="yes")
    again = re.search(r'name="marks" value="([^"]*)"', answer.text)
    assert again is not None
    assert saved(house, case, again[1], stale="yes").status_code == 303
    assert number_of(house, case) == STALE[1]["number"]


def test_a_page_that_says_the_same_as_the_other_is_saved(house: House, case: str) -> None:
    marks = opened(house, case)
    corrected(house, case)
    assert saved(house, case, marks).status_code == 303
    assert number_of(house, case) == RIGHT


def test_a_page_that_was_opened_afterwards_is_saved(house: House, case: str) -> None:
    corrected(house, case)
    assert saved(house, case, opened(house, case), stale="yes").status_code == 303


def test_who_goes_back_to_an_older_page_of_their_own_is_not_asked(house: House, case: str) -> None:
    marks = opened(house, case)
    assert saved(house, case, marks, **{"shareholders-1-name": "陈样例"}).status_code == 303
    assert saved(house, case, marks, **{"shareholders-1-name": "陈其美"}).status_code == 303


def test_what_a_program_sends_without_marks_is_taken(house: House, case: str) -> None:
    corrected(house, case)
    assert saved(house, case, None, stale="yes").status_code == 303


def test_of_both_at_once_the_correction_is_never_lost_in_silence(house: House, case: str) -> None:
    """Whichever comes first: the other is told, or sees what was written before."""
    house.enrol({})
    marks = opened(house, case)
    with house.database.writing() as session:
        draft: Any = session.get_one(Application, case)
        participants.invite(session, house.office.office, draft, "shareholders.1", "13800000002", NOON)
        other = an_applicant(session, "13800000002")
        (part,) = participants.of_account(session, other)
        house.people["other"] = other
        place = f"/parts/{part.id}"
    for _round in range(4):
        rows = {f"shareholders-{n}-{k}": v for n, row in enumerate(STALE) for k, v in row.items()}
        founder = {**rows, "capital": "100", "asked-capital": "1", "asked-shareholders": "1", "marks": marks}
        asked = [
            ("POST", f"/apply/{case}/form/shareholders", {"data": founder, "headers": _as(house, "applicant")}),
            ("POST", place, {"data": {"number": RIGHT}, "headers": _as(house, "other")}),
        ]
        first, second = house.site.requests(asked)
        assert second.status_code == 303
        assert number_of(house, case) == RIGHT
        assert first.status_code in (303, 409)


def _as(house: House, who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {house.token(who)}"}
