# SPDX-License-Identifier: Apache-2.0
"""Those who stand beside the service: directories that say who signs in, and programmes of partners."""

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

from approval.application import Application
from identity import (
    Account,
    Role,
    current_code,
    load_callers,
    load_directories,
    seed_offices,
    sign_in,
)
from kit.database import Database
from reference import directory as reference
from reference.calling import declaration, headers_for
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.journeys.visiting import Browser, a_member, entered


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        with database.writing() as session:
            seed_offices(session)
        made.fill_pool(20)
        yield made


class Directory:
    """A directory in this process, in place of the one behind the network."""

    def __init__(self) -> None:
        self.key, self.nonce, self.subject, self.now_s = reference.a_key(), "", "wang", 0

    def fetch(self, directory: Any, code: str, secret: str, redirect: str) -> tuple[str, dict[str, Any]]:
        asked = reference.Asked(directory.client_id, redirect, "", self.nonce, "")
        confirmed = reference.Confirmed(asked, self.subject, 0.0)
        token = reference.token(self.key, directory.issuer, confirmed, self.now_s)
        return token, {"keys": [self.key.as_dict(private=False)]}


def over_directory(house: House, browser: Browser, code: str, source: Directory, subject: str) -> httpx.Response:
    left = browser.get(f"/directory/{code}?next=/account").headers["location"]
    state, nonce = (re.findall(rf"[?&]{name}=([\w-]+)", left)[0] for name in ("state", "nonce"))
    source.nonce, source.subject, source.now_s = nonce, subject, int(house.now.timestamp())
    return browser.get(f"/directory/{code}/return?code=c&state={state}")


def test_a_directory_lets_applicants_in_and_staff_on_to_their_second_factor(house: House, tmp_path: Path) -> None:
    file = tmp_path / "directories.toml"
    told = [
        reference.declaration(*what, "http://127.0.0.1:8004", "x")
        for what in (("province", "applicants"), ("district", "staff"))
    ]
    file.write_text("".join(told), "utf-8")
    source = Directory()
    house.desk = replace(house.desk, directories=load_directories(file), tokens=source)
    house.site.app.state.desk = house.desk
    applicant = Browser(house)
    assert "/directory/province?" in applicant.get("/signin").text
    assert over_directory(house, applicant, "province", source, "wang").headers["location"] == "/account"
    assert applicant.get("/account").status_code == 200
    assert over_directory(house, Browser(house), "province", source, "zhou").status_code == 403, "no telephone"
    secret, guard = a_member(house, "zhou", Role.CLERK), a_member(house, "bao", Role.SECURITY)
    clerk = Browser(house)
    assert over_directory(house, clerk, "district", source, "zhou").status_code == 403, "nobody has linked them"
    security = entered(house, "bao", guard)
    path = f"/admin/accounts/{house.people['zhou'].id}/directory"
    assert security.send(path, directory="district", subject="zhou").status_code == 303
    answer = over_directory(house, clerk, "district", source, "zhou")
    assert answer.headers["location"] == "/staff/signin/second?next=/account"
    assert clerk.get("/review").status_code == 303
    assert clerk.send("/staff/signin/second", code=current_code(secret, house.now)).status_code == 303
    assert clerk.get("/review").status_code == 200


def test_an_answer_of_a_directory_counts_in_the_browser_that_asked(house: House, tmp_path: Path) -> None:
    file = tmp_path / "directories.toml"
    file.write_text(reference.declaration("province", "applicants", "http://127.0.0.1:8004", "x"), "utf-8")
    source = Directory()
    house.desk = replace(house.desk, directories=load_directories(file), tokens=source)
    house.site.app.state.desk = house.desk
    one, other = Browser(house), Browser(house)
    left = one.get("/directory/province").headers["location"]
    state = re.findall(r"[?&]state=([\w-]+)", left)[0]
    other.get("/")
    assert other.get(f"/directory/province/return?code=c&state={state}").status_code == 403
    assert other.get("/directory/nowhere").status_code == 404
    assert one.get(f"/directory/province/return?error=access_denied&state={state}").status_code == 303


def test_a_partner_begins_for_its_customer_and_sees_its_own_cases_only(house: House, tmp_path: Path) -> None:
    key, rival = Ed25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    file = tmp_path / "callers.toml"
    file.write_text(declaration("sample-bank", "k1", key) + declaration("rival", "k1", rival), "utf-8")
    house.desk = replace(house.desk, callers=load_callers(file))
    house.site.app.state.desk = house.desk

    def call(who: str, signs: Ed25519PrivateKey, method: str, path: str, body: bytes = b"") -> httpx.Response:
        headers = headers_for(signs, who, method, path, body, house.now)
        return house.site.request(method, path, content=body, headers=headers)

    drafts, body = "/api/v1/partners/drafts", b'{"phone": "13800000001", "item": "sole-trader"}'
    begun = call("sample-bank/k1", key, "POST", drafts, body)
    assert begun.status_code == 201
    path = f"/api/v1/partners/applications/{begun.json()['id']}"
    assert call("sample-bank/k1", key, "GET", path).json() == {"id": begun.json()["id"], "state": "draft"}
    assert call("rival/k1", rival, "GET", path).status_code == 404
    assert call("sample-bank/k1", rival, "GET", path).status_code == 401
    assert house.site.request("POST", drafts, content=body).status_code == 401
    headers = headers_for(key, "sample-bank/k1", "POST", drafts, body, house.now)
    assert house.site.request("POST", drafts, content=body, headers=headers).status_code == 201
    assert house.site.request("POST", drafts, content=body, headers=headers).status_code == 401
    with house.database.writing() as session:
        drafted = session.scalars(select(Application)).all()
        assert [(one.answers, one.state) for one in drafted] == [({}, "draft")] * 2
        owner = session.get_one(Account, drafted[0].applicant_id)
        house.people["customer"] = owner
        token, _until = sign_in(session, owner, house.now)
    bearer = {"authorization": f"Bearer {token}"}
    assert house.site.request("GET", f"/apply/{begun.json()['id']}", headers=bearer).status_code == 200
