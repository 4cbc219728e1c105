# SPDX-License-Identifier: Apache-2.0
"""Who may ask for what: the real site answers every cell as web/access.toml says, and has no other route."""

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import Mount, Route

from kit.database import Database
from kit.sealing import fingerprint
from tests.access.world import World, built
from tests.journeys.inprocess import SENTENCE, a_desk, a_house, a_site
from web.access import LET_IN, Cell, load_access
from web.accesstable import table
from web.app import create_app
from web.deps import BROWSER_COOKIE

ACCESS = load_access()
BROWSER = "b" * 26
DOCUMENT = Path(__file__).parents[2] / "docs" / "access.md"
# What stands in the place of a name in a path that is not the thing itself.
NAMES = {
    "code": "sole-trader",
    "name": "operator",
    "which": "portrait",
    "sha256": "0" * 64,
    "paper": "nothing",
    "copy": "original",
    "anchor": "operator",
    "token": "nothing",
    "account": "nobody",
    "memo": "1",
    "form": "csv",
    "step": "take-up",
    "verification_id": "nothing",
    "number": "20261123-AAAAAA",
    "level": "0",
    "place": "000.p/1",
    "id": "nothing",
}
NAMED = {
    "/guide/{name}": "online-shop",
    "/apply/{id}/pictures/{which}": "card",
    "/review/{id}/signed/{code}": "personal-page",
    "/cases/{id}/signed/{code}": "personal-page",
    "/parts/{id}/read/{code}": "application",
    "/apply/{id}/read/{code}": "application",
    "/processes/{name}.svg": "registration",
    "/processes/{name}.bpmn": "registration",
}
MOST_ALIKE = 4
REASON = {"reason": SENTENCE}
# Well-formed words, where a route asks for any: what is malformed is refused before anybody is looked up.
FORMS: dict[str, dict[str, str]] = {
    "POST /apply": {"item": "sole-trader"},
    "POST /together": {"registration": "sole-trader"},
    "POST /together/{id}/add": {"item": "tax-registration"},
    "POST /review/{id}/accept": {"version": "1"},
    "POST /review/{id}/identity": {"same": "yes", **REASON},
    "POST /identity/meetings/{id}": {"same": "yes", "note": SENTENCE},
    "POST /identity/frozen/{id}": {"outcome": "lift", **REASON},
    "POST /admin/calendar/publish": {"year": "2027"},
    "POST /opinions/{id}": {"view": "agree"},
    "POST /samples/{id}": {"verdict": "approve"},
}
LIVE = {"token": "t" * 20, "first": "0", "taken": "[]"}
for _base in ("/apply/{id}", "/parts/{id}"):
    FORMS |= {f"POST {_base}/live/{{name}}/frames": LIVE, f"POST {_base}/live/{{name}}/intent": {"token": "t" * 20}}
JSONS: dict[str, Any] = {
    "POST /api/v1/applications": {"item": "sole-trader"},
    "PUT /api/v1/applications/{id}/answers": {},
    "POST /api/v1/cases/{id}/hand-over": {},
    "POST /api/v1/cases/{id}/take-over": REASON,
    "POST /api/v1/cases/{id}/acceptance": {"version": 1},
    "POST /api/v1/cases/{id}/suspension": {"ground": "litigation", **REASON},
    "POST /api/v1/cases/{id}/resumption": REASON,
    "POST /api/v1/cases/{id}/extension": REASON,
    "POST /api/v1/cases/{id}/opinion": {"view": "agree"},
    "POST /api/v1/cases/{id}/decision": {"version": 1, "outcome": "refuse", "basis": "SAMR-20", **REASON},
}
# What is never the answer of a verb to whoever was let in; other codes are refusals where the rules name them.
REFUSALS = {
    *("sign_in_required", "wrong_audience", "forgery_refused"),
    *("not_yours", "conflict_of_interest", "not_authorised", "not_asked"),
}


@pytest.fixture
def world(database: Database, tmp_path: Path) -> Iterator[World]:
    desk = a_desk(database, tmp_path)
    with a_site(desk) as site:
        yield built(a_house(database, site, desk))


