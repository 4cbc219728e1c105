# SPDX-License-Identifier: Apache-2.0
"""Operations (运维命令): check what must hold, back up and restore, publish a year. I/O: all."""

from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

import audit
from approval import invariants
from approval.calendar import publish_year, set_day
from approval.clocks import reckon_again
from approval.invariants import NEWEST, Premises
from console import backups, capacity
from console.invariants import tell
from console.starting import refuse_settings
from kit.copying import CopyFailed, NotEmpty
from kit.settings import Settings

EXAMPLES = {"District": 10e3, "Nanjing": 350e3, "Jiangsu": 2e6, "Nation": 33e6}


def _head(session: Session) -> backups.Head:
    version = session.scalar(text("SELECT version_num FROM alembic_version"))
    entries = session.scalar(select(func.max(audit.Entry.index))) or 0
    return backups.Head(str(version), entries, str(audit.head(session)))


def schema_versions(folder: Path) -> list[str]:
    """Those that this release can bring up to date."""
    return [script.revision for script in ScriptDirectory(str(folder)).walk_revisions()]


@contextmanager
def refusing() -> Iterator[None]:
    """Whatever stands in the way is one sentence, and exit code 2."""
    try:
        yield
    except (backups.BackupRefused, CopyFailed) as error:
        typer.echo(str(error.facts["why"]), err=True)
    except NotEmpty as error:
        typer.echo(f"{error.facts['place']} is not empty: a backup is restored into an empty place only.", err=True)
    else:
        return
    raise typer.Exit(2)


def add(cli: typer.Typer, premises: Callable[[int], Premises], known: Callable[[], Collection[str]]) -> None:
    """`check-invariants`, `publish-year`, `backup`, `restore`.

    `premises(newest)` are those of the installation, `known` the schema versions of this release.
    """

    @cli.command("check-invariants")
    def check_invariants(
        newest: Annotated[
            int, typer.Option(min=0, help="how many of the newest to replay and unseal; 0: all")
        ] = NEWEST,
    ) -> None:
        """Everything that must hold after any fault: database, log, files, privacy. Exits 1 on a violation."""
        tell(invariants.check(premises(newest)))

    @cli.command()
    def backup(
        to: Path, keys: Annotated[Path, typer.Option(help="another place for the keys: not where the data is")]
    ) -> None:
        """Copy database, files and, apart, the keys, while the service runs. Sealed under BACKUP_KEY."""
        settings = Settings()
        with refusing():
            key, seen = backups.key_of(settings), premises(1)
            with seen.office.database.reading() as session:
                head = _head(session)
            data, its_keys = backups.back_up(backups.place_of(settings), key, to, keys, head, seen.now)
        typer.echo(f"{data}\n{its_keys}")

    @cli.command()
    def restore(data: Path, keys: Path) -> None:
        """Take a backup back into an empty place (DATA_DIR, DATABASE_URL, KEYS_URL) and check what must hold."""
        settings = Settings()
        refuse_settings(settings)
        with refusing():
            key = backups.key_of(settings)
            manifest = backups.restore(backups.place_of(settings), key, data, keys, known())
        typer.echo(f"Restored the state of {manifest.made_at:%Y-%m-%d %H:%M:%S} UTC, log entry {manifest.log_entries}.")
        seen = premises(NEWEST)
        with seen.office.database.reading() as session:
            if _head(session).log_entries < manifest.log_entries:
                typer.echo("The log ends before the entry that the backup names.", err=True)
                raise typer.Exit(1)
        tell(invariants.check(seen))

    @cli.command("capacity")
    def tell_capacity(
        new: Annotated[list[float] | None, typer.Argument(help="new registrations a year")] = None,
    ) -> None:
        """What so many registrations need: requests, cores, storage, clerks. Without a number, four examples."""
        given = {f"{count:,.0f}": count for count in new or []}
        for line in capacity.table(given or EXAMPLES):
            typer.echo(line)

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
