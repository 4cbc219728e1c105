# SPDX-License-Identifier: Apache-2.0
"""Privacy commands (个人信息清单): what is kept of people, column by column, as a document. I/O: files.

The declaration says what each column is; the models say which columns there are.
"""

from pathlib import Path
from typing import Annotated

import typer
from sqlalchemy import LargeBinary, MetaData

from kit.declared import declared
from kit.sealing import Sealed
from kit.text import Frozen

OPEN = {("passkey", "public_key"), ("passkey_challenge", "challenge"), ("log_tile", "hashes")}  # bytes of nobody
FILE = Path(__file__).parent / "personal-data.toml"
HEAD = """# What is kept of people

Written by `uv run main.py privacy inventory` from the models and `console/personal-data.toml`; do not edit. A column \
that is not classified fails the build.

**sealed**: unreadable where it rests (AES-256-GCM), under the master key or a person's own key · **plain**: says \
something of a person and can be read in the database, because the law makes it public or the work needs it · \
**hashed**: a keyed hash or a digest · **linked**: names a person or a case by a random id, or names a key. Columns \
that say nothing of anybody are counted only.
"""
KINDS = ("sealed", "plain", "hashed", "linked", "none")


class Table(Frozen):
    """One table: whose data, what for, until when; and each of its columns under one kind."""

    whose: str
    why: str
    kept: str
    sealed: tuple[str, ...] = ()
    plain: tuple[str, ...] = ()
    hashed: tuple[str, ...] = ()
    linked: tuple[str, ...] = ()
    none: tuple[str, ...] = ()

    @property
    def columns(self) -> list[str]:
        return [*self.sealed, *self.plain, *self.hashed, *self.linked, *self.none]


class Inventory(Frozen):
    """The declaration."""

    version: int
    table: dict[str, Table]


def load_inventory(file: Path = FILE) -> Inventory:
    """Raises Refused, with file and line."""
    return declared(file, Inventory)


def faults(inventory: Inventory, models: MetaData) -> list[str]:
    """What the declaration and the models do not agree on, a sentence each."""
    found = [f"{name} is no table" for name in sorted(set(inventory.table) - set(models.tables))]
    for name, table in sorted(models.tables.items()):
        if name not in inventory.table:
            found.append(f"{name} is not classified")
            continue
        said, there = inventory.table[name], {column.name: column for column in table.columns}
        found += [f"{name}.{column} is not classified" for column in there if column not in said.columns]
        found += [f"{name}.{column} is no column" for column in said.columns if column not in there]
        found += [f"{name}.{column} stands twice" for column in set(said.columns) if said.columns.count(column) > 1]
        sealed = {column for column, one in there.items() if isinstance(one.type, Sealed | LargeBinary)}
        sealed -= {column for table_name, column in OPEN if table_name == name}
        found += [f"{name}.{column} is said to be sealed and is not" for column in set(said.sealed) - sealed]
        found += [f"{name}.{column} is sealed and said not to be" for column in sealed - set(said.sealed)]
    return found


def document(inventory: Inventory) -> str:
    """The inventory as Markdown, what says nothing of anybody at the end."""
    rows = ["| table | whose | why | kept | sealed | plain | hashed | linked | other |", f"|{'---|' * 9}"]
    empty = []
    for name, table in sorted(inventory.table.items()):
        if not any((table.sealed, table.plain, table.hashed, table.linked)):
            empty.append(name)
            continue
        cells = [", ".join(getattr(table, kind)) or "—" for kind in KINDS[:-1]]
        rows.append(
            f"| {name} | {table.whose} | {table.why} | {table.kept} | {' | '.join(cells)} | {len(table.none)} |"
        )
    counted = {kind: sum(len(getattr(table, kind)) for table in inventory.table.values()) for kind in KINDS}
    total = " · ".join(f"{kind} {number}" for kind, number in counted.items())
    return "\n".join([HEAD, f"Columns: {total}.", "", *rows, "", f"Nothing of anybody: {', '.join(empty)}.", ""])


def commands(target: Path) -> typer.Typer:
    """`privacy inventory`."""
    cli = typer.Typer(no_args_is_help=True, help="个人信息清单 · what is kept of people")

    @cli.command("inventory")
    def inventory(to: Annotated[Path, typer.Option(help="where it goes")] = target) -> None:
        """Write the inventory as a document."""
        to.write_text(document(load_inventory()), "utf-8")
        typer.echo(f"{to}: {len(load_inventory().table)} tables")

    @cli.callback()
    def about() -> None:
        """个人信息清单 · what is kept of people"""

    return cli
