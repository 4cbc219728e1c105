# SPDX-License-Identifier: Apache-2.0
"""The units are ones that systemd reads, and call commands that exist; the container runs as nobody in particular."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

UNITS = sorted(Path("deploy/systemd").glob("approval-*"))
SERVICES = [unit for unit in UNITS if unit.suffix == ".service"]
ANALYZE = shutil.which("systemd-analyze")


@pytest.mark.skipif(ANALYZE is None, reason="systemd-analyze is not installed")
def test_systemd_reads_every_unit(tmp_path: Path) -> None:
    python = tmp_path / "python"  # that the programme exists is not what is verified here
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    for unit in UNITS:
        text = unit.read_text("utf-8").replace("/opt/approval/.venv/bin/python", str(python))
        (tmp_path / unit.name).write_text(text.replace("WorkingDirectory=/opt/approval\n", ""), "utf-8")
    named = [str(tmp_path / unit.name) for unit in UNITS]
    ran = subprocess.run([str(ANALYZE), "verify", "--recursive-errors=no", *named], capture_output=True, text=True)
    told = [line for line in ran.stderr.splitlines() if "approval-" in line]
    assert told == []
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_a_service_calls_a_command_that_exists_and_may_do_little(unit: Path) -> None:
    text = unit.read_text("utf-8")
    command = re.search(r"main\.py ([a-z-]+)", text)
    assert command is not None
    sources = "".join(Path(path).read_text("utf-8") for path in ("main.py", "console/operations.py"))
    assert f'"{command[1]}")' in sources or f"def {command[1]}(" in sources
    for line in ("NoNewPrivileges=yes", "ProtectSystem=strict", "CapabilityBoundingSet=", "User=approval"):
        assert f"\n{line}\n" in f"{text}\n"


def test_the_service_takes_the_socket_that_outlives_it() -> None:
    socket = Path("deploy/systemd/approval-web.socket").read_text("utf-8")
    service = Path("deploy/systemd/approval-web.service").read_text("utf-8")
    assert "Service=approval-web.service" in socket
    assert "Requires=approval-web.socket" in service
    stop = re.search(r"TimeoutStopSec=(\d+)", service)
    assert stop is not None
    assert int(stop[1]) > 20  # longer than draining takes


def test_the_container_runs_without_privileges_and_holds_no_secret() -> None:
    text = Path("deploy/Containerfile").read_text("utf-8")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith(("#", " "))]
    assert ["USER", "10001"] in lines
    assert lines[-1][0] == "CMD"
    assert all("latest" not in line[1] and ":" in line[1] for line in lines if line[0] == "FROM")
    assert not re.search(r"(KEY|TOKEN|SECRET|PASSWORD)=", text)
