# SPDX-License-Identifier: Apache-2.0
"""Soundness (配置检查): what no installation may be started with, each in one sentence. I/O: database, environment.

A mistake here does not look like one: names are "available" under a wrong locale, deadlines are missing in a year whose
holidays nobody entered, a secret that everybody knows opens everything. So the service does not start.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from kit.certificates import mutual_trust
from kit.clock import beijing
from kit.database import Database, may_use_wal, sqlite_module
from kit.masterkey import MasterKeyRefused, master_key, old_master_key
from kit.settings import Settings

SHORTEST_TOKEN = 24
FEWEST_BYTES = 8  # different ones in a key of 32: random bytes have about 30
DEBUG = ("PYTHONASYNCIODEBUG", "PYTHONDEVMODE", "SQLALCHEMY_ECHO")
HOME = ("127.0.0.1", "localhost", "::1", "testserver")
# Those of partners, directories and the gateway are checked where they are read.
ASKED = ("bureau_url", "bureau_second_url", "witness_url")
TRACES = ("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")


def faults_of_settings(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Before anything is opened. Each sentence says what to set."""
    yield from _of_key(settings)
    yield from _of_connections(settings, environment)
    is_public = (urlsplit(settings.public_url).hostname or "") not in HOME
    if settings.demonstration and is_public:
        yield "DEMONSTRATION=true has accounts that everybody knows: unset it where PUBLIC_URL is public."
    if is_public and not settings.is_https:
        yield "PUBLIC_URL must begin with https:// where it is public: cookies and licences' addresses depend on it."
    yield from _of_bureaus(settings)
    for name in ("bureau_token", "bureau_secret", "bureau_second_token", "bureau_second_secret", "metrics_token"):
        token = getattr(settings, name).get_secret_value()
        if is_public and token and len(token) < SHORTEST_TOKEN:
            yield f"{name.upper()} is shorter than {SHORTEST_TOKEN} characters: use `openssl rand -hex 32`."
    if settings.face_workers < 1:
        yield "FACE_WORKERS must be at least 1: without one nobody can be compared."
    if is_public and any(environment.get(name, "") not in ("", "0") for name in DEBUG):
        yield f"Debugging is on ({', '.join(name for name in DEBUG if environment.get(name))}): unset it in production."


def _of_connections(settings: Settings, environment: Mapping[str, str]) -> Iterator[str]:
    """Whatever leaves this machine is encrypted, and whoever answers is who we asked."""
    asked = {name.upper(): getattr(settings, name) for name in ASKED}
    asked |= {name: environment.get(name, "") for name in TRACES}
    for name, address in asked.items():
        if address and not _is_safe_on_the_way(address):
            yield f"{name} must begin with https://: only this machine is asked without TLS."
    for name, address in (("DATABASE_URL", settings.database), ("KEYS_URL", settings.keys_database)):
        if fault := fault_of_database_address(address, environment.get("PGSSLMODE", "")):
            yield f"{name} {fault}"
    if settings.scanner_url and not _is_here(settings.scanner_url):
        yield "SCANNER_URL must be unix:/path or clamd://127.0.0.1:3310: its protocol knows no TLS."


def _is_safe_on_the_way(address: str) -> bool:
    parts = urlsplit(address)
    return parts.scheme == "https" or (parts.scheme == "http" and (parts.hostname or "") in HOME)


def _is_here(address: str) -> bool:
    parts = urlsplit(address)
    is_socket = parts.scheme == "unix" and parts.path.startswith("/") and not parts.netloc
    return is_socket or (parts.scheme == "clamd" and (parts.hostname or "") in HOME)


def fault_of_database_address(address: str, sslmode: str) -> str | None:
    """The end of a sentence. `sslmode`: what the environment says where the address does not.

    Only verify-full looks at who answers (postgresql.org/docs/current/libpq-ssl.html, table 32.1).
    """
    try:
        url = make_url(address)
    except ArgumentError:
        return "is no address of a database: postgresql+psycopg://user@host/name, or nothing for SQLite."
    if url.get_backend_name() != "postgresql":
        return None
    named = url.query.get("host") or url.host or ""
    hosts = [host for one in ([named] if isinstance(named, str) else named) for host in one.split(",")]
    # hostaddr would be asked in place of the host that looks harmless
    if "hostaddr" not in url.query and all(
        not host or host.startswith("/") or _is_this_machine(host) for host in hosts
    ):
        return None
    if (url.query.get("sslmode") or sslmode) == "verify-full":
        return None
    return "leaves this machine: end it with ?sslmode=verify-full&sslrootcert=/etc/approval/database-ca.pem."


def _is_this_machine(host: str) -> bool:
    """A host may bring a port of its own: `127.0.0.1:5433`."""
    return host in HOME or host.rpartition(":")[0] in HOME


def _of_bureaus(settings: Settings) -> Iterator[str]:
    if (settings.bureau_certificate is None) != (settings.bureau_certificate_key is None):
        yield "BUREAU_CERTIFICATE and BUREAU_CERTIFICATE_KEY belong together: set both, or neither."
    elif settings.bureau_certificate is not None or settings.bureau_authority is not None:
        yield from _of_files(settings.bureau_authority, settings.bureau_certificate, settings.bureau_certificate_key)


def _of_files(authority: Path | None, certificate: Path | None, key: Path | None) -> Iterator[str]:
    if key is not None and key.is_file() and key.stat().st_mode & 0o077:
        yield "BUREAU_CERTIFICATE_KEY can be read by others: give it mode 600."
    try:
        mutual_trust(authority, certificate, key)
    except OSError:
        yield "BUREAU_AUTHORITY, BUREAU_CERTIFICATE or BUREAU_CERTIFICATE_KEY is missing or no PEM that fits."


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
