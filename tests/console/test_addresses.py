# SPDX-License-Identifier: Apache-2.0
"""An official imports addresses by one command, and is told what was not taken."""

from pathlib import Path

from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from addresses import StandardAddress
from console import addresses
from kit.database import Database
from tests.office import TestOffice

GOOD = "street,community,grid,address\n320113007,文澜社区,仙林-03,文苑路118号3幢201室\n"


def run(database: Database, file: Path, *more: str) -> Result:
    office = TestOffice(database).office
    return CliRunner().invoke(addresses.commands(lambda: office), ["import", str(file), *more])


def count(database: Database) -> int:
    with database.reading() as session:
        return session.scalar(select(func.count()).select_from(StandardAddress)) or 0


def test_a_good_file_is_taken_and_a_second_time_is_there_already(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text(GOOD, "utf-8")
    first = run(database, file, "--source", "仙林街道 2026")
    assert first.exit_code == 0, first.output
    assert "导入 taken          1" in first.output
    again = run(database, file, "--source", "仙林街道 2026")
    assert again.exit_code == 0
    assert "已有 already there  1" in again.output
    assert count(database) == 1


def test_what_is_refused_is_said_line_by_line_in_both_languages_and_exits_one(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "a.csv"
    file.write_text(GOOD + "某街道,,,文苑路1号\n" * 60, "utf-8")
    told = run(database, file, "--source", "x")
    assert told.exit_code == 1
    assert "拒绝 refused        60" in told.output
    assert "第 3 行 line 3: 没有“某街道”这个街道（镇） · no subdistrict or town is called '某街道'" in told.output
    assert "其余 10 行从略" in told.output
    assert count(database) == 1, "the good line was taken all the same"


def test_keys_are_given_to_what_lacks_them(database: Database) -> None:
    office = TestOffice(database).office
    told = CliRunner().invoke(addresses.commands(lambda: office), ["keys"])
    assert told.exit_code == 0, told.output
    assert "given a key  0" in told.output


def test_a_file_that_is_none_changes_nothing(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("一,二\n", "utf-8")
    told = run(database, file, "--source", "x")
    assert told.exit_code == 2
    assert "a.csv:1" in told.output
    assert run(database, file).exit_code == 2, "without a source nothing is taken"
    assert count(database) == 0
