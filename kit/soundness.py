# SPDX-License-Identifier: Apache-2.0
"""Soundness (配置检查): what no installation may be started with, each in one sentence. I/O: database, environment.

A mistake here does not look like one: names are "available" under a wrong locale, deadlines are missing in a year whose
holidays nobody entered, a secret that everybody knows opens everything. So the service does not start.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from urllib.parse import urlsplit

from sqlalchemy import text

from kit.clock import beijing
from kit.database import Database, may_use_wal, sqlite_module
from kit.masterkey import MasterKeyRefused, master_key, old_master_key
from kit.settings import Settings

SHORTEST_TOKEN = 24
FEWEST_BYTES = 8  # different ones in a key of 32: random bytes have about 30
DEBUG = ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "SQLALCHEMY_ECHO")
HOME = ("127.0.0.1", "localhost", "::1", "testserver")


def faults_of_settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Before anything is opened. Each sentence says what to set."""
    yield from _of_key(settings)
    is_public = (urlsplit(settings.public_url).hostname or "") not in HOME
    if settings.demonstration and is_public:
        yield "DEMONSTRATION=true has accounts that everybody knows: unset it where PUBLIC_URL is public."
    if is_public and not settings.is_https:
        yield "PUBLIC_URL must begin with https:// where it is public: cookies and licences' addresses depend on it."
    for name in ("bureau_token", "metrics_token"):
        token = getattr(settings, name).get_secret_value()
        if is_public and token and len(token) < SHORTEST_TOKEN:
            yield f"{name.upper()} is shorter than {SHORTEST_TOKEN} characters: use `openssl rand -hex 32`."
    if settings.face_workers < 1:
        yield "FACE_WORKERS must be at least 1: without one nobody can be compared."
    if is_public and any(environment.get(name, "") not in ("", "0") for name in DEBUG):
        yield f"Debugging is on ({', '.join(name for name in DEBUG if environment.get(name))}): unset it in production."


def _of_key(settings: Settings) -> Iterator[str]:
    try:
        opened = master_key(settings)
        old_master_key(settings)
    except MasterKeyRefused as refused:
        yield str(refused)
        return
    if len(set(opened)) < FEWEST_BYTES or opened == bytes(range(32)):
        yield "MASTER_KEY is one that anybody guesses: make another with `openssl rand -hex 32`."


def faults_of_database(database: Database) -> Iterator[str]:
    """What the database at hand would do to names and to acknowledged writes."""
    if database.is_sqlite:
        with database.engine.connect() as connection:
            journal = str(connection.exec_driver_sql("PRAGMA journal_mode").scalar())
        version = sqlite_module().sqlite_version_info
        if fault := fault_of_sqlite(journal, version):
            yield fault
        return
    with database.engine.connect() as connection:
        asked = "SELECT datctype, pg_encoding_to_char(encoding) FROM pg_database WHERE datname = current_database()"
        ctype, encoding = connection.execute(text(asked)).one()
        commit = str(connection.scalar(text("SHOW synchronous_commit")))
    yield from faults_of_postgres(ctype, encoding, commit)


def fault_of_sqlite(journal: str, version: tuple[int, ...]) -> str | None:
    """A write-ahead log with a library that can lose acknowledged writes (sqlite.org/wal.html#walresetbug)."""
    if journal.lower() == "wal" and not may_use_wal(version):
        said = ".".join(str(number) for number in version)
        return f"SQLite {said} can lose writes in WAL mode: install pysqlite3 or run PRAGMA journal_mode=TRUNCATE."
    return None


def faults_of_postgres(ctype: str, encoding: str, commit: str) -> Iterator[str]:
    if encoding != "UTF8":
        yield f"The database is encoded in {encoding}: names need UTF8, make it anew with ENCODING 'UTF8'."
    if ctype in ("C", "POSIX"):
        yield f"The database has lc_ctype {ctype}, which knows no Chinese letters: use C.UTF-8 or zh_CN.UTF-8."
    if commit == "off":
        yield "synchronous_commit is off: what was acknowledged could be lost; set it to on."


def fault_of_calendar(published: Callable[[], set[int]], now: datetime) -> str | None:
    """Without this year's holidays no case has a deadline."""
    year = beijing(now).year
    if year in published():
        return None
    return f"The holidays of {year} are not published: no deadline can be reckoned (`main.py publish-year {year}`)."
