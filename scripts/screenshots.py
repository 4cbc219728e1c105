# SPDX-License-Identifier: Apache-2.0
"""Every page at 390 and 1366 pixels, walked as its users walk it, into docs/screenshots."""

import io
import tempfile
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page

from demonstration import browser as seen
from demonstration.applicant import COMPANY, HOTEL, SOLE_TRADER, Applicant
from identity import demonstration_password
from kit.clock import now
from reference import bureau, idcard, photographs
from scripts import proving, trusting
from scripts.album import OUT, Album, service

NAME, NUMBER = bureau.CLEAN


def answer_form(
    page: Page, album: Album | None = None, pages: dict[str, dict[str, str | list[str]]] = SOLE_TRADER
) -> None:
    own = {"operator_name": NAME, "operator_id": NUMBER}
    page.get_by_role("link", name="继续").click()
    for name, answers in pages.items():
        filled = {key: own.get(key, value) if value == "" else value for key, value in answers.items()}
        seen.fill(page, filled)
        if album:
            album.keep(page, f"question-{name}")
        page.get_by_role("button", name="保存并继续").click()


def applicant(page: Page, album: Album, card: Path) -> None:
    page.goto("/")
    album.keep(page, "home")
    page.goto("/items/sole-trader")
    album.keep(page, "item")
    page.goto("/signin")
    album.keep(page, "sign-in")
    page.get_by_label("手机号码").fill("123")
    page.get_by_role("button", name="获取验证码").click()
    album.keep(page, "sign-in-problem")
    seen.sign_in(page, "13800000001")
    page.goto("/items/sole-trader")
    page.get_by_role("button", name="开始申请").click()
    album.keep(page, "tasks")
    answer_form(page, album)
    album.keep(page, "ways")
    seen.choose_face(page)
    page.locator("#photo").wait_for(state="attached")
    album.keep(page, "card")
    seen.photograph_card(page, card)
    page.get_by_role("button", name="打开摄像头").wait_for()
    face = page.url
    for name, shown in (("card", "card-read"), ("consent", "consent"), ("face", "face")):
        page.goto(face.replace("/face", f"/{name}"))
        album.keep(page, shown)
    proving.before_the_camera(page, album)
    album.keep(page, "check-answers")
    seen.be_vouched_for(page, NAME)  # with it the machine may decide
    album.keep(page, "tasks-done")
    page.get_by_role("link", name="核对、签名并提交").click()
    page.get_by_role("link", name="内容无误，去签名").click()
    page.get_by_role("button", name="发送签名验证码").click()
    album.keep(page, "sign")
    page.get_by_label("我已阅读并同意以上承诺和文书").check()
    page.get_by_label("签名验证码").fill(seen.sent_code(page))
    page.get_by_role("button", name="签名并提交").click()
    album.keep(page, "receipt")
    page.get_by_role("link", name="查看进度").click()
    page.get_by_role("link", name="下载正本").wait_for(timeout=30000)
    album.keep(page, "status")
    page.get_by_role("link", name="核验页").click()
    album.keep(page, "verify-licence")
    page.goto("/verify")
    album.keep(page, "verify")
    page.goto("/v/abcdefghijkmnpqrstuvwxyz23")
    album.keep(page, "verify-unknown")


def shop_that_grows(page: Page, album: Album) -> None:
    """The holder of a licence looks for what a drinks shop takes, and is not asked again for what is known."""
    page.goto("/guide?q=开个奶茶店")
    album.keep(page, "guide-found")
    page.goto("/guide?q=naicadian")
    album.keep(page, "guide-typo")
    page.goto("/guide/milk-tea?as=person")
    album.keep(page, "guide-plan")
    page.goto("/items/food-service")
    album.keep(page, "item-permit")
    page.get_by_role("button", name="开始申请").click()
    album.keep(page, "tasks-offer")
    page.get_by_role("button", name="带入").click()
    page.get_by_role("link", name="继续").click()
    seen.fill(page, {"food_kind": "restaurant", "food_items": ["drinks"], "floor_area": "30"})
    page.get_by_role("button", name="保存并继续").click()
    album.keep(page, "question-prefilled")
    page.locator("#business_name").fill("样例饮品店")
    for _ in range(3):
        page.get_by_role("button", name="保存并继续").click()
    page.get_by_role("button", name="上传", exact=True).click()
    album.keep(page, "material")
    page.set_input_files("#file", {"name": "布局图.png", "mimeType": "image/png", "buffer": a_drawing()})
    page.get_by_role("button", name="上传", exact=True).click()
    album.keep(page, "material-there")
    page.get_by_role("link", name="完成，继续填写").click()
    album.keep(page, "question-material")


