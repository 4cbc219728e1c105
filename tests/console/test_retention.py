# SPDX-License-Identifier: Apache-2.0
"""An official asks whether anything is over-age, and lets it go."""

from pathlib import Path

from typer.testing import CliRunner, Result

from approval.nightly import Nightly
from console import retention
from identity.vault import SealedPicture
from kit.database import Database
from kit.sealing import seal
from tests.conftest import NOON
from tests.office import TestOffice


def ask(office: TestOffice, folder: Path, command: str) -> Result:
    return CliRunner().invoke(retention.commands(lambda: Nightly(office.office, folder)), [command])


def test_a_report_changes_nothing_and_exits_one_while_anything_is_over_age(database: Database, tmp_path: Path) -> None:
    office = TestOffice(database)
    assert ask(office, tmp_path, "report").exit_code == 0
    with database.writing() as session:
        picture = SealedPicture(id="stray", sealed=seal(b"face", "picture"), kept_at=NOON.replace(day=20))
        session.add(picture)
    for _ in range(2):
        told = ask(office, tmp_path, "report")
        assert told.exit_code == 1
        assert "超期 OVER-AGE             1  pictures_without_owner" in told.output
    ran = ask(office, tmp_path, "run")
    assert ran.exit_code == 0, ran.output
    assert "已删除 destroyed         1  pictures_without_owner" in ran.output
    told = ask(office, tmp_path, "report")
    assert "NOTHING OVER-AGE" in told.output
    assert "已删除 destroyed         1  pictures_without_owner" in told.output
    assert "1  pictures_without_owner" not in told.output.replace("destroyed         1  pictures_without_owner", "")


def test_a_report_tells_what_is_due_within_a_week(database: Database, tmp_path: Path) -> None:
    office = TestOffice(database)
    with database.writing() as session:
        session.add(SealedPicture(id="stray", sealed=seal(b"face", "picture"), kept_at=NOON))
    told = ask(office, tmp_path, "report")
    assert told.exit_code == 0
    assert "NEVER" in told.output
    assert "七日内 due in a week     1  pictures_without_owner" in told.output
