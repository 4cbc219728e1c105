# SPDX-License-Identifier: Apache-2.0
"""A throw-away PostgreSQL server for the tests: started when the programs are there, gone afterwards."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HOW_TO_GET_IT = "no PostgreSQL server programs (initdb): `apt-get install postgresql` or set TEST_POSTGRES_URL"


def programs() -> Path | None:
    """The folder with initdb and postgres, newest version first, or None."""
    found = shutil.which("initdb")
    candidates = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    candidates += [Path(f"/opt/homebrew/opt/postgresql@{n}/bin/initdb") for n in (18, 17, 16, 15)]
    if found:
        candidates.insert(0, Path(found).resolve())
    return next((c.parent for c in candidates if c.exists() and (c.parent / "postgres").exists()), None)


def _free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


@contextmanager
def server() -> Iterator[str]:
    """Yields the URL of an empty server, without a database name; needs `programs()`."""
    if url := os.environ.get("TEST_POSTGRES_URL"):
        yield url.rstrip("/")
        return
    folder = programs()
    assert folder, HOW_TO_GET_IT
    # PostgreSQL refuses to run as root: hand the cluster to the account its package made.
    as_owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    home = Path(tempfile.mkdtemp(prefix="approval-pg-"))
    port = _free_port()
    try:
        if as_owner:
            shutil.chown(home, "postgres")
        data = str(home / "data")

        def run(program: str, *arguments: str, check: bool = True) -> None:
            command = [*as_owner, str(folder / program), "-D", data, *arguments]
            subprocess.run(command, check=check, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd="/")

        run("initdb", "-U", "tester", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8")
        options = f"-p {port} -c listen_addresses=127.0.0.1 -k {home} -c max_connections=200 -c fsync=off"
        run("pg_ctl", "-w", "-o", options, "start")
        try:
            yield f"postgresql+psycopg://tester@127.0.0.1:{port}"
        finally:
            run("pg_ctl", "-m", "immediate", "stop", check=False)
    finally:
        shutil.rmtree(home, ignore_errors=True)
