# SPDX-License-Identifier: Apache-2.0
"""What holds for the whole house and for each of its files."""

import ast
import importlib
import pkgutil
from pathlib import Path

import pytest
from fastapi.routing import APIRoute

from kit.errors import DomainError
from web.errors import WORDING
from web.pages import demonstration

PACKAGES = (
    "addresses",
    "approval",
    "audit",
    "catalogue",
    "console",
    "credit",
    "demonstration",
    "forms",
    "identity",
    "instruments",
    "kit",
    "licences",
    "notices",
    "reference",
    "register",
    "web",
    "workflows",
)
BANNED = {"utils", "helpers", "common", "manager", "service", "models", "schemas", "constants"}
SOURCES = [*sorted(p for package in PACKAGES for p in Path(package).rglob("*.py")), Path("main.py")]
ALL = [*SOURCES, *sorted(Path("tests").rglob("*.py")), *sorted(Path("bench").rglob("*.py"))]


@pytest.mark.parametrize("path", ALL, ids=str)
def test_a_file_tells_one_story(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 400
    assert path.stem not in BANNED
    if text.strip():
        assert text.startswith("# SPDX-License-Identifier: Apache-2.0")


@pytest.mark.parametrize("path", SOURCES, ids=str)
def test_a_file_says_what_it_is(path: Path) -> None:
    text = path.read_text("utf-8")
    if text.strip() and path != Path("kit/__init__.py"):
        assert ast.get_docstring(ast.parse(text))


def _load_everything() -> None:
    for package in PACKAGES:
        for module in pkgutil.walk_packages([package], f"{package}."):
            if module.name not in ("demonstration.browser",):
                importlib.import_module(module.name)


def _errors(base: type[DomainError] = DomainError) -> set[type[DomainError]]:
    return {kind for direct in base.__subclasses__() for kind in {direct} | _errors(direct)}


# Never reaches a person: told as findings or kept inside a package.
INSIDE = {
    "rule_unfounded",
    "list_refused",
    "unanswered",
    "note_refused",
    "tree_damaged",
    "clock_behind",
    "log_key_foreign",
    "witness_silent",
    "witness_elsewhere",
    "witness_objects",
    "box_closed",
    "backup_refused",
    "copy_failed",
    "not_empty",
}


def test_every_error_has_its_words() -> None:
    _load_everything()
    ours = {kind.code for kind in _errors() if kind.__module__.split(".")[0] in PACKAGES and not kind.__subclasses__()}
    assert ours - set(WORDING) - INSIDE == set()


def _routes() -> list[APIRoute]:
    from web.api import applications, casework, decisions, items, licences, log, partners
    from web.app import PAGES

    modules = (applications, casework, decisions, items, licences, log, partners, *PAGES, demonstration)
    routers = [module.router for module in modules]
    return [route for router in routers for route in router.routes if isinstance(route, APIRoute)]


def _audience(route: APIRoute) -> tuple[object, ...] | None:
    waiting = list(route.dependant.dependencies)
    while waiting:
        dependant = waiting.pop()
        if audience := getattr(dependant.call, "audience", None):
            return tuple(audience)
        waiting += dependant.dependencies
    return None


def test_every_route_names_its_audience() -> None:
    routes = _routes()
    assert len(routes) > 50
    assert [route.path for route in routes if _audience(route) is None] == []


def test_what_anybody_may_use_is_a_known_list() -> None:
    public = {route.path for route in _routes() if _audience(route) == ("anybody",)}
    assert public == {
        "/",
        "/guide",
        "/guide/{name}",
        "/items/{code}",
        "/together",
        "/signin",
        "/signin/again",
        "/signin/code",
        "/p/{token}",
        "/staff/signin",
        "/staff/passkey",
        "/staff/passkey/options",
        "/enrol/{token}",
        "/directory/{code}",
        "/directory/{code}/return",
        "/signout",
        "/v/{verification_id}",
        "/verify",
        "/demonstration",
        "/demonstration/messages",
        "/demonstration/card.jpg",
        "/processes/{name}.svg",
        "/processes/{name}.bpmn",
        "/items",
        "/licences/{verification_id}",
        "/licences/check",
        "/log/head",
        "/log/inclusion",
        "/log/consistency",
        "/log/checkpoint",
        "/log/verify_export.py",
        "/log/tile/{level}/{place:path}",
        "/healthz",
        "/readyz",
    }
