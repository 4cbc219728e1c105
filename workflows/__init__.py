# SPDX-License-Identifier: Apache-2.0
"""Workflows (流程): processes declared as data, moved by a pure function, run durably (see `workflows.durable`)."""

from kit.declared import Refused
from workflows.loading import PROCESSES, load_process, load_processes
from workflows.moving import (
    Answered,
    Decided,
    Done,
    Event,
    Failed,
    IllegalMove,
    Move,
    Position,
    RanOut,
    advance,
    begin,
)
from workflows.process import Automatic, End, Human, Joint, Panel, Process, Step, Timer

__all__ = [
    "PROCESSES",
    "Answered",
    "Automatic",
    "Decided",
    "Done",
    "End",
    "Event",
    "Failed",
    "Human",
    "IllegalMove",
    "Joint",
    "Move",
    "Panel",
    "Position",
    "Process",
    "RanOut",
    "Refused",
    "Step",
    "Timer",
    "advance",
    "begin",
    "load_process",
    "load_processes",
]
