# SPDX-License-Identifier: Apache-2.0
"""Practised person: the commonest filings on a phone, at the pace of somebody who knows them.

`python -m bench.practised`.

A real Chromium types, taps and reads with the pauses below; the clock runs from the first question to the receipt. The
pauses are assumptions of this benchmark (a keystroke on a phone, finding and tapping a control, looking over a page,
holding a card before the camera), not measurements of people.
"""

import tempfile
import time
from collections.abc import Mapping
from pathlib import Path

from playwright.sync_api import Page

from bench.running import service
from demonstration import browser as seen
from demonstration.applicant import COMPANY, SOLE_TRADER, FormData
from reference import bureau, idcard, photographs

KEY_S, TAP_S, LOOK_S, PHOTO_S, READ_S = 0.25, 1.0, 1.5, 8.0, 10.0
GOAL_SCREENS, GOAL_S = 8, 180
FILINGS = (("sole-trader", "个体工商户设立登记", SOLE_TRADER), ("company", "有限责任公司设立登记", COMPANY))


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
        control = self.page.locator(f'[name="{name}"]')
        if not control.count():  # another row of a table; it comes on the same page
            time.sleep(TAP_S)
            self.page.locator(f'button[name="add-{name.partition("-")[0]}"]').click()
            control.first.wait_for(state="attached")
        for one in value if isinstance(value, list) else [value]:
            time.sleep(TAP_S)
            if boxes.count():
                self.page.locator(f'input[name="{name}"][value="{one}"]').check()
            elif control.get_attribute("type") == "date":  # what a person types goes into the parts of the control
                time.sleep(KEY_S * len(one))
                control.fill(one)
            else:
                control.press_sequentially(one, delay=KEY_S * 1000)


def fill_in(person: Person, pages: Mapping[str, FormData]) -> None:
    """All questions, page by page; what is empty is the name or the number of who files."""
    name, number = bureau.CLEAN
    for answers in pages.values():
        person.page.locator(f'[name="{next(iter(answers))}"]').first.wait_for(state="attached")
        person.look()
        for field, value in answers.items():
            own = number if field.endswith(("_id", "number")) else name
            person.answer(field, own if value == "" else value)
        person.tap("保存并继续")


def prove(person: Person, card: Path) -> None:
    """The way with its consent, the card, the camera; a card without doubt asks nothing."""
    page = person.page
    page.get_by_role("button", name="同意并用人脸核验").wait_for()
    person.look(READ_S)  # the words about the face are read
    time.sleep(TAP_S)
    seen.choose_face(page)
    page.locator("#photo").wait_for(state="attached")
    person.look(2 * PHOTO_S)
    seen.photograph_card(page, card)
    page.get_by_role("button", name="打开摄像头").wait_for()
    person.look()
    person.tap("打开摄像头")
    page.get_by_role("button", name="以上属实，确认").wait_for(timeout=60_000)
    time.sleep(LOOK_S)  # the sentence is read
    person.tap("以上属实，确认")


def walk(page: Page, card: Path, item: str, pages: Mapping[str, FormData]) -> tuple[float, int]:
    """Seconds and screens from the first question to the receipt."""
    page.goto(f"/items/{item}")
    page.get_by_role("button", name="开始申请").click()
    page.get_by_role("link", name="继续").click()
    person, began = Person(page), time.monotonic()
    fill_in(person, pages)
    prove(person, card)
    on, listed = (page.get_by_role("link", name=words) for words in ("内容无误，去签名", "核对、签名并提交"))
    on.or_(listed).first.wait_for(timeout=60_000)
    if listed.count():  # there are others who might sign: the list comes first
        person.look()
        time.sleep(TAP_S)
        listed.click()
        on.wait_for()
    person.look(READ_S)
    time.sleep(TAP_S)
    on.click()
    page.get_by_role("button", name="发送签名验证码").wait_for()
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
        rows = ["| filing | screens | seconds | goal 8 screens, 180 s |", "|---|---|---|---|"]
        for place, (item, called, pages) in enumerate(FILINGS):
            with seen.browser() as opened:
                context = seen.phone(opened, address)
                seen.acting_camera(context, real.accept_live.read_bytes())
                page = context.new_page()
                seen.sign_in(page, f"1360000000{place + 1}")
                seconds, screens = walk(page, card, item, pages)
            kept = "kept" if screens <= GOAL_SCREENS and seconds <= GOAL_S else "MISSED"
            rows.append(f"| {called} | {screens} | {seconds:.0f} | {kept if item == 'sole-trader' else '–'} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
