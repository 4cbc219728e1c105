# SPDX-License-Identifier: Apache-2.0
"""Address commands (地址命令): take addresses into the standard library. I/O: files, database."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from addresses import Report, import_file
from approval.neighbours import give_keys
from approval.office import Office
from kit.declared import Refused

MOST_SHOWN = 50  # refused lines on the screen; a file that is wrong throughout says so soon enough


def commands(office: Callable[[], Office]) -> typer.Typer:
    """`addresses import|keys`."""
    cli = typer.Typer(no_args_is_help=True, help="标准地址库 · the standard address library")

    @cli.command("import")
    def take_in(
        file: Path, source: Annotated[str, typer.Option(help="where the addresses are from, kept with each")]
    ) -> None:
        """Import a CSV: street,community,grid,address. A bad line stops no other. Exits 1 if any line is refused."""
        world = office()
        try:
            with world.database.writing() as session:
                report = import_file(session, file, source, world.clock())
        except Refused as refused:
            typer.echo(str(refused), err=True)
            raise typer.Exit(2) from None
        tell(report)
        if report.refused:
            raise typer.Exit(1)

    @cli.command()
    def keys() -> None:
        """Let earlier cases and licences be found by their address. Needed once; again it does no harm."""
        world = office()
        with world.database.writing() as session:
            given = give_keys(session, world, world.clock())
        typer.echo(f"同址键已补 given a key  {given}")

    return cli


def tell(report: Report) -> None:
    """The report as it is read: three numbers, then each refused line with its reason."""
    typer.echo(f"导入 taken          {report.taken}")
    typer.echo(f"已有 already there  {report.already_there}")
    typer.echo(f"拒绝 refused        {len(report.refused)}")
    for refusal in report.refused[:MOST_SHOWN]:
        typer.echo(f"第 {refusal.line} 行 line {refusal.line}: {refusal.reason.zh} · {refusal.reason.en}")
    if len(report.refused) > MOST_SHOWN:
        typer.echo(f"其余 {len(report.refused) - MOST_SHOWN} 行从略 and as many more lines")
