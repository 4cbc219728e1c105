# SPDX-License-Identifier: Apache-2.0
"""Somebody who does not know the names of things: from everyday words to the item that begins it."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from demonstration import browser as seen
from tests.journeys.conftest import Service
from tests.journeys.test_browser import usable

NEEDS_CHROMIUM = pytest.mark.skipif(seen.program() is None, reason=seen.HOW_TO_GET_IT)


@pytest.fixture(scope="module")
def chromium(_service: Service) -> Iterator[Browser]:
    with seen.browser() as opened:
        yield opened


def at_phone(service: Service, chromium: Browser) -> Page:
    return seen.phone(chromium, service.address, camera=False).new_page()


@NEEDS_CHROMIUM
def test_from_a_milk_tea_shop_to_the_registration_it_begins_with(service: Service, chromium: Browser) -> None:
    page = at_phone(service, chromium)
    page.goto("/")
    page.get_by_label("想开什么店").fill("开个奶茶店")
    page.keyboard.press("Enter")
    expect(page.locator(".chain").first.get_by_role("listitem")).to_have_count(2)
    usable(page)
    page.get_by_role("link", name="开奶茶店、咖啡店", exact=True).click()
    expect(page.get_by_role("heading", name="谁来开")).to_be_visible()
    usable(page)
    page.get_by_role("link", name="成立公司").click()
    expect(page.locator(".chain li").first).to_contain_text("有限责任公司设立登记")
    expect(page.get_by_role("link", name="成立公司")).to_have_attribute("aria-current", "true")
    page.get_by_role("link", name="我自己").click()
    page.get_by_role("link", name="从第一项开始").click()
    expect(page).to_have_url(f"{service.address}/items/sole-trader")
    usable(page)
    page.context.close()


@NEEDS_CHROMIUM
def test_a_condition_adds_its_item_and_both_choices_stay(service: Service, chromium: Browser) -> None:
    page = at_phone(service, chromium)
    page.goto("/guide/online-shop?as=company")
    expect(page.locator(".chain li")).to_have_count(1)
    page.get_by_label("售卖食品").check()
    page.get_by_role("button", name="按我的情况更新").click()
    expect(page.locator(".chain li")).to_contain_text(["有限责任公司设立登记", "食品经营许可"])
    usable(page)
    expect(page.get_by_label("售卖食品")).to_be_checked()
    page.get_by_role("link", name="我自己").click()
    expect(page.locator(".chain li")).to_contain_text(["个体工商户设立登记", "食品经营许可"])
    page.context.close()


@NEEDS_CHROMIUM
def test_a_search_that_finds_nothing_says_so_and_shows_other_ways(service: Service, chromium: Browser) -> None:
    page = at_phone(service, chromium)
    page.goto("/guide?q=xqzvkw")
    expect(page.get_by_role("status")).to_contain_text("没有找到和“xqzvkw”有关的事项")
    page.locator("summary", has_text="餐饮与食品").click()
    usable(page)
    page.get_by_role("main").get_by_role("link", name="食品经营许可").click()
    expect(page.get_by_text("先要有下面任意一项")).to_be_visible()
    usable(page)
    page.context.close()


@NEEDS_CHROMIUM
def test_it_reads_in_english_and_with_large_letters(service: Service, chromium: Browser) -> None:
    page = at_phone(service, chromium)
    page.goto("/guide?q=coffee+shop&lang=en&large=1")
    expect(page.get_by_role("heading", name="Is this what you mean?")).to_be_visible()
    usable(page)
    page.get_by_role("link", name="A milk tea or coffee shop", exact=True).click()
    expect(page.get_by_role("heading", name="Who opens it?")).to_be_visible()
    usable(page)
    page.context.close()


def test_what_is_typed_is_shown_as_typed_and_nothing_else(service: Service) -> None:
    answer = service.client().get("/guide", params={"q": "<script>alert(1)</script>' OR 1=1 --"})
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    assert service.client().get("/guide", params={"q": "奶茶店" * 2000}).status_code == 200
    assert service.client().get("/guide", params={"q": "奶茶店\x00"}).status_code == 400


def test_what_the_guide_does_not_know_is_answered_in_words(service: Service) -> None:
    client = service.client()
    unknown = client.get("/guide/space-port", headers={"accept-language": "zh"})
    assert unknown.status_code == 404
    assert "指南里没有这一项" in unknown.text
    odd = client.get("/guide/milk-tea", params={"as": "robot", "also": ["nothing", "food-service"]})
    assert odd.status_code == 200
    assert odd.text.count('<li><span class="mark') == 2


def test_a_permit_tells_what_must_be_held_and_what_is_never_asked_for(service: Service) -> None:
    page = service.client().get("/items/food-service", headers={"accept-language": "zh"}).text
    for words in (
        "先要有下面任意一项",
        "这些不用您交",
        "有人到现场查看",
        "以受理通知书为准",
        "5 年",
        "/processes/permit-site.svg",
    ):
        assert words in page
