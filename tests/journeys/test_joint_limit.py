# SPDX-License-Identifier: Apache-2.0
"""The joint limit as staff see and extend it, and the skills of a desk as the administrator enters them."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from approval import people
from approval.calendar import publish_year
from identity import Role
from kit.database import Database
from tests.approval.test_jointly import REASON, a_bundle
from tests.journeys.inprocess import House, a_desk, a_house, a_site


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol({"zhou": Role.CLERK, "admin": Role.SECURITY})
        yield made


def test_the_supervisor_extends_the_joint_limit_on_the_page_of_a_permit(house: House) -> None:
    _bundle, permits, house.people["zheng"] = a_bundle(house.office)
    house.use()
    with house.database.writing() as session:
        publish_year(session, 2027)
    shown = house.ask("zheng", "GET", f"/review/{permits[0]}").text
    assert "全部许可合计 45 个工作日" in shown
    assert f'href="/review/{permits[1]}"' in shown
    assert "extend-jointly" not in house.ask("zhou", "GET", f"/review/{permits[0]}").text
    lacking = house.post("zheng", f"/review/{permits[0]}/extend-jointly", reason=REASON, approver="")
    assert (lacking.status_code, REASON in lacking.text) == (422, True)
    typed = {"reason": REASON, "approver": "样例区长"}
    assert house.post("zhou", f"/review/{permits[0]}/extend-jointly", **typed).status_code == 403
    assert house.post("zheng", f"/review/{permits[0]}/extend-jointly", **typed).status_code == 303
    assert house.post("zheng", f"/review/{permits[0]}/extend-jointly", **typed).status_code == 409
    assert "全部许可合计 60 个工作日" in house.ask("zheng", "GET", f"/review/{permits[1]}").text


def test_the_administrator_says_what_a_desk_knows(house: House) -> None:
    account = house.people["zhou"].id
    assert "公司登记" in house.ask("admin", "GET", "/admin/postings").text
    chosen = {"items": ["company"], "skills": ["company_law", "astrology"]}
    assert house.ask("admin", "POST", f"/admin/postings/{account}", data=chosen).status_code == 303
    with house.database.reading() as session:
        assert people.posting_of(session, account).skills == ["company_law"]
