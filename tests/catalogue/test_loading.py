# SPDX-License-Identifier: Apache-2.0
import json
from datetime import date
from pathlib import Path

import pytest

from approval.decision import REFUSAL_BASES
from approval.guards import GUARDS
from approval.steps import VERBS
from catalogue import Inconsistent, Item, UnknownItem, load_catalogue
from credit import Role
from forms import load_forms
from instruments import CODES
from kit.declared import Refused

TODAY = date(2026, 11, 23)
ITEMS = Path("catalogue/items")


def an_item(folder: Path, name: str, old: str, new: str) -> Path:
    text = (ITEMS / f"{name}.toml").read_text("utf-8")
    assert old in text
    (folder / "item.toml").write_text(text.replace(old, new), "utf-8")
    return folder


def test_everything_declared_fits_together() -> None:
    catalogue = load_catalogue(verbs=set(VERBS), guards=set(GUARDS))
    assert {item.code for item in catalogue.offered(TODAY)} >= {"sole-trader", "company", "public-venue"}
    for item in catalogue.items.values():
        assert {Role(person.role) for person in item.persons}
        assert set(item.refusal_bases) <= set(REFUSAL_BASES)


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("sole-trader", 'form = { name = "sole-trader"', 'form = { name = "x"', r"item\.toml:\d+: there is no form x"),
        (
            "sole-trader",
            'process = { name = "registration"',
            'process = { name = "x"',
            r"item\.toml:\d+: .*no process x",
        ),
        ("sole-trader", 'name = "operator_name", number', 'name = "nobody", number', "no field nobody"),
        ("company", 'table = "directors"', 'table = "friends"', "friends of form company has no name"),
        ("sole-trader", 'theme = "registration"', 'theme = "x"', r"item\.toml:\d+: there is no theme x"),
        ("public-venue", "valid_years = 4", 'until = "venue_kind"', "venue_kind is no date"),
        ("public-venue", 'scope = ["venue_kind"', 'scope = ["nothing"', r"item\.toml:\d+: .*no field nothing"),
        ("public-venue", 'theme = "health"', 'theme = "health"\non_site = true', "grants without site_visited"),
        ("public-venue", 'needs = ["sole-trader"', 'needs = ["x"', "there is no item x"),
        ("public-venue", 'theme = "health"', 'theme = "health"\nfollows = ["y"]', "there is no item y"),
        ("company", '"company-articles"', '"poem"', r"item\.toml:\d+: there is no text poem"),
        ("company-move-in", 'name = "move-in"', 'name = "registration"', "takes a business in without file_here"),
        ("company-move-in", 'registrar = "former_registrar"', 'registrar = "nobody"', "no field nobody"),
        ("company", '"CL-178"', '"CL-0"', r"item\.toml:\d+: nobody knows the provision CL-0"),
        ("public-venue", 'name = "permit", version', 'name = "filing", version', "makes no licence or certificate"),
    ],
)
def test_a_name_that_does_not_resolve_stops_the_start(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(Inconsistent, match=said):
        load_catalogue(an_item(tmp_path, name, old, new), texts=CODES, bases=set(REFUSAL_BASES))


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        ("sole-trader", "minutes = 5", 'minutes = "eight"', r"item\.toml:\d+ minutes: "),
        ("sole-trader", "working_days = 3", "working_days = 0", r"item\.toml:\d+ working_days: "),
        ("sole-trader", 'kind = "registration"', 'kind = "filing"', "this is a filing"),
        (
            "food-service",
            'source = "applicant", field = "layout"',
            'source = "applicant"',
            "needs a field",
        ),
        ("sole-trader", "minutes = 5", "minutes = 5\nvalid_to = 2026-01-01", "ends before it begins"),
        ("public-venue", "valid_years = 4", 'valid_years = 4\nuntil = "x"', "not both"),
        ("public-venue", "valid_years = 4", "valid_years = 4\nodd = 1", "odd: Extra"),
        ("public-venue", "valid_years = 4", "valid_years = = 4", r"item\.toml: .*line \d+"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_file_line_and_reason(
    tmp_path: Path, name: str, old: str, new: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        load_catalogue(an_item(tmp_path, name, old, new))


def test_two_files_cannot_declare_the_same_version(tmp_path: Path) -> None:
    an_item(tmp_path, "sole-trader", "minutes = 5", "minutes = 9")
    (tmp_path / "again.toml").write_text((tmp_path / "item.toml").read_text("utf-8"), "utf-8")
    with pytest.raises(Refused, match=r"item\.toml:\d+: another file declares the same item"):
        load_catalogue(tmp_path)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('zh = "餐饮与食品"', "zh = 1", r"themes\.toml:4 food\.zh: "),
        (
            'registration = { zh = "开办企业", en',
            "registration = { en",
            r"themes\.toml:2 registration\.zh: Field required",
        ),
    ],
)
def test_a_heading_that_is_wrong_is_refused_with_its_line(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = Path("catalogue/themes.toml").read_text("utf-8")
    assert old in text
    (tmp_path / "themes.toml").write_text(text.replace(old, new), "utf-8")
    with pytest.raises(Refused, match=said):
        load_catalogue(themes=tmp_path / "themes.toml")


HEAD = """code = "shop"
version = 1
title = { zh = "表", en = "Form" }
source = { zh = "法", en = "Law" }
rules = []
[[pages]]
name = "what"
title = { zh = "一", en = "One" }
[[pages.fields]]
include = "premises"
[[pages.fields]]
name = "kind"
kind = "choice"
label = { zh = "类别", en = "Kind" }
options = [{ value = "a", label = { zh = "甲", en = "A" } }]
[[pages.fields]]
name = "gear"
kind = "table"
label = { zh = "设备", en = "Gear" }
least = 1
most = 3
[[pages.fields.fields]]
name = "what"
kind = "text"
label = { zh = "名称", en = "What" }
[[pages.fields.fields]]
name = "count"
kind = "whole"
label = { zh = "数量", en = "Count" }
[[pages]]
name = "more"
title = { zh = "二", en = "Two" }
when = { field = "kind", among = ["a"] }
[[pages.fields]]
name = "words"
kind = "text"
label = { zh = "说明", en = "Words" }
"""


def a_form(folder: Path, old: str = "", new: str = "") -> Path:
    assert old in HEAD
    (folder / "shop.toml").write_text(HEAD.replace(old, new, 1) if old else HEAD, "utf-8")
    return folder


def test_the_form_of_these_tests_is_sound(tmp_path: Path) -> None:
    assert load_forms(a_form(tmp_path))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('among = ["a"]', 'among = ["b"]', r"shop\.toml:30: .*page more waits for kind to be b, which is not offered"),
        ('field = "kind", among = ["a"]', 'field = "nothing", among = ["a"]', r"shop\.toml:30: .*depends on nothing"),
        ("least = 1\nmost = 3", "least = 4\nmost = 3", r"shop\.toml:16 .*gear: at least 4 and at most 3"),
        ('name = "count"\nkind', 'name = "what"\nkind', r"shop\.toml:16 .*gear: a column name stands twice"),
        ('kind = "whole"', 'kind = "material"', r"shop\.toml:16 .*gear: column count cannot be a material"),
        (
            'kind = "whole"',
            'kind = "whole"\nwhen = { field = "nobody", among = ["x"] }',
            r"shop\.toml:16 .*gear: column count is asked in every row",
        ),
        ('kind = "whole"', 'kind = "date"\nnot_before = "later"', r"shop\.toml:16 .*no date later is asked before it"),
        ('name = "words"\nkind = "text"', 'name = "words"\nkind = "poem"', r"shop\.toml:36 .*kind: "),
        ('name = "words"', 'name = "kind"', r"shop\.toml:1: shop: a field name stands twice"),
        (
            'value = "a", label = { zh = "甲", en = "A" } }',
            'value = "a", label = { zh = "甲" } }',
            r"shop\.toml:15 .*en: ",
        ),
        ('include = "premises"', 'include = "castle"', r"shop\.toml:\d+: there is no part castle"),
        ("rules = []", 'rules = ["X-1"]', r"shop\.toml:5: nobody knows the rules \['X-1'\]"),
    ],
)
def test_a_form_that_is_wrong_is_refused_with_file_line_and_reason(
    tmp_path: Path, old: str, new: str, said: str
) -> None:
    with pytest.raises(Refused, match=said):
        load_forms(a_form(tmp_path, old, new))


