# SPDX-License-Identifier: Apache-2.0
"""Process declarations (流程声明): read every file of `processes/`. I/O: files of the package.

One file per process and version: a version that cases run under is never edited, the next one stands beside it.
"""

import re
from pathlib import Path

from kit.declared import Location, declared
from workflows.process import Process

PROCESSES = Path(__file__).parent / "processes"


def load_process(file: Path) -> Process:
    """One declaration. Raises Refused with file, line and reason."""
    return declared(file, Process, spoken_of=_step)


def load_processes(folder: Path = PROCESSES) -> dict[tuple[str, int], Process]:
    """All processes by name and version. Raises Refused for an unsound one."""
    processes = [load_process(file) for file in sorted(folder.glob("*.toml"))]
    return {(process.name, process.version): process for process in processes}


def _step(reason: str) -> Location:
    """The step that a fault of the whole process speaks of, if it speaks of one."""
    spoken = re.search(r"step (\w+)|\['(\w+)'", reason)
    return ("steps", spoken[1] or spoken[2]) if spoken else ()
