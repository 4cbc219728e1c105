# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest

from catalogue import Inconsistent, Item, Plan, load_plans, once
from catalogue.loading import ITEMS
from catalogue.plans import PLANS, Plans
from kit.declared import Refused, declared
from kit.text import Text

WRITTEN = declared(PLANS, Plans).plans
NAMED = {code for plan in WRITTEN for code in (*plan.items, *(extra.item for extra in plan.extras))}
KNOWN = NAMED | {"sole-trader", "company"}


def a_file(folder: Path, old: str, new: str) -> Path:
    text = PLANS.read_text("utf-8")
    assert old in text
    (folder / "plans.toml").write_text(text.replace(old, new, 1), "utf-8")
    return folder / "plans.toml"


def items() -> list[Item]:
    return [declared(file, Item) for file in sorted(ITEMS.glob("*.toml"))]


def the(name: str) -> Plan:
    return load_plans(KNOWN)[name]


def test_every_plan_names_items_that_can_be_applied_for() -> None:
    codes = {item.code for item in items()}
    assert set(load_plans(codes)) == {plan.name for plan in WRITTEN}


def test_what_must_be_held_first_comes_first() -> None:
    """先照后证, for every choice that registers a business."""
    needs = {item.code: set(item.needs) for item in items() if item.needs}
    assert needs
    for plan in WRITTEN:
        for who in plan.who:
            codes = plan.codes(who, {extra.item for extra in plan.extras if not extra.replaces})
            for place, code in enumerate(codes):
                assert code not in needs or needs[code] & set(codes[:place]), f"{plan.name}: {code} comes too early"


def test_registration_comes_first_and_then_the_permits() -> None:
    assert the("milk-tea").codes("person") == ("sole-trader", "food-service")
    assert the("milk-tea").codes("company") == ("company", "food-service")
    assert the("convenience").codes(None, {"tobacco-retail"}) == ("sole-trader", "food-service", "tobacco-retail")


def test_who_a_plan_does_not_know_is_taken_for_the_usual_one() -> None:
    assert the("internet-cafe").codes("person")[0] == "company"
    assert the("building").codes("company", {"drainage"}) == ("construction-permit", "drainage")


def test_a_school_is_permitted_before_it_is_registered() -> None:
    assert the("training").codes("company") == ("private-school", "company")
    assert the("training").codes(None, {"private-non-enterprise"}) == ("private-school", "private-non-enterprise")
    assert the("training").codes(None, {"food-service"}) == ("private-school", "company", "food-service")


def test_what_no_condition_of_the_plan_names_is_not_added() -> None:
    assert the("milk-tea").codes("person", {"internet-cafe", "x"}) == ("sole-trader", "food-service")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('items = ["food-service"]', 'items = ["food"]', r"plans\.toml:12: milk-tea: there is no item food$"),
        ('item = "drainage"', 'item = "drain"', "there is no item drain$"),
        ('name = "restaurant"', 'name = "milk-tea"', r"plans\.toml:\d+: there are two plans milk-tea"),
        ('items = ["food-service"]', 'items = ["drainage"]', "milk-tea names drainage twice"),
    ],
)
def test_a_name_that_does_not_resolve_is_refused_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(Inconsistent, match=said):
        load_plans(KNOWN, a_file(tmp_path, old, new))


def test_a_registration_that_is_gone_is_missed() -> None:
    with pytest.raises(Inconsistent, match="milk-tea: there is no item company"):
        load_plans(KNOWN - {"company"})


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"奶茶店", "奶茶"', '"奶茶店", "奶茶店"', "said twice: 奶茶店"),
        ('who = ["person", "company"]', 'who = ["robot"]', r"plans\.toml:\d+ plans"),
        ("wanted = true", "wished = true", "wished: Extra"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_its_reason(tmp_path: Path, old: str, new: str, said: str) -> None:
    with pytest.raises(Refused, match=said):
        load_plans(KNOWN, a_file(tmp_path, old, new))


def test_the_same_thing_is_brought_once() -> None:
    operator = Text(zh="经营者本人的居民身份证", en="The operator's identity card")
    head = Text(zh="负责人本人的居民身份证", en="The identity card of the head")
    phone = Text(zh="能收短信的手机", en="A phone")
    layout = Text(zh="布局图", en="A drawing")
    assert once([operator, phone, head, layout, phone]) == (operator, phone, layout)
