# SPDX-License-Identifier: Apache-2.0
"""Catalogue (事项目录): all declarations, read once and proved to fit together. I/O: files of the packages."""

from collections.abc import Set
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from pydantic import RootModel

from catalogue.fitting import Inconsistent, Known, fit
from catalogue.item import Item, UnknownItem
from catalogue.plans import PLANS, load_plans
from forms import DECLARATIONS, Form, load_forms
from kit.declared import declared, fault, read_toml
from kit.text import Text
from workflows import PROCESSES, Process, load_processes

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


class Themes(RootModel[dict[str, Text]]):
    """The headings of the catalogue, in the order of the file."""


def load_themes(file: Path = THEMES) -> dict[str, Text]:
    """The headings of the catalogue in their order. Raises Refused."""
    return declared(file, Themes).root


def load_catalogue(
    folder: Path = ITEMS,
    verbs: Set[str] | None = None,
    guards: Set[str] | None = None,
    forms: Path = DECLARATIONS,
    *,
    texts: Set[str] | None = None,
    bases: Set[str] | None = None,
    themes: Path = THEMES,
    plans: Path = PLANS,
) -> Catalogue:
    """Read everything. Raises Refused for a file that is wrong, Inconsistent for names that do not resolve.

    `verbs` and `guards` are those that the service knows, `texts` the instruments that it writes, `bases` the
    provisions on which it refuses: what asks for another is refused. The plans are proved with the whole catalogue.
    """
    files = {file: declared(file, Item) for file in sorted(folder.glob("*.toml"))}
    items: dict[tuple[str, int], Item] = {}
    for file, item in files.items():
        if (item.code, item.version) in items:
            raise fault(file, ("version",), f"another file declares the same item {item.code} in the same version")
        items[item.code, item.version] = item
    catalogue = Catalogue(items, load_forms(forms), load_processes(), load_themes(themes))
    known = Known(
        catalogue.forms, catalogue.processes, set(catalogue.themes), {code for code, _ in items}, texts, bases
    )
    for file, item in files.items():
        fit(file, item, known)
    for process in catalogue.processes.values():
        if verbs is not None and (unknown := process.verbs - verbs):
            raise _of_process(process, f"nobody carries out {sorted(unknown)}", unknown)
        if guards is not None and (unknown := process.guards - guards):
            raise _of_process(process, f"nobody knows the guards {sorted(unknown)}", unknown)
    if folder == ITEMS:
        load_plans({code for code, _version in items}, plans)
    return catalogue


def _of_process(process: Process, reason: str, names: Set[str]) -> Inconsistent:
    """With the file that declares the process and the first line that names what nobody knows."""
    said = f"process {process.name}: {reason}"
    for file in sorted(PROCESSES.glob("*.toml")):
        table = read_toml(file)
        if (table.get("name"), table.get("version")) == (process.name, process.version):
            lines = file.read_text("utf-8").splitlines()
            at = next((n for n, line in enumerate(lines, 1) if any(f'"{name}"' in line for name in names)), 1)
            return Inconsistent(f"{file.name}:{at}: {said}")
    return Inconsistent(said)
