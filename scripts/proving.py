# SPDX-License-Identifier: Apache-2.0
"""Proving (实名页面): the pages on which people prove who they are, and those of the officers, for the album.

I/O: HTTP, processes.
"""

import re

import httpx
from playwright.sync_api import Browser, Page

from demonstration import browser as seen
from demonstration.applicant import SOLE_TRADER, Applicant
from identity import demonstration_password
from scripts.album import Album

SECOND = "999999198506120128"  # the second shareholder of the demonstration's company
TRIES = 3  # of a machine that is too busy for the deadlines of a session


def signed_in(opened: Browser, address: str, person: Applicant, *, camera: bool = True) -> Page:
    """The phone of somebody who is signed in already."""
    context = seen.phone(opened, address, camera=camera)
    context.add_cookies([{"name": k, "value": v, "url": address} for k, v in person.client.cookies.items()])
    return context.new_page()


def staff(opened: Browser, address: str, username: str) -> Page:
    page = seen.desk(opened, address).new_page()
    seen.sign_in_staff(page, username, demonstration_password(username))
    return page


def before_the_camera(page: Page, album: Album | None = None) -> None:
    """From the button to the answers to be checked. Pictures are taken only where the camera has time."""
    for _ in range(TRIES):
        page.locator(".open").click()
        page.locator(".confirm:visible, .open:enabled:visible").first.wait_for(timeout=90_000)
        if not page.locator(".confirm").is_visible():
            continue
        if album:
            album.keep(page, "face-intent")
        page.route("**/check", lambda route: route.abort("aborted"))  # the last words stand until they are read
        page.locator(".confirm").dispatch_event("click")
        page.locator(".live[data-state], .open:enabled:visible").first.wait_for(timeout=60_000)
        if page.locator(".live[data-state=accepted]").count():
            break
    if album:
        album.keep(page, "face-done")
    page.unroute("**/check")
    page.get_by_role("link", name="继续").click()
    page.get_by_role("link", name="内容无误，去签名").wait_for(timeout=60_000)


def sit(page: Page, album: Album) -> None:
    """The first phases: photographing them takes so long that this session comes to nothing."""
    page.locator(".open").click()
    page.locator(".live .prompt:not(:empty)").wait_for(timeout=30_000)
    album.keep(page, "face-look")
    turn = page.locator(".live .prompt", has_text="转头")
    turn.or_(page.locator(".open:enabled:visible")).first.wait_for(timeout=60_000)
    if turn.count():
        album.keep(page, "face-turn")


def ways(opened: Browser, address: str, album: Album, card: bytes, live: bytes, who: tuple[str, str]) -> None:
    """A person who tries every way, another who waits for a call, and the officers who meet them."""
    with httpx.Client(base_url=address, timeout=60) as client, httpx.Client(base_url=address, timeout=60) as other:
        person, caller = (Applicant(c, f"1380000002{n}", *who) for n, c in enumerate((client, other)))
        for one in (person, caller):
            one.sign_in()
            one.start("sole-trader")
            one.answer(SOLE_TRADER)
        person.photograph_card(card)
        person.choose("agree")
        page = signed_in(opened, address, person, camera=False)
        page.goto(person.path("face"))
        page.get_by_role("button", name="打开摄像头").click()
        page.locator(".live .prompt:not(:empty)").wait_for()
        album.keep(page, "face-refused")
        seeing = signed_in(opened, address, person)
        seen.acting_camera(seeing.context, live)
        seeing.goto(person.path("face"))
        sit(seeing, album)
        seeing.context.close()
        caller.send(caller.path("identity"), {"way": "video"}, shown_on=caller.path("identity"))
        waiting = signed_in(opened, address, caller)
        waiting.goto(caller.path("identity/meeting"))
        album.keep(waiting, "meeting-video")
        choose(page, person, "eye")
        album.keep(page, "own-picture")
        page.goto(person.path("identity"))
        page.get_by_role("button", name="样例银行（虚构）").click()
        page.get_by_role("link", name="前往确认").wait_for()
        album.keep(page, "partner")
        choose(page, person, "window")
        album.keep(page, "meeting-window")
        code = page.locator("strong", has_text=re.compile(r"^\d{4} \d{4}$")).inner_text()
    officers(opened, address, album, code)


def choose(page: Page, person: Applicant, way: str) -> None:
    page.goto(person.path("identity"))
    page.locator(f'button[name="way"][value="{way}"]').click()
    page.wait_for_url(lambda reached: not reached.endswith("/identity"))


def officers(opened: Browser, address: str, album: Album, code: str) -> None:
    officer = staff(opened, address, "clerk")
    officer.goto("/identity/window")
    album.keep(officer, "officer-window")
    officer.get_by_label("核验码").fill(code)
    officer.get_by_role("button", name="开始核验").click()
    officer.get_by_label("确认是本人").wait_for()
    album.keep(officer, "officer-meeting")
    officer.goto("/identity/video")
    album.keep(officer, "officer-calls")
    officer.get_by_role("button", name="开始核验").first.click()
    officer.get_by_label("确认是本人").wait_for()
    album.keep(officer, "officer-video")


def invited(opened: Browser, address: str, album: Album) -> None:
    """The link that the second shareholder was sent, on a phone that is not signed in."""
    page = seen.phone(opened, address).new_page()
    page.goto("/demonstration/messages")
    found = re.search(r"/p/[\w-]+", page.content())
    if found is None:
        raise LookupError("no link was sent")
    page.goto(found[0])
    album.keep(page, "part-link")


def part(page: Page, album: Album) -> None:
    """How one of the others proves who they are: no face is compared, and every way is theirs."""
    page.get_by_role("link", name="选择或更换核验方式").click()
    page.get_by_role("heading", name="怎样证明是您本人").wait_for()
    album.keep(page, "part-ways")
    page.locator('button[name="way"][value="eye"]').click()
    page.get_by_role("heading", name="由工作人员看照片核对").wait_for()
    album.keep(page, "part-picture")


def not_me(page: Page, officer: Page, album: Album) -> None:
    """The second shareholder says that somebody uses her name; a clerk looks at it."""
    page.goto("/not-me")
    album.keep(page, "not-me")
    page.get_by_label("本人身份证号码").fill(SECOND)
    page.get_by_role("button", name="声明不是我办理").click()
    page.get_by_role("heading", name="请证明是您本人").wait_for()
    album.keep(page, "not-me-claimed")
    officer.goto("/identity/frozen")
    album.keep(officer, "frozen")
    officer.locator("tbody a").first.click()
    officer.get_by_label("核实情况和理由").wait_for()
    album.keep(officer, "claims")
