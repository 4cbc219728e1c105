# SPDX-License-Identifier: Apache-2.0
from datetime import date
from pathlib import Path

import pytest

from approval.steps import VERBS
from catalogue import Inconsistent, UnknownItem, load_catalogue
from credit import Role

TODAY = date(2026, 11, 23)
ITEM = Path("catalogue/items/sole-trader.toml").read_text("utf-8")


def an_item(folder: Path, old: str, new: str) -> Path:
    assert old in ITEM
    (folder / "item.toml").write_text(ITEM.replace(old, new), "utf-8")
    return folder


def test_everything_declared_fits_together() -> None:
    catalogue = load_catalogue(verbs=set(VERBS))
    assert {item.code for item in catalogue.offered(TODAY)} == {"sole-trader", "company", "public-venue"}
    for item in catalogue.items.values():
        assert {Role(person.role) for person in item.persons}


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('form = { name = "sole-trader"', 'form = { name = "nowhere"'),
        ('process = { name = "registration"', 'process = { name = "nowhere"'),
        (
            'name = "operator_name", number = "operator_id" }\npersons',
            'name = "nobody", number = "operator_id" }\npersons',
        ),
    ],
)
def test_a_name_that_does_not_resolve_stops_the_start(tmp_path: Path, old: str, new: str) -> None:
    with pytest.raises(Inconsistent):
        load_catalogue(an_item(tmp_path, old, new))


def test_a_process_that_nobody_can_carry_out_stops_the_start() -> None:
    with pytest.raises(Inconsistent, match="check_credit"):
        load_catalogue(verbs=set(VERBS) - {"check_credit"})


def test_a_version_is_offered_within_its_dates_only(tmp_path: Path) -> None:
    catalogue = load_catalogue(an_item(tmp_path, "valid_from = 2026-05-01", "valid_from = 2026-12-01"))
    with pytest.raises(UnknownItem):
        catalogue.current("sole-trader", TODAY)
    assert catalogue.current("sole-trader", date(2026, 12, 1)).version == 1
