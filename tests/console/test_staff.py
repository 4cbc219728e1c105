# SPDX-License-Identifier: Apache-2.0
from typer.testing import CliRunner

from console import staff
from identity import Role, use_link
from kit.database import Database
from tests.conftest import NOON
from tests.office import TestOffice

TERMINAL = CliRunner()


def test_the_first_administrators_come_from_the_console_and_only_the_first(database: Database) -> None:
    office = TestOffice(database).office
    commands = staff.commands(lambda: office)
    for more, role in (([], Role.ADMINISTRATOR), (["--security"], Role.SECURITY)):
        told = TERMINAL.invoke(commands, ["first-administrator", f"first{role}", "某人", *more])
        assert told.exit_code == 0, told.output
        token = told.output.strip().rsplit("/enrol/", 1)[1]
        with database.writing() as session:
            assert use_link(session, token, "tangerine-violin-42", NOON).role == role
        again = TERMINAL.invoke(commands, ["first-administrator", f"second{role}", "某人", *more])
        assert again.exit_code == 1
        assert "/enrol/" not in again.output