def a_drawing() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (800, 600), "#f4f1ea").save(out, "PNG")
    return out.getvalue()


def declining_applicant(page: Page, card: Path) -> str:
    """The same shop with a name, face declined: a case for a clerk. Gives its address."""
    seen.sign_in(page, "13800000002")
    page.goto("/items/sole-trader")
    page.get_by_role("button", name="开始申请").click()
    business: dict[str, str | list[str]] = {
        "uses_name": "yes",
        "trade_name": "南京市栖霞区样例小吃店",
        "scope": ["F-5213", "O-8122"],
    }
    named: dict[str, dict[str, str | list[str]]] = {**SOLE_TRADER, "business": business}
    page.get_by_role("link", name="继续").click()
    own: dict[str, str | list[str]] = {"operator_name": NAME, "operator_id": NUMBER}
    for answers in named.values():
        seen.fill(page, {k: own.get(k, v) if v == "" else v for k, v in answers.items()})
        page.get_by_role("button", name="保存并继续").click()
    seen.choose_face(page)
    seen.photograph_card(page, card)
    proving.before_the_camera(page)
    page.get_by_role("link", name="内容无误，去签名").click()
    page.get_by_role("button", name="发送签名验证码").click()
    page.get_by_label("我已阅读并同意以上承诺和文书").check()
    page.get_by_label("签名验证码").fill(seen.sent_code(page))
    page.get_by_role("button", name="签名并提交").click()
    page.get_by_role("link", name="查看进度").click()
    page.get_by_text("人工审查中").first.wait_for(timeout=30000)
    return page.url


def clerk(page: Page, album: Album) -> None:
    page.goto("/staff/signin")
    album.keep(page, "staff-sign-in")
    seen.sign_in_staff(page, "clerk", demonstration_password("clerk"))
    album.keep(page, "queue")
    page.get_by_role("button", name="领取最紧急的一件").click()
    album.keep(page, "case")
    page.get_by_label("不予登记").check()
    page.get_by_role("button", name="提交决定").click()
    album.keep(page, "case-problem")
    page.get_by_label("退回补正").check()
    page.locator('[name="reason-address"]').fill("门牌号缺少单元，请补充完整")
    album.keep(page, "case-return")
    page.get_by_role("button", name="提交决定").click()
    album.keep(page, "decided")


def permit(opened: Browser, address: str, album: Album, card: bytes) -> None:
    """A permit with everybody who works on it: acceptance, two departments, two clerks, the supervisor."""
    with httpx.Client(base_url=address, timeout=30) as client:
        hotel = Applicant(client, "13800000003", NAME, NUMBER)
        hotel.sign_in()
        hotel.start("public-venue")
        hotel.answer(HOTEL)
        hotel.photograph_card(card)
        hotel.choose("decline")
        hotel.sign_and_submit()
        hotel.wait("in_review")
    review = f"/review/{hotel.application}"

    def at(username: str) -> Page:
        page = seen.desk(opened, address).new_page()
        seen.sign_in_staff(page, username, demonstration_password(username))
        return page

    first, second, head = at("clerk"), at("clerk2"), at("supervisor")
    first.goto(review)
    first.get_by_role("button", name="领取这件申请").click()
    album.keep(first, "permit-acceptance")
    first.get_by_role("button", name="受理").click()
    for username, view in (("health", "同意"), ("fire", "有条件同意")):
        expert = at(username)
        album.keep(expert, "opinions") if username == "health" else None
        expert.goto(f"/opinions/{hotel.application}")
        expert.get_by_label(view, exact=True).check()
        expert.get_by_label("条件或理由").fill("开业前完成二层疏散指示标志的安装并复核")
        album.keep(expert, "opinion") if username == "fire" else None
        expert.get_by_role("button", name="提交意见").click()
        expert.get_by_text("意见已提交").wait_for()
    first.goto(review)
    first.get_by_role("button", name="领取这件申请").click()
    first.get_by_label("准予许可", exact=True).check()
    first.get_by_role("button", name="提交决定").click()
    second.goto(review)
    second.get_by_role("button", name="领取这件申请").click()
    album.keep(second, "permit-panel")
    second.get_by_text("记录邮寄或窗口送达").click()
    album.keep(second, "service")
    second.get_by_label("不予许可", exact=True).check()
    second.locator("#basis").select_option(index=2)
    second.locator("#reason").fill("检测报告中二次供水项目不合格，不符合法定条件")
    second.get_by_role("button", name="提交决定").click()
    head.goto("/board")
    album.keep(head, "board-disagreement")
    head.goto(review)
    head.get_by_role("button", name="领取这件申请").click()
    album.keep(head, "permit-reconcile")
    for path, name in (("/gates", "gates"), ("/revocations", "revocations"), ("/desk", "desk")):
        head.goto(path)
        album.keep(head, name)
    second.goto("/samples")
    album.keep(second, "samples")
    security = at("security")
    security.goto("/admin/postings")
    album.keep(security, "postings")


