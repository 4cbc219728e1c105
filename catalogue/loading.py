# SPDX-License-Identifier: Apache-2.0
"""Catalogue (事项目录): all declarations, read once and proved to fit together. I/O: files of the packages."""

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from catalogue.fitting import Inconsistent, fit
from catalogue.item import Item, UnknownItem
from forms import DECLARATIONS, Form, load_forms
from kit.declared import declared, read_toml
from kit.text import Text
from workflows import Process, load_processes

HERE = Path(__file__).parent
ITEMS, THEMES = HERE / "items", HERE / "themes.toml"


@dataclass(frozen=True)
class Catalogue:
    """Items by code and version, with the forms and processes they pin, under the headings of `themes`."""

    items: dict[tuple[str, int], Item]
    forms: dict[tuple[str, int], Form]
    processes: dict[tuple[str, int], Process]
    themes: dict[str, Text]

    def offered(self, today: date) -> list[Item]:
        """The newest version of each item that a new application gets today, theme by theme, registrations first."""
        newest: dict[str, Item] = {}
        for item in self.items.values():
            if item.is_offered(today) and item.version >= newest.get(item.code, item).version:
                newest[item.code] = item
        order = list(self.themes)
        return sorted(newest.values(), key=lambda item: (order.index(item.theme), item.minutes, item.title.zh))

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


def load_themes(file: Path = THEMES) -> dict[str, Text]:
    """The headings of the catalogue in their order."""
    return {name: Text.model_validate(words) for name, words in read_toml(file).items()}


def load_catalogue(
    folder: Path = ITEMS,
    verbs: set[str] | None = None,
    guards: set[str] | None = None,
    forms: Path = DECLARATIONS,
) -> Catalogue:
    """Read everything. Raises Refused for a file that is wrong, Inconsistent for names that do not resolve.

    `verbs` and `guards` are those that the service knows; a process that asks for another is refused.
    """
    files = {file: declared(file, Item) for file in sorted(folder.glob("*.toml"))}
    items = {(item.code, item.version): item for item in files.values()}
    if len(items) != len(files):
        raise Inconsistent(f"{folder.name}: two files declare the same item in the same version")
    catalogue = Catalogue(items, load_forms(forms), load_processes(), load_themes())
    for file, item in files.items():
        fit(file, item, catalogue.forms, catalogue.processes, set(catalogue.themes), {code for code, _ in items})
    for process in catalogue.processes.values():
        if verbs is not None and (unknown := process.verbs - verbs):
            raise Inconsistent(f"process {process.name}: nobody carries out {sorted(unknown)}")
        if guards is not None and (unknown := process.guards - guards):
            raise Inconsistent(f"process {process.name}: nobody knows the guards {sorted(unknown)}")
    return catalogue
