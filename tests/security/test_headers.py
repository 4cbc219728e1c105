# SPDX-License-Identifier: Apache-2.0
"""What every answer carries: one snapshot for each kind of route; cookies; hosts; methods; where pages may lead."""

import re
from typing import Any

import pytest

from tests.architecture.test_house import _routes
from tests.journeys.inprocess import House
from web import cookies
from web.pages.signin import local

PUBLIC = "https://shenpi.example.gov.cn"
TLS: dict[str, Any] = {"public_url": PUBLIC}
POLICY = (
    "default-src 'self'; img-src 'self' blob: data:; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
EVERYWHERE = {
    "content-security-policy": POLICY,
    "x-content-type-options": "nosniff",
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(self), microphone=(), geolocation=(), payment=(), usb=(), display-capture=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "x-frame-options": "DENY",
    "cache-control": "no-store",
}
KINDS = {
    "a page": ("GET", "/", 200, "text/html; charset=utf-8"),
    "a form": ("GET", "/signin", 200, "text/html; charset=utf-8"),
    "a page of staff": ("GET", "/staff/signin", 200, "text/html; charset=utf-8"),
    "not there": ("GET", "/nowhere", 404, "text/html; charset=utf-8"),
    "a wrong form": ("POST", "/staff/signin", 422, "text/html; charset=utf-8"),
    "an answer to a programme": ("GET", "/api/v1/items", 200, "application/json"),
    "a problem": ("GET", "/api/v1/applications", 401, "application/problem+json"),
    "a drawing": ("GET", "/processes/registration.svg", 200, "image/svg+xml"),
    "a file": ("GET", "/processes/registration.bpmn", 200, "application/xml"),
}


def ask(house: House, method: str, path: str, **sent: Any) -> Any:
    headers = {"authorization": "Bearer nobody", **sent.pop("headers", {})}
    return house.site.request(method, path, headers=headers, **sent)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_answer_carries_the_strict_headers(house: House, kind: str) -> None:
    method, path, status, media_type = KINDS[kind]
    answer = ask(house, method, path, data={"username": "nobody", "password": "x"} if method == "POST" else None)
    assert (answer.status_code, answer.headers["content-type"]) == (status, media_type)
    assert {name: answer.headers.get(name) for name in EVERYWHERE} == EVERYWHERE
    assert "access-control-allow-origin" not in answer.headers
    assert "strict-transport-security" not in answer.headers  # not over TLS here


def test_style_and_scripts_may_be_kept_and_nothing_else(house: House) -> None:
    answer = ask(house, "GET", "/static/css/base.css")
    assert answer.status_code == 200
    assert "no-store" not in answer.headers.get("cache-control", "")
    assert answer.headers["content-security-policy"] == POLICY
    for folder in ("/static/", "/static/css/", "/static/../kit/settings.py", "/static/%2e%2e/main.py", "/.git/HEAD"):
        assert ask(house, "GET", folder).status_code == 404


@pytest.mark.parametrize("asked", [TLS])
def test_over_tls_the_browser_is_told_to_stay_there_with_cookies_of_this_host(house: House) -> None:
    house.site.client.base_url = PUBLIC
    answer = ask(house, "GET", "/?lang=en&large=1")
    assert answer.headers["strict-transport-security"] == "max-age=31536000; includeSubDomains"
    given = answer.headers.get_list("set-cookie")
    assert len(given) == 3
    for cookie in given:
        assert cookie.startswith("__Host-approval_")
        assert {"Secure", "HttpOnly", "Path=/"} <= {part.strip() for part in cookie.split(";")}
        assert "samesite=lax" in cookie.lower()
        assert "domain" not in cookie.lower()
        assert len(cookie) < 4096
    again = house.site.request("GET", "/", headers={"cookie": "; ".join(c.split(";")[0] for c in given)})
    assert '<html lang="en-GB" data-large>' in again.text  # both were understood
    assert "set-cookie" not in again.headers


@pytest.mark.parametrize("asked", [TLS])
def test_over_tls_a_cookie_that_a_neighbour_planted_is_not_ours(house: House) -> None:
    house.site.client.base_url = PUBLIC
    token = house.token("lin")
    for name, status in (("__Host-approval_session", 200), ("approval_session", 303)):
        house.site.client.cookies.clear()
        answer = house.site.request("GET", "/not-me", headers={"cookie": f"a=b; {name}={token}"})
        assert answer.status_code == status


def test_a_cookie_of_others_is_left_alone() -> None:
    sent = [(b"cookie", b"x=1; approval_session=2; __Host-approval_session=3"), (b"host", b"approval_")]
    assert cookies.received(sent) == [(b"cookie", b"x=1; approval_session=3"), (b"host", b"approval_")]


ASKED = [("testserver", 200), ("localhost:80", 200), ("evil.example", 400), ("", 400)]


@pytest.mark.parametrize(("host", "status"), ASKED)
def test_a_request_for_another_host_is_refused(house: House, host: str, status: int) -> None:
    answer = ask(house, "GET", "/", headers={"host": host, "x-forwarded-host": "localhost"})
    assert answer.status_code == status
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("asked", [TLS | {"hosts": "inside.example"}])
def test_over_tls_this_machine_is_no_name_and_added_names_are(house: House) -> None:
    statuses = {host: ask(house, "GET", "/", headers={"host": host}).status_code for host in HOSTS}
    assert statuses == HOSTS


HOSTS = {"shenpi.example.gov.cn": 200, "inside.example": 200, "localhost": 400, "127.0.0.1": 400}


@pytest.mark.parametrize("header", ["x-http-method-override", "x-method-override", "x-http-method"])
def test_a_method_is_what_the_request_line_says(house: House, header: str) -> None:
    assert ask(house, "GET", "/signout", headers={header: "POST"}).status_code in (404, 405)
    answer = ask(house, "POST", "/signout?_method=GET", data={"_method": "DELETE"}, headers={header: "DELETE"})
    assert answer.status_code == 303


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "CONNECT", "PROPFIND", "OPTIONS", "DELETE", "PATCH"])
def test_methods_that_nothing_uses_are_not_answered(house: House, method: str) -> None:
    answer = ask(house, method, "/")
    assert answer.status_code in (404, 405)
    assert "nobody" not in answer.text  # nothing of the request is echoed


