# SPDX-License-Identifier: Apache-2.0
"""Keys commands (密钥命令): a master key from a system apart, and another master key. I/O: database, network, files."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Protocol

import typer

from kit.database import Base, Database
from kit.keyring import DatabaseKeyring
from kit.kms import KmsFailed, kms_of
from kit.masterkey import make_wrapped, old_master_key
from kit.resealing import Done, reseal
from kit.sealing import SealBroken
from kit.settings import Settings


class Opened(Protocol):
    """An installation with its tables, the master keys being in use."""

    @property
    def database(self) -> Database: ...

    @property
    def keys(self) -> DatabaseKeyring: ...


def commands(opened: Callable[[], Opened]) -> typer.Typer:
    """`keys make|rotate`."""
    cli = typer.Typer(no_args_is_help=True, help="密钥 · the master key")

    @cli.command()
    def make(file: Annotated[Path, typer.Argument(help="where the wrapped key is written; must not exist")]) -> None:
        """A new master key that nobody ever sees: made here, wrapped by KMS_URL, for MASTER_KEY_WRAPPED."""
        try:
            make_wrapped(kms_of(Settings()), file)
        except KmsFailed as failed:
            typer.echo(str(failed), err=True)
            raise typer.Exit(2) from None
        except FileExistsError:
            typer.echo(f"{file} exists: a key is never overwritten.", err=True)
            raise typer.Exit(2) from None
        typer.echo(f"已生成 made: MASTER_KEY_WRAPPED={file}")

    @cli.command()
    def rotate() -> None:
        """Seal under MASTER_KEY what lies under OLD_MASTER_KEY, beside a running service that has both.

        Whatever interrupts it, start it again. Exits 1 if a value opens under neither.
        """
        if old_master_key(Settings()) is None:
            typer.echo("Set OLD_MASTER_KEY to the one before and MASTER_KEY to the new one.", err=True)
            raise typer.Exit(2)
        house = opened()
        if not rotated(house.database, house.keys):
            raise typer.Exit(1)

    return cli


def rotated(database: Database, ring: DatabaseKeyring) -> bool:
    """Wrap and seal everything anew, and tell it. False if something was left that no key opens."""
    try:
        ring.wrap_anew(lambda done: typer.echo(f"密钥 keys          {done:>8}"))
    except SealBroken:
        typer.echo("密钥 a key of KEYS_URL opens under neither master key: KEEP OLD_MASTER_KEY", err=True)
        return False
    done = reseal(database, Base.metadata, tell)
    left = sum(one.unreadable for one in done)
    if left:
        typer.echo(f"不可读 UNREADABLE   {left:>8}: KEEP OLD_MASTER_KEY, find out why")
        return False
    typer.echo(f"完成 done          {sum(one.resealed for one in done):>8} values; OLD_MASTER_KEY may be taken away")
    return True


def tell(done: Done) -> None:
    if done.resealed or done.unreadable:
        unreadable = f"  不可读 unreadable {done.unreadable}" if done.unreadable else ""
        typer.echo(f"重封 resealed     {done.resealed:>8}  {done.column}{unreadable}")
