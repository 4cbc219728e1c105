# SPDX-License-Identifier: Apache-2.0
"""Access (访问规则): who may ask for what, read from access.toml. Hides how a rule is chosen. Pure after reading.

A cell is one actor asking one route about a thing in one state; `expected` answers it from the rules alone, without
the site. The tests ask the site the same.
"""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Self

from pydantic import model_validator

from kit.text import Frozen

FILE = Path(__file__).parent / "access.toml"
LET_IN = "in"
ANYBODY = "anybody"
OUTSIDE = ("caller_refused", "metrics_closed")  # where no person is let in


class Actor(Frozen):
    """Who asks: `role` is empty for whoever is not signed in."""

    role: str
    said: str


class Rule(Frozen):
    """Whoever fits every list that is given hears `answer`, the code of an error."""

    answer: str
    actors: tuple[str, ...] = ()
    except_actors: tuple[str, ...] = ()
    states: tuple[str, ...] = ()
    except_states: tuple[str, ...] = ()

    def fits(self, actor: str, state: str) -> bool:
        is_named = (not self.actors or actor in self.actors) and actor not in self.except_actors
        return is_named and (not self.states or state in self.states) and state not in self.except_states


class Reach(Frozen):
    """An audience, the kind of thing it is about, and who of the audience is turned away."""

    said: str
    audience: tuple[str, ...]
    thing: str = ""
    rules: tuple[Rule, ...] = ()
    outsiders: str = ""  # what whoever is not of the audience hears, where it is not about signing in


class Area(Frozen):
    """Routes that belong together, each as "METHOD /path", under the name of their reach."""

    title: str
    routes: dict[str, tuple[str, ...]]
    only_in_demonstration: bool = False


@dataclass(frozen=True, slots=True)
class Cell:
    """One question to the site, and the answer that the rules give."""

    actor: str
    route: str
    reach: str
    state: str
    answer: str

    @property
    def is_of_audience(self) -> bool:
        """Whether the answer depends on more than the role."""
        return self.answer not in ("sign_in_required", "wrong_audience", *OUTSIDE)


class Access(Frozen):
    """The whole declaration; every name in it resolves."""

    version: int
    actors: dict[str, Actor]
    things: dict[str, tuple[str, ...]]
    reach: dict[str, Reach]
    area: tuple[Area, ...]

    @model_validator(mode="after")
    def resolves(self) -> Self:
        """Raises ValueError for a name that nothing declares, or a route that stands twice."""
        for name, reach in self.reach.items():
            states = set(self.things[reach.thing]) if reach.thing else set()
            for rule in reach.rules:
                strange = {*rule.actors, *rule.except_actors} - set(self.actors)
                strange |= {*rule.states, *rule.except_states} - states
                if strange:
                    raise ValueError(f"reach {name} names {sorted(strange)}, which is not declared")
        listed = [route for area in self.area for routes in area.routes.values() for route in routes]
        twice = {route for route in listed if listed.count(route) > 1}
        undeclared = {name for area in self.area for name in area.routes} - set(self.reach)
        if twice or undeclared:
            raise ValueError(f"listed twice: {sorted(twice)}; reach not declared: {sorted(undeclared)}")
        return self

    def routes(self, *, demonstration: bool = True) -> dict[str, str]:
        """Every route with its reach."""
        areas = (area for area in self.area if demonstration or not area.only_in_demonstration)
        return {route: name for area in areas for name, routes in area.routes.items() for route in routes}

    def states_of(self, reach: str) -> tuple[str, ...]:
        return self.things[self.reach[reach].thing] if self.reach[reach].thing else ("",)

    def expected(self, reach: str, actor: str, state: str = "") -> str:
        """`LET_IN`, or the code of the error that the actor hears."""
        asked, role = self.reach[reach], self.actors[actor].role
        if ANYBODY in asked.audience:
            return LET_IN
        if role not in asked.audience:
            return asked.outsiders or ("wrong_audience" if role else "sign_in_required")
        return next((rule.answer for rule in asked.rules if rule.fits(actor, state)), LET_IN)

    def cells(self, *, demonstration: bool = False) -> Iterator[Cell]:
        """Actor × route × state, with the answer of the rules."""
        for route, reach in self.routes(demonstration=demonstration).items():
            for actor in self.actors:
                for state in self.states_of(reach):
                    yield Cell(actor, route, reach, state, self.expected(reach, actor, state))


@lru_cache
def load_access() -> Access:
    """Raises pydantic.ValidationError for a declaration that does not hold together."""
    return Access.model_validate(tomllib.loads(FILE.read_text("utf-8")))
