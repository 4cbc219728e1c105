# SPDX-License-Identifier: Apache-2.0
"""What is printed of the page of all answers and of the receipt: the content on paper, without buttons and menus."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Route

from demonstration import browser as seen
from kit.database import Database
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.journeys.walking import drafted
from tests.office import CATALOGUE

SITE = "http://print.test"
STYLES = Path("web/static")
PATIENCE_MS = 90_000
pytestmark = [
    pytest.mark.skipif(seen.program() is None, reason="no browser: `apt-get install chromium`"),
    pytest.mark.skipif(not shutil.which("pdftotext"), reason="no pdftotext: `apt-get install poppler-utils`"),
]


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as client:
        yield a_house(database, client, desk)


def printed(pages: dict[str, str], folder: Path) -> dict[str, str]:
    """The words of each page as it comes out of the printer."""

    def serve(route: Route) -> None:
        path = route.request.url.removeprefix(SITE).partition("?")[0]
        if path.startswith("/static/css/"):
            route.fulfill(body=(STYLES / path.removeprefix("/static/")).read_text("utf-8"), content_type="text/css")
        elif path in pages:
            route.fulfill(body=pages[path], content_type="text/html; charset=utf-8")
        else:
            route.abort()

    words = {}
    with seen.browser() as opened:
        tab = opened.new_page()
        tab.set_default_timeout(PATIENCE_MS)
        tab.route(f"{SITE}/**", serve)
        for path in pages:
            tab.goto(f"{SITE}{path}")
            pdf = folder / "page.pdf"
            pdf.write_bytes(tab.pdf(format="A4"))
            done = subprocess.run(["pdftotext", "-raw", pdf, "-"], capture_output=True, check=True)
            words[path] = "".join(done.stdout.decode().split())
    return words


def test_answers_and_receipt_are_printed_with_their_content_and_without_buttons(house: House, tmp_path: Path) -> None:
    case = drafted(house, CATALOGUE.current("company", NOON.date()))
    check = house.ask("applicant", "GET", f"/apply/{case}/check").text
    house.sign_and_submit(case)
    receipt = house.ask("applicant", "GET", f"/apply/{case}/receipt").text
    on_paper = printed({"/check": check, "/receipt": receipt}, tmp_path)
    for said in ("南京栖云样例科技有限公司", "林清和", "陈其美", "仙林街道", "有限责任公司设立登记"):
        assert said in on_paper["/check"]
    for said in (str(house.read(case).number), "接收申请材料凭证", "法定办结期限", "电子签名记录"):
        assert said in on_paper["/receipt"]
    for page in on_paper.values():
        assert not {"查看进度", "去签名", "退出"} & {word for word in ("查看进度", "去签名", "退出") if word in page}
