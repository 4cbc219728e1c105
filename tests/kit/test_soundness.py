# SPDX-License-Identifier: Apache-2.0
"""Each unsafe configuration is refused with one sentence; the ordinary ones start."""

import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from kit.database import Database
from kit.settings import Settings
from kit.soundness import fault_of_calendar, fault_of_sqlite, faults_of_database, faults_of_postgres, faults_of_settings

KEY = "9f3c1be07a5d28e6417fc09b3ad85e126cf4a70b91d3e85f2b6c7d08e4a1953f"  # of this test only
SOUND = {"master_key": KEY, "public_url": "https://approval.example.cn"}
REMOTE = "postgresql+psycopg://approval:s3cret@db.example.cn"
UNSAFE: dict[str, tuple[dict[str, Any], str]] = {
    "no key": ({"master_key": ""}, "MASTER_KEY must be 64"),
    "a short key": ({"master_key": "ab" * 16}, "MASTER_KEY must be 64"),
    "a key that is no number": ({"master_key": "changeme"}, "MASTER_KEY must be 64"),
    "a key of zeros": ({"master_key": "00" * 32}, "anybody guesses"),
    "the key of the tests": ({"master_key": bytes(range(32)).hex()}, "anybody guesses"),
    "demonstration accounts in public": ({"demonstration": True}, "DEMONSTRATION=true"),
    "http in public": ({"public_url": "http://approval.example.cn"}, "PUBLIC_URL must begin with https"),
    "a short token of the bureau": ({"bureau_token": "secret"}, "BUREAU_TOKEN is shorter"),
    "a short secret of the bureau": ({"bureau_secret": "secret"}, "BUREAU_SECRET is shorter"),
    "the second in the clear": (
        {"bureau_second_url": "http://b.example.cn"},
        "BUREAU_SECOND_URL must begin with https",
    ),
    "half a certificate": ({"bureau_certificate": "a.pem"}, "BUREAU_CERTIFICATE and BUREAU_CERTIFICATE_KEY belong"),
    "no such certificate": (
        {"bureau_certificate": "/nowhere/a.pem", "bureau_certificate_key": "/nowhere/a.key"},
        "is missing or no PEM",
    ),
    "no such authority": ({"bureau_authority": "/nowhere/ca.pem"}, "is missing or no PEM"),
    "a short token of the measures": ({"metrics_token": "secret"}, "METRICS_TOKEN is shorter"),
    "a bureau without TLS": ({"bureau_url": "http://bureau.example.cn"}, "BUREAU_URL must begin with https"),
    "a bureau by another way": ({"bureau_url": "ftp://127.0.0.1"}, "BUREAU_URL must begin with https"),
    "a name that only looks like ours": (
        {"bureau_url": "http://127.0.0.1.evil.cn"},
        "BUREAU_URL must begin with https",
    ),
    "a witness without TLS": ({"witness_url": "http://witness.example.cn"}, "WITNESS_URL must begin with https"),
    "a database without TLS": ({"database_url": f"{REMOTE}/a"}, "DATABASE_URL leaves this machine"),
    "keys without TLS": ({"keys_url": f"{REMOTE}/k"}, "KEYS_URL leaves this machine"),
    "a database that anybody may play": ({"database_url": f"{REMOTE}/a?sslmode=require"}, "DATABASE_URL leaves"),
    "a database behind another address": (
        {"database_url": "postgresql+psycopg://a@localhost/a?hostaddr=10.0.0.5"},
        "DATABASE_URL leaves",
    ),
    "a database that is none": ({"database_url": "approval"}, "DATABASE_URL is no address"),
    "a scanner on another machine": ({"scanner_url": "clamd://10.0.0.5:3310"}, "SCANNER_URL must be"),
    "nobody to compare faces": ({"face_workers": 0}, "FACE_WORKERS must be"),
}


def faults(environment: dict[str, str] | None = None, **changed: Any) -> list[str]:
    return list(faults_of_settings(Settings(_env_file=None, **{**SOUND, **changed}), environment or {}))


def test_an_ordinary_installation_starts() -> None:
    assert faults() == []
    assert faults(public_url="http://127.0.0.1:8000", demonstration=True) == []


@pytest.mark.parametrize("name", UNSAFE)
def test_an_unsafe_setting_is_refused_with_one_sentence(name: str) -> None:
    changed, said = UNSAFE[name]
    (fault,) = faults(**changed)
    assert said in fault
    assert fault.endswith(".")
    assert KEY not in fault


