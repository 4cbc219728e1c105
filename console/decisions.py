# SPDX-License-Identifier: Apache-2.0
"""Decision commands (决定命令): run a decision again on what it rested on; export its proof. I/O: database, files."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any

import typer

from approval import proofs
from approval.gatebook import load_gates
from approval.office import Office
from approval.proofs import Kept, NoProof, Replayed
from catalogue import load_catalogue


def commands(office: Callable[[], Office]) -> typer.Typer:
    """`decision replay|export`."""
    cli = typer.Typer(no_args_is_help=True, help="decisions and what they rest on")

    @cli.command()
    def replay(
        number: str,
        file: Annotated[Path | None, typer.Option(help="a proof that `export` wrote, instead of the database")] = None,
    ) -> None:
        """Run the rules again, offline. Exits 1 if anything comes out otherwise."""
        kept = Kept.model_validate_json(file.read_text("utf-8")) if file else _kept(office(), number)
        if kept.number != number:
            typer.echo(f"{file} is the proof of {kept.number}", err=True)
            raise typer.Exit(2)
        replayed = proofs.replay(load_catalogue(), load_gates(), kept)
        tell(replayed)
        if not replayed.agrees:
            raise typer.Exit(1)

    @cli.command()
    def export(number: str, to: Path) -> None:
        """Write the proof of a decision. It holds personal data: keep it as such."""
        kept = _kept(office(), number)
        to.write_text(json.dumps(kept.model_dump(mode="json"), ensure_ascii=False, indent=1), "utf-8")
        typer.echo(f"written: {to} (personal data, {kept.snapshot_digest})")

    return cli


def _kept(office: Office, number: str) -> Kept:
    with office.database.reading() as session:
        try:
            return proofs.of_number(session, number)
        except NoProof:
            typer.echo(f"no decision {number}", err=True)
            raise typer.Exit(2) from None


def tell(replayed: Replayed) -> None:
    by = "machine" if replayed.is_by_machine else "person"
    said: dict[str, Any] = {
        "decision": f"{replayed.outcome} by {by}",
        "inputs": "as logged" if replayed.same_snapshot else "NOT what was logged",
        "record": "as logged" if replayed.same_record else "NOT what was logged",
        "rules": f"{replayed.lines} lines, {_rules(replayed)}",
        "under": ", ".join(replayed.under),
        "missing": ", ".join(replayed.missing) or "nothing",
        "differences": ", ".join(replayed.differences) or "none",
    }
    for name, words in said.items():
        typer.echo(f"{name:<13}{words}")
    typer.echo("AGREES" if replayed.agrees else "DIFFERS")


def _rules(replayed: Replayed) -> str:
    """Code that is not here cannot be run: declarations of then were used, the code is that of today."""
    then, today = replayed.rulesets
    if replayed.same_rules:
        return f"same rule-set version {then}"
    return f"decided under rule-set version {then}, run under the code of {today} with the declarations of then"
