# SPDX-License-Identifier: Apache-2.0
"""A passkey made, used to sign in and to prove again, by the page's own script in a real Chromium.

The authenticator is Chromium's virtual one; it asks for a name, as keys do not work for a bare address.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import pytest
from playwright.sync_api import Browser, Page, expect

from demonstration import browser as seen
from identity import demonstration_password
from tests.journeys.conftest import Service
from tests.journeys.test_browser import usable

pytestmark = pytest.mark.skipif(seen.program() is None, reason=seen.HOW_TO_GET_IT)
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(scope="module")
def chromium(_service: Service) -> Iterator[Browser]:
    with seen.browser() as opened:
        yield opened


@pytest.fixture
def page(service: Service, chromium: Browser) -> Iterator[Page]:
    """A desk whose machine holds keys, before the service under a name."""
    address = service.address.replace("127.0.0.1", "localhost")
    settings = service.desk.settings.model_copy(update={"public_url": address})
    service.app.state.desk = replace(service.desk, settings=settings)
    context = seen.desk(chromium, address)
    opened = context.new_page()
    device = context.new_cdp_session(opened)
    device.send("WebAuthn.enable")
    device.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})
    yield opened
    context.close()


def test_a_passkey_is_made_lets_in_and_proves_again(service: Service, page: Page) -> None:
    service.forget_codes()
    seen.sign_in_staff(page, "clerk2", demonstration_password("clerk2"))
    page.goto("/account")
    page.get_by_role("button", name="添加通行密钥").click()
    expect(page.get_by_text("添加于")).to_be_visible()
    usable(page)
    page.locator("form[action='/signout'] button").click()
    page.goto("/staff/signin")
    page.get_by_role("button", name="使用通行密钥登录").click()
    expect(page).to_have_url(re.compile(r"/review$"))
    page.goto("/staff/proof?next=/account")
    usable(page)
    page.get_by_role("button", name="使用通行密钥").click()
    expect(page).to_have_url(re.compile(r"[0-9]/account$"))
    page.get_by_role("button", name="删除").click()
    expect(page.get_by_text("添加于")).to_have_count(0)
