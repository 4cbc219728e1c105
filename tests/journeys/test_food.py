# SPDX-License-Identifier: Apache-2.0
"""A food permit in a real browser: files from a phone, two officers at the place, two people who decide."""

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from demonstration import browser as seen
from identity import demonstration_password
from reference import bureau
from tests.filling import a_credit_code
from tests.journeys.conftest import Service
from tests.journeys.test_browser import prove, sign, usable

pytestmark = pytest.mark.skipif(seen.program() is None, reason=seen.HOW_TO_GET_IT)
NAME, NUMBER = bureau.CLEAN
FOOD: dict[str, dict[str, str | list[str]]] = {
    "food": {"food_kind": "restaurant", "food_items": ["drinks"], "floor_area": "３０"},
    "business": {"business_name": "样例饮品店", "business_code": a_credit_code()},
    "premises": {"street": "320113007", "address": "文苑路 118 号"},
    "responsible": {"responsible_name": NAME, "responsible_id": NUMBER, "contact_phone": "13500000021"},
}


@pytest.fixture(scope="module")
def chromium(_service: Service) -> Iterator[Browser]:
    with seen.browser() as opened:
        yield opened


def a_drawing() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (300, 200), "white").save(out, "PNG")
    return out.getvalue()


def at_desk(chromium: Browser, service: Service, username: str) -> Page:
    page = seen.desk(chromium, service.address).new_page()
    service.forget_codes()
    seen.sign_in_staff(page, username, demonstration_password(username))
    return page


def begun(page: Page, phone: str, item: str) -> None:
    seen.sign_in(page, phone)
    page.goto(f"/items/{item}")
    page.get_by_role("button", name="开始申请").click()
    page.get_by_role("link", name="继续").click()


def send(page: Page, name: str, kind: str, data: bytes) -> None:
    page.set_input_files("#file", {"name": name, "mimeType": kind, "buffer": data})
    page.get_by_role("button", name="上传", exact=True).click()


def bring_the_layout(page: Page) -> None:
    page.get_by_role("button", name="保存并继续").click()
    expect(page.get_by_text("请上传“设备布局和操作流程图”").first).to_be_visible()
    page.locator("#safety_manager").fill("王安全")
    page.get_by_role("button", name="上传", exact=True).click()
    usable(page)
    send(page, "布局.docx", "application/msword", b"PK\x03\x04 a document")
    expect(page.get_by_text("请上传 PDF、JPG 或 PNG 文件").first).to_be_visible()
    usable(page)
    send(page, "布局.png", "image/png", a_drawing())
    expect(page.get_by_role("link", name="布局.jpg")).to_be_visible()
    usable(page)
    page.get_by_role("link", name="完成，继续填写").click()
    expect(page.locator("#safety_manager")).to_have_value("王安全")  # what was typed before the upload stays typed
    page.locator("#rules_in_place").check()
    usable(page)
    page.get_by_role("button", name="保存并继续").click()


def decide(page: Page, case: str) -> None:
    page.goto(f"/review/{case}")
    claim = page.get_by_role("button", name="领取这件申请")
    if claim.count():
        claim.click()
    page.get_by_label("准予许可", exact=True).check()
    page.get_by_role("button", name="提交决定").click()


def test_from_a_drawing_on_a_phone_to_the_permit(service: Service, chromium: Browser, tmp_path: Path) -> None:
    card = tmp_path / "card.jpg"
    card.write_bytes(service.card)
    context = seen.phone(chromium, service.address)
    seen.acting_camera(context, service.live)
    phone = context.new_page()
    begun(phone, "13500000021", "food-service")
    for answers in FOOD.values():
        seen.fill(phone, answers)
        usable(phone)
        phone.get_by_role("button", name="保存并继续").click()
    bring_the_layout(phone)
    prove(phone, card)
    sign(phone)
    phone.get_by_text("人工审查中").first.wait_for(timeout=30000)
    case = phone.url.rsplit("/", 1)[1]

    first, second = at_desk(chromium, service, "clerk"), at_desk(chromium, service, "clerk2")
    first.goto(f"/review/{case}")
    first.get_by_role("button", name="领取这件申请").click()
    first.get_by_role("button", name="受理").click()
    decide(first, case)
    expect(first.get_by_text("须由两名以上工作人员现场核查").first).to_be_visible()
    first.goto(f"/review/{case}")
    first.get_by_text("记录一次现场核查").click()
    usable(first)
    first.get_by_label("核查日期").fill(first.evaluate("new Date(Date.now() + 8 * 36e5).toISOString().slice(0, 10)"))
    first.get_by_label("另一位核查人员").select_option(index=1)
    first.get_by_label("符合条件", exact=True).check()
    first.get_by_label("看到的情况").fill("好")
    first.get_by_role("button", name="记入案卷").click()
    expect(first.get_by_label("看到的情况")).to_have_value("好")
    expect(first.get_by_label("符合条件", exact=True)).to_be_checked()
    usable(first)
    first.get_by_label("看到的情况").fill("操作间布局与图纸一致，清洗、冷藏设备齐全")
    first.get_by_role("button", name="记入案卷").click()
    expect(first.get_by_text("操作间布局与图纸一致").first).to_be_visible()
    with first.expect_download() as downloading:
        first.get_by_role("link", name="布局.jpg").click()
    assert downloading.value.path().read_bytes().startswith(b"\xff\xd8\xff")
    usable(first)
    for page in (first, second):
        decide(page, case)
    phone.reload()
    phone.get_by_role("link", name="下载正本").wait_for(timeout=30000)
    usable(phone)
    phone.get_by_role("link", name="核验页").click()
    expect(phone.get_by_text("样例饮品店").first).to_be_visible()
    usable(phone)


def test_a_question_appears_as_soon_as_it_is_needed_and_without_scripts_after_saving(
    service: Service, chromium: Browser
) -> None:
    page = seen.phone(chromium, service.address).new_page()
    begun(page, "13500000022", "publication-retail")
    address = page.locator("#web_address")
    expect(address).to_be_hidden()
    page.get_by_label("网上零售").check()
    expect(address).to_be_visible()
    usable(page)
    address.fill("https://shop.example.cn")
    page.get_by_label("实体店零售").check()
    expect(address).to_be_hidden()
    page.context.close()

    plain = chromium.new_context(base_url=service.address, java_script_enabled=False, locale="zh-CN")
    page = plain.new_page()
    begun(page, "13500000023", "publication-retail")
    expect(page.locator("#web_address")).to_be_hidden()
    page.get_by_label("网上零售").check()
    page.get_by_label("图书").check()
    page.get_by_role("button", name="保存并继续").click()
    expect(page.locator("#web_address")).to_be_visible()
    plain.close()