def company(opened: Browser, address: str, album: Album, card: bytes) -> None:
    """A company of two: what is written for them, the second shareholder on a phone of her own, the clerk's view."""
    with httpx.Client(base_url=address, timeout=30) as client:
        founder = Applicant(client, "13800000004", NAME, NUMBER)
        founder.sign_in()
        founder.start("company")
        founder.answer(COMPANY)
        founder.photograph_card(card)
        founder.choose("decline")
        apply = f"/apply/{founder.application}"
        page, other = (seen.phone(opened, address).new_page() for _ in range(2))
        seen.sign_in(page, founder.phone)
        for path, name in (("", "tasks-company"), ("/form/shareholders", "question-shareholders")):
            page.goto(apply + path)
            album.keep(page, name)
        page.goto(f"{apply}/form/shareholders")
        page.locator("#shareholders-1-number").fill(bureau.CLEAN_FIRM.number)
        page.get_by_role("button", name="按信用代码查名称").nth(1).click()
        page.get_by_role("button", name="填入这个名称").wait_for()
        album.keep(page, "lookup")
        page.goto(f"{apply}/form/shareholders")
        page.locator("#shareholders-1-number").fill("999999198506120128")
        page.get_by_role("button", name="保存并继续").click()
        page.locator("[name=director_term]").wait_for()
        page.goto(f"{apply}/people")
        page.get_by_label("本人手机号码").fill("13800000005")
        page.get_by_role("button", name="发短信邀请").click()
        page.get_by_text("已邀请，等签名").wait_for()
        album.keep(page, "people")
        proving.invited(opened, address, album)
        seen.sign_in(other, "13800000005")
        album.keep(other, "home-invited")
        other.get_by_role("link", name="等我签名").click()
        other.get_by_role("button", name="发送签名验证码").click()
        other.get_by_label("签名验证码").wait_for()
        album.keep(other, "part")
        other.get_by_label("我已读完文书").check()
        other.get_by_label("签名验证码").fill(seen.sent_code(other))
        other.get_by_role("button", name="签名", exact=True).click()
        other.get_by_text("您已签名").wait_for()
        album.keep(other, "part-signed")
        proving.part(other, album)
        page.goto(f"{apply}/check")
        album.keep(page, "check-company")
        page.get_by_role("link", name="南京栖云样例科技有限公司章程").click()
        album.keep(page, "articles")
        founder.sign_and_submit()
        founder.wait("in_review")
    desk = seen.desk(opened, address).new_page()
    seen.sign_in_staff(desk, "clerk2", demonstration_password("clerk2"))
    desk.goto(f"/review/{founder.application}")
    desk.get_by_role("button", name="领取这件申请").click()
    album.keep(desk, "case-company")
    proving.not_me(other, desk, album)


def change(page: Page, album: Album) -> None:
    """The holder of a shop changes its name: what the register knows is offered, only what differs is asked."""
    page.goto("/guide?q=改店名")
    album.keep(page, "guide-change")
    page.goto("/items/sole-trader-change")
    album.keep(page, "item-change")
    page.get_by_role("button", name="开始申请").click()
    page.get_by_role("button", name="带入").first.click()
    page.get_by_role("link", name="继续").click()
    seen.fill(page, {"changes": ["name"], "decided_on": f"{now():%Y-%m-%d}"})
    album.keep(page, "question-changes")
    page.get_by_role("button", name="保存并继续").click()
    page.locator("[name=uses_name]").first.wait_for()
    album.keep(page, "question-new-name")


