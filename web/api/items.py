# SPDX-License-Identifier: Apache-2.0
"""Items (事项): what can be applied for, with the whole form. I/O: none."""

from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel

from catalogue import Item
from kit.clock import office_day
from kit.text import Text
from web.api.problem import problems
from web.deps import Anybody, DeskDep, Now

router = APIRouter(prefix="/items", tags=["items"])


class ItemAnswer(BaseModel):
    """One item in the version that a new application gets today."""

    code: str
    version: int
    title: Text
    summary: Text
    basis: Text
    working_days: int


class FormAnswer(ItemAnswer):
    """The item with its form: pages, fields, kinds and conditions."""

    form: dict[str, Any]


def _answer(item: Item) -> dict[str, Any]:
    return {
        "code": item.code,
        "version": item.version,
        "title": item.title,
        "summary": item.summary,
        "basis": item.basis,
        "working_days": item.working_days,
    }


@router.get("", summary="Items offered today")
def offered(desk: DeskDep, now: Now, _viewer: Anybody) -> list[ItemAnswer]:
    return [ItemAnswer(**_answer(item)) for item in desk.office.catalogue.offered(office_day(now))]


@router.get("/{code}", summary="One item with its form", responses=problems(404))
def one(code: str, desk: DeskDep, now: Now, _viewer: Anybody) -> FormAnswer:
    item = desk.office.catalogue.current(code, office_day(now))
    form = desk.office.catalogue.form_of(item).model_dump(mode="json", exclude_none=True)
    return FormAnswer(**_answer(item), form=form)
