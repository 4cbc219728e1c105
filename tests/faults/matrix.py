# SPDX-License-Identifier: Apache-2.0
"""The fault matrix as declared in `faults.toml`."""

import tomllib
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict


class Row(BaseModel):
    """One fault. `tests`: "path::name", without parameters."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    number: int
    title: str
    promise: str
    runs: Literal["suite", "nightly", "no"]
    tests: tuple[str, ...] = ()
    note: str = ""


def rows() -> list[Row]:
    declared = tomllib.loads((Path(__file__).parent / "faults.toml").read_text("utf-8"))
    return [Row.model_validate(row) for row in declared["row"]]
