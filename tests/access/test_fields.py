# SPDX-License-Identifier: Apache-2.0
"""Who sees what of people: the real pages show as much as approval/viewers.toml says, and opening leaves a trace."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

import audit
from approval import unmasking
from approval.application import Application
from approval.unmasking import Unmasking
from approval.viewers import Shown, load_viewers
from kit.database import Database
from kit.numbers import masked_email, masked_id, masked_phone
from tests.access.world import OWNER, World, built
from tests.journeys.inprocess import a_desk, a_house, a_site
from tests.office import HOLDER as NUMBER

VIEWERS = load_viewers()
EMAIL = "shop@example.cn"
# By name in viewers.toml: the value on the form of every case here, and how it reads masked.
VALUES = {
    "name": ("林清和", None),
    "number": (NUMBER, masked_id(NUMBER)),
    "phone": (OWNER, masked_phone(OWNER)),
    "email": (EMAIL, masked_email(EMAIL)),
}
WHY = "核对签名笔迹"


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = built(a_house(database, site, desk), rehearsed=False)
        yield made


def shown(text: str, name: str) -> Shown:
    """What a page says of a kind of value."""
    whole, masked = VALUES[name]
    if whole in text:
        return "full"
    return "masked" if masked is not None and masked in text else "none"


def page(world: World, who: str, path: str) -> str:
    answer = world.house.ask(who, "GET", path)
    assert answer.status_code == 200, (who, path, answer.status_code)
    return answer.text


def pages(world: World) -> dict[str, str]:
    """One page for each viewer of the declaration that has a page of the answers."""
    cases = world.things["case"]
    held = cases["held"]
    found = {
        "owner": page(world, "owner", f"/apply/{cases['draft']}/check"),
        "seen": page(world, "colleague", f"/review/{held}"),
        "held": page(world, "clerk", f"/review/{held}"),
        "department": page(world, "expert", f"/opinions/{cases['with_departments']}"),
        "auditor": page(world, "auditor", f"/audit/cases/{world.numbers['held']}"),
    }
    world.house.post("clerk", f"/review/{held}/unmask", reason=WHY)
    return {**found, "opened": page(world, "clerk", f"/review/{held}")}


def test_every_viewer_sees_as_much_as_the_declaration_says(world: World) -> None:
    found = pages(world)
    wrong = [
        f"{viewer} sees {name} {shown(text, name)}"
        for viewer, text in found.items()
        for name in VALUES
        if shown(text, name) != getattr(VIEWERS.field[name], viewer)
        and not (viewer == "department" and name == "email")  # the form of that case asks for no e-mail
    ]
    assert wrong == []


def test_pictures_are_for_whoever_holds_the_case(world: World) -> None:
    held = f"/review/{world.things['case']['held']}"
    assert f"{held}/pictures/portrait" in page(world, "clerk", held)
    assert f"{held}/pictures/" not in page(world, "colleague", held)
    assert world.house.ask("clerk", "GET", f"{held}/pictures/portrait").status_code == 200
    assert world.house.ask("colleague", "GET", f"{held}/pictures/portrait").status_code == 409
    assert world.house.ask("supervisor", "GET", f"{held}/pictures/portrait").status_code == 409


def test_opening_asks_for_a_reason_and_lasts_half_an_hour_while_the_case_is_held(world: World) -> None:
    case = world.things["case"]["held"]
    path = f"/review/{case}"
    assert world.house.post("clerk", f"{path}/unmask", reason="看").status_code == 422
    assert world.house.post("colleague", f"{path}/unmask", reason=WHY).status_code == 409
    assert shown(page(world, "clerk", path), "number") == "masked"
    assert world.house.ask("clerk", "GET", f"{path}/signed/personal-page").status_code == 409
    assert world.house.post("clerk", f"{path}/unmask", reason=WHY).status_code == 303
    assert shown(page(world, "clerk", path), "number") == "full"
    assert shown(page(world, "colleague", path), "number") == "masked"
    assert world.house.ask("clerk", "GET", f"{path}/signed/personal-page").status_code == 200
    for _ in range(3):  # the claim is kept alive, the opening is not
        world.house.now += timedelta(minutes=10)
        world.house.post("clerk", f"{path}/heartbeat")
    assert 'data-module="keep-claim"' in page(world, "clerk", path)
    assert shown(page(world, "clerk", path), "number") == "masked"


def test_who_gives_the_case_back_sees_nothing_in_full_when_it_is_claimed_again(world: World) -> None:
    case = world.things["case"]["held"]
    world.house.post("clerk", f"/review/{case}/unmask", reason=WHY)
    world.house.post("clerk", f"/review/{case}/release")
    assert shown(page(world, "clerk", f"/review/{case}"), "number") == "masked"


def test_what_was_opened_is_in_the_log_without_the_words_of_the_reason(world: World) -> None:
    case = world.things["case"]["held"]
    world.house.post("clerk", f"/review/{case}/unmask", reason=WHY)
    with world.house.database.reading() as session:
        (entry,) = audit.search(session, event=unmasking.EVENT, subject=world.numbers["held"])
        kept = session.scalars(select(Unmasking)).one()
    assert entry.actor == f"account:{world.person('clerk').id}"
    assert entry.told["fields"] == ["number", "phone", "email"]
    assert re.fullmatch("[0-9a-f]{64}", entry.told["committed"]["reason"])
    assert WHY not in entry.facts
    assert kept.reason == WHY
    told = page(world, "auditor", f"/audit/cases/{world.numbers['held']}")
    assert WHY in told, "the auditor reads why"
    assert shown(told, "number") == "none"


def test_the_applicant_reads_who_looked_by_office_and_post_and_not_by_name(world: World) -> None:
    case = world.things["case"]["held"]
    assert "还没有工作人员查阅过" in page(world, "owner", f"/cases/{case}/looks")
    for _ in range(2):
        page(world, "clerk", f"/review/{case}")
    page(world, "supervisor", f"/review/{case}")
    world.house.post("clerk", f"/review/{case}/unmask", reason=WHY)
    told = page(world, "owner", f"/cases/{case}/looks")
    rows = re.findall(r"<li class=\"finding\">.*?</li>", told, re.S)
    assert len(rows) == 3, "two looks of one person on one day are one"
    assert sum("显示完整号码" in row and "手机号码" in row and "审查员" in row for row in rows) == 1
    assert sum("负责人" in row for row in rows) == 1
    assert "南京市栖霞区行政审批局" in told
    assert all(name not in "".join(rows) for name in ("clerk", "supervisor"))


def test_a_look_that_cannot_be_logged_shows_nothing(world: World) -> None:
    case = world.things["case"]["held"]
    with world.house.database.reading() as session:
        assert session.get_one(Application, case).number
    from sqlalchemy import event

    def full(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if "INSERT INTO log_entry" in statement or "INSERT INTO entry" in statement or "INSERT INTO audit" in statement:
            raise OSError("no space left")

    event.listen(world.house.database.engine, "before_cursor_execute", full)
    try:
        assert world.house.ask("clerk", "GET", f"/review/{case}").status_code >= 500
    finally:
        event.remove(world.house.database.engine, "before_cursor_execute", full)


def test_the_declaration_covers_every_kind_of_answer_that_is_masked() -> None:
    from forms.words import MASKS

    declared = {kind for one in VIEWERS.maskable.values() for kind in one.kinds}
    assert declared == set(MASKS)
