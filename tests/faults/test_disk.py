# SPDX-License-Identifier: Apache-2.0
"""What was acknowledged is there, whatever the disk or the power does (rows 4, 5, 6)."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import pytest
from sqlalchemy import text

from kit.database import Database

WRITER = [sys.executable, "-W", "ignore", "-m", "tests.faults.writer"]


def written(folder: Path, most_bytes: int, rows: int, before: Sequence[str] = ()) -> tuple[set[int], int, str]:
    """Acknowledged rows, how many were refused, and all that was said."""
    url = f"sqlite:///{folder / 'written.db'}"
    ran = subprocess.run(
        [*before, *WRITER, url, str(most_bytes), str(rows)], capture_output=True, text=True, timeout=120, check=False
    )
    lines = ran.stdout.split("\n")
    refused = sum(int(line.split()[1]) for line in lines if line.startswith("refused"))
    return {int(line) for line in lines if line.isdigit()}, refused, ran.stdout + ran.stderr


def present(folder: Path) -> set[int]:
    """As another process finds it afterwards; the file must be whole."""
    database = Database(f"sqlite:///{folder / 'written.db'}")
    with database.writing() as session:
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
        found = set(session.scalars(text("SELECT n FROM written")))
    database.close()
    return found


def test_a_writer_that_is_killed_has_lost_nothing_that_it_acknowledged(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'written.db'}"
    lines: list[str] = []
    with subprocess.Popen([*WRITER, url, "0", "1000000"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        lines.append(process.stdout.readline())
        until = time.monotonic() + 1
        while time.monotonic() < until:
            lines.append(process.stdout.readline())
        process.kill()
        lines += process.stdout.read().split("\n")[:-1]  # the last line may be cut off
    acknowledged = {int(line) for line in lines if line.strip().isdigit()}
    found = present(tmp_path)
    assert len(acknowledged) > 10
    assert acknowledged <= found
    assert len(found - acknowledged) <= 1


@pytest.mark.parametrize("kilobytes", [64, 200, 452])
def test_when_no_more_can_be_written_nothing_is_acknowledged_and_reading_goes_on(
    tmp_path: Path, kilobytes: int
) -> None:
    """Writes beyond a size fail, as on a full disk: in the log, in the database and while a checkpoint is made."""
    acknowledged, refused, told = written(tmp_path, kilobytes * 1024, 3000)
    assert refused > 0, told
    assert f"read {len(acknowledged)}" in told
    assert present(tmp_path) == acknowledged
    again, refused, told = written(tmp_path, 0, 5)  # space again: it goes on, and these five are there already
    assert refused == (5 if acknowledged else 0), told
    assert again == (set() if acknowledged else set(range(5)))


@pytest.mark.nightly
@pytest.mark.skipif(os.geteuid() != 0, reason="a file system of limited size needs root")
def test_a_full_disk_refuses_keeps_reading_and_recovers(tmp_path: Path) -> None:
    place = tmp_path / "small"
    place.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", str(place)], capture_output=True)
    if mounted.returncode:
        pytest.skip("this machine lets nobody mount")
    try:
        acknowledged, refused, told = written(place, 0, 20_000)
        assert refused > 0, told
        assert f"read {len(acknowledged)}" in told
        subprocess.run(["mount", "-o", "remount,size=64m", str(place)], check=True)
        assert present(place) == acknowledged
        _again, refused, _told = written(place, 0, 5)
        assert refused == 5
    finally:
        subprocess.run(["umount", str(place)], check=True)


FIU = shutil.which("fiu-run")


@pytest.mark.nightly
@pytest.mark.skipif(FIU is None, reason="fiu-run is not installed: apt-get install fiu-utils")
@pytest.mark.parametrize("probability", [0.01, 0.02, 0.1])
@pytest.mark.parametrize("what", ["sync", "rw"])
def test_an_input_output_error_is_never_acknowledged(tmp_path: Path, what: str, probability: float) -> None:
    written(tmp_path, 0, 1)  # tables first: what is tested is writing
    name = {"sync": "posix/io/sync/*", "rw": "posix/io/rw/p*"}[what]
    inject = [str(FIU), "-x", "-c", f"enable_random name={name},probability={probability}"]
    acknowledged, refused, told = written(tmp_path, 0, 400, inject)
    if not acknowledged and not refused:
        pytest.skip(f"the fault struck before the first row: {told[-120:]}")
    found = present(tmp_path)
    assert acknowledged <= found
    assert found - acknowledged <= set(range(400))
