# SPDX-License-Identifier: Apache-2.0
"""Process declarations (流程声明): read every file of `processes/`. I/O: files of the package.

One file per process and version: a version that cases run under is never edited, the next one stands beside it.
"""

import re
import tomllib
from pathlib import Path

from pydantic import ValidationError

from workflows.process import Process

PROCESSES = Path(__file__).parent / "processes"


class Refused(ValueError):
    """A declaration that cannot be used: file, line where TOML knows one, and why."""


def load_process(file: Path) -> Process:
    """One declaration. Raises Refused with file, place and reason."""
    try:
        text = file.read_text("utf-8")
        return Process.model_validate(tomllib.loads(text))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{file.name}: {error}") from error
    except ValidationError as error:
        found = [f"{file.name}{_place(text, fault['loc'], fault['msg'])}: {fault['msg']}" for fault in error.errors()]
        raise Refused("\n".join(found)) from error


def load_processes(folder: Path = PROCESSES) -> dict[tuple[str, int], Process]:
    """All processes by name and version. Raises Refused for an unsound one."""
    processes = [load_process(file) for file in sorted(folder.glob("*.toml"))]
    return {(process.name, process.version): process for process in processes}


def _place(text: str, location: tuple[int | str, ...], message: str) -> str:
    """The line of the step that a fault speaks of, if it speaks of one."""
    where = ".".join(str(part) for part in location)
    spoken = re.search(r"step (\w+)|\['(\w+)'", message)
    step = location[1] if len(location) > 1 and location[0] == "steps" else spoken and (spoken[1] or spoken[2])
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip() == f"[steps.{step}]":
            return f":{number} {where}".rstrip()
    return f" {where}".rstrip()
