# SPDX-License-Identifier: Apache-2.0
"""Staff on their way in and while they work, over HTTP: second factors, sessions, fresh proofs, links, partners."""

import asyncio
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import select

import audit
from approval.application import Application, State
from identity import (
    Account,
    Place,
    Role,
    confirm_codes,
    current_code,
    enrol_staff,
    load_callers,
    load_directories,
    offer_codes,
    seed_offices,
    sign_in,
)
from kit.database import Database
from reference import directory as reference
from reference.calling import declaration, headers_for
from tests.identity.authenticator import Authenticator
from tests.journeys.inprocess import House, Site, a_desk, a_house, a_site
from tests.office import in_review

PASSWORD, GOOD = "a long password", "tangerine-violin-42"
MINUTES = timedelta(minutes=1)


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        made = a_house(database, client, desk)
        with database.writing() as session:
            seed_offices(session)
        made.fill_pool(20)
        yield made


class Browser:
    """One browser with cookies of its own, at one of the processes that serve the site."""

    def __init__(self, house: House, site: Site | None = None) -> None:
        self.house, self.site = house, site or house.site
        self.cookies: dict[str, str] = {}

    def ask(self, method: str, path: str, **sent: Any) -> httpx.Response:
        self.site.client.cookies.clear()
        headers = {"cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items())}
        answer = self.site.request(method, path, headers={**headers, **sent.pop("headers", {})}, **sent)
        for told in answer.headers.get_list("set-cookie"):
            name, _, rest = told.partition("=")
            value = rest.split(";")[0].strip('"')
            self.cookies[name] = value
            if not value:
                del self.cookies[name]
        return answer

    def get(self, path: str) -> httpx.Response:
        return self.ask("GET", path)

    def csrf(self, path: str = "/staff/signin") -> str:
        if "approval_browser" not in self.cookies:
            self.get(path)
        found = re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.get("/verify").text)
        found = found or re.search(r'name="csrf_token" value="([0-9a-f]+)"', self.get(path).text)
        assert found
        return found[1]

    def send(self, path: str, **form: str) -> httpx.Response:
        return self.ask("POST", path, data={**form, "csrf_token": self.csrf()})

    def tell(self, path: str, told: dict[str, Any]) -> httpx.Response:
        return self.ask("POST", path, json=told, headers={"x-csrf-token": self.csrf()})


def a_member(house: House, username: str, role: Role) -> str:
    """With a password and one-time codes; gives the secret of these."""
    with house.database.writing() as session:
        account = house.people[username] = enrol_staff(session, username, username, role, PASSWORD, house.now)
        secret = offer_codes(session, account)
        before = house.now - 10 * MINUTES
        assert confirm_codes(session, account, current_code(secret, before), before)
    return secret


def entered(house: House, username: str, secret: str, site: Site | None = None) -> Browser:
    browser = Browser(house, site)
    assert browser.send("/staff/signin", username=username, password=PASSWORD).status_code == 303
    answer = browser.send("/staff/signin/second", code=current_code(secret, house.now))
    assert answer.status_code == 303, answer.text
    return browser


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
    assert other.get("/audit/export.csv").status_code in (303, 403)
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
        (Role.SUPERVISOR, "POST", "/revocations/x/revoke"),
        (Role.SUPERVISOR, "POST", "/gates/x/restart"),
        (Role.AUDITOR, "GET", "/audit/export.csv"),
        (Role.AUDITOR, "GET", "/audit/export.jsonl"),
        (Role.SECURITY, "POST", "/admin/accounts/x/role"),
        (Role.SECURITY, "POST", "/admin/accounts/x/link"),
        (Role.SECURITY, "POST", "/admin/accounts/x/office"),
        (Role.SECURITY, "POST", "/admin/accounts/x/disable"),
        (Role.SECURITY, "POST", "/admin/accounts/x/directory"),
        (Role.SECURITY, "POST", "/admin/postings/x"),
        (Role.SECURITY, "POST", "/admin/links/x/confirm"),
        (Role.CLERK, "POST", "/account/recovery-codes"),
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
