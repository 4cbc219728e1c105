# SPDX-License-Identifier: Apache-2.0
"""Staff (人员): the first administrators, who cannot be created by anybody before them. I/O: database, terminal."""

from collections.abc import Callable
from typing import Annotated

import typer

import audit
from approval.office import Office
from identity import Role, first_of
from kit.errors import DomainError

SAID = {
    "first_is_there": "There is an account with this role already: its holders and their colleagues create others.",
    "username_taken": "Another account has this user name.",
    "role_unknown": "Only a system or a security administrator can be the first.",
}


def commands(office: Callable[[], Office]) -> typer.Typer:
    """`main.py staff …`"""
    cli = typer.Typer(no_args_is_help=True, help="人员 · the first administrators")

    @cli.callback()
    def begin() -> None:
        """人员 · the first administrators"""

    @cli.command("first-administrator")
    def first_administrator(
        username: str,
        name: str,
        security: Annotated[bool, typer.Option(help="the security administrator: roles, links, sessions")] = False,
    ) -> None:
        """Create the first system (or security) administrator. Prints a link that is good once, for a day."""
        house, role = office(), Role.SECURITY if security else Role.ADMINISTRATOR
        now = house.clock()
        try:
            with house.database.writing() as session:
                token = first_of(session, username, name, role, now)
                facts = {"role": str(role)}
                audit.append(
                    session, event="staff.first", subject="staff", actor="system:console", facts=facts, now=now
                )
        except DomainError as error:
            typer.echo(SAID.get(error.code, error.code), err=True)
            raise typer.Exit(1) from None
        typer.echo(f"{house.public_url}/enrol/{token}")

    return cli