def path_of(world: World, cell: Cell) -> str:
    path = cell.route.split(" ")[1]
    names = dict(NAMES)
    if path in NAMED:
        names["code"] = names["name"] = names["which"] = NAMED[path]
    thing = ACCESS.reach[cell.reach].thing
    if thing:
        names["id"] = world.things[thing][cell.state]
    return path.replace(":path", "").format(**names)


def asked(world: World, cell: Cell) -> tuple[str, int]:
    """The code by which the site turned the actor away, or that it did not; and the status."""
    house = world.house
    house.site.client.cookies.clear()
    headers = {"accept": "application/json", "cookie": f"{BROWSER_COOKIE}={BROWSER}"}
    headers["x-csrf-token"] = fingerprint(BROWSER, "csrf")
    if cell.actor in house.tokens:
        headers["authorization"] = f"Bearer {house.tokens[cell.actor][0]}"
    sent: dict[str, Any] = {}
    if cell.route in JSONS:
        sent["json"] = JSONS[cell.route]
    elif cell.route in FORMS:
        sent["data"] = FORMS[cell.route]
    if cell.route == "POST /together/{id}/out":
        sent["data"] = {"case": world.numbers[world.things["bundle"][cell.state]]}
    if cell.route == "POST /identity/meetings/{id}":
        sent["data"] = {**FORMS[cell.route], "who": world.numbers["who"]}
    answer = house.site.request(cell.route.split(" ")[0], path_of(world, cell), headers=headers, **sent)
    code = ""
    if answer.headers.get("content-type", "").startswith("application/problem+json"):
        code = str(answer.json()["type"]).removeprefix("urn:problem:")
    reach = ACCESS.reach[cell.reach]
    named = {reach.outsiders, *(rule.answer for rule in reach.rules)} - {""}
    is_refused = code in REFUSALS | named or answer.status_code == 401 or answer.status_code >= 500
    return (code or str(answer.status_code)) if is_refused else LET_IN, answer.status_code


def to_ask(every: bool) -> list[Cell]:
    """All with EVERY_CELL=1. Else, of the states in which a route gives an actor the same answer, a few, turn about.

    Whoever is not of the audience is turned away before the thing is looked at: there one state is enough.
    """
    alike: dict[tuple[str, str, str], list[Cell]] = defaultdict(list)
    for cell in ACCESS.cells():
        alike[cell.route, cell.actor, cell.answer].append(cell)
    found = []
    for turn, cells in enumerate(alike.values()):
        many = len(cells) if every else MOST_ALIKE if cells[0].is_of_audience else 1
        start = turn % len(cells)
        found += (cells[start:] + cells[:start])[:many]
    return found


def test_the_matrix_has_a_cell_for_every_actor_route_and_state() -> None:
    cells = list(ACCESS.cells())
    assert len(cells) >= 5000
    assert {cell.answer for cell in cells} >= {LET_IN, "sign_in_required", "wrong_audience", "not_yours", "not_held"}


def test_the_site_answers_every_cell_as_the_rules_say(world: World, database: Database) -> None:
    cells = to_ask(every=bool(os.environ.get("EVERY_CELL")))
    if not database.is_sqlite:
        cells = cells[::20]  # the rules know no database; what differs are locks and transactions
    wrong: list[str] = []
    for cell in cells:
        answer, status = asked(world, cell)
        if answer != cell.answer:
            wrong.append(f"{cell.actor} {cell.route} {cell.state}: expected {cell.answer}, heard {answer} ({status})")
    assert not wrong, "\n".join(wrong)


def test_a_page_that_is_asked_for_is_there_to_be_shown(world: World, database: Database) -> None:
    """One that nobody is ever shown would prove nothing about who may see it."""
    if not database.is_sqlite:
        pytest.skip("one database tells")
    let_in: dict[str, list[Cell]] = defaultdict(list)
    for cell in ACCESS.cells():
        if cell.answer == LET_IN and cell.route.startswith("GET"):
            let_in[cell.route].append(cell)
    hidden = {route for route, cells in let_in.items() if not any(asked(world, cell)[1] < 400 for cell in cells)}
    assert hidden == NOT_THERE, "\n".join(sorted(hidden ^ NOT_THERE))


