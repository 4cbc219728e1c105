# SPDX-License-Identifier: Apache-2.0
"""The inventory of personal data says something of every column there is."""

import importlib
import pkgutil
from pathlib import Path

import pytest
from sqlalchemy import Column, MetaData, String, Table

from console.privacy import Inventory, document, faults, load_inventory
from kit.database import Base
from kit.sealing import Sealed

PACKAGES = ("addresses", "approval", "audit", "identity", "licences", "notices", "register", "workflows", "instruments")
DOCUMENT = Path(__file__).parents[2] / "docs" / "personal-data.md"


def every_model() -> MetaData:
    for package in PACKAGES:
        for module in pkgutil.walk_packages([package], f"{package}."):
            importlib.import_module(module.name)
    return Base.metadata


def test_every_column_of_every_table_is_classified() -> None:
    assert faults(load_inventory(), every_model()) == []


def test_the_document_is_written_from_the_declaration() -> None:
    assert DOCUMENT.read_text("utf-8") == document(load_inventory()), "run: uv run main.py privacy inventory"


@pytest.mark.parametrize(
    ("columns", "said", "fault"),
    [
        ([Column("name", String)], {}, "person.name is not classified"),
        ([], {"plain": ["name"]}, "person.name is no column"),
        ([Column("name", String)], {"plain": ["name"], "none": ["name"]}, "person.name stands twice"),
        ([Column("name", String)], {"sealed": ["name"]}, "person.name is said to be sealed and is not"),
        ([Column("name", Sealed("x"))], {"none": ["name"]}, "person.name is sealed and said not to be"),
    ],
)
def test_what_does_not_agree_is_named(columns: list[Column[str]], said: dict[str, list[str]], fault: str) -> None:
    models = MetaData()
    Table("person", models, Column("id", String, primary_key=True), *columns)
    told = {"whose": "somebody", "why": "a test", "kept": "for a moment", "linked": ["id"], **said}
    inventory = Inventory.model_validate({"version": 1, "table": {"person": told}})
    assert faults(inventory, models) == [fault]


def test_a_table_that_nobody_thought_of_is_named() -> None:
    models = MetaData()
    Table("person", models, Column("id", String, primary_key=True))
    assert faults(Inventory(version=1, table={}), models) == ["person is not classified"]
