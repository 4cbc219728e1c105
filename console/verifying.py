# SPDX-License-Identifier: Apache-2.0
"""Verifying commands (核验命令): a licence file against the register, an export of the log against its key.

I/O: database, files.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

import licences
from audit import sentences_of, verify_export
from kit.database import Database

Register = Callable[[], tuple[Database, bytes]]
"""The database at hand, and the certificate (PEM) of the authority that signs here."""


def add(cli: typer.Typer, register: Register) -> None:
    """`verify-licence` and `verify-log`; the second needs no installation."""

    @cli.command("verify-licence")
    def verify_licence(
        file: Path, trust: Annotated[Path | None, typer.Option(help="certificate of the authority")] = None
    ) -> None:
        """Check a licence file: against the register, then its signature. Exits 1 for one that is not an original."""
        database, own = register()
        with database.reading() as session:
            checked = licences.check_file(session, file.read_bytes(), trust.read_bytes() if trust else own)
        if checked.licence is None or checked.verdict != "genuine":
            typer.echo("NO: " + (", ".join(str(reason) for reason in checked.reasons) or str(checked.verdict)))
            raise typer.Exit(1)
        typer.echo(f"GENUINE: {checked.licence.number} {checked.licence.credit_code}, {checked.licence.status}")

    @cli.command("verify-log")
    def verify_log(
        path: Path,
        key: Annotated[str | None, typer.Option(help="the published key of the log")] = None,
        held: Annotated[Path | None, typer.Option(help="checkpoints kept elsewhere")] = None,
    ) -> None:
        """Check an export of the decision log. Exits 1 and says where if anything was changed."""
        report = verify_export(path, key, held.read_text("utf-8") if held else "")
        for line in sentences_of(report):
            typer.echo(line)
        if not report.ok:
            raise typer.Exit(1)
