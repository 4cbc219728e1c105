# SPDX-License-Identifier: Apache-2.0
"""Browser (浏览器): a real headless Chromium as a phone or a desk, with a camera that shows a photograph.

For the browser journey of the tests and for the screenshots; needs the development dependencies. I/O: processes, files.
"""

import json
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, Page, Route, ViewportSize, sync_playwright

from demonstration.entering import code_of, ms_to_next_code
from reference import idcard
from reference.synthesis.films import films

PHONE: ViewportSize = {"width": 390, "height": 844}
ACTING = Path(__file__).with_name("acting-camera.js")
DESK: ViewportSize = {"width": 1366, "height": 768}
HOW_TO_GET_IT = "no Chromium: `apt-get install chromium fonts-noto-cjk`"
QUIET = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str | None:
    """The browser of the machine, or None."""
    names = ("chromium", "chromium-browser", "google-chrome")
    mac = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")
    return next((path for name in names if (path := shutil.which(name))), str(mac) if mac.exists() else None)


def acting_camera(context: BrowserContext, photograph: bytes) -> None:
    """From now on the camera of this browser shows the photograph doing what the page asks for.

    The very injection by a virtual camera that `docs/identity.md` says is not caught by what a face does.
    """
    known = films(photograph)

    def give(route: Route) -> None:
        action, place = route.request.url.rsplit("/", 2)[1:]
        route.fulfill(body=known[action][int(place)], content_type="image/jpeg")

    context.route("**/film-of-the-demonstration/**", give)
    counted = json.dumps({action: len(frames) for action, frames in known.items()})
    context.add_init_script(ACTING.read_text("utf-8").replace("__FILMS__", counted))


def sit(page: Page, tries: int = 5) -> None:
    """Open the camera, do what is asked, confirm the sentence. On a busy machine a session may have to be repeated."""
    opening = page.get_by_role("button", name=re.compile("打开摄像头|再试一次"))
    intent = page.get_by_role("button", name="以上属实，确认")
    for _ in range(tries):
        opening.click()
        intent.or_(page.get_by_role("button", name="再试一次")).first.wait_for(timeout=70_000)
        if intent.is_visible():
            intent.click()
            return
    raise LookupError("the camera page never came to the sentence")


@contextmanager
def browser(film: Path | None = None) -> Iterator[Browser]:
    """Chromium, its camera playing the film again and again; without one there is no camera but `acting_camera`."""
    played = [f"--use-file-for-fake-video-capture={film}"] if film else []
    device = ["--use-fake-device-for-media-stream" + ("" if film else "=device-count=0"), *played]
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=program(), args=[*QUIET, *device])
        try:
            yield opened
        finally:
            opened.close()


def phone(opened: Browser, address: str, *, camera: bool = True) -> BrowserContext:
    context = opened.new_context(
        base_url=address,
        viewport=PHONE,
        device_scale_factor=2,
        has_touch=True,
        is_mobile=True,
        locale="zh-CN",
    )
    if camera:
        context.grant_permissions(["camera"], origin=address)
    return context


def desk(opened: Browser, address: str) -> BrowserContext:
    return opened.new_context(base_url=address, viewport=DESK, locale="zh-CN", accept_downloads=True)


def sent_code(page: Page) -> str:
    """The newest code on the demonstration's page of sent messages."""
    other = page.context.new_page()
    other.goto("/demonstration/messages")
    found = re.search(r"验证码 (\d{6})", other.content())
    other.close()
    if found is None:
        raise LookupError("no code was sent")
    return found[1]


def sign_in(page: Page, number: str) -> None:
    page.goto("/signin")
    page.get_by_label("手机号码").fill(number)
    page.get_by_role("button", name="获取验证码").click()
    page.get_by_label("六位验证码").wait_for()  # the code is sent with the page that asks for it
    page.get_by_label("六位验证码").fill(sent_code(page))
    page.get_by_role("main").get_by_role("button", name="登录", exact=True).click()
    page.get_by_role("button", name="退出").first.wait_for(state="attached")


def sign_in_staff(page: Page, username: str, password: str) -> None:
    page.goto("/staff/signin")
    page.get_by_label("用户名").fill(username)
    page.get_by_label("密码").fill(password)
    page.get_by_role("main").get_by_role("button", name="登录", exact=True).click()
    for _ in range(2):  # a code is good once: who was signed in a moment ago waits for the next one
        page.get_by_label("动态口令或恢复码").fill(code_of(username))
        page.get_by_role("button", name="继续").click()
        page.locator("#problems, form[action='/signout']").first.wait_for(state="attached")
        if page.locator("form[action='/signout']").count():
            return
        page.wait_for_timeout(ms_to_next_code())
    page.get_by_role("button", name="退出").first.wait_for(state="attached")


def photograph_card(page: Page, card: Path) -> None:
    """Choose the picture of the portrait side and one of the other, and let both be read.

    Where something is left to ask it is confirmed as it was read.
    """
    page.locator("#photo").wait_for(state="attached")  # the last answer leads straight on
    back = idcard.draw_emblem(idcard.Holder("", "", ""))
    page.set_input_files("#photo", card)
    page.set_input_files("#emblem", {"name": "back.jpg", "mimeType": "image/jpeg", "buffer": back})
    page.get_by_role("button", name="上传并继续").click()
    page.wait_for_url(lambda address: not address.endswith("/idcard"))
    if page.url.endswith("/card"):
        page.get_by_role("button", name="核对无误，继续").click()
        page.wait_for_url(lambda address: not address.endswith("/card"))


def choose_face(page: Page) -> None:
    """Of the ways to prove who one is: agree to the words that stand beside it."""
    page.locator('button[name="way"][value="face"]').click()


def be_vouched_for(page: Page, name: str) -> None:
    """Have the reference partner vouch for this customer of it, from the page of answers to the list of tasks."""
    page.get_by_role("link", name="再核验一次").click()
    page.get_by_role("button", name="样例银行（虚构）").click()
    page.get_by_role("link", name="前往确认").click()
    page.get_by_role("button", name=name).click()
    page.get_by_text("已由合作方确认您的身份").wait_for()


def fill(page: Page, answers: dict[str, Any]) -> None:
    """Answer what the page asks, by field name; questions that appear after saving are answered then."""
    first = next(iter(answers))
    page.locator(f'[name="{first}"]').first.wait_for(state="attached")
    for name, value in answers.items():
        values = value if isinstance(value, list) else [value]
        boxes = page.locator(f'input[name="{name}"]:is([type=radio],[type=checkbox])')
        if boxes.count():
            for one in values:
                page.locator(f'input[name="{name}"][value="{one}"]').check()
        elif page.locator(f'[name="{name}"]').count():
            page.locator(f'[name="{name}"]').fill(str(value))
