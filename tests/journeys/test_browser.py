# SPDX-License-Identifier: Apache-2.0
"""The same journey in a real Chromium: a phone whose camera shows a real photograph, then a clerk at a desk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Error, Page, expect
from sqlalchemy import select

from addresses import import_lines
from demonstration import browser as seen
from demonstration.applicant import SOLE_TRADER, sole_trader
from identity import demonstration_password, evidence_of
from identity.liveness.session import LiveSession
from kit.database import Database
from licences import FileVerdict, check_file
from reference import bureau
from reference.synthesis.films import films, write_mjpeg
from tests.conftest import NOON
from tests.journeys.conftest import Service

pytestmark = pytest.mark.skipif(seen.program() is None, reason=seen.HOW_TO_GET_IT)
NAME, NUMBER = bureau.CLEAN
AXE = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}


@pytest.fixture(scope="module")
def chromium(_service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    """Its camera is a virtual one that plays a recorded session again and again, at the pace at which it was taken."""
    acts = films(_service.live)
    frames = [frame for action in ("look", "left") for frame in acts[action] for _ in range(4)]
    film = write_mjpeg(frames, tmp_path_factory.mktemp("camera") / "loop.mjpeg")
    with seen.browser(film) as opened:
        yield opened


def usable(page: Page) -> None:
    """No violation of WCAG 2.2 AA that axe finds, and nothing wider than a 320-pixel phone."""
    try:
        found = Axe().run(page, options=AXE).response["violations"]
    except Error:  # the page moved on under the inspection: the progress page reloads itself
        page.wait_for_load_state()
        found = Axe().run(page, options=AXE).response["violations"]
    assert [(violation["id"], violation["nodes"][0]["target"]) for violation in found] == []
    before = page.viewport_size
    page.set_viewport_size({"width": 320, "height": 640})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    if before:
        page.set_viewport_size(before)


def fill_in(page: Page, pages: dict[str, dict[str, str | list[str]]]) -> None:
    own: dict[str, str | list[str]] = {"operator_name": NAME, "operator_id": NUMBER}
    page.get_by_role("link", name="继续").click()
    for name, answers in pages.items():
        seen.fill(page, {key: own.get(key, value) if value == "" else value for key, value in answers.items()})
        usable(page)
        page.get_by_role("button", name="保存并继续").click()
        expect(page).not_to_have_url(f"**/form/{name}")


def begin(page: Page, phone: str) -> None:
    page.goto("/")
    usable(page)
    seen.sign_in(page, phone)
    page.goto("/items/sole-trader")
    usable(page)
    page.get_by_role("button", name="开始申请").click()
    usable(page)


def prove(page: Page, card: Path) -> None:
    page.get_by_role("heading", name="怎样证明是您本人").wait_for()  # the last answer leads straight on
    usable(page)
    seen.choose_face(page)
    page.locator("#photo").wait_for(state="attached")
    usable(page)
    seen.photograph_card(page, card)
    page.get_by_role("button", name="打开摄像头").wait_for()
    usable(page)
    seen.sit(page)
    page.get_by_role("link", name="内容无误，去签名").wait_for(timeout=60_000)


def sign(page: Page) -> None:
    if page.get_by_role("link", name="核对、签名并提交").count():
        page.get_by_role("link", name="核对、签名并提交").click()
    page.get_by_role("link", name="内容无误，去签名").wait_for()
    usable(page)
    page.get_by_role("link", name="内容无误，去签名").click()
    page.get_by_role("button", name="发送签名验证码").click()
    page.get_by_label("签名验证码").wait_for()
    page.get_by_label("我已阅读并同意以上承诺").check()
    page.get_by_label("签名验证码").fill(seen.sent_code(page))
    usable(page)
    page.get_by_role("button", name="签名并提交").click()
    expect(page.get_by_role("link", name="查看进度")).to_be_visible()
    usable(page)
    page.get_by_role("link", name="查看进度").click()


@pytest.fixture
def card_file(service: Service, tmp_path: Path) -> Path:
    path = tmp_path / "card.jpg"
    path.write_bytes(service.card)
    return path


def test_from_a_phone_to_a_verified_licence(service: Service, chromium: Browser, card_file: Path) -> None:
    context = seen.phone(chromium, service.address)
    seen.acting_camera(context, service.live)
    page = context.new_page()
    begin(page, "13500000001")
    fill_in(page, sole_trader(9001))
    prove(page, card_file)
    page.reload()
    seen.be_vouched_for(page, NAME)
    sign(page)
    page.get_by_role("link", name="下载正本").wait_for(timeout=30000)
    usable(page)
    with page.expect_download() as downloading:
        page.get_by_role("link", name="下载正本").click()
    pdf = downloading.value.path().read_bytes()
    database: Database = service.database
    with database.reading() as session:
        assert check_file(session, pdf, service.desk.trust).verdict is FileVerdict.GENUINE
    page.get_by_role("link", name="核验页").click()
    expect(page.get_by_role("heading", name="真实，现行有效")).to_be_visible()
    usable(page)
    page.context.close()


def test_a_clerk_at_a_desk_decides_what_a_phone_sent(service: Service, chromium: Browser, card_file: Path) -> None:
    service.straight_through(False)
    context = seen.phone(chromium, service.address)
    seen.acting_camera(context, service.live)
    phone = context.new_page()
    begin(phone, "13500000002")
    fill_in(phone, SOLE_TRADER)
    prove(phone, card_file)
    sign(phone)
    phone.get_by_text("人工审查中").first.wait_for(timeout=30000)
    case = phone.url.rsplit("/", 1)[1]

    page = seen.desk(chromium, service.address).new_page()
    service.forget_codes()
    seen.sign_in_staff(page, "clerk", demonstration_password("clerk"))
    usable(page)
    page.goto(f"/review/{case}")
    page.get_by_role("button", name="领取这件申请").click()
    usable(page)
    expect(page.get_by_alt_text("证件头像")).to_be_visible()
    expect(page.get_by_alt_text("现场画面")).to_be_visible()
    assert page.get_by_alt_text("现场画面").evaluate("image => image.naturalWidth") > 0
    page.get_by_label("不予登记").check()
    page.get_by_label("给申请人的说明").fill("不行")
    page.get_by_role("button", name="提交决定").click()
    expect(page.get_by_role("heading", name="请先解决以下问题")).to_be_visible()
    expect(page.get_by_label("给申请人的说明")).to_have_value("不行")
    page.get_by_label("准予登记").check()
    page.get_by_role("button", name="提交决定").click()
    expect(page.get_by_role("heading", name="准予登记")).to_be_visible()
    phone.reload()
    phone.get_by_role("link", name="下载正本").wait_for(timeout=30000)
    page.context.close()
    phone.context.close()


def test_a_film_that_a_virtual_camera_plays_in_a_loop_is_never_taken_for_a_person(
    service: Service, chromium: Browser
) -> None:
    """Under the name of a real camera: what gives it away is that it does not do what is asked, and comes again."""
    person = service.applicant()
    person.start("sole-trader")
    person.photograph_card(service.card)
    person.choose("agree")
    context = seen.phone(chromium, service.address)
    context.add_init_script("Object.defineProperty(MediaStreamTrack.prototype, 'label', { get: () => 'Front Camera' })")
    context.add_cookies([{"name": k, "value": v, "url": service.address} for k, v in person.client.cookies.items()])
    page = context.new_page()
    page.goto(person.path("face"))
    page.get_by_role("button", name="打开摄像头").click()
    over = page.locator(".live[data-state]").or_(page.get_by_role("button", name="再试一次"))
    over.first.wait_for(timeout=70_000)
    with service.database.reading() as session:
        evidence = evidence_of(session, person.application)
        (sat,) = session.scalars(select(LiveSession).where(LiveSession.application_id == person.application))
        assert sat.outcome in (None, "retry", "person"), "or the session was over before it came to an end"
        assert (evidence.liveness, evidence.band) in {(None, None), ("person", "person"), ("person", "retry")}
        if sat.outcome is not None:
            assert len(sat.digests) > 10, "it was looked at"
            assert len(set(sat.digests)) < len(sat.digests), "a film that comes round again gives the same bytes"
    context.close()


def test_standard_addresses_are_offered_while_one_is_typed(service: Service, chromium: Browser) -> None:
    database: Database = service.database
    with database.writing() as session:
        lines = [f"{street},,,学衡路{number}号\n" for street, number in (("320113007", 5), ("320113001", 7))]
        import_lines(session, ["street,community,grid,address\n", *lines], "test", NOON)
    page = seen.phone(chromium, service.address).new_page()
    begin(page, "13500000004")
    page.goto(f"{page.url}/form/premises")
    offered = page.locator("#address-known option")
    page.locator("#address").press_sequentially("学衡 路")
    expect(offered).to_have_count(0)  # no street yet
    page.get_by_label("仙林街道").check()
    expect(offered).to_have_attribute("value", "学衡路5号")
    page.get_by_label("尧化街道").check()
    expect(offered).to_have_attribute("value", "学衡路7号")
    usable(page)
    page.context.close()


def test_a_refused_camera_says_so_and_shows_other_ways(service: Service, chromium: Browser, card_file: Path) -> None:
    page = seen.phone(chromium, service.address, camera=False).new_page()
    begin(page, "13500000003")
    page.get_by_role("link", name="拍摄身份证，核对识读的信息").click()
    seen.photograph_card(page, card_file)
    seen.choose_face(page)
    page.get_by_role("button", name="打开摄像头").click()
    expect(page.get_by_text("摄像头未获允许")).to_be_visible()
    usable(page)
    page.get_by_role("button", name="改由工作人员核验").click()
    expect(page.get_by_role("listitem").filter(has_text="核验本人").get_by_text("已完成")).to_be_visible()
    page.context.close()


@pytest.mark.parametrize(
    ("username", "paths"),
    [
        ("clerk", ["/review", "/samples", "/desk"]),
        ("fire", ["/opinions"]),
        ("supervisor", ["/board", "/gates", "/revocations", "/desk"]),
        ("auditor", ["/audit"]),
        ("admin", ["/admin", "/admin/accounts"]),
        ("security", ["/admin/accounts", "/admin/postings", "/account"]),
    ],
)
def test_staff_pages_are_usable(service: Service, chromium: Browser, username: str, paths: list[str]) -> None:
    page = seen.desk(chromium, service.address).new_page()
    service.forget_codes()
    seen.sign_in_staff(page, username, demonstration_password(username))
    for path in paths:
        page.goto(path)
        usable(page)
    page.context.close()
