# SPDX-License-Identifier: Apache-2.0
"""Practised person: the commonest filing on a phone, at the pace of somebody who knows it. `python -m bench.practised`.

A real Chromium types, taps and reads with the pauses below; the clock runs from the first question to the receipt. The
pauses are assumptions of this benchmark (a keystroke on a phone, finding and tapping a control, looking over a page,
holding a card before the camera), not measurements of people.
"""

import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page

from bench.running import service
from demonstration import browser as seen
from demonstration.applicant import SOLE_TRADER
from reference import bureau, idcard, photographs

KEY_S, TAP_S, LOOK_S, PHOTO_S, READ_S = 0.25, 1.0, 1.5, 8.0, 10.0
GOAL_SCREENS, GOAL_S = 8, 180


class Person:
    """Counts the pages that come up, and takes the time that a person takes."""

    def __init__(self, page: Page) -> None:
        self.page, self.screens = page, 0

    def look(self, seconds: float = LOOK_S) -> None:
        self.screens += 1
        self.page.wait_for_load_state()
        time.sleep(seconds)

    def tap(self, words: str) -> None:
        time.sleep(TAP_S)
        self.page.get_by_role("button", name=words).first.click()

    def answer(self, name: str, value: str | list[str]) -> None:
        boxes = self.page.locator(f'input[name="{name}"]:is([type=radio],[type=checkbox])')
        for one in value if isinstance(value, list) else [value]:
            time.sleep(TAP_S)
            if boxes.count():
                self.page.locator(f'input[name="{name}"][value="{one}"]').check()
            else:
                self.page.locator(f'[name="{name}"]').press_sequentially(one, delay=KEY_S * 1000)


def walk(page: Page, card: Path) -> tuple[float, int]:
    """Seconds and screens from the first question to the receipt."""
    name, number = bureau.CLEAN
    own = {"operator_name": name, "operator_id": number}
    seen.sign_in(page, "13600000001")
    page.goto("/items/sole-trader")
    page.get_by_role("button", name="开始申请").click()
    page.get_by_role("link", name="继续").click()
    person, began = Person(page), time.monotonic()
    for answers in SOLE_TRADER.values():
        page.locator(f'[name="{next(iter(answers))}"]').first.wait_for(state="attached")
        person.look()
        for field, value in answers.items():
            person.answer(field, own.get(field, value) if value == "" else value)
        person.tap("保存并继续")
    person.look()
    seen.choose_face(page)
    page.locator("#photo").wait_for(state="attached")
    person.look(2 * PHOTO_S)
    seen.photograph_card(page, card)
    person.look()
    person.tap("核对无误，继续")
    page.get_by_label("用人脸比对").wait_for()
    person.look()
    page.get_by_label("用人脸比对").check()
    person.tap("继续")
    page.get_by_role("button", name="打开摄像头").wait_for()
    person.look()
    person.tap("打开摄像头")
    page.get_by_role("button", name="以上属实，确认").wait_for(timeout=60_000)
    time.sleep(LOOK_S)  # the sentence is read
    person.tap("以上属实，确认")
    page.get_by_role("link", name="核对、签名并提交").click(timeout=60_000)
    person.look(READ_S)
    time.sleep(TAP_S)
    page.get_by_role("link", name="内容无误，去签名").click()
    person.look()
    person.tap("发送签名验证码")
    page.get_by_label("签名验证码").wait_for()
    time.sleep(TAP_S)
    page.get_by_label("我已阅读并同意以上承诺").check()
    time.sleep(PHOTO_S)  # the message arrives and is read
    page.get_by_label("签名验证码").press_sequentially(seen.sent_code(page), delay=KEY_S * 1000)
    person.tap("签名并提交")
    page.get_by_role("link", name="查看进度").wait_for()
    return time.monotonic() - began, person.screens


def table() -> str:
    real = photographs.fetch()
    with tempfile.TemporaryDirectory() as work, service() as (address, _folder):
        card = Path(work) / "card.jpg"
        holder = idcard.Holder(*bureau.CLEAN, "南京市栖霞区样例路 1 号 101 室")
        card.write_bytes(idcard.draw(real.accept_portrait.read_bytes(), holder))
        with seen.browser() as opened:
            context = seen.phone(opened, address)
            seen.acting_camera(context, real.accept_live.read_bytes())
            seconds, screens = walk(context.new_page(), card)
    kept = "kept" if screens <= GOAL_SCREENS and seconds <= GOAL_S else "MISSED"
    rows = ["| filing | screens | seconds | goal 8 screens, 180 s |", "|---|---|---|---|"]
    return "\n".join([*rows, f"| 个体工商户设立登记 | {screens} | {seconds:.0f} | {kept} |"])


if __name__ == "__main__":
    print(table())
