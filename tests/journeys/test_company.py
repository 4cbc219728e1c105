# SPDX-License-Identifier: Apache-2.0
"""A company of two in a real browser: what is written for them, the second shareholder on a phone, the clerk's desk."""

from playwright.sync_api import Browser, expect

from demonstration import browser as seen
from demonstration.applicant import COMPANY
from identity import demonstration_password
from reference import bureau
from tests.journeys.conftest import Service
from tests.journeys.test_browser import chromium, pytestmark, usable

__all__ = ["chromium", "pytestmark"]
FOUNDER, SECOND = "13500000031", "13500000032"


def founded(service: Service) -> str:
    """A company with everything but the signatures; gives the path of its draft."""
    person = service.applicant()
    person.phone = FOUNDER
    person.client.cookies.clear()
    person.sign_in()
    person.start("company")
    person.answer(COMPANY)
    person.photograph_card(service.card)
    person.choose("decline")
    return f"/apply/{person.application}"


def test_the_second_shareholder_signs_on_a_phone_of_her_own(service: Service, chromium: Browser) -> None:
    draft = founded(service)
    founder, second = (seen.phone(chromium, service.address).new_page() for _ in range(2))
    seen.sign_in(founder, FOUNDER)
    founder.goto(f"{draft}/people")
    usable(founder)
    founder.get_by_label("本人手机号码").fill("123")
    founder.get_by_role("button", name="发短信邀请").click()
    expect(founder.get_by_text("请输入 11 位手机号码").first).to_be_visible()
    usable(founder)
    founder.get_by_label("本人手机号码").fill(SECOND)
    founder.get_by_role("button", name="发短信邀请").click()
    expect(founder.get_by_text("已邀请，等签名")).to_be_visible()

    seen.sign_in(second, SECOND)
    second.goto("/")
    usable(second)
    second.get_by_role("link", name="等我签名").click()
    expect(second.get_by_role("heading", name="我要签的文书")).to_be_visible()
    usable(second)
    own_number = second.get_by_label("居民身份号码")
    own_number.fill("1" * 18)
    second.get_by_role("button", name="保存").click()
    expect(second.get_by_text("号码校验不通过").first).to_be_visible()
    own_number.fill("999999198506120128")
    second.get_by_role("button", name="保存").click()
    expect(second.get_by_text("已保存")).to_be_visible()
    second.get_by_role("link", name="南京栖云样例科技有限公司章程").click()
    expect(second.get_by_text("第一章 总则")).to_be_visible()
    usable(second)
    assert bureau.CLEAN[1] not in second.content(), "nobody's number but one's own"
    second.get_by_role("link", name="读完了，返回核对").click()
    second.get_by_role("button", name="发送签名验证码").click()
    second.get_by_label("签名验证码").wait_for()
    usable(second)
    second.get_by_label("我已读完文书").check()
    second.get_by_label("签名验证码").fill(seen.sent_code(second))
    second.get_by_role("button", name="签名", exact=True).click()
    expect(second.get_by_text("您已签名")).to_be_visible()

    founder.goto(f"{draft}/people")
    expect(founder.get_by_text("已签名").first).to_be_visible()
    founder.goto(f"{draft}/check")
    usable(founder)
    founder.get_by_role("link", name="内容无误，去签名").click()
    founder.get_by_role("button", name="发送签名验证码").click()
    founder.get_by_label("签名验证码").wait_for()
    founder.get_by_label("我已阅读并同意以上承诺和文书").check()
    founder.get_by_label("签名验证码").fill(seen.sent_code(founder))
    founder.get_by_role("button", name="签名并提交").click()
    founder.get_by_role("link", name="查看进度").click()
    founder.get_by_text("人工审查中").first.wait_for(timeout=30000)
    founder.get_by_text("我签署的文件").click()
    expect(founder.get_by_role("link", name="有限责任公司设立登记申请书（个人信息页）")).to_be_visible()
    usable(founder)
    case = founder.url.rsplit("/", 1)[1]

    desk = seen.desk(chromium, service.address).new_page()
    service.forget_codes()
    seen.sign_in_staff(desk, "clerk", demonstration_password("clerk"))
    desk.goto(f"/review/{case}")
    expect(desk.get_by_role("link", name="南京栖云样例科技有限公司章程")).to_be_visible()
    expect(desk.get_by_role("link", name="个人信息页")).to_have_count(0)
    assert desk.request.get(f"/review/{case}/signed/personal-page").status == 409
    desk.get_by_role("button", name="领取这件申请").click()
    expect(desk.get_by_role("link", name="个人信息页")).to_have_count(0)
    desk.get_by_text("看完整号码").click()
    desk.get_by_label("为什么需要看").fill("核对签名与证件号码")
    desk.get_by_role("button", name="显示 30 分钟").click()
    expect(desk.get_by_role("link", name="有限责任公司设立登记申请书（个人信息页）")).to_be_visible()
    usable(desk)
    for code in ("company-articles", "personal-page"):
        document = desk.request.get(f"/review/{case}/signed/{code}")
        assert (document.status, document.headers["content-type"]) == (200, "application/pdf")
    stranger = seen.phone(chromium, service.address).new_page()
    seen.sign_in(stranger, "13500000033")
    assert stranger.request.get(f"/cases/{case}/signed/company-articles").status == 404
    for page in (founder, second, desk, stranger):
        page.context.close()
