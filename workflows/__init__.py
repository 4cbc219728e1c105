# SPDX-License-Identifier: Apache-2.0
"""Workflows (流程): processes declared as data, moved by a pure function, run durably (see `workflows.durable`)."""

from workflows.loading import load_processes
from workflows.process import (
    Automatic,
    Decided,
    Done,
    End,
    Failed,
    Human,
    IllegalMove,
    Move,
    Position,
    Process,
    advance,
    begin,
)

__all__ = [
    "Automatic",
    "Decided",
    "Done",
    "End",
    "Failed",
    "Human",
    "IllegalMove",
    "Move",
    "Position",
    "Process",
    "advance",
    "begin",
    "load_processes",
]
