# SPDX-License-Identifier: Apache-2.0
"""Browsers with cookies of their own, and members of staff with a second factor, for journeys in this process."""

import re
from datetime import timedelta
from typing import Any

import httpx

from identity import Role, confirm_codes, current_code, enrol_staff, offer_codes
from tests.journeys.inprocess import House, Site

PASSWORD = "a long password"
MINUTES = timedelta(minutes=1)


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
