# SPDX-License-Identifier: Apache-2.0
"""Process declarations (流程声明): read every file of `processes/`. I/O: files of the package."""

import tomllib
from pathlib import Path

from workflows.process import Process

PROCESSES = Path(__file__).parent / "processes"


def load_processes(folder: Path = PROCESSES) -> dict[tuple[str, int], Process]:
    """All processes by name and version. Raises pydantic.ValidationError for an unsound one."""
    processes = [Process.model_validate(tomllib.loads(f.read_text("utf-8"))) for f in sorted(folder.glob("*.toml"))]
    return {(process.name, process.version): process for process in processes}
