# SPDX-License-Identifier: Apache-2.0
"""Journal (运行日志): what operators read of a running process, one JSON object a line. I/O: standard error.

Hides the format. Numbers of persons are blanked wherever they stand, and a traceback is told without the values of
its variables: what somebody typed is in them.
"""

import logging
import sys
from typing import Any

import structlog
from structlog.typing import EventDict, WrappedLogger

from kit.personal import blanked


def begin(least: int = logging.INFO) -> None:
    """Write from now on in this form; `least` is the lowest level told."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _blank,
            structlog.processors.JSONRenderer(ensure_ascii=False, default=str),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(least),
        logger_factory=lambda *_given: structlog.WriteLogger(sys.stderr),
        cache_logger_on_first_use=False,
    )


def _blank(_logger: WrappedLogger, _method: str, told: EventDict) -> EventDict:
    return {name: _blanked(value) for name, value in told.items()}


def _blanked(value: Any) -> Any:
    if isinstance(value, str):
        return blanked(value)
    if isinstance(value, dict):
        return {name: _blanked(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_blanked(inner) for inner in value]
    return value if isinstance(value, bool | int | float | None) else blanked(str(value))