def test_nothing_is_changed_by_a_safe_method() -> None:
    """A route answers GET, or something that a form of another site cannot send without its token: never both."""
    routes = _routes()
    assert len(routes) > 50
    for route in routes:
        methods = route.methods or set()
        assert methods <= {"GET", "HEAD"} or not methods & {"GET", "HEAD", "OPTIONS"}, route.path


ELSEWHERE = [
    "//evil.example",
    "https://evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%0d%0aLocation: //evil.example",
    "javascript:alert(1)",
    "/\t/evil.example",
    "///evil.example",
    "/apply\nSet-Cookie: a=b",
    "@evil.example",
]


@pytest.mark.parametrize("path", ELSEWHERE)
def test_no_page_leads_to_another_site(house: House, path: str) -> None:
    kept = local(path)
    assert kept == "/" or kept.startswith("/%0d")  # stays as it is written: no line of a header
    form = {"phone": "13800000077", "next": path}
    answer = ask(house, "POST", "/signin", data=form)
    assert answer.headers["location"].startswith("/signin/code?next=/")
    assert "evil.example" not in answer.headers["location"] or "%250d" in answer.headers["location"]
    shown = ask(house, "GET", "/signin", params={"next": path}).text
    leads = re.findall(r'(?:href|action|value)="([^"?]*)', shown)  # after a question mark it is our own address
    assert not [lead for lead in leads if "evil.example" in lead and not lead.startswith("/%0d")]
    assert f'name="next" value="{kept}"' in shown


def test_the_last_of_two_values_counts_everywhere(house: House) -> None:
    """Of a parameter that stands twice: what is checked is what is used, in query and form."""
    form = "username=zhou&username=nobody&password=x&next=/&next=//evil.example"
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = ask(house, "POST", "/staff/signin?username=head", content=form, headers=headers)
    assert 'value="nobody"' in answer.text
    assert "evil.example" not in answer.text
    twice = ask(house, "GET", "/?lang=zh&lang=en")
    assert '<html lang="en-GB"' in twice.text


def test_signing_out_clears_what_the_browser_kept(house: House) -> None:
    answer = ask(house, "POST", "/signout")
    assert answer.headers["clear-site-data"] == '"cache", "storage"'
    assert "approval_session" in answer.headers["set-cookie"]


class Breaking:
    """A bureau-like port that fails in a way nobody foresaw."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError("secret-of-the-inside")


def test_what_breaks_tells_nothing_of_the_inside(house: House) -> None:
    house.use(catalogue=Breaking())
    for path, kind in (("/items/sole-trader", "text/html"), ("/api/v1/items", "application/problem+json")):
        answer = ask(house, "GET", path)
        assert answer.status_code == 500
        assert answer.headers["content-type"].startswith(kind)
        assert "secret-of-the-inside" not in answer.text
        assert "Traceback" not in answer.text
        assert answer.headers["content-security-policy"] == POLICY
    assert ask(house, "GET", "/signin").status_code == 200  # and it goes on
