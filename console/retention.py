# SPDX-License-Identifier: Apache-2.0
"""Retention commands (清理命令): destroy what is over its time, prove that nothing is left. I/O: through the job."""

from collections.abc import Callable

import typer

from approval.nightly import Nightly
from kit.clock import beijing


def commands(nightly: Callable[[], Nightly]) -> typer.Typer:
    """`retention run|report`."""
    cli = typer.Typer(no_args_is_help=True, help="到期删除 · what is kept of people, and for how long")

    @cli.command()
    def run() -> None:
        """What the night does, now. Exits 1 if anything is over-age afterwards."""
        job = nightly()
        report = job.run(job.clock())
        for name, count in report.destroyed.items():
            typer.echo(f"已删除 destroyed   {count:>7}  {name}")
        tell(report.remaining, report.persons)

    @cli.command()
    def report() -> None:
        """What the last run destroyed, what is due in a week, what is over-age: exits 1 if any is. Changes nothing."""
        job = nightly()
        last = job.last()
        when = f"{beijing(last.started_at):%Y-%m-%d %H:%M}" if last else "从未 NEVER"
        typer.echo(f"上次运行 last run   {when}")
        for name, count in (last.destroyed if last else {}).items():
            typer.echo(f"已删除 destroyed   {count:>7}  {name}")
        for name, count in job.due(job.clock()).items():
            typer.echo(f"七日内 due in a week {count:>5}  {name}")
        proof = job.proof(job.clock())
        tell(dict(proof.remaining), proof.persons)

    return cli


def tell(remaining: dict[str, int], persons: int) -> None:
    for name, count in remaining.items():
        typer.echo(f"超期 OVER-AGE       {count:>7}  {name}")
    typer.echo(f"持有人脸信息 persons {persons:>6}")
    if remaining:
        raise typer.Exit(1)
    typer.echo("没有超期数据 NOTHING OVER-AGE")
