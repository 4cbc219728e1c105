# SPDX-License-Identifier: Apache-2.0
"""Operations (运维命令): check what must hold, publish a year. I/O: database."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated

import typer

from approval import invariants
from approval.calendar import publish_year, set_day
from approval.clocks import reckon_again
from approval.invariants import NEWEST, Premises
from console.invariants import tell


def add(cli: typer.Typer, premises: Callable[[int], Premises]) -> None:
    """`check-invariants` and `publish-year`; `premises(newest)` are those of the installation."""

    @cli.command("check-invariants")
    def check_invariants(
        newest: Annotated[
            int, typer.Option(min=0, help="how many of the newest to replay and unseal; 0: all")
        ] = NEWEST,
    ) -> None:
        """Everything that must hold after any fault: database, log, files, privacy. Exits 1 on a violation."""
        tell(invariants.check(premises(newest)))

    @cli.command("publish-year")
    def publish(
        year: int,
        off: Annotated[list[datetime], typer.Option(formats=["%Y-%m-%d"], help="a weekday without work")],
        work: Annotated[list[datetime] | None, typer.Option(formats=["%Y-%m-%d"], help="a worked weekend day")] = None,
    ) -> None:
        """Enter the holidays of a year, as the State Council announced them; deadlines that waited for it are set."""
        office = premises(1).office
        with office.database.writing() as session:
            for days, is_working in ((off, False), (work or [], True)):
                for day in days:
                    set_day(session, day.date(), is_working, "")
            publish_year(session, year)
            session.flush()
            typer.echo(f"{year} is published; {reckon_again(session, office)} deadlines moved.")
