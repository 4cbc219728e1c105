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
        ("public-venue", 'name = "permit", version', 'name = "filing", version', "makes no licence or certificate"),
    ],
)
def test_a_name_that_does_not_resolve_stops_the_start(tmp_path: Path, name: str, old: str, new: str, said: str) -> None:
    with pytest.raises(Inconsistent, match=said):
        load_catalogue(an_item(tmp_path, name, old, new))


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
    with pytest.raises(Inconsistent, match="same item"):
        load_catalogue(tmp_path)


def test_a_process_that_nobody_can_carry_out_stops_the_start() -> None:
    with pytest.raises(Inconsistent, match="check_credit"):
        load_catalogue(verbs=set(VERBS) - {"check_credit"})
    with pytest.raises(Inconsistent, match="site_visited"):
        load_catalogue(verbs=set(VERBS), guards=set(GUARDS) - {"site_visited"})


def test_a_version_is_offered_within_its_dates_only(tmp_path: Path) -> None:
    catalogue = load_catalogue(an_item(tmp_path, "sole-trader", "valid_from = 2026-05-01", "valid_from = 2026-12-01"))
    with pytest.raises(UnknownItem):
        catalogue.current("sole-trader", TODAY)
    assert catalogue.current("sole-trader", date(2026, 12, 1)).version == 1


def test_the_published_schema_is_that_of_the_items() -> None:
    published = json.loads(Path("catalogue/item.schema.json").read_text("utf-8"))
    assert published == Item.model_json_schema(), "`uv run main.py items schema` writes it anew"