def test_two_forms_of_one_version_are_refused_with_the_line(tmp_path: Path) -> None:
    a_form(tmp_path)
    (tmp_path / "other.toml").write_text(HEAD, "utf-8")
    with pytest.raises(Refused, match=r"shop\.toml:2: another file declares shop in version 1"):
        load_forms(tmp_path)


def test_a_plan_that_names_no_item_stops_the_start(tmp_path: Path) -> None:
    text = Path("catalogue/plans.toml").read_text("utf-8")
    (tmp_path / "plans.toml").write_text(text.replace('items = ["food-service"', 'items = ["nothing"', 1), "utf-8")
    with pytest.raises(Refused, match=r"plans\.toml:\d+: .*there is no item nothing"):
        load_catalogue(plans=tmp_path / "plans.toml")


def test_a_process_that_nobody_can_carry_out_stops_the_start() -> None:
    with pytest.raises(Inconsistent, match=r"[a-z-]+\.toml:\d+: process .*check_credit"):
        load_catalogue(verbs=set(VERBS) - {"check_credit"})
    with pytest.raises(Inconsistent, match=r"[a-z-]+\.toml:\d+: process .*site_visited"):
        load_catalogue(verbs=set(VERBS), guards=set(GUARDS) - {"site_visited"})


def test_a_version_is_offered_within_its_dates_only(tmp_path: Path) -> None:
    catalogue = load_catalogue(an_item(tmp_path, "sole-trader", "valid_from = 2026-05-01", "valid_from = 2026-12-01"))
    with pytest.raises(UnknownItem):
        catalogue.current("sole-trader", TODAY)
    assert catalogue.current("sole-trader", date(2026, 12, 1)).version == 1


def test_the_published_schema_is_that_of_the_items() -> None:
    published = json.loads(Path("catalogue/item.schema.json").read_text("utf-8"))
    assert published == Item.model_json_schema(), "`uv run main.py items schema` writes it anew"
