# SPDX-License-Identifier: Apache-2.0
"""Guide (办事指南): from everyday words to the items it takes, before anybody signs in. I/O: none.

What is typed here is neither stored nor logged.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import Response

from catalogue import Catalogue, Item, Plan, load_plans, once
from catalogue.plans import REGISTRATIONS, Who
from catalogue.search import Index, build, search
from kit.clock import office_day
from kit.errors import DomainError
from kit.text import Text
from web.deps import Anybody, DeskDep, Now
from web.respond import page

router = APIRouter()
WHO: dict[Who, Text] = {
    "person": Text(zh="我自己或一家人干（个体工商户）", en="Myself or my family (sole trader)"),
    "company": Text(zh="成立公司", en="A company"),
}
FETCHED = ("shared", "licence")
UNSURE = "M"  # told from memory: the notice of acceptance says how long it really takes
CARDS = 4  # plans that an answer shows in full


class UnknownPlan(DomainError):
    """The guide has no such plan, or not today."""


@dataclass(frozen=True)
class Guide:
    """The plans and what finds them, put together once when the site is."""

    plans: dict[str, Plan]
    index: Index


def open_guide(catalogue: Catalogue) -> Guide:
    """Raises Inconsistent for a plan that names an item which nobody declared."""
    newest = {code: item for (code, _version), item in sorted(catalogue.items.items())}
    plans = load_plans(newest.keys())
    return Guide(plans, build(newest.values(), plans.values()))


def guide_of(request: Request) -> Guide:
    guide: Guide = request.app.state.guide
    return guide


def is_open(plan: Plan, offered: Iterable[Item]) -> bool:
    """Whether everything that it always takes can be applied for today."""
    return {*plan.items, *(REGISTRATIONS[who] for who in plan.who)} <= {item.code for item in offered}


def shown_plans(plans: Iterable[Plan], offered: Sequence[Item]) -> list[dict[str, object]]:
    return [
        {"name": plan.name, "title": plan.title, "count": len(plan.codes(None))}
        for plan in plans
        if is_open(plan, offered)
    ]


def themes_of(catalogue: Catalogue, offered: Sequence[Item]) -> list[dict[str, object]]:
    """The headings that have anything under them."""
    under = {name: [item for item in offered if item.theme == name] for name in catalogue.themes}
    return [
        {"name": name, "title": catalogue.themes[name], "items": [_step(item) for item in items]}
        for name, items in under.items()
        if items
    ]


def _step(item: Item) -> dict[str, object]:
    return {
        "code": item.code,
        "title": item.title,
        "summary": item.summary,
        "kind": item.kind,
        "minutes": item.minutes,
        "days": item.working_days,
        "is_deadline_unsure": item.deadline_confidence == UNSURE,
        "fee": item.fee,
        "on_site": item.on_site,
        "hearing": item.hearing,
    }


def way_of(codes: Sequence[str], offered: Sequence[Item]) -> dict[str, object]:
    """The items one after the other, and what they come to together."""
    known = {item.code: item for item in offered}
    items = [known[code] for code in codes if code in known]
    brought = [m.name for item in items for m in item.materials if m.source == "applicant"]
    fetched = [m.name for item in items for m in item.materials if m.source in FETCHED]
    return {
        "steps": [_step(item) for item in items],
        "minutes": sum(item.minutes for item in items),
        "days": sum(item.working_days for item in items),
        "is_deadline_unsure": any(item.deadline_confidence == UNSURE for item in items),
        "bring": once([*(thing for item in items for thing in item.bring), *brought]),
        "fetched": once(fetched),
        "fees": tuple(dict.fromkeys(item.fee for item in items)),
    }


@router.get("/guide")
def results(request: Request, desk: DeskDep, now: Now, _viewer: Anybody, q: str = "") -> Response:
    guide, catalogue = guide_of(request), desk.office.catalogue
    offered = catalogue.offered(office_day(now))
    known = {item.code: item for item in offered}
    hits = search(guide.index, q)
    plans = [guide.plans[hit.code] for hit in hits if hit.kind == "plan"]
    found = [plan for plan in plans if is_open(plan, offered)]
    items = [known[hit.code] for hit in hits if hit.kind == "item" and hit.code in known]
    return page(
        request,
        "guide/results.html",
        text=q[:80],
        found=[
            {"name": plan.name, "title": plan.title, **way_of(plan.codes(None), offered), "extras": len(plan.extras)}
            for plan in found[:CARDS]
        ],
        items=[_step(item) for item in items],
        plans=[] if found or items else shown_plans(guide.plans.values(), offered),
        themes=[] if found or items else themes_of(catalogue, offered),
    )


@router.get("/guide/{name}")
def one_plan(
    request: Request,
    name: str,
    desk: DeskDep,
    now: Now,
    _viewer: Anybody,
    who: Annotated[str, Query(alias="as")] = "",
    also: Annotated[list[str] | None, Query()] = None,
) -> Response:
    offered = desk.office.catalogue.offered(office_day(now))
    plan = guide_of(request).plans.get(name)
    if plan is None or not is_open(plan, offered):
        raise UnknownPlan()
    asked: Who | None = next((known for known in plan.who if known == who), None)
    chosen, codes = plan.decided(asked), {item.code for item in offered}
    extras = [extra for extra in plan.extras if extra.item in codes]
    ticked = {extra.item for extra in extras} & set(also or ())
    return page(
        request,
        "guide/plan.html",
        plan={"name": plan.name, "title": plan.title},
        who=[{"as": one, "said": WHO[one], "chosen": one == chosen} for one in plan.who],
        extras=[{"item": e.item, "said": e.only_if, "ticked": e.item in ticked} for e in extras],
        kept=sorted(ticked),
        way=way_of(plan.codes(chosen, ticked), offered),
        together=next((code for code in plan.codes(chosen, ticked)[:1] if code in REGISTRATIONS.values()), None),
    )
