# SPDX-License-Identifier: Apache-2.0
"""Scenes of trust (信任场景): how staff sign in and are placed, and what a person is told of their own data."""

from urllib.parse import urlsplit

from playwright.sync_api import Browser, Page

from demonstration import browser as seen
from identity import demonstration_password
from scripts.album import Album


def own_data(page: Page, album: Album, status: str) -> None:
    """Who looked at the case, and everything that is kept of the person."""
    page.goto(f"/cases/{urlsplit(status).path.split('/')[2]}/looks")
    album.keep(page, "looks")
    page.goto("/me/data")
    album.keep(page, "my-data")


def staff(opened: Browser, address: str, album: Album) -> None:
    """The second factor, one's own sessions and keys, and the accounts of the office."""
    context = seen.desk(opened, address)
    page = context.new_page()
    page.goto("/staff/signin")
    album.keep(page, "staff-signin")
    page.get_by_label("用户名").fill("security")
    page.get_by_label("密码").fill(demonstration_password("security"))
    page.get_by_role("main").get_by_role("button", name="登录", exact=True).click()
    page.get_by_label("动态口令或恢复码").wait_for()
    album.keep(page, "second-factor")
    seen.sign_in_staff(page, "security", demonstration_password("security"))
    page.goto("/account")
    album.keep(page, "account")
    page.goto("/admin/accounts")
    album.keep(page, "accounts")
    context.close()
