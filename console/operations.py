# SPDX-License-Identifier: Apache-2.0
"""Operations (运维命令): check what must hold. I/O: through the checks."""

from collections.abc import Callable
from typing import Annotated

import typer

from approval import invariants
from approval.invariants import NEWEST, Premises
from console.invariants import tell


def add(cli: typer.Typer, premises: Callable[[int], Premises]) -> None:
    """`check-invariants`; `premises(newest)` are those of the installation."""

    @cli.command("check-invariants")
    def check_invariants(
        newest: Annotated[
            int, typer.Option(min=0, help="how many of the newest to replay and unseal; 0: all")
        ] = NEWEST,
    ) -> None:
        """Everything that must hold after any fault: database, log, files, privacy. Exits 1 on a violation."""
        tell(invariants.check(premises(newest)))
