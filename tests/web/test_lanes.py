# SPDX-License-Identifier: Apache-2.0
"""A crowd of visitors is told when to come back, and staff go on working: they have a lane of their own."""

import asyncio
import threading
from collections import Counter
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from identity import Role, is_of_staff, prove_again, sign_in
from kit import measures
from kit.database import POOL_SIZE, Database
from tests.conftest import NOON
from tests.journeys.inprocess import House, a_desk, a_house, a_site
from web.lanes import SHARES, Lane, Lanes, Share, TooBusy, lane_of

SMALL = Share(inside=2, places=1, waiting=3, patience_s=20.0, hold_s=0.0)
CROWD = 12
THREADS_OF_THE_SERVER = 40


@pytest.fixture
def house(database: Database, tmp_path: Path) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol({"zhou": Role.CLERK, "lin": Role.APPLICANT})
        site.app.state.lanes = Lanes(dict.fromkeys(Lane, SMALL))
        yield made


class Slow:
    """A catalogue that answers nobody before it is let go."""

    def __init__(self, catalogue: Any) -> None:
        self._catalogue, self.let_go = catalogue, threading.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._catalogue, name)

    def offered(self, *asked: Any) -> Any:
        self.let_go.wait(30)
        return self._catalogue.offered(*asked)

    def current(self, *asked: Any) -> Any:
        self.let_go.wait(30)
        return self._catalogue.current(*asked)


def slowed(house: House) -> Slow:
    slow = Slow(house.office.office.catalogue)
    house.use(catalogue=slow)
    return slow


def bearer(house: House, who: str) -> dict[str, str]:
    return {"authorization": f"Bearer {house.token(who)}"}


async def until_turned_away(crowd: list["asyncio.Task[httpx.Response]"], count: int) -> None:
    while sum(one.done() for one in crowd) < count:
        await asyncio.sleep(0.005)


def test_a_storm_of_visitors_is_shed_and_staff_go_on(house: House) -> None:
    slow, staff, client = slowed(house), bearer(house, "zhou"), house.site.client
    seen: dict[str, httpx.Response] = {}

    async def storm() -> list[httpx.Response]:
        crowd = [asyncio.create_task(client.get("/api/v1/items")) for _ in range(CROWD)]
        await until_turned_away(crowd, CROWD - SMALL.inside - SMALL.waiting)
        seen["staff"] = await client.get("/review", headers=staff)
        seen["programme"] = await client.post("/api/v1/cases/next/claim", headers=staff)
        seen["door"] = await client.get("/staff/signin")
        seen["page"] = await client.get("/verify")
        seen["english"] = await client.get("/verify?lang=en")
        seen["alive"] = await client.get("/healthz")
        seen["style"] = await client.get("/static/css/base.css")
        slow.let_go.set()
        return await asyncio.gather(*crowd)

    shed = measures.SHED.labels(Lane.PUBLIC)._value.get()
    answers = house.site.run(storm())
    served = SMALL.inside + SMALL.waiting
    assert Counter(answer.status_code for answer in answers) == {200: served, 429: CROWD - served}
    turned_away = next(answer for answer in answers if answer.status_code == 429)
    assert turned_away.json()["type"] == "urn:problem:too_busy"
    assert 3 <= int(turned_away.headers["retry-after"]) <= 10
    for name in ("staff", "programme", "door", "alive", "style"):
        assert seen[name].status_code == 200, name
    for name, words in (("page", "现在访问的人很多"), ("english", "Many people are here")):
        assert seen[name].status_code == 429
        assert seen[name].headers["content-type"].startswith("text/html")
        assert words in seen[name].text
        assert seen[name].headers["retry-after"] in seen[name].text
    assert measures.SHED.labels(Lane.PUBLIC)._value.get() - shed == CROWD - served + 2
    assert house.site.request("GET", "/api/v1/items").status_code == 200, "and drained"


def test_who_holds_every_public_place_at_the_database_holds_none_of_staff(house: House) -> None:
    slow, staff, client = slowed(house), bearer(house, "zhou"), house.site.client
    applicant = bearer(house, "lin")

    async def storm() -> tuple[httpx.Response, list[httpx.Response]]:
        begin = partial(client.post, "/api/v1/applications", headers=applicant, json={"item": "sole-trader"})
        crowd = [asyncio.create_task(begin()) for _ in range(SMALL.inside)]
        places = house.site.app.state.lanes._ways[Lane.PUBLIC].places
        while not places.locked():
            await asyncio.sleep(0.005)
        answered = await client.get("/review", headers=staff)
        assert not any(one.done() for one in crowd)
        slow.let_go.set()
        return answered, await asyncio.gather(*crowd)

    answered, crowd = house.site.run(storm())
    assert answered.status_code == 200
    assert [one.status_code for one in crowd] == [201, 201]


def test_who_waits_too_long_is_told_so(house: House) -> None:
    house.site.app.state.lanes = Lanes(dict.fromkeys(Lane, Share(inside=1, places=1, waiting=5, patience_s=0.05)))
    slow, client = slowed(house), house.site.client

    async def storm() -> list[httpx.Response]:
        crowd = [asyncio.create_task(client.get("/api/v1/items")) for _ in range(3)]
        await until_turned_away(crowd, 2)
        slow.let_go.set()
        return await asyncio.gather(*crowd)

    assert sorted(answer.status_code for answer in house.site.run(storm())) == [200, 429, 429]


def test_a_token_of_staff_is_known_by_its_mark_and_nobody_else_can_make_one(house: House) -> None:
    staff, applicant = house.token("zhou"), house.token("lin")
    made, _, mark = staff.partition(".")
    assert is_of_staff(staff)
    forged = (
        None,
        "",
        ".",
        applicant,
        made,
        f"{applicant}.{mark}",
        f"{made}.",
        f"{made}.{mark[:-1]}",
        f"{staff}.",
        "甲.乙",
    )
    assert not any(is_of_staff(token) for token in forged)
    with house.database.writing() as session:
        again = prove_again(session, staff, NOON)
        other = prove_again(session, sign_in(session, house.people["lin"], NOON)[0], NOON)
    assert again is not None
    assert other is not None
    assert (is_of_staff(again[0]), is_of_staff(other[0])) == (True, False)
    assert lane_of("/v/x", staff) is Lane.STAFF
    assert [lane_of(path, applicant) for path in ("/review", "/staff/signin", "/staffing")] == [
        Lane.PUBLIC,
        Lane.DOOR,
        Lane.PUBLIC,
    ]


def test_who_is_turned_away_is_told_after_a_moment_and_of_very_many_the_rest_at_once(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("web.lanes.MOST_HELD", 2)
    share = Share(inside=1, places=1, waiting=0, patience_s=1.0, hold_s=0.2)

    async def storm() -> list[float]:
        lanes, told = Lanes(dict.fromkeys(Lane, share)), []
        loop = asyncio.get_running_loop()

        async def ask() -> None:
            began = loop.time()
            with pytest.raises(TooBusy):
                async with lanes.entered(Lane.PUBLIC):
                    pass
            told.append(loop.time() - began)

        async with lanes.entered(Lane.PUBLIC):
            await asyncio.gather(*(ask() for _ in range(5)))
        return told

    assert sorted(wait >= 0.2 for wait in asyncio.run(storm())) == [False] * 3 + [True] * 2


def test_all_lanes_together_leave_threads_and_connections() -> None:
    assert sum(share.inside for share in SHARES.values()) < THREADS_OF_THE_SERVER
    assert sum(share.places for share in SHARES.values()) < POOL_SIZE
