# SPDX-License-Identifier: Apache-2.0
"""List commands (名单命令): take in a published list, and say which editions count. I/O: files, database."""

from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Annotated

import typer

from approval.office import Office
from credit import ListRefused, editions, import_list
from kit.clock import office_day
from kit.declared import Refused

MOST_SHOWN = 50


def commands(office: Callable[[], Office]) -> typer.Typer:
    """`credit import|lists`."""
    cli = typer.Typer(no_args_is_help=True, help="公布的信用名单 · published lists of credit")

    @cli.command("import")
    def take_in(
        file: Path,
        kind: Annotated[str, typer.Option("--list", help="which list, as in docs/bureau-contract.md")],
        edition: Annotated[str, typer.Option(help="what this version of the list is called")],
        until: Annotated[datetime | None, typer.Option(help="its last day; else 31 days", formats=["%Y-%m-%d"])] = None,
    ) -> None:
        """Import a CSV: 证件号码,姓名或名称,列入机关,列入日期,截止日期. One faulty row and nothing counts (exit 1)."""
        world = office()
        last = until.date() if until else None
        try:
            with world.database.writing() as session:
                taken = import_list(session, file, kind, edition, world.clock(), last)
        except Refused as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(2) from None
        except ListRefused as refused:
            tell(refused)
            raise typer.Exit(1) from None
        typer.echo(
            f"导入 taken {taken.rows}; 有效至 counts until {taken.counts_until}; 替换 replaces {taken.replaced or '—'}"
        )

    @cli.command()
    def lists() -> None:
        """The editions that are there, and whether they still count."""
        world = office()
        today: date = office_day(world.clock())
        with world.database.reading() as session:
            for one in editions(session):
                state = "有效 counts" if one.counts_until >= today else "过期 expired"
                typer.echo(f"{one.kind}  {one.edition}  {one.rows}  {one.counts_until}  {state}")

    return cli


def tell(refused: ListRefused) -> None:
    """Each faulty row with its reason; never what stands in it."""
    typer.echo(
        f"拒绝 refused: {len(refused.faults)} 行有误，原版名单继续有效 faulty rows, the edition before stays", err=True
    )
    for fault in refused.faults[:MOST_SHOWN]:
        typer.echo(f"第 {fault.line} 行 line {fault.line}: {fault.reason.zh} · {fault.reason.en}", err=True)
    if len(refused.faults) > MOST_SHOWN:
        typer.echo(f"其余 {len(refused.faults) - MOST_SHOWN} 行从略 and as many more", err=True)
