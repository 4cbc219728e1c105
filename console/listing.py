# SPDX-License-Identifier: Apache-2.0
"""List commands (名单命令): take in a published list, and say which editions count. I/O: files, database."""

import csv
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
        report: Annotated[Path | None, typer.Option(help="a CSV to which every faulty row is written")] = None,
    ) -> None:
        """CSV or XLSX with 证件号码,姓名或名称,列入机关,列入日期,截止日期. One faulty row: nothing counts (exit 1)."""
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
            if report is not None:
                write_report(refused, report)
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
        zh = f"{fault.column}{fault.reason.zh}——{fault.remedy.zh}"
        en = f"{fault.reason.en}: {fault.remedy.en}"
        typer.echo(f"第 {fault.line} 行 row {fault.line}: {zh} · {en}", err=True)
    if len(refused.faults) > MOST_SHOWN:
        left = len(refused.faults) - MOST_SHOWN
        typer.echo(f"其余 {left} 行见 --report and {left} more: see --report", err=True)


def write_report(refused: ListRefused, place: Path) -> None:
    """All faulty rows as CSV: number of the row, column, what is wrong, what to do; with a mark that Excel knows."""
    with place.open("w", encoding="utf-8-sig", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(["行 row", "列 column", "问题 what is wrong", "处理 what to do"])
        for fault in refused.faults:
            told = (f"{text.zh} · {text.en}" for text in (fault.reason, fault.remedy))
            rows.writerow([fault.line, fault.column, *told])