def together(page: Page, album: Album) -> None:
    """开办一件事: chosen, filled in once."""
    page.goto("/together")
    album.keep(page, "together")
    for code in ("seal-engraving", "tax-registration", "food-service"):
        page.locator(f'input[name="item"][value="{code}"]').check()
    page.get_by_role("button", name="开始填写").click()
    album.keep(page, "together-tasks")


def others(opened: Browser, address: str, album: Album) -> None:
    for username, path, name in (
        ("supervisor", "/board", "board"),
        ("auditor", "/audit", "log"),
        ("admin", "/admin", "admin"),
    ):
        context = seen.desk(opened, address)
        page = context.new_page()
        seen.sign_in_staff(page, username, demonstration_password(username))
        page.goto(path)
        album.keep(page, name)
        if name == "log":
            page.get_by_role("button", name="核查整条日志").click()
            album.keep(page, "log-checked")
            page.locator(".timeline a").first.click()
            album.keep(page, "log-case")
        context.close()


def supervision(opened: Browser, address: str, album: Album) -> None:
    """What a department is told of the shop, what it found, and what a clerk sees of that."""
    page = seen.desk(opened, address).new_page()
    seen.sign_in_staff(page, "market", demonstration_password("market"))
    page.goto("/notifications")
    album.keep(page, "notifications")
    page.locator("td a").last.click()
    page.get_by_role("button", name="确认收到").click()
    page.get_by_label("发现问题，责令改正").check()
    page.get_by_label("检查日期").fill(now().date().isoformat())
    page.get_by_label("情况说明").fill("从业人员健康证明未公示")
    page.get_by_role("button", name="提交检查结果").click()
    album.keep(page, "notification")
    code = page.locator(".case-head .number").inner_text()
    desk = seen.desk(opened, address).new_page()
    seen.sign_in_staff(desk, "clerk2", demonstration_password("clerk2"))
    desk.goto(f"/entities/{code}")
    album.keep(desk, "portrait")


def main() -> None:
    real = photographs.fetch()
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        card = folder / "card.jpg"
        holder = idcard.Holder(NAME, NUMBER, "南京市栖霞区样例路 1 号 101 室")
        card.write_bytes(idcard.draw(real.accept_portrait.read_bytes(), holder))
        album = Album()
        with service(folder / "service") as address, seen.browser() as opened:
            context = seen.phone(opened, address)
            seen.acting_camera(context, real.accept_live.read_bytes())
            page = context.new_page()
            applicant(page, album, card)
            shop_that_grows(page, album)
            change(page, album)
            together(page, album)
            page.goto("/demonstration")
            album.keep(page, "demonstration")
            page.goto("/demonstration/messages")
            album.keep(page, "messages")
            page.goto("/nowhere")
            album.keep(page, "not-found")
            page.goto("/?lang=en")
            album.keep(page, "home-en")
            second = seen.phone(opened, address)
            seen.acting_camera(second, real.accept_live.read_bytes())
            waiting = second.new_page()
            status = declining_applicant(waiting, card)
            album.keep(waiting, "status-waiting")
            clerk(seen.desk(opened, address).new_page(), album)
            waiting.goto(status)
            album.keep(waiting, "status-returned")
            waiting.get_by_role("button", name="修改并重新提交").click()
            album.keep(waiting, "tasks-correction")
            waiting.locator(".tasks a").first.click()
            album.keep(waiting, "question-correction")
            trusting.own_data(waiting, album, status)
            permit(opened, address, album, card.read_bytes())
            company(opened, address, album, card.read_bytes())
            proving.ways(opened, address, album, card.read_bytes(), real.accept_live.read_bytes(), (NAME, NUMBER))
            others(opened, address, album)
            supervision(opened, address, album)
            trusting.staff(opened, address, album)
    print(f"{len(list(OUT.glob('*.webp')))} pictures in {OUT}")


if __name__ == "__main__":
    main()
