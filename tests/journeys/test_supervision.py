# SPDX-License-Identifier: Apache-2.0
"""From a registration to its supervisors and back: the promise, the inbox, the pool, the result, over HTTP."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import supervision
from approval import people
from approval.application import Application
from approval.memos import Memo
from approval.sweeping import sweep
from identity import Account, Role
from kit.database import Database
from supervision import Notification
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from tests.office import in_review

STAFF = {
    "zhou": Role.CLERK,
    "head": Role.SUPERVISOR,
    "market": Role.EXPERT,
    "culture": Role.EXPERT,
    "fire": Role.EXPERT,
    "auditor": Role.AUDITOR,
}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol(STAFF)
        made.fill_pool(50)
        with database.writing() as session:
            for name in ("market", "culture", "fire"):
                people.post(session, made.people[name].id, [], [], department=name)
        yield made


def registered(house: House, **more: object) -> str:
    case = in_review(house.office, **more)  # type: ignore[arg-type]
    house.use()
    assert house.decide("zhou", case, "approve").status_code == 303
    house.follow_all()
    assert house.read(case).state == "registered"
    with house.database.reading() as session:
        house.people["applicant"] = session.get_one(Account, house.read(case).applicant_id)
    return case


def shown(house: House, who: str, path: str) -> str:
    answer = house.ask(who, "GET", path)
    assert answer.status_code == 200, (path, answer.status_code)
    return answer.text


def test_a_snack_shop_is_told_of_its_permit_promises_and_its_supervisors_know(house: House) -> None:
    case = registered(house, scope=["D-6291"])
    page = shown(house, "applicant", f"/cases/{case}")
    assert "还要办的许可" in page
    assert "食品安全法第35条" in page
    assert 'href="/items/food-service"' in page
    for _ in range(2):
        assert house.post("applicant", f"/cases/{case}/promise").status_code == 303
    assert "已承诺" in shown(house, "applicant", f"/cases/{case}")
    assert house.post("zhou", f"/cases/{case}/promise").status_code in (303, 403)

    page = shown(house, "market", "/notifications")
    (number,) = re.findall(r'href="/notifications/(\d+)"', page)
    one = shown(house, "market", f"/notifications/{number}")
    assert "食品经营许可" in one
    assert house.ask("fire", "GET", f"/notifications/{number}").status_code == 404
    assert house.post("market", f"/notifications/{number}/receive").status_code == 303
    assert "已签收" in shown(house, "market", f"/notifications/{number}")


def test_what_was_found_comes_back_and_bad_input_keeps_what_was_typed(house: House) -> None:
    registered(house, scope=["D-6291"])
    with house.database.reading() as session:
        (told,) = supervision.inbox(session, "market")
    path, words = f"/notifications/{told.id}/result", "后厨无健康证明公示"
    for typed in (
        {"found": "", "on": "2026-11-23", "words": words},
        {"found": "problem", "on": "2027-01-01", "words": words},
        {"found": "problem", "on": "bald", "words": words},
    ):
        answer = house.post("market", path, **typed)
        assert answer.status_code == 422
        assert words in answer.text
    assert "请写明情况" in house.post("market", path, found="problem", on="2026-11-23", words="").text
    assert house.post("fire", path, found="passed", on="2026-11-23").status_code == 404
    assert house.post("market", path, found="problem", on="2026-11-23", words=words).status_code == 303
    assert words in shown(house, "market", f"/notifications/{told.id}")


def test_what_nobody_claims_in_time_alarms_the_supervisor_and_is_claimed_once(house: House) -> None:
    case = registered(house, scope=["D-6291"])
    with house.database.writing() as session:
        application = session.get_one(Application, case)
        session.add(
            Notification(
                case_number=application.number or "",
                credit_code="92320113MA00000007",
                act="registration",
                scope=["X-9999"],
                permits=[],
                made_at=house.now,
            )
        )
    sweep(house.office.office, house.now)
    house.now += timedelta(days=7)
    for _ in range(2):
        sweep(house.office.office, house.now)
    with house.database.reading() as session:
        assert [memo.kind for memo in session.query(Memo).filter_by(kind="unclaimed")] == ["unclaimed"]
        (late,) = supervision.pool(session)
    assert "超期未认领" in shown(house, "culture", "/notifications")
    assert "没有部门认领" in shown(house, "head", "/review")
    assert house.post("culture", f"/notifications/{late.id}/claim").status_code == 303
    assert house.post("fire", f"/notifications/{late.id}/claim").status_code == 409
    assert "没有待认领的告知" in shown(house, "fire", "/notifications")
