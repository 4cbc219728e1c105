# SPDX-License-Identifier: Apache-2.0
"""Staff on their way in and while they work, over HTTP: second factors, sessions, fresh proofs, links."""

import asyncio
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import audit
from approval.application import State
from identity import (
    Account,
    Place,
    Role,
    current_code,
    enrol_staff,
    seed_offices,
)
from kit.database import Database
from tests.identity.authenticator import Authenticator
from tests.journeys.inprocess import House, Site, a_desk, a_house, a_site
from tests.journeys.visiting import MINUTES, PASSWORD, Browser, a_member, entered
from tests.office import in_review

GOOD = "tangerine-violin-42"


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        with database.writing() as session:
            seed_offices(session)
        made.fill_pool(20)
        yield made


def test_a_password_alone_opens_nothing(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    browser = Browser(house)
    answer = browser.send("/staff/signin", username="zhou", password=PASSWORD, next="/review")
    assert answer.headers["location"] == "/staff/signin/second?next=/review"
    half = browser.cookies["approval_session"]
    for path in ("/review", "/account", "/staff/proof", "/samples", "/staff/signin/enrol"):
        assert "signin" in browser.get(path).headers["location"], path
    bearer = {"authorization": f"Bearer {half}"}
    assert house.site.request("POST", "/api/v1/cases/next/claim", headers=bearer).status_code == 401
    wrong = browser.send("/staff/signin/second", code="000000")
    assert wrong.status_code == 422
    answer = browser.send("/staff/signin/second", code=current_code(secret, house.now), next="/review")
    assert answer.headers["location"] == "/review"
    assert browser.cookies["approval_session"] != half, "another token, as it opens something else"
    assert browser.get("/review").status_code == 200
    browser.cookies["approval_session"] = half
    assert browser.get("/review").status_code == 303


def test_a_code_that_was_used_lets_no_other_browser_in(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    entered(house, "zhou", secret)
    other = Browser(house)
    other.send("/staff/signin", username="zhou", password=PASSWORD)
    assert other.send("/staff/signin/second", code=current_code(secret, house.now)).status_code == 422


def test_an_unknown_name_and_a_wrong_password_are_told_the_same(house: House) -> None:
    a_member(house, "zhou", Role.CLERK)
    browser = Browser(house)
    known = browser.send("/staff/signin", username="zhou", password="wrong password")
    unknown = browser.send("/staff/signin", username="nobo", password="wrong password")
    assert known.status_code == unknown.status_code == 422
    assert known.text.replace("zhou", "") == unknown.text.replace("nobo", "")


def test_without_a_second_factor_one_is_enrolled_and_nothing_else_opens(house: House) -> None:
    with house.database.writing() as session:
        enrol_staff(session, "zhou", "周", Role.CLERK, PASSWORD, house.now)
    browser = Browser(house)
    answer = browser.send("/staff/signin", username="zhou", password=PASSWORD, next="/review")
    assert answer.headers["location"] == "/staff/signin/enrol?next=/review"
    assert browser.get("/review").status_code == 303
    assert browser.get("/staff/signin/second").status_code == 303, "there is no second factor to show"
    assert browser.send("/staff/signin/second", code="").status_code == 303
    page = browser.get("/staff/signin/enrol").text
    found = re.search(r'class="card number">([A-Z2-7 ]+)<', page)
    assert found
    assert browser.send("/staff/signin/enrol", code="000000").status_code == 422
    shown = browser.send("/staff/signin/enrol", code=current_code(found[1].replace(" ", ""), house.now), next="/review")
    codes = re.findall(r"<li>([0-9A-Z ]{19})</li>", shown.text)
    assert len(codes) == 10
    assert browser.get("/review").status_code == 200
    other = Browser(house)
    other.send("/staff/signin", username="zhou", password=PASSWORD)
    assert other.send("/staff/signin/second", code=codes[0]).status_code == 303
    other = Browser(house)
    other.send("/staff/signin", username="zhou", password=PASSWORD)
    assert other.send("/staff/signin/second", code=codes[0]).status_code == 422


def test_a_passkey_is_both_factors(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    place = Place.of(house.desk.settings.public_url)
    device = Authenticator(place.origin, place.name)
    browser = entered(house, "zhou", secret)
    options = browser.tell("/account/passkeys/options", {}).json()
    assert browser.tell("/account/passkeys", {**device.make(options), "label": "电脑"}).json() == {"next": "/account"}
    assert "电脑" in browser.get("/account").text
    other = Browser(house)
    answer = other.tell("/staff/passkey", device.sign(other.tell("/staff/passkey/options", {}).json()))
    assert answer.json() == {"next": "/review"}
    assert other.get("/review").status_code == 200
    stranger = Browser(house)
    assert (
        stranger.tell("/staff/passkey", device.sign(other.tell("/staff/passkey/options", {}).json())).status_code == 403
    )
    house.now += 11 * MINUTES
    assert other.send("/audit/export").status_code in (303, 403)
    asked = other.tell("/staff/proof/options", {}).json()
    before = other.cookies["approval_session"]
    assert other.tell("/staff/proof/passkey", device.sign(asked)).status_code == 200
    assert other.cookies["approval_session"] != before


def claimed(house: House, browser: Browser) -> tuple[str, str]:
    """A case held by this browser's clerk, and its version."""
    case = in_review(house.office)
    house.use()
    assert browser.send(f"/review/{case}/claim").status_code == 303
    return case, str(house.read(case).version)


def test_a_decision_needs_a_fresh_proof_and_nothing_typed_is_lost(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    browser = entered(house, "zhou", secret)
    house.now += 9 * MINUTES
    case, version = claimed(house, browser)
    house.now += 2 * MINUTES
    typed = {"version": version, "outcome": "refuse", "basis": "", "reason": "经营场所不符合规定 <b>&"}
    asked = browser.send(f"/review/{case}/decide", **typed)
    assert asked.status_code == 403
    assert f'action="/review/{case}/decide"' in asked.text
    assert 'name="reason" value="经营场所不符合规定 &lt;b&gt;&amp;"' in asked.text
    wrong = browser.send(f"/review/{case}/decide", **typed, proof_code="000000")
    assert wrong.status_code == 403
    assert 'name="outcome" value="refuse"' in wrong.text
    assert house.read(case).state == State.IN_REVIEW
    before = browser.cookies["approval_session"]
    typed["outcome"] = "approve"
    done = browser.send(f"/review/{case}/decide", **typed, proof_code=current_code(secret, house.now))
    assert done.headers["location"] == f"/review/{case}/decided"
    assert browser.cookies["approval_session"] != before
    assert browser.get("/review").status_code == 200


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        (Role.CLERK, "POST", "/review/x/decide"),
        (Role.CLERK, "POST", "/review/bulk"),
        (Role.CLERK, "POST", "/review/x/unmask"),
        (Role.SUPERVISOR, "POST", "/revocations/x/revoke"),
        (Role.SUPERVISOR, "POST", "/gates/x/restart"),
        (Role.AUDITOR, "POST", "/audit/export"),
        (Role.SECURITY, "POST", "/admin/accounts/x/role"),
        (Role.SECURITY, "POST", "/admin/accounts/x/link"),
        (Role.SECURITY, "POST", "/admin/accounts/x/office"),
        (Role.SECURITY, "POST", "/admin/accounts/x/disable"),
        (Role.SECURITY, "POST", "/admin/accounts/x/directory"),
        (Role.SECURITY, "POST", "/admin/postings/x"),
        (Role.SECURITY, "POST", "/admin/links/x/confirm"),
        (Role.CLERK, "POST", "/account/recovery-codes"),
        (Role.CLERK, "POST", "/account/password"),
        (Role.CLERK, "POST", "/account/passkeys/x/remove"),
    ],
)
def test_what_weighs_most_asks_again(house: House, role: Role, method: str, path: str) -> None:
    secret = a_member(house, "one", role)
    browser = entered(house, "one", secret)
    house.now += 10 * MINUTES + timedelta(seconds=1)
    answer = browser.send(path) if method == "POST" else browser.get(path)
    if method == "GET":
        assert answer.headers["location"] == f"/staff/proof?next={path}"
        proved = browser.send("/staff/proof", proof_code=current_code(secret, house.now), next=path)
        assert proved.headers["location"] == path
        assert browser.get(path).status_code == 200
    else:
        assert answer.status_code == 403
        assert 'name="proof_code"' in answer.text


def test_a_password_is_changed_by_who_knows_the_one_before_and_signs_out_the_others(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    elsewhere = entered(house, "zhou", secret)
    house.now += MINUTES
    browser = entered(house, "zhou", secret)
    wrong = browser.send("/account/password", former="not this one", password=GOOD)
    assert (wrong.status_code, "现在的密码不对" in wrong.text) == (422, True)
    weak = browser.send("/account/password", former=PASSWORD, password="password1234")
    assert (weak.status_code, "12 到 128" in weak.text) == (422, True)
    assert elsewhere.get("/review").status_code == 200, "nothing has changed yet"
    answer = browser.send("/account/password", former=PASSWORD, password=GOOD)
    assert answer.headers["location"].startswith("/account")
    assert browser.get("/review").status_code == 200
    assert elsewhere.get("/review").status_code == 303
    assert Browser(house).send("/staff/signin", username="zhou", password=PASSWORD).status_code == 422
    assert Browser(house).send("/staff/signin", username="zhou", password=GOOD).status_code == 303


def test_guesses_at_the_password_before_lock_the_account_as_at_the_door(house: House) -> None:
    browser = entered(house, "zhou", a_member(house, "zhou", Role.CLERK))
    for _ in range(5):
        assert browser.send("/account/password", former="a guess", password=GOOD).status_code == 422
    assert browser.send("/account/password", former=PASSWORD, password=GOOD).status_code == 422


def test_a_programme_sends_the_code_beside_its_request(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    browser = entered(house, "zhou", secret)
    case, version = claimed(house, browser)
    house.now += 11 * MINUTES
    bearer = {"authorization": f"Bearer {browser.cookies['approval_session']}"}
    asked = {"version": int(version), "outcome": "approve"}
    path = f"/api/v1/cases/{case}/decision"
    refused = house.site.request("POST", path, json=asked, headers=bearer)
    assert (refused.status_code, refused.json()["type"]) == (403, "urn:problem:proof_required")
    code = {"x-proof-code": current_code(secret, house.now)}
    assert house.site.request("POST", path, json=asked, headers={**bearer, **code}).status_code == 200
    assert browser.get("/account").status_code == 200, "a programme keeps its token"


def test_an_unused_session_ends_and_a_used_one_ends_with_the_day(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    browser = entered(house, "zhou", secret)
    for _ in range(20):
        house.now += 29 * MINUTES
        assert browser.get("/review").status_code == 200
    house.now += 20 * MINUTES
    assert browser.get("/review").status_code == 303, "ten hours after signing in"
    house.now += 30 * MINUTES
    browser = entered(house, "zhou", secret)
    house.now += 30 * MINUTES
    assert browser.get("/review").status_code == 303


def test_what_is_ended_in_one_process_has_ended_in_every_other(house: House) -> None:
    """Two applications on one database: the next request anywhere is a stranger's, without waiting."""
    secret, guard = a_member(house, "zhou", Role.CLERK), a_member(house, "bao", Role.SECURITY)
    with asyncio.Runner() as runner:
        other = Site(house.desk, runner)
        other.app.state.desk = house.desk
        here, there = entered(house, "zhou", secret), None
        house.now += MINUTES
        there = entered(house, "zhou", secret, other)
        assert here.get("/review").status_code == there.get("/review").status_code == 200
        page = here.get("/account").text
        ending = re.search(r'action="(/account/sessions/\w+/end)"', page)
        assert ending
        assert there.send("/account/sessions/x/end").status_code == 303
        assert here.send(ending[1]).status_code == 303
        assert there.get("/review").status_code == 303
        assert here.get("/review").status_code == 200
        house.now += MINUTES
        there = entered(house, "zhou", secret, other)
        security = entered(house, "bao", guard, other)
        assert security.send(f"/admin/accounts/{house.people['zhou'].id}/disable").status_code == 303
        for browser in (here, there):
            bearer = {"authorization": f"Bearer {browser.cookies['approval_session']}"}
            answer = browser.site.request("POST", "/api/v1/cases/next/claim", headers=bearer)
            assert answer.status_code == 401
        runner.run(other.client.aclose())


def test_signing_out_everywhere_ends_every_browser(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    one = entered(house, "zhou", secret)
    house.now += MINUTES
    two = entered(house, "zhou", secret)
    stolen = one.cookies["approval_session"]
    assert one.send("/account/sign-out-everywhere").status_code == 303
    one.cookies["approval_session"] = stolen
    assert one.get("/review").status_code == two.get("/review").status_code == 303


def test_a_token_planted_before_signing_in_opens_nothing_after_it(house: House) -> None:
    secret = a_member(house, "zhou", Role.CLERK)
    browser = Browser(house)
    browser.cookies["approval_session"] = "planted"
    browser.send("/staff/signin", username="zhou", password=PASSWORD)
    browser.send("/staff/signin/second", code=current_code(secret, house.now))
    assert browser.cookies["approval_session"] != "planted"
    browser.cookies["approval_session"] = "planted"
    assert browser.get("/review").status_code == 303


def test_a_newcomer_is_enrolled_by_two_administrators(house: House) -> None:
    system = entered(house, "admin", a_member(house, "admin", Role.ADMINISTRATOR))
    security = entered(house, "bao", a_member(house, "bao", Role.SECURITY))
    assert system.send("/admin/accounts", username="", name="", office="xianlin").status_code == 422
    assert system.send("/admin/accounts", username="xin", name="新人", office="xianlin").status_code == 303
    assert system.send("/admin/accounts", username="xin", name="别人", office="xianlin").status_code == 422
    with house.database.reading() as session:
        newcomer = session.scalars(select(Account).where(Account.username == "xin")).one().id
    base = f"/admin/accounts/{newcomer}"
    assert system.send(f"{base}/role", role="clerk").status_code == 403, "who creates does not grant"
    assert security.send("/admin/accounts", username="y", name="y", office="xianlin").status_code == 403
    assert security.send(f"{base}/role", role="clerk").status_code == 303
    link = re.search(r"(/enrol/[\w-]+)", security.send(f"{base}/link").text)
    assert link
    person = Browser(house)
    assert person.get(link[1]).status_code == 404, "nobody has confirmed it"
    confirming = re.search(r'action="(/admin/links/\w+/confirm)"', system.get("/admin/accounts").text)
    assert confirming
    assert confirming[1] not in security.get("/admin/accounts").text
    assert security.send(confirming[1]).status_code == 403
    assert system.send(confirming[1]).status_code == 303
    assert person.get(link[1]).status_code == 200
    assert person.send(link[1], password="password1234").status_code == 422
    answer = person.send(link[1], password=GOOD)
    assert answer.headers["location"].startswith("/staff/signin/enrol")
    assert person.send(link[1], password=GOOD).status_code == 404
    with house.database.reading() as session:
        told = [entry.event for entry in audit.of_subject(session, f"staff:{newcomer}")]
    assert sorted(told) == sorted(
        ["staff.created", "staff.role_granted", "staff.link_issued", "staff.link_confirmed", "staff.link_used"]
    )


def test_only_the_security_administrator_says_what_a_desk_takes(house: House) -> None:
    for name, role in (("admin", Role.ADMINISTRATOR), ("shen", Role.AUDITOR), ("head", Role.SUPERVISOR)):
        browser = entered(house, name, a_member(house, name, role))
        assert browser.get("/admin/postings").status_code == 403
        assert browser.send("/admin/postings/x").status_code == 403
