# SPDX-License-Identifier: Apache-2.0
"""A new item is a file and a test run, by an official, without a programmer."""

import json
from datetime import date
from pathlib import Path

import pytest
from typer.testing import CliRunner

from approval.guards import GUARDS
from approval.steps import VERBS
from catalogue import load_catalogue
from console import items

TODAY = date(2026, 11, 23)


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Folders of their own for what the commands write."""
    for name, folder in (("ITEMS", "items"), ("FORMS", "forms")):
        (tmp_path / folder).mkdir()
        monkeypatch.setattr(items, name, tmp_path / folder)
    monkeypatch.setattr(items, "HERE", tmp_path)
    return tmp_path


def test_what_is_scaffolded_loads_and_is_offered_at_once(place: Path) -> None:
    told = CliRunner().invoke(items.commands(), ["new", "tea-house", "--title", "茶馆经营许可"])
    assert told.exit_code == 0, told.output
    catalogue = load_catalogue(place / "items", set(VERBS), set(GUARDS), place / "forms")
    (item,) = catalogue.items.values()
    assert item.title.zh == "茶馆经营许可"
    assert [page.name for page in catalogue.form_of(item).pages] == ["what", "business", "premises", "responsible"]


@pytest.mark.parametrize("title", ['a "quoted" title', "back\\slash", "two\nlines", "制表\t符", "'''茶"])
@pytest.mark.parametrize("process", ["permit-plain", "permit-site", "permit-hearing", "permit-police", "filing"])
def test_any_title_and_any_process_of_permits_and_filings_give_files_that_load(
    place: Path, title: str, process: str
) -> None:
    told = CliRunner().invoke(items.commands(), ["new", "tea-house", "--title", title, "--process", process])
    assert told.exit_code == 0, told.output
    (item,) = load_catalogue(place / "items", set(VERBS), set(GUARDS), place / "forms").items.values()
    assert item.title.zh == " ".join(title.split())
    assert item.kind == ("filing" if process == "filing" else "permit")


@pytest.mark.parametrize("process", ["nothing", "entry", "registration"])
def test_a_process_that_ends_in_the_register_is_no_ground_for_a_scaffold(place: Path, process: str) -> None:
    told = CliRunner().invoke(items.commands(), ["new", "tea-house", "--process", process])
    assert told.exit_code == 2
    assert not list((place / "items").iterdir())


def test_nothing_is_ever_overwritten(place: Path) -> None:
    run, cli = CliRunner(), items.commands()
    run.invoke(cli, ["new", "tea-house"])
    before = (place / "items" / "tea-house.toml").read_text("utf-8")
    again = run.invoke(cli, ["new", "tea-house", "--title", "另一个"])
    assert again.exit_code == 2
    assert "there already" in again.output
    assert (place / "items" / "tea-house.toml").read_text("utf-8") == before


@pytest.mark.parametrize("code", ["Tea", "../tea", "茶馆", "tea house", ""])
def test_a_code_that_is_none_is_refused(place: Path, code: str) -> None:
    assert CliRunner().invoke(items.commands(), ["new", code]).exit_code == 2
    assert not list((place / "items").iterdir())


def test_the_whole_catalogue_is_proved_by_one_command() -> None:
    told = CliRunner().invoke(items.commands(), ["check"])
    assert told.exit_code == 0, told.output
    for code in ("sole-trader", "company", "public-venue"):
        assert code in told.output
    assert "sound" in told.output


def test_the_schema_is_one_that_editors_read(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(items, "SCHEMA", place / "schema.json")
    assert CliRunner().invoke(items.commands(), ["schema"]).exit_code == 0
    schema = json.loads((place / "schema.json").read_text("utf-8"))
    assert schema["type"] == "object"
    assert {"code", "form", "process", "working_days"} <= set(schema["required"])
