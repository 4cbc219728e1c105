# SPDX-License-Identifier: Apache-2.0
"""Declarations (声明文件): TOML read into what it declares, or refused with file, line and reason. I/O: files."""

import re
import tomllib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Declared = TypeVar("Declared", bound=BaseModel)
Location = Sequence[int | str]


class Refused(ValueError):
    """A declaration that cannot be used: file, line where it is known, and why."""


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a file. Raises Refused."""
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Refused(f"{file.name}: {error}") from error


def declared(
    file: Path,
    kind: type[Declared],
    tables: dict[str, Any] | None = None,
    spoken_of: Callable[[str], Location] = lambda _reason: (),
    moved: Callable[[Location], Location] = lambda where: where,
) -> Declared:
    """What the file declares. Raises Refused with every fault, a line each.

    `tables`: what was read from it already. `spoken_of`: the place that a reason names, for faults of the whole.
    `moved`: where a place of `tables` stands in the file, if they are not what it says word for word.
    """
    try:
        return kind.model_validate(read_toml(file) if tables is None else tables)
    except ValidationError as error:
        text = file.read_text("utf-8")
        faults = []
        for fault in error.errors(include_url=False):
            reason = fault["msg"].removeprefix("Value error, ")
            where = moved(fault["loc"]) or spoken_of(reason)
            named = ".".join(str(part) for part in fault["loc"])
            faults.append(f"{file.name}{_at(text, where)}{f' {named}' if named else ''}: {reason}")
        raise Refused("\n".join(faults)) from error


def fault(file: Path, where: Location, reason: str) -> Refused:
    """A fault that only shows when declarations are put together."""
    return Refused(f"{file.name}{_at(file.read_text('utf-8'), where)}: {reason}")


def _at(text: str, where: Location) -> str:
    line = line_of(text, where)
    return f":{line}" if line else ""


def line_of(text: str, where: Location) -> int | None:
    """The line, from 1, that declares `where` or the nearest that contains it; None for the whole file.

    A walk over headings and keys as they stand: ("pages", 2, "fields", 0, "kind") goes to the third `[[pages]]`, from
    there to the first `[[pages.fields]]`, from there to `kind =`.
    """
    lines = text.splitlines()
    start, found, table = 0, None, ""
    for index, part in enumerate(where):
        if isinstance(part, int):
            continue
        following = where[index + 1] if index + 1 < len(where) else None
        named = f"{table}.{part}" if table else part
        nth = following if isinstance(following, int) else 0
        heading = _nth(lines, start, re.compile(rf"\s*\[\[?{re.escape(named)}\]\]?\s*(#.*)?"), nth)
        if heading is not None:
            start, found, table = heading + 1, heading, named
            continue
        key = _nth(lines, start, re.compile(rf"\s*{re.escape(part)}\s*=.*"), 0)
        if key is None:
            table = named
            continue
        return key + 1
    return None if found is None else found + 1


def _nth(lines: list[str], start: int, wanted: re.Pattern[str], nth: int) -> int | None:
    for number in range(start, len(lines)):
        if wanted.fullmatch(lines[number]):
            if nth == 0:
                return number
            nth -= 1
    return None
