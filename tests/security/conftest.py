# SPDX-License-Identifier: Apache-2.0
"""A house as in the journeys, with one person of each role and one case of each state that matters here."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from identity import Role
from kit.database import Database
from kit.settings import Settings
from tests.journeys.inprocess import House, a_desk, a_house, a_site

STAFF = {
    "zhou": Role.CLERK,
    "head": Role.SUPERVISOR,
    "expert": Role.EXPERT,
    "auditor": Role.AUDITOR,
    "admin": Role.ADMINISTRATOR,
    "lin": Role.APPLICANT,
    "other": Role.APPLICANT,
}


@pytest.fixture
def asked() -> dict[str, Any]:
    """Settings other than usual; a test parametrises it."""
    return {}


@pytest.fixture
def house(database: Database, tmp_path: Path, asked: dict[str, Any]) -> Iterator[House]:
    desk = a_desk(database, tmp_path)
    if asked:
        desk = replace(desk, settings=Settings(data_dir=tmp_path, **asked))
    with a_site(desk) as site:
        made = a_house(database, site, desk)
        made.enrol(STAFF)
        yield made
