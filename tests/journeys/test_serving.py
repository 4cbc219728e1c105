# SPDX-License-Identifier: Apache-2.0
"""Service by post and at the window: entered on one form, proved by a document of the case, the first time counts."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

import audit
import notices
from identity import Account, Role
from kit.database import Database
from notices import Kind, Notice
from tests.journeys.inprocess import SENTENCE, House, a_desk, a_house, a_site
from tests.office import in_review


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol({"zhou": Role.CLERK})
        yield made


def refused(house: House) -> tuple[str, Notice]:
    """A case that was refused, and the sealed document of it."""
    case = in_review(house.office)
    house.use()
    assert house.decide("zhou", case, "refuse").status_code == 303
    house.follow_all()
    return case, paper(house, case, Kind.REFUSED)


def paper(house: House, case: str, kind: Kind) -> Notice:
    with house.database.reading() as session:
        return next(one for one in notices.of_application(session, case) if one.kind == kind)


def test_service_by_post_is_entered_with_its_number_and_proved(house: House) -> None:
    case, notice = refused(house)
    house.now += timedelta(days=2)
    typed = {"paper": notice.id, "way": "post", "on": "2026-11-24", "detail": "EMS 12"}
    wrong = house.post("zhou", f"/review/{case}/serve", **typed)
    assert (wrong.status_code, 'value="EMS 12"' in wrong.text) == (422, True)
    assert house.post("zhou", f"/review/{case}/serve", **{**typed, "on": "2026-11-30"}).status_code == 422
    sent = {**typed, "detail": "1234567890123"}
    assert house.post("zhou", f"/review/{case}/serve", **{**sent, "on": "2026-11-30"}).status_code == 422
    assert house.post("zhou", f"/review/{case}/serve", **sent).status_code == 303
    assert house.post("zhou", f"/review/{case}/serve", **sent).status_code == 409
    served = paper(house, case, Kind.REFUSED)
    assert (served.handed_over_by, served.handed_over_at) == ("post", house.now)
    proof = paper(house, case, Kind.SERVICE)
    assert "邮件号 1234567890123" in proof.facts["way"]
    assert notice.number in proof.facts["document"]
    with house.database.reading() as session:
        told = [e for e in audit.of_subject(session, house.read(case).number or "") if e.event == "notice.handed_over"]
        assert [(e.told["by"], e.told["on"], e.actor.startswith("account:")) for e in told] == [
            ("post", "2026-11-24", True)
        ]


def test_at_the_window_it_is_said_who_took_the_document_and_a_proof_needs_no_service(house: House) -> None:
    case, notice = refused(house)
    typed = {"paper": notice.id, "way": "window", "on": "2026-11-23", "detail": ""}
    assert house.post("zhou", f"/review/{case}/serve", **typed).status_code == 422
    assert house.post("zhou", f"/review/{case}/serve", **{**typed, "detail": "林清和"}).status_code == 303
    proof = paper(house, case, Kind.SERVICE)
    assert proof.facts["signed_by"] == "林清和"
    house.follow_all()
    again = house.post("zhou", f"/review/{case}/serve", **{**typed, "paper": proof.id, "detail": "林清和"})
    assert again.status_code == 409 or "不需要送达" in again.text


def test_a_refusal_names_the_body_and_the_court_of_the_settings(house: House) -> None:
    case, _notice = refused(house)
    with house.database.reading() as session:
        house.people["lin"] = session.get_one(Account, house.read(case).applicant_id)
    shown = house.ask("lin", "GET", f"/cases/{case}").text
    assert SENTENCE in shown
    assert house.desk.settings.review_body in shown
    assert house.desk.settings.court_name in shown
