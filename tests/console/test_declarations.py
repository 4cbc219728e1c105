# SPDX-License-Identifier: Apache-2.0
"""A measure that is on no list in force stops the start, with one sentence."""

from datetime import date

import pytest
import typer

from console.starting import read_declarations
from kit.settings import Settings


def test_the_measures_of_credit_stand_on_a_list_today_and_not_before_there_was_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    settings = Settings(_env_file=None)
    read_declarations(settings, date(2026, 12, 1))
    with pytest.raises(typer.Exit):
        read_declarations(settings, date(2022, 12, 27))
    said = capsys.readouterr().err.strip()
    assert said == "cr-01.toml: the measure limit_office is on no list that is in force on 2022-12-27."