SAFE_ON_THE_WAY: dict[str, dict[str, Any]] = {
    "a bureau over TLS": {"bureau_url": "https://bureau.example.cn/v1"},
    "a bureau on this machine": {"bureau_url": "http://127.0.0.1:8001"},
    "a database whose name is looked at": {"database_url": f"{REMOTE}/a?sslmode=verify-full"},
    "a socket of the system": {"database_url": "postgresql+psycopg://approval@/approval?host=/run/postgresql"},
    "a database on this machine": {"database_url": "postgresql+psycopg://approval@localhost:5433/approval"},
    "several on this machine": {"database_url": "postgresql+psycopg://a@/a?host=127.0.0.1:5432&host=127.0.0.1:5433"},
    "SQLite": {"database_url": "sqlite:////var/lib/approval/approval.db"},
    "a scanner behind a socket": {"scanner_url": "unix:/run/clamav/clamd.ctl"},
    "a scanner on this machine": {"scanner_url": "clamd://127.0.0.1:3310"},
}


@pytest.mark.parametrize("name", SAFE_ON_THE_WAY)
def test_a_connection_that_nobody_can_read_starts(name: str) -> None:
    assert faults(**SAFE_ON_THE_WAY[name]) == []


def test_where_the_address_does_not_say_it_the_environment_may() -> None:
    assert faults({"PGSSLMODE": "verify-full"}, database_url=f"{REMOTE}/a") == []
    assert len(faults({"PGSSLMODE": "verify-full"}, database_url=f"{REMOTE}/a?sslmode=disable")) == 1


def test_no_sentence_repeats_a_password() -> None:
    (fault,) = faults(database_url=f"{REMOTE}/a")
    assert "s3cret" not in fault


def test_traces_leave_encrypted_only() -> None:
    name = "OTEL_EXPORTER_OTLP_ENDPOINT"
    assert name in faults({name: "http://traces.example.cn:4318"})[0]
    assert faults({name: "https://traces.example.cn:4318"}) == faults({name: "http://localhost:4318"}) == []


def test_debugging_is_refused_in_public_only() -> None:
    assert "Debugging is on (PYTHONDEVMODE)" in faults({"PYTHONDEVMODE": "1"})[0]
    assert faults({"PYTHONDEVMODE": "1"}, public_url="http://localhost:8000") == []


def test_an_affected_sqlite_with_a_write_ahead_log_is_refused() -> None:
    assert "can lose writes" in (fault_of_sqlite("wal", (3, 51, 2)) or "")
    assert fault_of_sqlite("wal", (3, 51, 3)) is None
    assert fault_of_sqlite("truncate", (3, 40, 1)) is None


def test_a_postgresql_that_spoils_names_or_acknowledges_too_early_is_refused() -> None:
    assert list(faults_of_postgres("C.UTF-8", "UTF8", "on")) == []
    (ctype,) = faults_of_postgres("C", "UTF8", "on")
    assert "lc_ctype C" in ctype
    (encoding,) = faults_of_postgres("C.UTF-8", "SQL_ASCII", "on")
    assert "SQL_ASCII" in encoding
    (commit,) = faults_of_postgres("C.UTF-8", "UTF8", "off")
    assert "synchronous_commit" in commit


def test_a_real_postgresql_under_the_wrong_locale_is_refused(postgres_server: str) -> None:
    admin = create_engine(f"{postgres_server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text('DROP DATABASE IF EXISTS "plain_c" WITH (FORCE)'))
        connection.execute(text("CREATE DATABASE plain_c TEMPLATE template0 LOCALE 'C' ENCODING 'UTF8'"))
    database = Database(f"{postgres_server}/plain_c")
    assert [fault.split(",")[0] for fault in faults_of_database(database)] == ["The database has lc_ctype C"]
    database.close()
    with admin.connect() as connection:
        connection.execute(text('DROP DATABASE "plain_c"'))
    admin.dispose()


def test_the_databases_of_these_tests_are_sound(database: Database) -> None:
    assert list(faults_of_database(database)) == []


def test_a_year_without_its_holidays_is_refused_by_the_days_of_beijing() -> None:
    eve = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
    assert fault_of_calendar(lambda: {2026}, eve) is None
    assert "2027" in (fault_of_calendar(lambda: {2026}, eve.replace(hour=16)) or "")


@pytest.mark.parametrize(
    ("name", "value", "said"), [("MASTER_KEY", "0" * 64, "guesses"), ("FACE_WORKERS", "0", "FACE")]
)
def test_the_service_does_not_start_and_says_why(tmp_path: Path, name: str, value: str, said: str) -> None:
    asked = {**os.environ, "MASTER_KEY": KEY, "DATA_DIR": str(tmp_path / "data"), name: value}
    ran = subprocess.run(
        [sys.executable, "-W", "ignore", "main.py", "migrate"], env=asked, capture_output=True, text=True
    )
    assert ran.returncode == 2
    assert said in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1
    assert not (tmp_path / "data").exists()
