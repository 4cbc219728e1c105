# SPDX-License-Identifier: Apache-2.0
"""The pages of every way to prove who one is, and of the officers, in a real Chromium: WCAG 2.2 AA, 320 pixels."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from demonstration import browser as seen
from demonstration.applicant import SOLE_TRADER, Applicant
from identity import demonstration_password
from tests.journeys.conftest import Service
from tests.journeys.test_browser import usable

pytestmark = pytest.mark.skipif(seen.program() is None, reason=seen.HOW_TO_GET_IT)


@pytest.fixture(scope="module")
def chromium(_service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    with seen.browser() as opened:
        yield opened


def phone_of(chromium: Browser, service: Service, person: Applicant) -> Page:
    context = seen.phone(chromium, service.address, camera=False)
    context.add_cookies([{"name": k, "value": v, "url": service.address} for k, v in person.client.cookies.items()])
    return context.new_page()


def at_desk(chromium: Browser, service: Service, username: str) -> Page:
    page = seen.desk(chromium, service.address).new_page()
    service.forget_codes()
    seen.sign_in_staff(page, username, demonstration_password(username))
    return page


def test_every_way_is_usable_and_leads_to_its_officer(service: Service, chromium: Browser) -> None:
    person = service.applicant()
    person.start("sole-trader")
    person.answer({"operator": SOLE_TRADER["operator"]})
    page = phone_of(chromium, service, person)
    for way, words in (("eye", "拍摄身份证"), ("video", "等待视频核验"), ("window", "请到窗口核验")):
        page.goto(person.path("identity"))
        usable(page)
        page.locator(f'button[name="way"][value="{way}"]').click()
        expect(page.get_by_role("heading", name=words)).to_be_visible()
        usable(page)
    code = page.locator(".card strong").inner_text()
    for path in ("identity/picture", "idcard", "document"):
        page.goto(person.path(path))
        usable(page)
    page.goto("/not-me")
    page.get_by_label("本人身份证号码").fill("999999198506120128")
    page.get_by_role("button", name="声明不是我办理").click()
    expect(page.get_by_role("heading", name="请证明是您本人")).to_be_visible()
    usable(page)
    claimed = page.locator(".card strong").inner_text()
    officer = at_desk(chromium, service, "clerk")
    for path in ("/identity/video", "/identity/frozen", "/identity/window"):
        officer.goto(path)
        usable(officer)
    officer.get_by_label("核验码").fill(code)
    officer.get_by_role("button", name="开始核验").click()
    officer.get_by_label("确认是本人").wait_for()
    usable(officer)
    officer.goto("/identity/window")
    officer.get_by_label("核验码").fill(claimed)
    officer.get_by_role("button", name="开始核验").click()
    officer.get_by_role("heading", name="身份冒用声明").wait_for()
    usable(officer)
    officer.context.close()
    page.context.close()


def test_agreeing_beside_the_face_leads_to_the_card_and_the_camera_in_two_pages(
    service: Service, chromium: Browser, tmp_path: Path
) -> None:
    person = service.applicant()
    person.start("sole-trader")
    person.answer({"operator": SOLE_TRADER["operator"]})
    card = tmp_path / "card.jpg"
    card.write_bytes(service.card)
    page = phone_of(chromium, service, person)
    page.goto(person.path("identity"))
    expect(page.get_by_text("画面在核验结束后立即删除")).to_be_visible()
    seen.choose_face(page)
    seen.photograph_card(page, card)
    page.get_by_role("button", name="打开摄像头").wait_for()
    assert page.url.endswith("/face")
    usable(page)
    page.goto(person.path("card"))
    usable(page)
    page.context.close()