# Pages of what this world does not have; that they are asked for by the right people only is asked all the same.
NOT_THERE = {
    "GET /api/v1/applications/{id}/log-proof",
    "GET /api/v1/log/consistency",
    "GET /api/v1/log/inclusion",
    "GET /cases/{id}/log-proof",
    "GET /directory/{code}",
    "GET /directory/{code}/return",
    "GET /enrol/{token}",
    "GET /identity/claims/{id}",
    "GET /entities/{code}",
    "GET /notifications/{number}",
    "GET /log/checkpoint",
    "GET /log/tile/entries/{place:path}",
    "GET /log/tile/{level}/{place:path}",
    "GET /api/v1/licences/{verification_id}",
    "GET /apply/{id}/files/{sha256}",
    "GET /apply/{id}/identity/code.svg",
    "GET /apply/{id}/lookup/{anchor}",
    "GET /cases/{id}/licence/{copy}.pdf",
    "GET /cases/{id}/papers/{paper}.pdf",
    "GET /p/{token}",
    "GET /partner/return",
    "GET /parts/{id}/identity/code.svg",
    "GET /parts/{id}/pictures/{which}",
    "GET /parts/{id}/portrait",
    "GET /review/{id}/files/{sha256}",
    "GET /review/{id}/papers/{paper}.pdf",
    "GET /samples/{id}",
    "GET /samples/{id}/faces/{which}",
    "GET /v/{verification_id}",
}


def routes_of(app: FastAPI) -> dict[str, APIRoute | Route]:
    """Every route as "METHOD /path", with the prefixes of the routers it is in; nothing else may answer."""
    found: dict[str, APIRoute | Route] = {}
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        if isinstance(route, Route | APIRoute):
            found |= {f"{method} {context.path}": route for method in (context.methods or set()) - {"HEAD"}}
        else:
            assert isinstance(route, Mount), f"{route} is neither a route nor a folder of files"
            assert route.path == "/static", f"{route.path} is no known folder of files for anybody"
    return found


@pytest.mark.parametrize("demonstration", [False, True])
def test_every_route_of_the_site_is_listed_and_no_other(tmp_path: Path, demonstration: bool) -> None:
    app = site_without_database(tmp_path, demonstration)
    assert set(routes_of(app)) ^ set(ACCESS.routes(demonstration=demonstration)) == set()


def site_without_database(tmp_path: Path, demonstration: bool) -> FastAPI:
    database = Database(f"sqlite:///{tmp_path / 'nothing.db'}")
    desk = a_desk(database, tmp_path)
    desk.settings.demonstration = demonstration
    return create_app(desk)


def test_the_audience_in_the_code_is_the_one_of_the_rules(tmp_path: Path) -> None:
    app = site_without_database(tmp_path, True)
    listed = ACCESS.routes()
    for name, route in routes_of(app).items():
        if isinstance(route, APIRoute):
            assert audience_of(route) == set(ACCESS.reach[listed[name]].audience), name


def audience_of(route: APIRoute) -> set[str]:
    """Whoever passes every audience that the route or anything it depends on names."""
    told: list[set[str]] = []
    waiting = [route.dependant]
    while waiting:
        dependant = waiting.pop()
        waiting += dependant.dependencies
        if audience := getattr(dependant.call, "audience", None):
            told.append({str(one) for one in audience})
    return set.intersection(*told)


def test_what_the_interface_publishes_is_what_is_listed(tmp_path: Path) -> None:
    paths = site_without_database(tmp_path, False).openapi()["paths"]
    told = {f"{method.upper()} {path}" for path, methods in paths.items() for method in methods}
    listed = {route for route in ACCESS.routes() if " /api/" in route}
    assert told == listed - {"GET /api/v1/openapi.json"}


def test_the_document_is_written_from_the_rules() -> None:
    assert DOCUMENT.read_text("utf-8") == table(ACCESS), "run: uv run main.py access table"
