# SPDX-License-Identifier: Apache-2.0
"""Copying (数据库副本): one consistent copy of a database while others write, and the way back.

I/O: database, processes, files. SQLite by its online backup, PostgreSQL by pg_dump and pg_restore.
"""

import os
import shutil
import subprocess
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from kit.database import sqlite_module
from kit.errors import DomainError


class CopyFailed(DomainError):
    """The database could not be copied; `why` is one sentence of the programme that copies."""


class NotEmpty(DomainError):
    """There is something in the place that would be written over."""


def suffix_of(url: str) -> str:
    return ".sqlite" if _is_sqlite(url) else ".pgdump"


def copy_out(url: str, to: Path) -> None:
    """The database as it is at one moment. Raises CopyFailed."""
    if not _is_sqlite(url):
        _run(url, "pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={to}")
        return
    module = sqlite_module()
    place = Path(make_url(url).database or "")
    if not place.is_file():
        raise CopyFailed(why=f"there is no database at {place.name}")
    with closing(module.connect(str(place))) as source, closing(module.connect(str(to))) as target:
        source.backup(target, pages=1024)
        target.execute("PRAGMA journal_mode=DELETE")


def must_be_empty(url: str) -> None:
    """Raises NotEmpty where a copy would be written over something."""
    if _is_sqlite(url):
        place = Path(make_url(url).database or "")
        if place.exists():
            raise NotEmpty(place=place.name)
    elif tables_in(url):
        raise NotEmpty(place=f"The database {make_url(url).database}")


def copy_in(url: str, copy: Path) -> None:
    """Into an empty place only. Raises NotEmpty, CopyFailed."""
    must_be_empty(url)
    if not _is_sqlite(url):
        _run(url, "pg_restore", "--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(copy))
        return
    place = Path(make_url(url).database or "")
    place.parent.mkdir(parents=True, exist_ok=True)
    with closing(sqlite_module().connect(str(copy))) as source:
        (said,) = source.execute("PRAGMA integrity_check").fetchone()
    if said != "ok":
        raise CopyFailed(why="the copy is not a whole database")
    half = place.with_suffix(".restoring")
    shutil.copyfile(copy, half)
    with half.open("rb") as file:
        os.fsync(file.fileno())
    half.replace(place)


def tables_in(url: str) -> int:
    """How many tables a PostgreSQL has in the schema that ours would come into."""
    said = _run(url, "psql", "-At", "-c", "SELECT count(*) FROM pg_tables WHERE schemaname IN ('public', 'dbos')")
    return int(said.strip() or 0)


def _is_sqlite(url: str) -> bool:
    return make_url(url).get_backend_name() == "sqlite"


def _run(url: str, programme: str, *arguments: str) -> str:
    found = shutil.which(programme)
    if found is None:
        raise CopyFailed(why=f"{programme} is not in PATH")
    made = make_url(url)
    said = {
        "PGHOST": made.host or str(made.query.get("host", "")),
        "PGPORT": str(made.port or ""),
        "PGUSER": made.username or "",
        "PGPASSWORD": made.password or "",  # in the environment, not in the list of processes
        "PGDATABASE": made.database or "",
    }
    environment = {**os.environ, **{name: value for name, value in said.items() if value}}
    target = [f"--dbname={made.database}"] if programme == "pg_restore" else []
    ran = subprocess.run(  # noqa: S603 (a programme of PostgreSQL, arguments of ours)
        [found, *target, *arguments], env=environment, capture_output=True, text=True, check=False
    )
    if ran.returncode:
        lines = ran.stderr.strip().splitlines()
        raise CopyFailed(why=f"{programme}: {lines[0] if lines else ran.returncode}")
    return ran.stdout
