# SPDX-License-Identifier: Apache-2.0
"""Routes (核验方式): the ways by which a person may prove who they are, as declared. Pure.

All lead to one assurance level. Declining face is one choice among equals (人脸识别技术应用安全管理办法第10条). Only
`load_routes` reads a file of the package, once.
"""

from collections.abc import Collection
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Self

from pydantic import Field, model_validator

from kit.clock import BEIJING
from kit.declared import declared
from kit.text import Frozen, Text

FILE = Path(__file__).parent / "routes.toml"


class Way(StrEnum):
    FACE = "face"
    WINDOW = "window"
    EYE = "eye"
    VIDEO = "video"
    PARTNER = "partner"


OFFICERS = frozenset({Way.WINDOW, Way.VIDEO, Way.EYE})  # somebody of ours looked
MEETINGS = frozenset({Way.WINDOW, Way.VIDEO})  # what is registered first, and then happens


class Point(Frozen):
    """One line of an officer's checklist."""

    code: str = Field(pattern=r"^[a-z]{2,20}$")
    words: Text


class Route(Frozen):
    """One way: what it needs and how long it takes, in plain words."""

    code: Way
    title: Text
    needs: Text
    takes: Text
    needs_card: bool = Field(description="a photograph of the card belongs to it")
    factor: bool = Field(description="counts as a factor beside a remote face")
    checks: tuple[Point, ...] = ()

    def lacking(self, ticked: Collection[str]) -> tuple[str, ...]:
        """The points of the checklist that are not ticked."""
        return tuple(point.code for point in self.checks if point.code not in ticked)


class Window(Frozen):
    """How long a code for the window holds."""

    code_days: int = Field(ge=1, le=60)


class Calls(Frozen):
    """When calls can be booked."""

    hours: tuple[Annotated[int, Field(ge=0, le=23)], ...] = Field(min_length=1)
    minutes: int = Field(ge=5, le=60)
    desks: int = Field(ge=1)
    days: int = Field(ge=1, le=30)

    def slots(self, day: date) -> tuple[datetime, ...]:
        """The moments of a working day at which a call may begin."""
        starts = [datetime.combine(day, time(hour), BEIJING) for hour in self.hours]
        steps = range(0, 60 - self.minutes + 1, self.minutes)
        return tuple(start + timedelta(minutes=step) for start in starts for step in steps)


class Routes(Frozen):
    """The declaration: each way once."""

    version: int = Field(ge=1)
    routes: tuple[Route, ...]
    window: Window
    calls: Calls

    @model_validator(mode="after")
    def _is_each_way_once(self) -> Self:
        if sorted(route.code for route in self.routes) != sorted(Way):
            raise ValueError("every way is declared once")
        if any(not route.checks for route in self.routes if route.code in MEETINGS):
            raise ValueError("whoever meets a person has a checklist")
        return self

    def of(self, way: Way) -> Route:
        return next(route for route in self.routes if route.code is way)


@lru_cache(maxsize=4)
def load_routes(file: Path = FILE) -> Routes:
    """Raises kit.declared.Refused with file, line and reason."""
    return declared(file, Routes)
