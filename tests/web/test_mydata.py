# SPDX-License-Identifier: Apache-2.0
"""Everything about oneself can be seen and taken away: after a fresh code, whole, one's own only, and logged."""

import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

import audit
from identity import Account
from identity.messages import Message
from kit.database import Database
from kit.sealing import fingerprint
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import HOLDER as NUMBER
from tests.office import a_submitted_case, an_applicant
from web.deps import BROWSER_COOKIE

OWN, OTHER = "13800000001", "13800000002"
BROWSER = "b" * 26


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        with database.writing() as session:
            made.people = {"own": an_applicant(session, OWN), "other": an_applicant(session, OTHER)}
        site.client.cookies.set(BROWSER_COOKIE, BROWSER)
        yield made


def code_of(house: House) -> str:
    with house.database.reading() as session:
        body = session.scalars(select(Message.body).where(Message.key.startswith("code:")).order_by(Message.id.desc()))
        found = re.search(r"\d{6}", body.first() or "")
    assert found is not None
    return found[0]


def taken(house: House, who: str) -> dict[str, str]:
    """The two files, once the code is right."""
    assert house.post(who, "/me/data/code").status_code == 303
    answer = house.post(who, "/me/data", code=code_of(house))
    assert answer.headers["content-type"] == "application/zip", answer.text
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


def test_the_file_holds_what_was_answered_and_found_and_nothing_of_others(house: House) -> None:
    case, strange = a_submitted_case(house.office, OWN), a_submitted_case(house.office, OTHER, operator_name="周样例")
    house.follow_all()
    files = taken(house, "own")
    told = json.loads(files["data.json"])
    assert told["account"]["phone"] == OWN
    (one,) = told["applications"]
    assert one["id"] == case
    assert one["answers"]["operator_id"] == NUMBER
    assert {"decision", "consents", "looks", "findings", "signature"} <= set(one)
    assert strange not in files["data.json"]
    assert "周样例" not in files["data.json"] + files["data.html"]
    assert "林清和" in files["data.html"]
    assert NUMBER in files["data.html"]


def test_without_the_code_nothing_leaves_and_a_code_counts_once(house: House) -> None:
    a_submitted_case(house.office, OWN)
    assert house.post("own", "/me/data", code="123456").status_code == 422
    taken(house, "own")
    assert house.post("own", "/me/data", code=code_of(house)).status_code == 422


def test_the_code_of_one_person_opens_nothing_of_another(house: House) -> None:
    house.post("other", "/me/data/code")
    assert house.post("own", "/me/data", code=code_of(house)).status_code == 422


def test_taking_it_away_is_logged_without_a_word_of_it(house: House) -> None:
    a_submitted_case(house.office, OWN)
    taken(house, "own")
    with house.database.reading() as session:
        (entry,) = audit.search(session, event="data.exported")
        own = session.scalars(select(Account.id).where(Account.phone_key == fingerprint(OWN, "phone"))).one()
    assert entry.subject == f"person:{own}"
    assert entry.told == {"applications": 1, "invitations": 0}


def test_the_page_lists_cases_and_consents(house: House) -> None:
    case = a_submitted_case(house.office, OWN)
    page = house.ask("own", "GET", "/me/data").text
    assert f"/cases/{case}/looks" in page
    assert "同意人脸识别" in page
