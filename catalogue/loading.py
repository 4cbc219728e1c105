# SPDX-License-Identifier: Apache-2.0
"""Catalogue (事项目录): all declarations, read once and proved to fit together. I/O: files of the packages."""

import tomllib
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from catalogue.item import Item, UnknownItem
from forms import Form, Kind, load_forms
from workflows import Process, load_processes

ITEMS = Path(__file__).parent / "items"


class Inconsistent(ValueError):
    """A declaration names something that is not there; the service does not start."""


@dataclass(frozen=True)
class Catalogue:
    """Items by code and version, with the forms and processes they pin."""

    items: dict[tuple[str, int], Item]
    forms: dict[tuple[str, int], Form]
    processes: dict[tuple[str, int], Process]

    def offered(self, today: date) -> list[Item]:
        """The newest version of each item that a new application gets today, in the order of their titles."""
        newest: dict[str, Item] = {}
        for item in self.items.values():
            if item.is_offered(today) and item.version >= newest.get(item.code, item).version:
                newest[item.code] = item
        return sorted(newest.values(), key=lambda item: item.title.zh)

    def current(self, code: str, today: date) -> Item:
        """The version that a new application gets. Raises UnknownItem."""
        for item in self.offered(today):
            if item.code == code:
                return item
        raise UnknownItem(item=code)

    def item(self, code: str, version: int) -> Item:
        return self.items[code, version]

    def form_of(self, item: Item) -> Form:
        return self.forms[item.form.key]

    def process_of(self, item: Item) -> Process:
        return self.processes[item.process.key]


def load_catalogue(folder: Path = ITEMS, verbs: set[str] | None = None, guards: set[str] | None = None) -> Catalogue:
    """Read everything. Raises Inconsistent with the first name that does not resolve.

    `verbs` and `guards` are those that the service knows; a process that asks for another is refused.
    """
    items = [Item.model_validate(tomllib.loads(file.read_text("utf-8"))) for file in sorted(folder.glob("*.toml"))]
    catalogue = Catalogue({(i.code, i.version): i for i in items}, load_forms(), load_processes())
    for item in items:
        _cross_check(item, catalogue)
    if verbs is not None:
        for process in catalogue.processes.values():
            if unknown := process.verbs - verbs:
                raise Inconsistent(f"process {process.name}: nobody carries out {sorted(unknown)}")
            if guards is not None and (unknown := process.guards - guards):
                raise Inconsistent(f"process {process.name}: nobody knows the guards {sorted(unknown)}")
    return catalogue


def _cross_check(item: Item, catalogue: Catalogue) -> None:
    form = catalogue.forms.get(item.form.key)
    if form is None:
        raise Inconsistent(f"item {item.code}: no form {item.form.key}")
    if item.process.key not in catalogue.processes:
        raise Inconsistent(f"item {item.code}: no process {item.process.key}")
    try:
        form.field(item.holder.name), form.field(item.holder.number)
        for person in item.persons:
            if person.table is None:
                form.field(person.name), form.field(person.number)
                continue
            table = form.field(person.table)
            columns = {column.name for column in table.fields}
            if table.kind is not Kind.PEOPLE or not {person.name, person.number} <= columns:
                raise Inconsistent(f"item {item.code}: {person.table} has no {person.name}, {person.number}")
    except KeyError as error:
        raise Inconsistent(f"item {item.code}: form {form.code} has no field {error}") from error
