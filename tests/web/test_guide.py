# SPDX-License-Identifier: Apache-2.0
from catalogue import Item
from catalogue.loading import ITEMS
from catalogue.plans import PLANS, Plans
from kit.declared import declared
from web.pages.guide import is_open, shown_plans, way_of

TRADER, COMPANY, FOOD = (declared(ITEMS / f"{n}.toml", Item) for n in ("sole-trader", "company", "food-service"))
PLANS_BY_NAME = {plan.name: plan for plan in declared(PLANS, Plans).plans}
MILK_TEA = PLANS_BY_NAME["milk-tea"]


def test_a_way_comes_to_the_sum_of_its_items_and_each_thing_is_brought_once() -> None:
    way = way_of(("sole-trader", "food-service"), [FOOD, COMPANY, TRADER])
    assert way["minutes"] == TRADER.minutes + FOOD.minutes
    assert way["days"] == TRADER.working_days + FOOD.working_days
    assert way["is_deadline_unsure"] is (FOOD.deadline_confidence == "M")
    bring = [thing.zh for thing in way["bring"]]  # type: ignore[attr-defined]
    assert len([thing for thing in bring if "居民身份证" in thing]) == 1
    assert way["fees"] == (TRADER.fee,)


def test_a_plan_is_shown_only_while_all_that_it_takes_is_offered() -> None:
    assert is_open(MILK_TEA, [TRADER, COMPANY, FOOD])
    assert not is_open(MILK_TEA, [TRADER, FOOD])
    assert not is_open(MILK_TEA, [TRADER, COMPANY])
    assert [shown["name"] for shown in shown_plans([MILK_TEA, PLANS_BY_NAME["pharmacy"]], [TRADER, COMPANY, FOOD])] == [
        "milk-tea"
    ]
