# SPDX-License-Identifier: Apache-2.0
"""Invariant command (不变式核查): everything that must hold after any fault, as a table. I/O: through the checks."""

from collections.abc import Sequence

import typer

from approval.invariants import Outcome

SHOWN = 5


def tell(outcomes: Sequence[Outcome]) -> None:
    """One line each, with what breaks it. Exits 1 on a violation."""
    for outcome in outcomes:
        broken = outcome.broken
        verdict = "OK    " if not broken else "BROKEN"
        typer.echo(f"{verdict} {outcome.invariant.promise:<8} {outcome.invariant.name:<42} {len(broken):>6}")
        for name in broken[:SHOWN]:
            typer.echo(f"                {name}")
    bad = sum(bool(outcome.broken) for outcome in outcomes)
    typer.echo(f"{len(outcomes)} invariants, {bad} broken")
    if bad:
        raise typer.Exit(1)
