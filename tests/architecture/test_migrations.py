# SPDX-License-Identifier: Apache-2.0
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext

from kit.database import Base, Database
from tests.conftest import new_postgres_database


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_the_migrations_make_what_the_models_say(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        url = f"sqlite:///{tmp_path / 'migrated.db'}"
    else:
        url = new_postgres_database(request.getfixturevalue("postgres_server"), "migrated")
    database = Database(url)
    config = Config("alembic.ini")
    with database.engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        difference = compare_metadata(MigrationContext.configure(connection), Base.metadata)
    database.close()
    assert difference == []
