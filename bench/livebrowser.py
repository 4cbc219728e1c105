# SPDX-License-Identifier: Apache-2.0
"""Live session in a real Chromium: bytes and seconds on a fast network, and at 3G on a phone of a quarter the speed."""

import time
from pathlib import Path

import httpx
from playwright.sync_api import Page, Request

from bench.running import service
from demonstration import browser as seen
from demonstration.applicant import Applicant
from demonstration.run import pictures
from reference import bureau

NETWORKS = {  # milliseconds of latency, kB a second up, how many times slower than this machine
    "as it is": (0, 0, 1),
    "3G (300 ms, 0.4 Mbit/s up), processor at a quarter": (300, 50, 4),
}
GOALS = {"as it is": 2_000_000, "3G (300 ms, 0.4 Mbit/s up), processor at a quarter": 700_000}


def one(address: str, folder: Path, phone: str, network: str) -> tuple[str, int, float]:
    """How it ended, the bytes of all frames, and the seconds from the first instruction to the end."""
    card, live = pictures(folder, *bureau.CLEAN)
    with httpx.Client(base_url=address, timeout=60.0) as client, seen.browser() as opened:
        person = Applicant(client, phone, *bureau.CLEAN)
        person.sign_in()
        person.start("sole-trader")
        person.photograph_card(card)
        person.choose("agree")
        context = seen.phone(opened, address)
        seen.acting_camera(context, live)
        context.add_cookies([{"name": k, "value": v, "url": address} for k, v in client.cookies.items()])
        page = context.new_page()
        page.goto(person.path("face"))
        slow_down(page, network)
        sizes: list[int] = []
        page.on("request", lambda request: sizes.append(_size(request)))
        page.get_by_role("button", name="打开摄像头").click()
        page.locator(".prompt:not(:empty)").wait_for(timeout=60_000)
        began = time.monotonic()
        page.locator(".confirm").click(timeout=90_000)
        page.locator(".live[data-state]").wait_for(timeout=120_000)
        ended = page.locator(".live").get_attribute("data-state") or ""
        return ended, sum(sizes), time.monotonic() - began


def _size(request: Request) -> int:
    return len(request.post_data_buffer or b"") if request.url.endswith("/frames") else 0


def slow_down(page: Page, network: str) -> None:
    latency, up, slower = NETWORKS[network]
    session = page.context.new_cdp_session(page)
    if up:
        conditions = {
            "offline": False,
            "latency": latency,
            "uploadThroughput": up * 1000,
            "downloadThroughput": 200_000,
        }
        session.send("Network.enable")
        session.send("Network.emulateNetworkConditions", conditions)
        # A phone knows its network by its radio; the emulation leaves out what it would say.
        page.evaluate("Object.defineProperty(navigator.connection, 'effectiveType', { get: () => '3g' })")
    session.send("Emulation.setCPUThrottlingRate", {"rate": slower})


def table() -> str:
    if seen.program() is None:
        return seen.HOW_TO_GET_IT
    rows = ["| a session in Chromium | kB of frames | goal kB | seconds | ended |", "|---|---|---|---|---|"]
    with service() as (address, folder):
        for place, network in enumerate(NETWORKS):
            ended, sent, seconds = one(address, folder, f"1350000010{place}", network)
            rows.append(f"| {network} | {sent / 1000:.0f} | {GOALS[network] / 1000:.0f} | {seconds:.0f} | {ended} |")
    return "\n".join(rows)


if __name__ == "__main__":
    print(table())
