# SPDX-License-Identifier: Apache-2.0
"""Too late or out of date: what has changed is told, and nothing that somebody typed is lost."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from approval import people
from approval.application import Application
from approval.unsent import Unsent
from identity import Role
from kit.database import Database
from tests.journeys.inprocess import SENTENCE, House, a_desk, a_house, a_site
from tests.office import HOLDER, in_review

STAFF = {"zhou": Role.CLERK, "wu": Role.CLERK, "zheng": Role.SUPERVISOR, "health": Role.EXPERT, "fire": Role.EXPERT}


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol(STAFF)
        yield made


def reviewed(house: House, item: str = "sole-trader") -> str:
    case = in_review(house.office, item=item)
    house.use()
    return case


def test_a_programme_is_told_what_has_changed_since_the_version_it_names(house: House) -> None:
    case = reviewed(house)
    claimed = house.api("zhou", f"{case}/claim").json()
    house.now += timedelta(seconds=2)
    house.post("zhou", f"/review/{case}/suspend", ground="litigation", reason=SENTENCE)
    house.post("zhou", f"/review/{case}/go-on", reason=SENTENCE)
    said = {"version": claimed["version"], "seen_at": claimed["seen_at"], "outcome": "refuse"}
    answer = house.api("zhou", f"{case}/decision", **said, reason=SENTENCE, basis="SAMR-20")
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:problem:stale_page")
    assert [one["event"] for one in answer.json()["changed"]][:1] == ["clock.suspended"]
    assert answer.json()["changed"][0]["zh"]
    without = house.api("zhou", f"{case}/decision", version=1, outcome="refuse", reason=SENTENCE, basis="SAMR-20")
    assert "clock.resumed" in {one["event"] for one in without.json()["changed"]}


@pytest.mark.parametrize(
    ("path", "typed"),
    [("suspend", {"ground": "litigation"}), ("suspend", {"ground": "rain"}), ("go-on", {}), ("take-over", {})],
)
def test_what_was_typed_for_a_case_stays_when_it_cannot_be_done(house: House, path: str, typed: dict[str, str]) -> None:
    case = reviewed(house)
    house.post("wu", f"/review/{case}/claim")
    who = "wu" if typed.get("ground") == "rain" or path == "go-on" else "zhou"
    if path == "take-over":  # it has gone to somebody who has not said so
        house.post("zhou", f"/review/{case}/claim")
    reason = SENTENCE if path != "take-over" else "快"
    answer = house.post(who, f"/review/{case}/{path}", reason=reason, **typed)
    assert answer.status_code in (409, 422)
    assert f">{reason}</textarea>" in answer.text or f"<q>{reason}</q>" in answer.text
    assert house.read(case).suspended_on is None


def test_what_a_clerk_has_typed_is_kept_by_the_service_until_the_decision(house: House) -> None:
    case, words = reviewed(house), "经营场所证明与所填地址不符，请更正。"
    typed = {"outcome": "refuse", "reason": words, "basis": "SAMR-20", "reason-trade_name": "请补正"}
    assert house.post("zhou", f"/review/{case}/words", **typed).status_code == 409
    house.post("zhou", f"/review/{case}/claim")
    assert house.post("zhou", f"/review/{case}/words", **typed).status_code == 204
    assert house.post("wu", f"/review/{case}/words", **typed).status_code == 409
    assert words in house.ask("zhou", "GET", f"/review/{case}").text
    with house.database.reading() as session:
        assert words not in repr(session.execute(text("SELECT * FROM unsent")).all())
    house.post("zhou", f"/review/{case}/release")
    house.post("wu", f"/review/{case}/claim")
    assert words not in house.ask("wu", "GET", f"/review/{case}").text
    house.post("wu", f"/review/{case}/release")
    assert house.decide("zhou", case, "refuse").status_code == 303
    with house.database.reading() as session:
        assert session.scalars(select(Unsent)).all() == []


def test_an_extension_that_cannot_be_given_gives_the_words_back(house: House) -> None:
    case = reviewed(house)
    assert house.post("zheng", f"/review/{case}/extend", reason=SENTENCE).status_code == 303
    again = house.post("zheng", f"/review/{case}/extend", reason=SENTENCE)
    assert again.status_code == 409
    assert again.text.count(SENTENCE) >= 1
    with house.database.writing() as session:
        session.execute(update(Application).values(state="refused"))
    assert SENTENCE in house.post("zheng", f"/review/{case}/extend", reason=SENTENCE).text


def test_an_opinion_that_comes_too_late_is_given_back_to_be_copied(house: House) -> None:
    case = reviewed(house, "public-venue")
    house.decide("zhou", case, "approve")
    assert SENTENCE in house.post("fire", f"/opinions/{case}", view="", words=SENTENCE).text
    for department in ("fire", "health"):
        assert house.post(department, f"/opinions/{case}", view="object", words=SENTENCE).status_code == 303
    late = house.post("fire", f"/opinions/{case}", view="object", words="消防通道已经被占用，不符合要求")
    assert late.status_code == 409
    assert "消防通道已经被占用，不符合要求" in late.text


def test_a_relative_is_shown_nothing_of_the_case_that_they_tried_to_touch(house: House) -> None:
    case = reviewed(house)
    with house.database.writing() as session:
        people.declare_kin(session, house.people["zheng"], HOLDER, "relative", house.now)
    answer = house.post("zheng", f"/review/{case}/extend", reason=SENTENCE)
    assert answer.status_code == 403
    assert "林清和" not in answer.text
